// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {refuse} from "./Refusal.sol";
import {Act, Wire} from "./Wire.sol";

/// @title What can be claimed once
/// @notice Items, each in at most one open receipt across all warehouses; documents, each used once for ever. Both
/// are keyed fingerprints made off the chain.
abstract contract Claims is IReceiptsLedger {
    using Wire for Act;

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
    function _useDocuments(Act memory act, uint256 from) internal returns (bytes memory refusal) {
        uint256 subject = act.subject();
        uint256 end = act.wordCount();
        for (uint256 i = from; i < end; ++i) {
            bytes32 document = act.word(i);
            uint256 earlier = _subjectOfDocument[document];
            if (earlier != 0) {
                // The same document twice in one act is refused too, so what this loop has claimed is given back.
                while (i > from) delete _subjectOfDocument[act.word(--i)];
                return refuse(DocumentAlreadyUsed.selector, uint256(document), earlier);
            }
            _subjectOfDocument[document] = subject;
        }
    }

    function _announceDocuments(Act memory act, uint256 from) internal {
        uint64 subject = act.subject();
        uint256 end = act.wordCount();
        for (uint256 i = from; i < end; ++i) {
            emit DocumentUsed(act.word(i), subject);
        }
    }

    /// @notice Puts the items in `count` words from `from` on into the receipt, or none of them.
    function _claimItems(Act memory act, uint256 from, uint256 count, uint256 receiptId)
        internal
        returns (bytes memory refusal)
    {
        for (uint256 i = from; i < from + count; ++i) {
            bytes32 itemKey = act.word(i);
            uint256 earlier = _receiptOfItem[itemKey];
            if (earlier != 0) {
                _unclaimItems(act, from, i - from);
                return refuse(ItemAlreadyReceipted.selector, uint256(itemKey), earlier);
            }
            _receiptOfItem[itemKey] = receiptId;
        }
    }

    function _unclaimItems(Act memory act, uint256 from, uint256 count) internal {
        for (uint256 i = from; i < from + count; ++i) {
            delete _receiptOfItem[act.word(i)];
        }
    }

    function _announceItems(Act memory act, uint256 from, uint256 count, uint256 receiptId) internal {
        if (count == 0) return;
        _itemCount[receiptId] = count;
        for (uint256 i = from; i < from + count; ++i) {
            emit ItemReceipted(act.word(i), uint64(receiptId));
        }
    }

    /// @notice Takes all items that the act names out of the receipt, or none of them.
    function _freeItems(Act memory act, uint256 receiptId) internal returns (bytes memory refusal) {
        uint256 count = act.wordCount();
        if (count == 0) return "";
        for (uint256 i = 0; i < count; ++i) {
            bytes32 itemKey = act.word(i);
            if (_receiptOfItem[itemKey] != receiptId) {
                while (i > 0) _receiptOfItem[act.word(--i)] = receiptId;
                return refuse(ItemNotInReceipt.selector, uint256(itemKey), receiptId);
            }
            delete _receiptOfItem[itemKey];
        }
        _itemCount[receiptId] -= count;
        for (uint256 i = 0; i < count; ++i) {
            emit ItemFreed(act.word(i), uint64(receiptId));
        }
    }
}
