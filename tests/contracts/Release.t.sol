// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract ReleaseTest is LedgerTest {
    using ReceiptWord for uint256;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = pledged();
    }

    function test_ReleaseLeavesNoTraceOfThePledgeInTheWord() public {
        uint256 expected = ReceiptWord.opened(ALICE, QUANTITY, STORED_UNTIL).next().next();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Released(receipt, uint128(expected), TERMS);
        pass(signed(release(receipt, 2), BANK_A));
        assertEq(word(receipt), expected);
    }

    function test_ReleasedReceiptCanBePledgedToAnotherBank() public {
        pass(signed(release(receipt, 2), BANK_A));
        pass(signed(pledge(receipt, 3, BANK_B), ALICE, WAREHOUSE, BANK_B));
        assertEq(word(receipt).pledgee(), BANK_B);
    }

    function test_HolderCannotReleaseHisOwnPledge() public {
        assertRefused(signed(release(receipt, 2), ALICE), reason(MissingConsent.selector, BANK_A, 0));
    }

    function test_WarehouseCannotReleaseAPledge() public {
        assertRefused(signed(release(receipt, 2), WAREHOUSE), reason(MissingConsent.selector, BANK_A, 0));
    }

    function test_AnotherBankCannotReleaseAPledge() public {
        assertRefused(signed(release(receipt, 2), BANK_B), reason(MissingConsent.selector, BANK_A, 0));
    }

    function test_RegistrarCannotReleaseAPledge() public {
        assertRefused(signed(release(receipt, 2), REGISTRAR), reason(MissingConsent.selector, BANK_A, 0));
    }

    function test_ReleaseWithoutSignatureIsRefused() public {
        assertRefused(unsigned(release(receipt, 2)), reason(MissingConsent.selector, BANK_A, 0));
    }

    function test_ReleaseByAKeyOfNobodyIsRefused() public {
        assertRefused(
            signed(release(receipt, 2), NOBODY), reason(UnknownKey.selector, uint160(vm.addr(keyOf(NOBODY))))
        );
    }

    function test_SuspendedBankCanStillRelease() public {
        suspend(BANK_A);
        pass(signed(release(receipt, 2), BANK_A));
        assertFalse(word(receipt).isEncumbered());
    }

    function test_FrozenReceiptCanStillBeReleased() public {
        freeze(receipt);
        pass(signed(release(receipt, 3), BANK_A));
        assertTrue(word(receipt).isFrozen());
        assertFalse(word(receipt).isEncumbered());
    }

    function test_ReleaseAfterStorageIsTaken() public {
        vm.warp(EPOCH + (uint256(STORED_UNTIL) + 10) * 1 days);
        pass(signed(release(receipt, 2), BANK_A));
    }

    function test_ReleaseOfFreeReceiptIsRefused() public {
        uint64 free = issued(POOL, ALICE);
        assertRefused(signed(release(free, 1), BANK_A), reason(NotEncumbered.selector, free));
    }

    function test_SecondReleaseIsRefused() public {
        pass(signed(release(receipt, 2), BANK_A));
        assertRefused(signed(release(receipt, 3), BANK_A), reason(NotEncumbered.selector, receipt));
    }

    function test_ReleaseOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(signed(release(unknown, 2), BANK_A), reason(UnknownReceipt.selector, unknown));
    }

    function test_ReleaseOfAnotherVersionIsRefused() public {
        assertRefused(signed(release(receipt, 1), BANK_A), reason(StaleVersion.selector, receipt, 1, 2));
    }

    function test_ReleaseOfTheLastPledgeDoesNotReleaseTheNext() public {
        bytes memory act = signed(release(receipt, 2), BANK_A);
        pass(act);
        pass(signed(pledge(receipt, 3, BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertRefused(act, reason(StaleVersion.selector, receipt, 2, 4));
    }

    function test_LastVersionsAreKeptForExits() public {
        uint64 worn = wornOut(ReceiptWord.VERSION_MAX - 17, false);
        pass(signed(pledge(worn, version(worn), BANK_A), ALICE, WAREHOUSE, BANK_A));
        pass(signed(release(worn, version(worn)), BANK_A));
        assertRefused(
            signed(pledge(worn, version(worn), BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(VersionsExhausted.selector, worn)
        );
        assertRefused(
            signed(transfer(worn, version(worn), BOB), ALICE, BOB), reason(VersionsExhausted.selector, worn)
        );
        pass(signed(delivery(worn, version(worn), QUANTITY), ALICE, WAREHOUSE));
    }

    function test_PledgeOfTheFirstReservedVersionIsRefused() public {
        uint64 worn = wornOut(ReceiptWord.VERSION_MAX - 16, false);
        assertRefused(
            signed(pledge(worn, version(worn), BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(VersionsExhausted.selector, worn)
        );
    }

    function test_ReleaseOfTheLastVersionButOneIsTaken() public {
        uint64 worn = wornOut(ReceiptWord.VERSION_MAX - 1, true);
        pass(signed(release(worn, version(worn)), BANK_A));
        assertEq(version(worn), ReceiptWord.VERSION_MAX);
    }

    function test_ReleaseOfTheLastVersionIsRefused() public {
        uint64 worn = wornOut(ReceiptWord.VERSION_MAX, true);
        assertRefused(signed(release(worn, version(worn)), BANK_A), reason(VersionsExhausted.selector, worn));
    }

    /// @notice A receipt that has come to this version, which would take thousands of acts.
    function wornOut(uint256 version_, bool isPledged) private returns (uint64 receiptId) {
        receiptId = issued(POOL, ALICE);
        uint256 worn = word(receiptId) + ((version_ - 1) << 46);
        if (isPledged) worn = worn.withPledge(BANK_A, DUE);
        setWord(receiptId, worn);
    }
}
