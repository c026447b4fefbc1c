// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Test.sol";
import {LedgerTest} from "../support/LedgerTest.sol";

/// @title What receipts hold and documents back, as events tell it
/// @notice Items, one by one and by page, and documents. An item passes from receipt to receipt only where the one has come
/// out of the other.
abstract contract Holdings is LedgerTest {
    bytes32[] internal items;
    bytes32[] internal pages;
    bytes32[] internal documents;

    mapping(bytes32 itemKey => uint64 receiptId) internal receiptOf;
    mapping(bytes32 page => uint256 bits) internal bitsOn;
    mapping(uint64 receiptId => mapping(bytes32 page => uint256 bits)) internal bitsOf;
    mapping(uint64 receiptId => uint256 count) internal itemsIn;
    mapping(bytes32 document => uint64 subject) internal subjectOf;
    /// @notice The receipt that this one was told to have its goods from, 0 when it was issued over goods of nobody's.
    mapping(uint64 receiptId => uint64 origin) internal originOf;
    mapping(bytes32 fingerprint => bool known) private _isKnown;

    function isOfClaim(bytes32 kind) internal pure returns (bool) {
        return kind == ItemReceipted.selector || kind == ItemFreed.selector || kind == ItemsReceipted.selector
            || kind == ItemsFreed.selector || kind == DocumentUsed.selector;
    }

    /// @notice Takes in one event of items or of a document.
    function claimTold(Vm.Log memory log) internal {
        bytes32 kind = log.topics[0];
        bytes32 fingerprint = log.topics[1];
        uint64 subject = uint64(uint256(log.topics[2]));
        if (kind == ItemReceipted.selector) return _itemReceipted(fingerprint, subject);
        if (kind == ItemFreed.selector) return _itemFreed(fingerprint, subject);
        if (kind == DocumentUsed.selector) return _documentUsed(fingerprint, subject);
        uint256 bits = abi.decode(log.data, (uint256));
        assertTrue(bits != 0, "I6: told of a page, and of no item on it");
        if (kind == ItemsReceipted.selector) return _bitsReceipted(fingerprint, subject, bits);
        _bitsTaken(fingerprint, subject, bits);
        bitsOn[fingerprint] &= ~bits;
    }

    function countOf(uint256 bits) internal pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) {
            ++count;
        }
    }

    function _itemReceipted(bytes32 itemKey, uint64 receiptId) private {
        uint64 origin = receiptOf[itemKey];
        if (origin != 0) {
            assertEq(origin, originOf[receiptId], "I6: an item in two open receipts");
            --itemsIn[origin];
        }
        receiptOf[itemKey] = receiptId;
        ++itemsIn[receiptId];
        if (!_isKnown[itemKey]) items.push(itemKey);
        _isKnown[itemKey] = true;
    }

    function _itemFreed(bytes32 itemKey, uint64 receiptId) private {
        assertEq(receiptOf[itemKey], receiptId, "I6: freed from a receipt that did not hold it");
        delete receiptOf[itemKey];
        --itemsIn[receiptId];
    }

    function _bitsReceipted(bytes32 page, uint64 receiptId, uint256 bits) private {
        if (bitsOn[page] & bits != 0) _bitsTaken(page, originOf[receiptId], bits);
        bitsOn[page] |= bits;
        bitsOf[receiptId][page] |= bits;
        itemsIn[receiptId] += countOf(bits);
        if (!_isKnown[page]) pages.push(page);
        _isKnown[page] = true;
    }

    function _bitsTaken(bytes32 page, uint64 receiptId, uint256 bits) private {
        assertEq(bitsOf[receiptId][page] & bits, bits, "I6: taken from a receipt that did not hold them");
        bitsOf[receiptId][page] &= ~bits;
        itemsIn[receiptId] -= countOf(bits);
    }

    function _documentUsed(bytes32 document, uint64 subject) private {
        assertEq(subjectOf[document], 0, "I10: a document used twice");
        subjectOf[document] = subject;
        documents.push(document);
    }
}
