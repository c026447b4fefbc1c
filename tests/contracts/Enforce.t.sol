// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract EnforceTest is LedgerTest {
    using ReceiptWord for uint256;

    uint16 private constant LAST_DAY_OF_NOTICE = DUE + 1 + NOTICE_DAYS;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = afterNotice();
    }

    function test_TheNoticeIsTenDays() public view {
        assertEq(ledger.NOTICE_DAYS(), NOTICE_DAYS);
    }

    function test_EnforcementEndsThePledgeAndMovesTheHolder() public {
        uint256 expected = word(receipt).next().withoutPledge().withHolder(BOB);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Enforced(receipt, uint128(expected), TERMS);
        pass(signed(enforcement(receipt, 3, BOB), BANK_A, BOB));
        assertEq(word(receipt), expected);
        assertEq(expected.holder(), BOB);
        assertEq(expected.pledgee(), 0);
        assertEq(expected.maturityDay(), 0);
        assertEq(expected.quantity(), QUANTITY);
        assertFalse(expected.isEncumbered());
        assertFalse(expected.isInDefault());
    }

    function test_NewHolderTransfersOnAndTheFormerCannot() public {
        pass(signed(enforcement(receipt, 3, BOB), BANK_A, BOB));
        assertRefused(
            signed(transfer(receipt, 4, TRADING_BANK), ALICE, TRADING_BANK),
            reason(MissingConsent.selector, BOB, 0)
        );
        pass(signed(transfer(receipt, 4, TRADING_BANK), BOB, TRADING_BANK));
    }

    function test_PledgeeThatMayHoldTakesTheReceiptItself() public {
        vm.warp(NOW);
        uint64 own = issued(POOL, ALICE);
        pass(signed(pledge(own, 1, TRADING_BANK), ALICE, WAREHOUSE, TRADING_BANK));
        warpTo(DUE + 1);
        pass(signed(default_(own, 2), TRADING_BANK));
        warpTo(LAST_DAY_OF_NOTICE + 1);
        pass(signed(enforcement(own, 3, TRADING_BANK), TRADING_BANK));
        assertEq(word(own).holder(), TRADING_BANK);
        assertEq(word(own).pledgee(), 0);
    }

    function test_PledgeeThatMayHoldNothingCannotTakeTheReceiptItself() public {
        assertRefused(
            signed(enforcement(receipt, 3, BANK_A), BANK_A, BANK_A),
            reason(WrongRole.selector, BANK_A, PartyWord.HOLDER)
        );
        assertRefused(
            signed(enforcement(receipt, 3, BANK_A), BANK_A),
            reason(MissingConsent.selector, BANK_A, PartyWord.HOLDER)
        );
    }

    function test_EnforcementOnTheLastDayOfTheNoticeIsRefused() public {
        vm.warp(EPOCH + uint256(LAST_DAY_OF_NOTICE) * 1 days + 1 days - 1);
        assertRefused(
            signed(enforcement(receipt, 3, BOB), BANK_A, BOB),
            reason(NoticeRunning.selector, receipt, LAST_DAY_OF_NOTICE)
        );
    }

    function test_EnforcementInTheFirstSecondAfterTheNoticeIsTaken() public {
        vm.warp(EPOCH + uint256(LAST_DAY_OF_NOTICE) * 1 days + 1 days);
        pass(signed(enforcement(receipt, 3, BOB), BANK_A, BOB));
    }

    function test_NoticeOfTheLastDayThatFitsTheWordStillRuns() public {
        vm.warp(NOW);
        uint64 late = pledged();
        warpTo(ReceiptWord.DAY_MAX);
        pass(signed(default_(late, 2), BANK_A));
        warpTo(ReceiptWord.DAY_MAX + NOTICE_DAYS);
        assertRefused(
            signed(enforcement(late, 3, BOB), BANK_A, BOB),
            reason(NoticeRunning.selector, late, ReceiptWord.DAY_MAX + NOTICE_DAYS)
        );
        warpTo(ReceiptWord.DAY_MAX + NOTICE_DAYS + 1);
        pass(signed(enforcement(late, 3, BOB), BANK_A, BOB));
    }

    function test_EnforcementAfterStorageIsTaken() public {
        warpTo(STORED_UNTIL + 10);
        pass(signed(enforcement(receipt, 3, BOB), BANK_A, BOB));
        pass(signed(delivery(receipt, 4, QUANTITY), BOB, WAREHOUSE));
    }

    function test_EnforcementWithoutDefaultIsRefused() public {
        vm.warp(NOW);
        uint64 paid = pledged();
        warpTo(LAST_DAY_OF_NOTICE + 1);
        assertRefused(signed(enforcement(paid, 2, BOB), BANK_A, BOB), reason(NotInDefault.selector, paid));
    }

    function test_EnforcementAfterACureIsRefused() public {
        pass(signed(cure(receipt, 3, STORED_UNTIL), BANK_A));
        assertRefused(
            signed(enforcement(receipt, 4, BOB), BANK_A, BOB), reason(NotInDefault.selector, receipt)
        );
    }

    function test_NoticeOfACuredDefaultDoesNotCountForTheNext() public {
        pass(signed(cure(receipt, 3, LAST_DAY_OF_NOTICE + 1), BANK_A));
        warpTo(LAST_DAY_OF_NOTICE + 2);
        pass(signed(default_(receipt, 4), BANK_A));
        assertRefused(
            signed(enforcement(receipt, 5, BOB), BANK_A, BOB),
            reason(NoticeRunning.selector, receipt, LAST_DAY_OF_NOTICE + 2 + NOTICE_DAYS)
        );
    }

    function test_SecondEnforcementIsRefused() public {
        pass(signed(enforcement(receipt, 3, BOB), BANK_A, BOB));
        assertRefused(
            signed(enforcement(receipt, 4, TRADING_BANK), BANK_A, TRADING_BANK),
            reason(NotEncumbered.selector, receipt)
        );
    }

    function test_EnforcementOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(
            signed(enforcement(unknown, 3, BOB), BANK_A, BOB), reason(UnknownReceipt.selector, unknown)
        );
    }

    function test_EnforcementOfDeliveredReceiptIsRefused() public {
        pass(signed(delivery(receipt, 3, QUANTITY), ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(enforcement(receipt, 4, BOB), BANK_A, BOB),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_NobodyButThePledgeeEnforces() public {
        uint32[6] memory others = [ALICE, WAREHOUSE, BANK_B, REGISTRAR, COURT, INSPECTOR];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(enforcement(receipt, 3, BOB), others[i], BOB),
                reason(MissingConsent.selector, BANK_A, 0)
            );
        }
        assertRefused(signed(enforcement(receipt, 3, BOB), BOB), reason(MissingConsent.selector, BANK_A, 0));
    }

    function test_NobodyIsMadeAHolderByEnforcementWithoutAgreeing() public {
        assertRefused(
            signed(enforcement(receipt, 3, BOB), BANK_A),
            reason(MissingConsent.selector, BOB, PartyWord.HOLDER)
        );
    }

    function test_SuspendedPledgeeCannotEnforce() public {
        suspend(BANK_A);
        assertRefused(
            signed(enforcement(receipt, 3, BOB), BANK_A, BOB), reason(PartyNotActive.selector, BANK_A)
        );
    }

    function test_EnforcementForASuspendedTransfereeIsRefused() public {
        suspend(BOB);
        assertRefused(signed(enforcement(receipt, 3, BOB), BANK_A, BOB), reason(PartyNotActive.selector, BOB));
    }

    function test_EnforcementForAPartyThatMayHoldNothingIsRefused() public {
        assertRefused(
            signed(enforcement(receipt, 3, BANK_B), BANK_A, BANK_B),
            reason(WrongRole.selector, BANK_B, PartyWord.HOLDER)
        );
    }

    function test_SuspensionOfTheHolderDoesNotStopEnforcement() public {
        suspend(ALICE);
        pass(signed(enforcement(receipt, 3, BOB), BANK_A, BOB));
    }

    function test_EnforcementForTheHolderIsRefused() public {
        assertRefused(
            signed(enforcement(receipt, 3, ALICE), BANK_A, ALICE),
            reason(SelfTransfer.selector, receipt, ALICE)
        );
    }

    function test_EnforcementOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(signed(enforcement(receipt, 4, BOB), BANK_A, BOB), reason(Frozen.selector, receipt));
    }

    function test_EnforcementOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(enforcement(receipt, 2, BOB), BANK_A, BOB), reason(StaleVersion.selector, receipt, 2, 3)
        );
    }

    function test_EnforcementWorksInTheVersionsKeptForExits() public {
        wear(receipt, ReceiptWord.VERSION_MAX - 1);
        pass(signed(enforcement(receipt, version(receipt), BOB), BANK_A, BOB));
    }

    function test_EnforcementOfTheLastVersionIsRefused() public {
        wear(receipt, ReceiptWord.VERSION_MAX);
        assertRefused(
            signed(enforcement(receipt, version(receipt), BOB), BANK_A, BOB),
            reason(VersionsExhausted.selector, receipt)
        );
    }

    function testFuzz_EnforcementIsTakenAfterTheNoticeAndNeverBefore(uint16 days_) public {
        vm.warp(NOW);
        uint64 unpaid = inDefault();
        uint256 today = DUE + 1 + uint256(days_) % 30;
        warpTo(today);
        bytes memory act = signed(enforcement(unpaid, 3, BOB), BANK_A, BOB);
        if (today <= LAST_DAY_OF_NOTICE) {
            return assertRefused(act, reason(NoticeRunning.selector, unpaid, LAST_DAY_OF_NOTICE));
        }
        pass(act);
    }

    function testFuzz_EnforcementNeverTouchesTheNeighbour(uint8 which) public {
        vm.warp(NOW);
        uint64 first = issuedMany(POOL, ALICE, 4);
        pass(signed(portfolioPledge(run(first, 4, 1), BANK_A), ALICE, WAREHOUSE, BANK_A));
        warpTo(DUE + 1);
        uint64 chosen = first + which % 4;
        pass(signed(default_(chosen, 2), BANK_A));
        warpTo(LAST_DAY_OF_NOTICE + 1);
        uint128[] memory before = ledger.receiptWords(first, 4);
        pass(signed(enforcement(chosen, 3, BOB), BANK_A, BOB));
        for (uint64 i = 0; i < 4; ++i) {
            if (first + i != chosen) assertEq(word(first + i), before[i]);
        }
    }
}
