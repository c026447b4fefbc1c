// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract CureTest is LedgerTest {
    using ReceiptWord for uint256;

    uint16 private constant NEW_DUE = DUE + 60;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = inDefault();
    }

    function test_CureClearsTheFlagAndSetsTheMaturity() public {
        uint256 expected = word(receipt).next().cured(NEW_DUE);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Cured(receipt, uint128(expected), TERMS);
        pass(signed(cure(receipt, 3, NEW_DUE), BANK_A));
        assertEq(word(receipt), expected);
        assertFalse(expected.isInDefault());
        assertTrue(expected.isEncumbered());
        assertEq(expected.maturityDay(), NEW_DUE);
        assertEq(expected.pledgee(), BANK_A);
    }

    function test_CuredPledgeIsLikeOneThatWasNeverInDefault() public {
        pass(signed(cure(receipt, 3, NEW_DUE), BANK_A));
        warpTo(NEW_DUE);
        assertRefused(signed(default_(receipt, 4), BANK_A), reason(NotDue.selector, receipt, NEW_DUE));
        warpTo(NEW_DUE + 1);
        pass(signed(default_(receipt, 4), BANK_A));
        assertEq(word(receipt).maturityDay(), NEW_DUE + 1);
    }

    function test_CureAfterTheNoticeIsTaken() public {
        warpTo(DUE + 1 + NOTICE_DAYS + 5);
        pass(signed(cure(receipt, 3, NEW_DUE), BANK_A));
    }

    function test_CureUntilTodayIsTaken() public {
        pass(signed(cure(receipt, 3, DUE + 1), BANK_A));
    }

    function test_CureUntilYesterdayIsRefused() public {
        assertRefused(signed(cure(receipt, 3, DUE), BANK_A), reason(MaturityPassed.selector, receipt, DUE));
    }

    function test_CureUntilTheLastDayOfStorageIsTaken() public {
        pass(signed(cure(receipt, 3, STORED_UNTIL), BANK_A));
    }

    function test_CureBeyondStorageIsRefused() public {
        assertRefused(
            signed(cure(receipt, 3, STORED_UNTIL + 1), BANK_A),
            reason(MaturityAfterStorage.selector, receipt, STORED_UNTIL + 1, STORED_UNTIL)
        );
    }

    function test_CureOfADayThatDoesNotFitTheWordIsRefused() public {
        assertRefused(
            signed(cure(receipt, 3, type(uint16).max), BANK_A),
            reason(MaturityAfterStorage.selector, receipt, type(uint16).max, STORED_UNTIL)
        );
    }

    function test_AfterStorageThereIsNoDayToCureUntil() public {
        warpTo(STORED_UNTIL + 1);
        assertRefused(
            signed(cure(receipt, 3, STORED_UNTIL), BANK_A),
            reason(MaturityPassed.selector, receipt, STORED_UNTIL)
        );
        pass(signed(release(receipt, 3), BANK_A));
    }

    function test_CureOfAPledgeThatIsNotInDefaultIsRefused() public {
        pass(signed(cure(receipt, 3, NEW_DUE), BANK_A));
        assertRefused(signed(cure(receipt, 4, NEW_DUE), BANK_A), reason(NotInDefault.selector, receipt));
    }

    function test_CureOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(signed(cure(unknown, 3, NEW_DUE), BANK_A), reason(UnknownReceipt.selector, unknown));
    }

    function test_CureOfDeliveredReceiptIsRefused() public {
        pass(signed(delivery(receipt, 3, QUANTITY), ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(cure(receipt, 4, NEW_DUE), BANK_A),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_CureOfFreeReceiptIsRefused() public {
        pass(signed(release(receipt, 3), BANK_A));
        assertRefused(signed(cure(receipt, 4, NEW_DUE), BANK_A), reason(NotEncumbered.selector, receipt));
    }

    function test_NobodyButThePledgeeCures() public {
        assertRefused(unsigned(cure(receipt, 3, NEW_DUE)), reason(MissingConsent.selector, BANK_A, 0));
        uint32[6] memory others = [ALICE, WAREHOUSE, BANK_B, REGISTRAR, COURT, INSPECTOR];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(cure(receipt, 3, NEW_DUE), others[i]), reason(MissingConsent.selector, BANK_A, 0)
            );
        }
    }

    function test_SuspendedPledgeeCanStillCure() public {
        suspend(BANK_A);
        pass(signed(cure(receipt, 3, NEW_DUE), BANK_A));
    }

    function test_CureOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(signed(cure(receipt, 4, NEW_DUE), BANK_A), reason(Frozen.selector, receipt));
    }

    function test_CureOfAnotherVersionIsRefused() public {
        assertRefused(signed(cure(receipt, 2, NEW_DUE), BANK_A), reason(StaleVersion.selector, receipt, 2, 3));
    }

    function test_CureWorksInTheVersionsKeptForExits() public {
        wear(receipt, ReceiptWord.VERSION_MAX - 1);
        pass(signed(cure(receipt, version(receipt), NEW_DUE), BANK_A));
    }

    function test_CureOfTheLastVersionIsRefused() public {
        wear(receipt, ReceiptWord.VERSION_MAX);
        assertRefused(
            signed(cure(receipt, version(receipt), NEW_DUE), BANK_A),
            reason(VersionsExhausted.selector, receipt)
        );
    }
}
