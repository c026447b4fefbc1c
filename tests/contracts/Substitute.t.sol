// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract SubstituteTest is LedgerTest {
    using ReceiptWord for uint256;

    uint32 private constant WATCH = 13;

    uint64 private encumbered;
    uint64 private other;

    function setUp() public override {
        super.setUp();
        admit(WATCH, PartyWord.GUARDIAN);
        encumbered = pledged();
        other = issued(POOL, ALICE);
    }

    function test_PledgeMovesToTheSubstitute() public {
        substitutes(encumbered, other, WAREHOUSE);
    }

    function test_PledgeMovesWithinAPairAndFromOneToAnother() public {
        uint64 third = issued(POOL, ALICE);
        // Of three neighbours, two are a pair.
        assertTrue((encumbered >> 1 == other >> 1) != (other >> 1 == third >> 1));
        substitutes(encumbered, other, WAREHOUSE);
        substitutes(other, third, WAREHOUSE);
        substitutes(third, other, WAREHOUSE);
        substitutes(other, encumbered, WAREHOUSE);
    }

    function test_PledgeMovesToAnotherPoolAndAnotherWarehouseWhichAgrees() public {
        uint64 elsewhere = issued(OTHER_POOL, ALICE);
        assertRefused(
            signed(substitution(encumbered, 2, elsewhere, 1), ALICE, WAREHOUSE, BANK_A),
            reason(MissingConsent.selector, OTHER_WAREHOUSE, PartyWord.WAREHOUSE)
        );
        substitutes(encumbered, elsewhere, OTHER_WAREHOUSE);
    }

    function test_SubstitutionTakesPledgorWarehouseAndPledgee() public {
        Draft memory draft = substitution(encumbered, 2, other, 1);
        assertRefused(signed(draft, WAREHOUSE, BANK_A), reason(MissingConsent.selector, ALICE, 0));
        assertRefused(
            signed(draft, ALICE, BANK_A), reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(MissingConsent.selector, BANK_A, PartyWord.LENDER)
        );
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_B), reason(MissingConsent.selector, BANK_A, PartyWord.LENDER)
        );
    }

    function test_SuspendedPledgeeCannotSubstitute() public {
        suspend(BANK_A);
        assertRefused(
            signed(substitution(encumbered, 2, other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(PartyNotActive.selector, BANK_A)
        );
    }

    function test_SubstituteOfAnotherHolderIsRefused() public {
        uint64 bobs = issued(POOL, BOB);
        assertRefused(
            signed(substitution(encumbered, 2, bobs, 1), ALICE, WAREHOUSE, BANK_A),
            reason(NotHolder.selector, bobs, ALICE)
        );
    }

    function test_PledgedReceiptIsNoSubstitute() public {
        pass(signed(pledge(other, 1, BANK_B), ALICE, WAREHOUSE, BANK_B));
        assertRefused(
            signed(substitution(encumbered, 2, other, 2), ALICE, WAREHOUSE, BANK_A),
            reason(AlreadyEncumbered.selector, other, BANK_B)
        );
    }

    function test_ReceiptIsNoSubstituteForItself() public {
        assertRefused(
            signed(substitution(encumbered, 2, encumbered, 2), ALICE, WAREHOUSE, BANK_A),
            reason(AlreadyEncumbered.selector, encumbered, BANK_A)
        );
    }

    function test_ReceiptThatIsNotPledgedIsNotSubstituted() public {
        uint64 third = issued(POOL, ALICE);
        assertRefused(
            signed(substitution(other, 1, third, 1), ALICE, WAREHOUSE, BANK_A),
            reason(NotEncumbered.selector, other)
        );
    }

    function test_SubstitutionInDefaultIsRefused() public {
        uint64 unpaid = inDefault();
        assertRefused(
            signed(substitution(unpaid, 3, other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(AlreadyInDefault.selector, unpaid, DUE + 1)
        );
    }

    function test_ClaimThatIsOverdueIsNotSecuredAnew() public {
        warpTo(DUE + 1);
        assertRefused(
            signed(substitution(encumbered, 2, other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(MaturityPassed.selector, other, DUE)
        );
    }

    function test_SubstituteMustBeStoredUntilMaturity() public {
        uint64 longer = issued(POOL, ALICE);
        pass(signed(storageExtension(longer, 1, STORED_UNTIL + 9), ALICE, WAREHOUSE));
        Draft memory draft = pledge(longer, 2, BANK_A);
        draft.b = STORED_UNTIL + 1;
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(substitution(longer, 3, other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(MaturityAfterStorage.selector, other, STORED_UNTIL + 1, STORED_UNTIL)
        );
        warpTo(STORED_UNTIL + 1);
        assertRefused(
            signed(substitution(longer, 3, other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(StorageExpired.selector, other, STORED_UNTIL)
        );
    }

    function test_SubstituteMustBeCountedLately() public {
        vm.warp(NOW + uint256(COUNT_GOOD_FOR_DAYS) * 1 days);
        pass(signed(substitution(encumbered, 2, other, 1), ALICE, WAREHOUSE, BANK_A));
        vm.warp(NOW + (uint256(COUNT_GOOD_FOR_DAYS) + 1) * 1 days);
        assertRefused(
            signed(substitution(other, 2, encumbered, 3), ALICE, WAREHOUSE, BANK_A),
            reason(StaleAttestation.selector, POOL, TODAY)
        );
    }

    function test_SubstitutionWithoutTermsIsRefused() public {
        Draft memory draft = substitution(encumbered, 2, other, 1);
        draft.commitment = 0;
        assertRefused(signed(draft, ALICE, WAREHOUSE, BANK_A), reason(NoTradeBackground.selector, other));
    }

    function test_PledgeeThatStoresTheSubstituteIsRefused() public {
        uint32 both = 14;
        admit(both, PartyWord.WAREHOUSE | PartyWord.LENDER);
        uint32 itsPool = (both << 16) | 1;
        open(itsPool, both, false);
        uint64 stored = issued(itsPool, ALICE);
        uint64 elsewhere = issued(POOL, ALICE);
        pass(signed(pledge(elsewhere, 1, both), ALICE, WAREHOUSE, both));
        assertRefused(
            signed(substitution(elsewhere, 2, stored, 1), ALICE, both),
            reason(SelfPledge.selector, stored, both)
        );
    }

    function test_PausedPoolTakesNoSubstituteAndGivesOne() public {
        pass(signed(pausing(POOL, poolVersion(POOL)), WATCH));
        assertRefused(
            signed(substitution(encumbered, 2, other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(Paused.selector, POOL)
        );
        substitutes(encumbered, issued(OTHER_POOL, ALICE), OTHER_WAREHOUSE);
    }

    function test_PausedIsSaidBeforeNotHolder() public {
        uint64 bobs = issued(POOL, BOB);
        pass(signed(pausing(POOL, poolVersion(POOL)), WATCH));
        assertRefused(
            signed(substitution(encumbered, 2, bobs, 1), ALICE, WAREHOUSE, BANK_A),
            reason(Paused.selector, POOL)
        );
    }

    function test_WhatIsWrongWithTheReceiptIsSaidBeforeTheSubstitute() public {
        uint64 bobs = issued(POOL, BOB);
        assertRefused(
            signed(substitution(encumbered, 1, bobs, 1), ALICE, WAREHOUSE, BANK_A),
            reason(StaleVersion.selector, encumbered, 1, 2)
        );
    }

    function test_SubstitutionOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(substitution(encumbered, 3, other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(StaleVersion.selector, encumbered, 3, 2)
        );
        assertRefused(
            signed(substitution(encumbered, 2, other, 2), ALICE, WAREHOUSE, BANK_A),
            reason(StaleVersion.selector, other, 2, 1)
        );
    }

    function test_VersionsKeptForExitsAreNotForSubstitution() public {
        uint256 state = vm.snapshotState();
        wear(encumbered, ReceiptWord.VERSION_MAX - 16);
        assertRefused(
            signed(substitution(encumbered, version(encumbered), other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(VersionsExhausted.selector, encumbered)
        );
        vm.revertToState(state);
        wear(other, ReceiptWord.VERSION_MAX - 16);
        assertRefused(
            signed(substitution(encumbered, 2, other, version(other)), ALICE, WAREHOUSE, BANK_A),
            reason(VersionsExhausted.selector, other)
        );
    }

    function test_UnknownOrEndedReceiptsAreRefused() public {
        uint64 unknown = other + 1;
        assertRefused(
            signed(substitution(unknown, 1, other, 1), ALICE, WAREHOUSE, BANK_A),
            reason(UnknownReceipt.selector, unknown)
        );
        assertRefused(
            signed(substitution(encumbered, 2, unknown, 1), ALICE, WAREHOUSE, BANK_A),
            reason(UnknownReceipt.selector, unknown)
        );
        pass(signed(delivery(other, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(substitution(encumbered, 2, other, 2), ALICE, WAREHOUSE, BANK_A),
            reason(NotOpen.selector, other, ReceiptWord.DELIVERED)
        );
    }

    function substitutes(uint64 from, uint64 to, uint32 warehouse) private {
        uint256 freed = word(from).next().withoutPledge();
        uint256 taken = word(to).next().withPledge(BANK_A, DUE);
        uint256 besides = word(to + 1);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Substituted(from, uint128(freed), to, TERMS);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Pledged(to, uint128(taken), TERMS);
        pass(signed(substitution(from, version(from), to, version(to)), ALICE, warehouse, BANK_A));
        assertEq(word(from), freed);
        assertEq(word(to), taken);
        if (to + 1 != from) assertEq(word(to + 1), besides);
    }
}
