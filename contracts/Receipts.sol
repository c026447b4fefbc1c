// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Claims} from "./Claims.sol";
import {Pools} from "./Pools.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {LedgerWord} from "./words/LedgerWord.sol";
import {PairWord} from "./words/PairWord.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
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

    /// @notice Writes the next word of the receipt that an act is about, and tells it.
    /// @param event_ An event of a receipt, its word and one word more. Rare acts share the code that emits it.
    function _conclude(
        bytes32 event_,
        Act act,
        Pair storage pair,
        uint256 words,
        uint256 word,
        uint256 nextWord
    ) internal {
        uint256 receiptId = act.subject();
        _write(pair, words, receiptId, word, nextWord);
        bytes32 commitment = act.commitment();
        assembly ("memory-safe") {
            mstore(0x00, nextWord)
            mstore(0x20, commitment)
            log2(0x00, 0x40, event_, receiptId)
        }
    }

    /// @notice Writes the word of a receipt that has none.
    function _put(uint256 receiptId, uint256 word) internal {
        Pair storage pair = _pairs[receiptId.pairOf()];
        pair.words = pair.words.withHalf(receiptId, 0, word);
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

    /// @notice The serial that comes next in the pool, and room for `count` from there.
    function _expectNext(uint256 pool, uint256 poolWord_, uint256 given, uint256 count)
        internal
        pure
        returns (Refusal refusal)
    {
        uint256 next = PoolWord.nextSerial(poolWord_);
        if (given != next || next + count > type(uint32).max) {
            return refuse(NumberGap.selector, pool, next, given);
        }
    }

    /// @notice Open, and in a pool that is still on this ledger.
    function _expectOpen(uint256 receiptId, uint256 word, uint256 poolWord_)
        internal
        pure
        returns (Refusal refusal)
    {
        if (!word.isOpen()) return _notOpen(receiptId, word);
        if (PoolWord.isSealed(poolWord_)) return refuse(Sealed.selector, receiptId >> 32);
    }

    /// @dev No pool is sealed before sealing has begun, and that stands in one word for all of a relay.
    function _expectOpen(Act act, uint256 receiptId, uint256 word) internal view returns (Refusal refusal) {
        if (word.isOpen() && act.isUnsealed()) return refusal;
        if (!LedgerWord.isSealing(_ledgerWord)) {
            act.setUnsealed();
            return _expectOpen(receiptId, word, 0);
        }
        return _expectOpen(receiptId, word, _pools[receiptId >> 32]);
    }

    /// @notice Holder, warehouse and, while the receipt is pledged, the pledgee, in this order.
    function _ownersConsent(Act act, uint256 receiptId, uint256 word) internal view returns (Refusal) {
        uint256 holder = Demand.active(word.holder());
        uint256 warehouse = Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(receiptId >> 32));
        if (!word.isEncumbered()) return _agreed(act, holder, warehouse);
        return _agreed(act, holder, warehouse, Demand.active(word.pledgee()));
    }

    /// @notice Neither frozen nor on paper.
    function _expectFree(uint256 receiptId, uint256 word) internal pure returns (Refusal refusal) {
        if (word.isHeld()) {
            return refuse(word.isFrozen() ? Frozen.selector : PaperOutstanding.selector, receiptId);
        }
    }

    /// @notice Free, and its storage period not over: what every act needs that is no exit.
    function _expectFreeAndStored(uint256 receiptId, uint256 word) internal view returns (Refusal refusal) {
        refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (word.storageDay() < _today()) {
            return refuse(StorageExpired.selector, receiptId, word.storageDay());
        }
    }

    /// @notice Where goods are serialised, all that leave are named: when everything leaves, every item of the receipt, and
    /// otherwise not all of them. Where they are not, none can be. Words that name no item are not read as items.
    function _expectItems(Act act, uint256 words, uint256 receiptId, uint256 poolWord_, bool isAll)
        internal
        view
        returns (Refusal refusal)
    {
        if (!PoolWord.isSerialised(poolWord_)) return refusal;
        uint256 named = _countItems(act, 0, words, PoolWord.isPaged(poolWord_));
        uint256 held = _itemCount[receiptId];
        if ((isAll ? named != held : named >= held) || (named == 0) != (words == 0)) {
            return refuse(ItemsMissing.selector, receiptId, held);
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
