// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract ClaimTest is LedgerTest {
    using ReceiptWord for uint256;

    uint64 private receipt;
    uint64 private claimed;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
        claimed = issued(POOL, ALICE);
        pass(signed(claimNote(claimed, 1), WAREHOUSE));
    }

    function test_WarehouseNotesAClaim() public {
        uint256 expected = word(receipt).next() | ReceiptWord.CLAIMED;
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ClaimNoted(receipt, uint128(expected), TERMS);
        pass(signed(claimNote(receipt, 1), WAREHOUSE));
        assertEq(word(receipt), expected);
        assertTrue(expected.isClaimed());
    }

    function test_WarehouseLiftsTheClaim() public {
        uint256 expected = word(claimed).next() & ~ReceiptWord.CLAIMED;
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ClaimLifted(claimed, uint128(expected), TERMS);
        pass(signed(claimLift(claimed, 2), WAREHOUSE));
        assertEq(word(claimed), expected);
        pass(signed(pledge(claimed, 3, BANK_A), ALICE, WAREHOUSE, BANK_A));
    }

    function test_AuthorityLiftsTheClaim() public {
        pass(signed(claimLift(claimed, 2), COURT));
        assertFalse(word(claimed).isClaimed());
    }

    function test_ClaimIsLiftedByOneOfThemAndNotByBoth() public {
        assertRefused(signed(claimLift(claimed, 2), WAREHOUSE, COURT), reason(SurplusSignature.selector, 1));
        assertRefused(signed(claimLift(claimed, 2), COURT, WAREHOUSE), reason(SurplusSignature.selector, 1));
    }

    function test_NobodyButTheWarehouseNotesAClaim() public {
        uint32[5] memory others = [ALICE, BANK_A, OTHER_WAREHOUSE, REGISTRAR, COURT];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(claimNote(receipt, 1), others[i]),
                reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
            );
        }
    }

    function test_HolderCannotLiftTheClaim() public {
        uint32[4] memory others = [ALICE, BANK_A, OTHER_WAREHOUSE, REGISTRAR];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(claimLift(claimed, 2), others[i]),
                reason(WrongRole.selector, others[i], PartyWord.AUTHORITY)
            );
        }
        assertRefused(
            unsigned(claimLift(claimed, 2)), reason(MissingConsent.selector, 0, PartyWord.AUTHORITY)
        );
    }

    function test_SuspendedWarehouseNeitherNotesNorLifts() public {
        suspend(WAREHOUSE);
        assertRefused(signed(claimNote(receipt, 1), WAREHOUSE), reason(PartyNotActive.selector, WAREHOUSE));
        assertRefused(signed(claimLift(claimed, 2), WAREHOUSE), reason(PartyNotActive.selector, WAREHOUSE));
    }

    function test_SecondClaimIsNotNoted() public {
        assertRefused(signed(claimNote(claimed, 2), WAREHOUSE), reason(ThirdPartyClaim.selector, claimed));
    }

    function test_ClaimThatWasNotNotedCannotBeLifted() public {
        assertRefused(signed(claimLift(receipt, 1), WAREHOUSE), reason(NoClaim.selector, receipt));
        assertRefused(signed(claimLift(receipt, 1), COURT), reason(NoClaim.selector, receipt));
    }

    function test_ClaimedGoodsCannotBePledged() public {
        assertRefused(
            signed(pledge(claimed, 2, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(ThirdPartyClaim.selector, claimed)
        );
        assertRefused(
            signed(portfolioPledge(run(receipt, 2, 1), BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(ThirdPartyClaim.selector, claimed)
        );
    }

    function test_ClaimedGoodsCannotTakeThePlaceOfPledgedOnes() public {
        uint64 encumbered = pledged();
        assertRefused(
            signed(substitution(encumbered, 2, claimed, 2), ALICE, WAREHOUSE, BANK_A),
            reason(ThirdPartyClaim.selector, claimed)
        );
    }

    function test_PledgeOutlivesAClaimAndCanBeExchangedForABetterOne() public {
        uint64 encumbered = pledged();
        pass(signed(claimNote(encumbered, 2), WAREHOUSE));
        assertEq(word(encumbered).pledgee(), BANK_A);
        assertRefused(
            signed(pledge(encumbered, 3, BANK_B), ALICE, WAREHOUSE, BANK_B),
            reason(AlreadyEncumbered.selector, encumbered, BANK_A)
        );
        pass(signed(substitution(encumbered, 3, receipt, 1), ALICE, WAREHOUSE, BANK_A));
        assertTrue(word(encumbered).isClaimed());
        assertFalse(word(receipt).isClaimed());
    }

    function test_PledgeUnderAClaimIsEnforcedAndTheClaimGoesWithTheGoods() public {
        uint64 encumbered = pledged();
        pass(signed(claimNote(encumbered, 2), WAREHOUSE));
        pass(signed(assignment(encumbered, 3, BANK_B), BANK_A, BANK_B));
        warpTo(DUE + 1);
        pass(signed(default_(encumbered, 4), BANK_B));
        pass(signed(cure(encumbered, 5, DUE + 1), BANK_B));
        warpTo(DUE + 2);
        pass(signed(default_(encumbered, 6), BANK_B));
        warpTo(DUE + 2 + NOTICE_DAYS + 1);
        pass(signed(enforcement(encumbered, 7, BOB), BANK_B, BOB));
        assertTrue(word(encumbered).isClaimed());
        assertEq(word(encumbered).holder(), BOB);
    }

    function test_ClaimedGoodsLeaveByEveryExit() public {
        pass(signed(transfer(claimed, 2, BOB), ALICE, BOB));
        pass(signed(storageExtension(claimed, 3, STORED_UNTIL + 1), BOB, WAREHOUSE));
        pass(signed(toPaper(claimed, 4), BOB, WAREHOUSE));
        pass(signed(fromPaper(claimed, 5), BOB, WAREHOUSE));
        pass(signed(invalidation(claimed, 6), BOB));
        freeze(claimed);
        pass(signed(unfreezing(claimed, 8), COURT));
        assertTrue(word(claimed).isClaimed());
        pass(signed(delivery(claimed, 9, QUANTITY), BOB, WAREHOUSE));
    }

    function test_FrozenIsSaidBeforeClaimed() public {
        freeze(claimed);
        assertRefused(signed(claimNote(claimed, 3), WAREHOUSE), reason(Frozen.selector, claimed));
        assertRefused(
            signed(pledge(claimed, 3, BANK_A), ALICE, WAREHOUSE, BANK_A), reason(Frozen.selector, claimed)
        );
    }

    function test_FrozenIsSaidBeforeNoClaim() public {
        freeze(receipt);
        assertRefused(signed(claimLift(receipt, 2), WAREHOUSE), reason(Frozen.selector, receipt));
    }

    function test_ClaimOfAnotherVersionIsRefused() public {
        assertRefused(signed(claimNote(receipt, 2), WAREHOUSE), reason(StaleVersion.selector, receipt, 2, 1));
        assertRefused(signed(claimLift(claimed, 1), WAREHOUSE), reason(StaleVersion.selector, claimed, 1, 2));
    }

    function test_ClaimIsNotedAfterStorage() public {
        warpTo(STORED_UNTIL + 1);
        pass(signed(claimNote(receipt, 1), WAREHOUSE));
        pass(signed(claimLift(receipt, 2), WAREHOUSE));
    }

    function test_VersionsKeptForExitsAreNotForClaims() public {
        wear(receipt, ReceiptWord.VERSION_MAX - 16);
        wear(claimed, ReceiptWord.VERSION_MAX - 16);
        assertRefused(
            signed(claimNote(receipt, version(receipt)), WAREHOUSE),
            reason(VersionsExhausted.selector, receipt)
        );
        assertRefused(
            signed(claimLift(claimed, version(claimed)), WAREHOUSE),
            reason(VersionsExhausted.selector, claimed)
        );
    }

    function test_ClaimOnUnknownOrEndedReceiptIsRefused() public {
        uint64 unknown = claimed + 1;
        assertRefused(signed(claimNote(unknown, 1), WAREHOUSE), reason(UnknownReceipt.selector, unknown));
        assertRefused(signed(claimLift(unknown, 1), WAREHOUSE), reason(UnknownReceipt.selector, unknown));
        pass(signed(delivery(claimed, 2, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(claimLift(claimed, 3), WAREHOUSE), reason(NotOpen.selector, claimed, ReceiptWord.DELIVERED)
        );
        assertRefused(
            signed(claimNote(claimed, 3), WAREHOUSE), reason(NotOpen.selector, claimed, ReceiptWord.DELIVERED)
        );
    }
}
