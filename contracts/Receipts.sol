// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Claims} from "./Claims.sol";
import {Pools} from "./Pools.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {PairWord} from "./words/PairWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @notice The pair of receipts that an act over neighbours has in hand, so that it is read once and written once.
struct Page {
    uint256 pair;
    uint256 words;
}

/// @notice Two receipts in one storage word. A struct, so that an act can keep hold of the place that it has read and
/// write there without looking for it again.
struct Pair {
    uint256 words;
}

/// @title The words of receipts
/// @notice The one place where they are read and written, and the conditions that acts on receipts share.
abstract contract Receipts is Pools, Claims {
    using PairWord for uint256;
    using ReceiptWord for uint256;

    /// @notice So many last versions of a receipt are kept for exits, so that nobody can brick it.
    uint256 internal constant EXIT_VERSIONS = 16;

    /// @dev Two receipts to a storage word: neighbours in number are neighbours in storage.
    mapping(uint256 pair => Pair) private _pairs;

    function receiptWord(uint64 receiptId) external view returns (uint128) {
        return uint128(_receipt(receiptId));
    }

    function receiptWords(uint64 first, uint256 count) external view returns (uint128[] memory words) {
        words = new uint128[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = uint128(_receipt(uint256(first) + i));
        }
    }

    function _receipt(uint256 receiptId) internal view returns (uint256) {
        return _pairs[receiptId.pairOf()].words.half(receiptId);
    }

    /// @notice The word of a receipt, the pair that it stands in, and what is in the pair.
    function _receiptInPair(uint256 receiptId)
        internal
        view
        returns (uint256 word, Pair storage pair, uint256 words)
    {
        pair = _pairs[receiptId.pairOf()];
        words = pair.words;
        word = words.half(receiptId);
    }

    /// @notice Writes one half of a pair.
    /// @dev Only for acts over one receipt: `words` are as they have read them, and an act that writes twice would undo
    /// with the second write what it has written to the neighbour with the first. Others take a page.
    function _write(Pair storage pair, uint256 words, uint256 receiptId, uint256 word, uint256 nextWord)
        internal
    {
        pair.words = words.withHalf(receiptId, word, nextWord);
    }

    /// @notice The word of a receipt, by way of the page.
    function _readOn(Page memory page, uint256 receiptId) internal view returns (uint256) {
        uint256 pair = receiptId.pairOf();
        if (page.pair != pair) {
            page.pair = pair;
            page.words = _pairs[pair].words;
        }
        return page.words.half(receiptId);
    }

    /// @notice Like `_readOn`, for a page that has been written on: saves it before another is turned to.
    function _turnTo(Page memory page, uint256 receiptId) internal returns (uint256) {
        if (page.pair != receiptId.pairOf()) _save(page);
        return _readOn(page, receiptId);
    }

    function _writeOn(Page memory page, uint256 receiptId, uint256 word, uint256 nextWord) internal pure {
        page.words = page.words.withHalf(receiptId, word, nextWord);
    }

    /// @dev There is no receipt 0 or 1, so pair 0 means a page that is still blank.
    function _save(Page memory page) internal {
        if (page.pair != 0) _pairs[page.pair].words = page.words;
    }

    /// @notice Why a receipt that is not open is none that can be acted on.
    function _notOpen(uint256 receiptId, uint256 word) internal pure returns (Refusal) {
        uint256 status = word.status();
        return status == 0
            ? refuse(UnknownReceipt.selector, receiptId)
            : refuse(NotOpen.selector, receiptId, status);
    }

    /// @notice Not frozen, and its storage period not over: what every act needs that is no exit.
    function _expectFreeAndStored(uint256 receiptId, uint256 word) internal view returns (Refusal refusal) {
        if (word.isFrozen()) return refuse(Frozen.selector, receiptId);
        if (word.storageDay() < _today()) {
            return refuse(StorageExpired.selector, receiptId, word.storageDay());
        }
    }

    function _expectVersion(uint256 named, uint256 receiptId, uint256 word)
        internal
        pure
        returns (Refusal refusal)
    {
        if (named != word.version()) {
            return refuse(StaleVersion.selector, receiptId, named, word.version());
        }
        if (named >= ReceiptWord.VERSION_MAX - EXIT_VERSIONS) {
            return refuse(VersionsExhausted.selector, receiptId);
        }
    }

    function _expectExitVersion(uint256 named, uint256 receiptId, uint256 word)
        internal
        pure
        returns (Refusal refusal)
    {
        if (named != word.version()) {
            return refuse(StaleVersion.selector, receiptId, named, word.version());
        }
        if (named == ReceiptWord.VERSION_MAX) return refuse(VersionsExhausted.selector, receiptId);
    }
}
