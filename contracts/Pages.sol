// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILedgerErrors} from "./interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "./interfaces/ILedgerEvents.sol";
import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Succession} from "./Succession.sol";
import {Act} from "./Wire.sol";

/// @title Items with dense serial numbers
/// @notice A page is 256 serials of one series, named by a keyed fingerprint of series and page number; a bit is an
/// item. Each bit is in at most one open receipt across all warehouses. In an act a page stands as two words: page, bits.
/// @dev What is written when an act is refused is undone by hand: see Claims.
abstract contract Pages is ILedgerErrors, ILedgerEvents, Succession {
    mapping(bytes32 page => uint256 items) internal _itemsOnPage;
    mapping(uint256 receiptId => mapping(bytes32 page => uint256 items)) internal _itemsOfReceipt;
    /// @dev Pages, and pages of receipts, that have been copied from the predecessor.
    mapping(bytes32 place => bool) private _isBrought;

    /// @notice How many items the words `from` to `to` name; 0 when they are no pages of this act, or one is without items.
    /// @dev Words are not counted beyond the act: many receipts could each name the same ones, at a cost without bound.
    function _countOnPages(Act act, uint256 from, uint256 to) internal pure returns (uint256 count) {
        unchecked {
            if ((to - from) & 1 != 0 || to > act.wordCount()) return 0;
            for (uint256 i = from; i < to; i += 2) {
                uint256 bits = act.word(i + 1);
                if (bits == 0) return 0;
                for (; bits != 0; bits &= bits - 1) {
                    ++count;
                }
            }
        }
    }

    function _claimPages(Act act, uint256 from, uint256 to, uint256 receiptId)
        internal
        returns (Refusal refusal)
    {
        unchecked {
            for (uint256 i = from; i < to; i += 2) {
                (bytes32 page, uint256 items) = _pageAt(act, i, receiptId);
                if (_itemsOnPage[page] & items != 0) {
                    _unclaimPages(act, from, i, receiptId);
                    return refuse(ItemAlreadyReceipted.selector, uint256(page), 0);
                }
                _itemsOnPage[page] |= items;
                _itemsOfReceipt[receiptId][page] |= items;
            }
        }
    }

    function _unclaimPages(Act act, uint256 from, uint256 to, uint256 receiptId) internal {
        unchecked {
            for (uint256 i = from; i < to; i += 2) {
                bytes32 page = bytes32(act.word(i));
                uint256 items = act.word(i + 1);
                _itemsOnPage[page] &= ~items;
                _itemsOfReceipt[receiptId][page] &= ~items;
            }
        }
    }

    function _announcePages(Act act, uint256 from, uint256 to, uint256 receiptId) internal {
        unchecked {
            for (uint256 i = from; i < to; i += 2) {
                emit ItemsReceipted(bytes32(act.word(i)), uint64(receiptId), act.word(i + 1));
            }
        }
    }

    function _freePages(Act act, uint256 to, uint256 receiptId) internal returns (Refusal refusal) {
        unchecked {
            for (uint256 i = 0; i < to; i += 2) {
                (bytes32 page, uint256 items) = _pageAt(act, i, receiptId);
                uint256 held = _itemsOfReceipt[receiptId][page];
                if (held & items != items) {
                    refusal = refuse(ItemNotInReceipt.selector, uint256(page), receiptId);
                    while (i > 0) {
                        i -= 2;
                        page = bytes32(act.word(i));
                        _itemsOnPage[page] |= act.word(i + 1);
                        _itemsOfReceipt[receiptId][page] |= act.word(i + 1);
                    }
                    return refusal;
                }
                _itemsOfReceipt[receiptId][page] = held & ~items;
                _itemsOnPage[page] &= ~items;
            }
            for (uint256 i = 0; i < to; i += 2) {
                emit ItemsFreed(bytes32(act.word(i)), uint64(receiptId), act.word(i + 1));
            }
        }
    }

    /// @notice Moves items from one receipt to another.
    /// @dev What is written before a refusal is left to be undone by a revert.
    function _movePages(Act act, uint256 from, uint256 to, uint256 origin, uint256 heir)
        internal
        returns (Refusal refusal)
    {
        unchecked {
            for (uint256 i = from; i < to; i += 2) {
                (bytes32 page, uint256 items) = _pageAt(act, i, origin);
                uint256 held = _itemsOfReceipt[origin][page];
                if (held & items != items) return refuse(ItemNotInReceipt.selector, uint256(page), origin);
                _itemsOfReceipt[origin][page] = held & ~items;
                if (_hasPredecessor()) _bring(heir, page);
                _itemsOfReceipt[heir][page] |= items;
            }
        }
    }

    function _pageAt(Act act, uint256 index, uint256 receiptId)
        private
        returns (bytes32 page, uint256 items)
    {
        (page, items) = (bytes32(act.word(index)), act.word(index + 1));
        if (_hasPredecessor()) _bring(receiptId, page);
    }

    /// @notice Copies from the predecessor, once, what it knows of a page and of the receipt's items on it.
    function _bring(uint256 receiptId, bytes32 page) private {
        if (!_isBrought[page]) {
            _itemsOnPage[page] = _onPage(page);
            _isBrought[page] = true;
        }
        bytes32 place = _placeOf(receiptId, page);
        if (!_isBrought[place]) {
            _itemsOfReceipt[receiptId][page] = _ofReceipt(receiptId, page);
            _isBrought[place] = true;
        }
    }

    /// @notice The items of a page that are in open receipts, be they here or still with the predecessor.
    function _onPage(bytes32 page) internal view returns (uint256) {
        if (!_hasPredecessor() || _isBrought[page]) return _itemsOnPage[page];
        return _askPredecessor(IReceiptsLedger.itemsOnPage.selector, uint256(page));
    }

    /// @notice Those of them that are in this receipt.
    function _ofReceipt(uint256 receiptId, bytes32 page) internal view returns (uint256) {
        if (!_hasPredecessor() || _isBrought[_placeOf(receiptId, page)]) {
            return _itemsOfReceipt[receiptId][page];
        }
        return PREDECESSOR.itemsOfReceipt(uint64(receiptId), page);
    }

    function _placeOf(uint256 receiptId, bytes32 page) private pure returns (bytes32) {
        return keccak256(abi.encode(receiptId, page));
    }
}
