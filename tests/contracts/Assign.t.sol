// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract AssignTest is LedgerTest {
    using ReceiptWord for uint256;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = pledged();
    }

    function test_AssignmentChangesPledgeeAndVersionAlone() public {
        uint256 expected = word(receipt).next().withPledgee(BANK_B);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit PledgeAssigned(receipt, uint128(expected), TERMS);
        pass(signed(assignment(receipt, 2, BANK_B), BANK_A, BANK_B));
        assertEq(word(receipt), expected);
        assertEq(expected.pledgee(), BANK_B);
        assertEq(expected.maturityDay(), DUE);
        assertEq(expected.holder(), ALICE);
        assertTrue(expected.isEncumbered());
    }

    function test_NewPledgeeReleasesAndTheFormerCannot() public {
        pass(signed(assignment(receipt, 2, BANK_B), BANK_A, BANK_B));
        assertRefused(signed(release(receipt, 3), BANK_A), reason(MissingConsent.selector, BANK_B, 0));
        pass(signed(release(receipt, 3), BANK_B));
    }

    function test_AssignedReceiptSecuresNoSecondClaim() public {
        pass(signed(assignment(receipt, 2, BANK_B), BANK_A, BANK_B));
        assertRefused(
            signed(pledge(receipt, 3, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(AlreadyEncumbered.selector, receipt, BANK_B)
        );
    }

    function test_AssignmentAfterStorageIsTaken() public {
        warpTo(STORED_UNTIL + 10);
        pass(signed(assignment(receipt, 2, BANK_B), BANK_A, BANK_B));
    }

    function test_AssignmentInDefaultLeavesTheNoticeAsItRuns() public {
        uint64 unpaid = inDefault();
        uint256 expected = word(unpaid).next().withPledgee(BANK_B);
        pass(signed(assignment(unpaid, 3, BANK_B), BANK_A, BANK_B));
        assertEq(word(unpaid), expected);
        assertTrue(expected.isInDefault());
        warpTo(DUE + 1 + NOTICE_DAYS + 1);
        pass(signed(enforcement(unpaid, 4, BOB), BANK_B, BOB));
    }

    function test_AssignmentOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(
            signed(assignment(unknown, 2, BANK_B), BANK_A, BANK_B), reason(UnknownReceipt.selector, unknown)
        );
    }

    function test_AssignmentOfDeliveredReceiptIsRefused() public {
        pass(signed(delivery(receipt, 2, QUANTITY), ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(assignment(receipt, 3, BANK_B), BANK_A, BANK_B),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_AssignmentOfFreeReceiptIsRefused() public {
        uint64 free = issued(POOL, ALICE);
        assertRefused(
            signed(assignment(free, 1, BANK_B), BANK_A, BANK_B), reason(NotEncumbered.selector, free)
        );
    }

    function test_PledgeeCannotAssignWithoutTheNewPledgee() public {
        assertRefused(
            signed(assignment(receipt, 2, BANK_B), BANK_A),
            reason(MissingConsent.selector, BANK_B, PartyWord.LENDER)
        );
    }

    function test_NobodyTakesAPledgeFromItsPledgee() public {
        assertRefused(
            signed(assignment(receipt, 2, BANK_B), BANK_B), reason(MissingConsent.selector, BANK_A, 0)
        );
        assertRefused(
            signed(assignment(receipt, 2, BANK_B), ALICE, BANK_B), reason(MissingConsent.selector, BANK_A, 0)
        );
    }

    function test_AssignmentToAPartyThatDoesNotLendIsRefused() public {
        assertRefused(
            signed(assignment(receipt, 2, BOB), BANK_A, BOB),
            reason(WrongRole.selector, BOB, PartyWord.LENDER)
        );
    }

    function test_AssignmentToASuspendedLenderIsRefused() public {
        suspend(BANK_B);
        assertRefused(
            signed(assignment(receipt, 2, BANK_B), BANK_A, BANK_B), reason(PartyNotActive.selector, BANK_B)
        );
    }

    function test_SuspendedPledgeeCannotAssign() public {
        suspend(BANK_A);
        assertRefused(
            signed(assignment(receipt, 2, BANK_B), BANK_A, BANK_B), reason(PartyNotActive.selector, BANK_A)
        );
    }

    function test_AssignmentToTheHolderIsRefused() public {
        uint64 own = issued(POOL, TRADING_BANK);
        pass(signed(pledge(own, 1, BANK_A), TRADING_BANK, WAREHOUSE, BANK_A));
        assertRefused(
            signed(assignment(own, 2, TRADING_BANK), BANK_A, TRADING_BANK),
            reason(SelfPledge.selector, own, TRADING_BANK)
        );
    }

    function test_AssignmentToTheWarehouseIsRefused() public {
        uint32 lendingWarehouse = 13;
        admit(lendingWarehouse, PartyWord.WAREHOUSE | PartyWord.LENDER);
        uint32 pool = (lendingWarehouse << 16) | 1;
        open(pool, lendingWarehouse, false);
        uint64 stored = issued(pool, ALICE);
        pass(signed(pledge(stored, 1, BANK_A), ALICE, lendingWarehouse, BANK_A));
        assertRefused(
            signed(assignment(stored, 2, lendingWarehouse), BANK_A, lendingWarehouse),
            reason(SelfPledge.selector, stored, lendingWarehouse)
        );
    }

    function test_AssignmentToThePledgeeIsRefused() public {
        assertRefused(
            signed(assignment(receipt, 2, BANK_A), BANK_A), reason(SelfAssignment.selector, receipt, BANK_A)
        );
    }

    function test_AssignmentOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(
            signed(assignment(receipt, 3, BANK_B), BANK_A, BANK_B), reason(Frozen.selector, receipt)
        );
    }

    function test_AssignmentOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(assignment(receipt, 1, BANK_B), BANK_A, BANK_B),
            reason(StaleVersion.selector, receipt, 1, 2)
        );
    }

    function test_PledgeHandedToAndFroLeavesTheVersionsKeptForExits() public {
        wear(receipt, ReceiptWord.VERSION_MAX - 17);
        pass(signed(assignment(receipt, version(receipt), BANK_B), BANK_A, BANK_B));
        assertRefused(
            signed(assignment(receipt, version(receipt), BANK_A), BANK_B, BANK_A),
            reason(VersionsExhausted.selector, receipt)
        );
        pass(signed(release(receipt, version(receipt)), BANK_B));
        pass(signed(delivery(receipt, version(receipt), QUANTITY), ALICE, WAREHOUSE));
    }

    function testFuzz_AssignmentNeverTouchesTheNeighbour(uint8 which) public {
        uint64 first = issuedMany(POOL, ALICE, 4);
        pass(signed(portfolioPledge(run(first, 4, 1), BANK_A), ALICE, WAREHOUSE, BANK_A));
        uint64 chosen = first + which % 4;
        uint128[] memory before = ledger.receiptWords(first, 4);
        pass(signed(assignment(chosen, 2, BANK_B), BANK_A, BANK_B));
        for (uint64 i = 0; i < 4; ++i) {
            if (first + i != chosen) assertEq(word(first + i), before[i]);
        }
    }
}
