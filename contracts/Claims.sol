// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";

/// @title What can be claimed once
/// @notice Items, each in at most one open receipt across all warehouses; documents, each used once for ever. Both
/// are keyed fingerprints made off the chain.
/// @dev A refused act changes nothing but does not revert, so each function that claims several things gives back
/// what it has taken when it comes to one that it cannot have. Index arithmetic is unchecked: indices stay below
/// the word count, which has 16 bits.
abstract contract Claims is IReceiptsLedger {
    mapping(bytes32 itemKey => uint256 receiptId) internal _receiptOfItem;
    mapping(uint256 receiptId => uint256 count) internal _itemCount;
    mapping(bytes32 document => uint256 subject) internal _subjectOfDocument;

    function receiptOfItem(bytes32 itemKey) external view returns (uint64) {
        return uint64(_receiptOfItem[itemKey]);
    }

    function itemCount(uint64 receiptId) external view returns (uint256) {
        return _itemCount[receiptId];
    }

    function subjectOfDocument(bytes32 document) external view returns (uint64) {
        return uint64(_subjectOfDocument[document]);
    }

    /// @notice Uses up the documents in words `from` to the last, or none of them.
    function _useDocuments(Act act, uint256 from) internal returns (Refusal refusal) {
        uint256 subject = act.subject();
        uint256 end = act.wordCount();
        unchecked {
            for (uint256 i = from; i < end; ++i) {
                uint256 document = act.word(i);
                uint256 earlier = _subjectOfDocument[bytes32(document)];
                if (earlier != 0) {
                    while (i > from) delete _subjectOfDocument[bytes32(act.word(--i))];
                    return refuse(DocumentAlreadyUsed.selector, document, earlier);
                }
                _subjectOfDocument[bytes32(document)] = subject;
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

    /// @notice Puts the items in words `from` to `to` into the receipt, or none of them.
    function _claimItems(Act act, uint256 from, uint256 to, uint256 receiptId)
        internal
        returns (Refusal refusal)
    {
        unchecked {
            for (uint256 i = from; i < to; ++i) {
                uint256 itemKey = act.word(i);
                uint256 earlier = _receiptOfItem[bytes32(itemKey)];
                if (earlier != 0) {
                    _unclaimItems(act, from, i);
                    return refuse(ItemAlreadyReceipted.selector, itemKey, earlier);
                }
                _receiptOfItem[bytes32(itemKey)] = receiptId;
            }
        }
    }

    function _unclaimItems(Act act, uint256 from, uint256 to) internal {
        unchecked {
            for (uint256 i = from; i < to; ++i) {
                delete _receiptOfItem[bytes32(act.word(i))];
            }
        }
    }

    function _announceItems(Act act, uint256 from, uint256 to, uint256 receiptId) internal {
        unchecked {
            _itemCount[receiptId] = to - from;
            for (uint256 i = from; i < to; ++i) {
                emit ItemReceipted(bytes32(act.word(i)), uint64(receiptId));
            }
        }
    }

    /// @notice Takes all items that the act names out of the receipt, or none of them.
    function _freeItems(Act act, uint256 receiptId) internal returns (Refusal refusal) {
        uint256 count = act.wordCount();
        if (count == 0) return refusal;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                uint256 itemKey = act.word(i);
                if (_receiptOfItem[bytes32(itemKey)] != receiptId) {
                    while (i > 0) _receiptOfItem[bytes32(act.word(--i))] = receiptId;
                    return refuse(ItemNotInReceipt.selector, itemKey, receiptId);
                }
                delete _receiptOfItem[bytes32(itemKey)];
            }
            for (uint256 i = 0; i < count; ++i) {
                emit ItemFreed(bytes32(act.word(i)), uint64(receiptId));
            }
        }
        _itemCount[receiptId] -= count;
    }
}
