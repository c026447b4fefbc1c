// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract DefaultTest is LedgerTest {
    using ReceiptWord for uint256;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = pledged();
        warpTo(DUE + 1);
    }

    function test_DefaultSetsTheFlagAndTheDayOfNotice() public {
        warpTo(DUE + 5);
        uint256 expected = word(receipt).next().defaulted(DUE + 5);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Defaulted(receipt, uint128(expected), TERMS);
        pass(signed(default_(receipt, 2), BANK_A));
        assertEq(word(receipt), expected);
        assertTrue(expected.isInDefault());
        assertTrue(expected.isEncumbered());
        assertEq(expected.maturityDay(), DUE + 5);
        assertEq(expected.pledgee(), BANK_A);
        assertEq(expected.holder(), ALICE);
    }

    function test_DefaultOnTheDayOfMaturityIsRefused() public {
        vm.warp(EPOCH + uint256(DUE) * 1 days + 1 days - 1);
        assertRefused(signed(default_(receipt, 2), BANK_A), reason(NotDue.selector, receipt, DUE));
    }

    function test_DefaultInTheFirstSecondAfterMaturityIsTaken() public {
        vm.warp(EPOCH + uint256(DUE) * 1 days + 1 days);
        pass(signed(default_(receipt, 2), BANK_A));
    }

    function test_DefaultAfterStorageIsTaken() public {
        warpTo(STORED_UNTIL + 10);
        pass(signed(default_(receipt, 2), BANK_A));
    }

    function test_SecondDefaultIsRefused() public {
        pass(signed(default_(receipt, 2), BANK_A));
        warpTo(DUE + 3);
        assertRefused(
            signed(default_(receipt, 3), BANK_A), reason(AlreadyInDefault.selector, receipt, DUE + 1)
        );
    }

    function test_DefaultOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(signed(default_(unknown, 2), BANK_A), reason(UnknownReceipt.selector, unknown));
    }

    function test_DefaultOfDeliveredReceiptIsRefused() public {
        pass(signed(delivery(receipt, 2, QUANTITY), ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(default_(receipt, 3), BANK_A), reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_DefaultOfFreeReceiptIsRefused() public {
        pass(signed(release(receipt, 2), BANK_A));
        assertRefused(signed(default_(receipt, 3), BANK_A), reason(NotEncumbered.selector, receipt));
    }

    function test_NobodyButThePledgeeDeclaresDefault() public {
        assertRefused(unsigned(default_(receipt, 2)), reason(MissingConsent.selector, BANK_A, 0));
        uint32[6] memory others = [ALICE, WAREHOUSE, BANK_B, REGISTRAR, COURT, INSPECTOR];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(signed(default_(receipt, 2), others[i]), reason(MissingConsent.selector, BANK_A, 0));
        }
    }

    function test_SuspendedPledgeeCannotDeclareDefault() public {
        suspend(BANK_A);
        assertRefused(signed(default_(receipt, 2), BANK_A), reason(PartyNotActive.selector, BANK_A));
    }

    function test_DefaultOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(signed(default_(receipt, 3), BANK_A), reason(Frozen.selector, receipt));
    }

    function test_DefaultOnTheLastDayThatFitsTheWordIsTaken() public {
        warpTo(ReceiptWord.DAY_MAX);
        pass(signed(default_(receipt, 2), BANK_A));
        assertEq(word(receipt).maturityDay(), ReceiptWord.DAY_MAX);
    }

    function test_DefaultOnADayThatDoesNotFitTheWordIsRefused() public {
        warpTo(ReceiptWord.DAY_MAX + 1);
        assertRefused(
            signed(default_(receipt, 2), BANK_A),
            reason(DayOutOfRange.selector, receipt, ReceiptWord.DAY_MAX + 1)
        );
    }

    function test_DefaultOfAnotherVersionIsRefused() public {
        assertRefused(signed(default_(receipt, 1), BANK_A), reason(StaleVersion.selector, receipt, 1, 2));
    }

    function test_DefaultWorksInTheVersionsKeptForExits() public {
        wear(receipt, ReceiptWord.VERSION_MAX - 1);
        pass(signed(default_(receipt, version(receipt)), BANK_A));
    }

    function test_DefaultOfTheLastVersionIsRefused() public {
        wear(receipt, ReceiptWord.VERSION_MAX);
        assertRefused(
            signed(default_(receipt, version(receipt)), BANK_A), reason(VersionsExhausted.selector, receipt)
        );
    }

    // What else may happen meanwhile.

    function test_ReleaseInDefaultLeavesNoTraceOfThePledge() public {
        pass(signed(default_(receipt, 2), BANK_A));
        uint256 expected = word(receipt).next().withoutPledge();
        pass(signed(release(receipt, 3), BANK_A));
        assertEq(word(receipt), expected);
        assertFalse(expected.isInDefault());
        assertEq(expected.maturityDay(), 0);
        pass(signed(transfer(receipt, 4, BOB), ALICE, BOB));
    }

    function test_PortfolioReleaseTakesReceiptsInDefault() public {
        pass(signed(default_(receipt, 2), BANK_A));
        pass(signed(portfolioRelease(run(receipt, 1, 1)), BANK_A));
        assertFalse(word(receipt).isInDefault());
    }

    function test_PartDeliveryInDefaultLeavesTheNoticeAsItRuns() public {
        pass(signed(default_(receipt, 2), BANK_A));
        uint256 expected = word(receipt).next().withQuantity(QUANTITY - 1);
        pass(signed(delivery(receipt, 3, 1), ALICE, WAREHOUSE, BANK_A));
        assertEq(word(receipt), expected);
        assertTrue(expected.isInDefault());
    }

    function test_FullDeliveryInDefaultClosesTheReceipt() public {
        pass(signed(default_(receipt, 2), BANK_A));
        pass(signed(delivery(receipt, 3, QUANTITY), ALICE, WAREHOUSE, BANK_A));
        assertEq(word(receipt).status(), ReceiptWord.DELIVERED);
        assertFalse(word(receipt).isInDefault());
    }

    function test_HolderCannotTransferInDefault() public {
        pass(signed(default_(receipt, 2), BANK_A));
        assertRefused(
            signed(transfer(receipt, 3, BOB), ALICE, BOB), reason(Encumbered.selector, receipt, BANK_A)
        );
    }

    function test_ReceiptInDefaultSecuresNoSecondClaim() public {
        pass(signed(default_(receipt, 2), BANK_A));
        assertRefused(
            signed(pledge(receipt, 3, BANK_B), ALICE, WAREHOUSE, BANK_B),
            reason(AlreadyEncumbered.selector, receipt, BANK_A)
        );
    }

    function testFuzz_DefaultIsTakenAfterMaturityAndNeverBefore(uint16 day) public {
        uint256 today = bound(day, TODAY, ReceiptWord.DAY_MAX);
        warpTo(today);
        bytes memory act = signed(default_(receipt, 2), BANK_A);
        if (today <= DUE) return assertRefused(act, reason(NotDue.selector, receipt, DUE));
        pass(act);
        assertEq(word(receipt).maturityDay(), today);
    }

    function testFuzz_DefaultNeverTouchesTheNeighbour(uint8 which) public {
        vm.warp(NOW);
        uint64 first = issuedMany(POOL, ALICE, 4);
        pass(signed(portfolioPledge(run(first, 4, 1), BANK_A), ALICE, WAREHOUSE, BANK_A));
        warpTo(DUE + 1);
        uint64 chosen = first + which % 4;
        uint128[] memory before = ledger.receiptWords(first, 4);
        pass(signed(default_(chosen, 2), BANK_A));
        pass(signed(cure(chosen, 3, STORED_UNTIL), BANK_A));
        for (uint64 i = 0; i < 4; ++i) {
            if (first + i != chosen) assertEq(word(first + i), before[i]);
        }
    }
}
