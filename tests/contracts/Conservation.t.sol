// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

/// @notice Whatever becomes of receipts, the pool knows what they stand for.
contract ConservationTest is LedgerTest {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint256 private constant ACTS = 24;

    /// @notice A warehouse that holds all receipts itself may do everything with them.
    function testFuzz_ReceiptedIsWhatOpenReceiptsStandForAfterEveryAct(uint256 seed) public {
        issuedMany(TRADING_POOL, TRADING_WAREHOUSE, 4);
        uint256 attested = ATTESTED;
        for (uint256 i = 0; i < ACTS; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            attested -= carryOut(seed % 6, anyReceipt(seed >> 8), anyReceipt(seed >> 72), seed >> 136);
            uint256 pool = ledger.poolWord(TRADING_POOL);
            assertEq(pool.receipted(), sumOfOpen(), "receipted is not what open receipts stand for");
            assertEq(pool.attested(), attested, "attested changes when goods leave, and then alone");
            assertEq(pool.capacity(), CAPACITY);
        }
    }

    /// @return gone How much has left the pool.
    function carryOut(uint256 kind, uint64 one, uint64 two, uint256 any) private returns (uint64 gone) {
        uint16 v = version(one);
        if (!word(one).isOpen()) return 0;
        uint64 present = uint64(word(one).quantity());
        uint64 some = 1 + uint64(any) % present;
        if (kind == 0 && some < present) pass(signed(split(one, v, some), TRADING_WAREHOUSE));
        if (kind == 1 && one != two && word(two).isOpen()) {
            pass(signed(merge(one, v, two, version(two)), TRADING_WAREHOUSE));
        }
        if (kind == 2) pass(signed(replacement(one, v, some), TRADING_WAREHOUSE));
        if (kind == 3 && some % 3 == 0) pass(signed(cancellation(one, v), TRADING_WAREHOUSE));
        if (kind == 4) {
            pass(signed(writeDown(one, v, some), TRADING_WAREHOUSE, INSPECTOR));
            return some;
        }
        if (kind == 5) {
            pass(signed(delivery(one, v, some), TRADING_WAREHOUSE));
            return some;
        }
    }

    function anyReceipt(uint256 any) private view returns (uint64) {
        return receiptIdOf(TRADING_POOL, 1 + uint32(uint64(any) % (nextSerial(TRADING_POOL) - 1)));
    }

    function sumOfOpen() private view returns (uint256 sum) {
        uint128[] memory words =
            ledger.receiptWords(receiptIdOf(TRADING_POOL, 1), nextSerial(TRADING_POOL) - 1);
        for (uint256 i = 0; i < words.length; ++i) {
            assertEq(uint256(words[i]).isOpen(), uint256(words[i]).quantity() != 0);
            sum += uint256(words[i]).quantity();
        }
    }
}
