// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Pages} from "./Pages.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";

/// @title What can be claimed once
/// @notice Items, each in at most one open receipt across all warehouses; documents, each used once for ever. Both
/// are keyed fingerprints made off the chain. Items stand in an act one by one or, where serials are dense, by page.
/// @dev A refused act changes nothing but does not revert, so each function that claims several things gives back
/// what it has taken when it comes to one that it cannot have. Index arithmetic is unchecked: indices stay below
/// the word count, which has 16 bits.
abstract contract Claims is Pages {
    /// @notice Marks an item that has left its receipt where the predecessor still names one. No receipt has the number.
    uint256 private constant LEFT = 1;

    mapping(bytes32 itemKey => uint256 receiptId) internal _receiptOfItem;
    mapping(uint256 receiptId => uint256 count) internal _itemCount;
    mapping(bytes32 document => uint256 subject) internal _subjectOfDocument;

    /// @notice The open receipt that an item is in, 0 when it is in none.
    function _whereIs(bytes32 itemKey) internal view returns (uint256 receiptId) {
        receiptId = _receiptOfItem[itemKey];
        if (receiptId == LEFT) return 0;
        if (receiptId == 0 && _hasPredecessor()) return _inheritedPlaceOf(itemKey);
    }

    /// @notice What has used a document, 0 when nothing has.
    function _whatUsed(bytes32 document) internal view returns (uint256 subject) {
        subject = _subjectOfDocument[document];
        if (subject == 0 && _hasPredecessor()) {
            return _askPredecessor(IReceiptsLedger.subjectOfDocument.selector, uint256(document));
        }
    }

    /// @notice Uses up the documents in words `from` to the last, or none of them.
    function _useDocuments(Act act, uint256 from) internal returns (Refusal refusal) {
        uint256 subject = act.subject();
        uint256 end = act.wordCount();
        unchecked {
            for (uint256 i = from; i < end; ++i) {
                uint256 document = act.word(i);
                uint256 earlier = _whatUsed(bytes32(document));
                if (earlier != 0) {
                    _unuseDocuments(act, from, i);
                    return refuse(DocumentAlreadyUsed.selector, document, earlier);
                }
                _subjectOfDocument[bytes32(document)] = subject;
            }
        }
    }

    function _unuseDocuments(Act act, uint256 from, uint256 to) internal {
        unchecked {
            for (uint256 i = from; i < to; ++i) {
                delete _subjectOfDocument[bytes32(act.word(i))];
            }
        }
    }

    function _announceDocuments(Act act, uint256 from) internal {
        uint256 subject = act.subject();
        uint256 end = act.wordCount();
        unchecked {
            for (uint256 i = from; i < end; ++i) {
                emit DocumentUsed(bytes32(act.word(i)), uint64(subject));
            }
        }
    }

    /// @notice How many items the words `from` to `to` name.
    function _countItems(Act act, uint256 from, uint256 to, bool paged) internal pure returns (uint256) {
        return paged ? _countOnPages(act, from, to) : to - from;
    }

    /// @notice Puts the items in words `from` to `to` into the receipt, or none of them.
    function _claimItems(Act act, uint256 from, uint256 to, uint256 receiptId, bool paged)
        internal
        returns (Refusal refusal)
    {
        if (paged) return _claimPages(act, from, to, receiptId);
        unchecked {
            for (uint256 i = from; i < to; ++i) {
                uint256 itemKey = act.word(i);
                uint256 earlier = _whereIs(bytes32(itemKey));
                if (earlier != 0) {
                    _unclaimItems(act, from, i, receiptId, false);
                    return refuse(ItemAlreadyReceipted.selector, itemKey, earlier);
                }
                _receiptOfItem[bytes32(itemKey)] = receiptId;
            }
        }
    }

    function _unclaimItems(Act act, uint256 from, uint256 to, uint256 receiptId, bool paged) internal {
        if (paged) return _unclaimPages(act, from, to, receiptId);
        unchecked {
            for (uint256 i = from; i < to; ++i) {
                _place(bytes32(act.word(i)), 0);
            }
        }
    }

    function _announceItems(Act act, uint256 from, uint256 to, uint256 receiptId, bool paged) internal {
        if (paged) return _announcePages(act, from, to, receiptId);
        unchecked {
            for (uint256 i = from; i < to; ++i) {
                emit ItemReceipted(bytes32(act.word(i)), uint64(receiptId));
            }
        }
    }

    /// @notice Takes the items in the first `count` words out of the receipt, or none of them.
    function _freeItems(Act act, uint256 count, uint256 receiptId, bool paged)
        internal
        returns (Refusal refusal)
    {
        if (count == 0) return refusal;
        if (paged) {
            refusal = _freePages(act, count, receiptId);
            if (refusal.isSome()) return refusal;
        } else {
            unchecked {
                for (uint256 i = 0; i < count; ++i) {
                    uint256 itemKey = act.word(i);
                    if (_whereIs(bytes32(itemKey)) != receiptId) {
                        while (i > 0) _place(bytes32(act.word(--i)), receiptId);
                        return refuse(ItemNotInReceipt.selector, itemKey, receiptId);
                    }
                    _place(bytes32(itemKey), 0);
                }
                for (uint256 i = 0; i < count; ++i) {
                    emit ItemFreed(bytes32(act.word(i)), uint64(receiptId));
                }
            }
        }
        _itemCount[receiptId] -= _countItems(act, 0, count, paged);
    }

    /// @notice Moves the items in words `from` to `to` from one receipt to another.
    /// @dev What is written before a refusal is left to be undone by a revert.
    function _moveItems(Act act, uint256 from, uint256 to, uint256 origin, uint256 heir, bool paged)
        internal
        returns (Refusal refusal)
    {
        if (paged) {
            refusal = _movePages(act, from, to, origin, heir);
            if (refusal.isSome()) return refusal;
        } else {
            unchecked {
                for (uint256 i = from; i < to; ++i) {
                    uint256 itemKey = act.word(i);
                    if (_whereIs(bytes32(itemKey)) != origin) {
                        return refuse(ItemNotInReceipt.selector, itemKey, origin);
                    }
                    _place(bytes32(itemKey), heir);
                }
            }
        }
        uint256 moved = _countItems(act, from, to, paged);
        if (moved == 0) return refusal;
        _itemCount[origin] -= moved;
        _itemCount[heir] += moved;
    }

    /// @notice Writes which receipt an item is in now, 0 for none. Where the predecessor says the same nothing stands, so that
    /// what is undone leaves no trace.
    function _place(bytes32 itemKey, uint256 receiptId) private {
        uint256 inherited = _hasPredecessor() ? _inheritedPlaceOf(itemKey) : 0;
        if (receiptId == inherited) receiptId = 0;
        else if (receiptId == 0) receiptId = LEFT;
        _receiptOfItem[itemKey] = receiptId;
    }

    function _inheritedPlaceOf(bytes32 itemKey) private view returns (uint256 receiptId) {
        return _askPredecessor(IReceiptsLedger.receiptOfItem.selector, uint256(itemKey));
    }
}
