// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Receipts} from "./Receipts.sol";
import {NOTICE_DAYS as PLEDGE_NOTICE_DAYS, RECOVERY_DAYS as PARTY_RECOVERY_DAYS} from "./Periods.sol";
import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {LedgerWord} from "./words/LedgerWord.sol";

/// @title What anybody can read
abstract contract Readings is Receipts, IReceiptsLedger {
    uint256 public constant NOTICE_DAYS = PLEDGE_NOTICE_DAYS;
    uint256 public constant RECOVERY_DAYS = PARTY_RECOVERY_DAYS;

    function receiptWord(uint64 receiptId) external view returns (uint128) {
        return uint128(_receipt(receiptId));
    }

    function receiptWords(uint64 first, uint256 count) external view returns (uint128[] memory words) {
        words = new uint128[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = uint128(_receipt(uint256(first) + i));
        }
    }

    function itemCount(uint64 receiptId) external view returns (uint256) {
        return _itemCount[receiptId];
    }

    function receiptOfItem(bytes32 itemKey) external view returns (uint64) {
        return uint64(_whereIs(itemKey));
    }

    function itemsOnPage(bytes32 page) external view returns (uint256) {
        return _onPage(page);
    }

    function itemsOfReceipt(uint64 receiptId, bytes32 page) external view returns (uint256) {
        return _ofReceipt(receiptId, page);
    }

    function subjectOfDocument(bytes32 document) external view returns (uint64) {
        return uint64(_whatUsed(document));
    }

    function poolWord(uint32 pool) external view returns (uint256) {
        return _pools[pool];
    }

    function partyWord(uint32 party) external view returns (uint256) {
        return _parties[party];
    }

    function keyWord(address key) external view returns (uint256) {
        return _keys[key];
    }

    function keysOf(uint32 party) external view returns (address[] memory) {
        return _keysOf[party];
    }

    function isSealed() external view returns (bool) {
        return LedgerWord.isWhollySealed(_ledgerWord);
    }

    function predecessor() external view returns (address) {
        return address(PREDECESSOR);
    }
}
