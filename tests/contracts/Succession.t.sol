// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Vm.sol";
import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {HeirTest} from "./support/HeirTest.sol";

/// @title While the predecessor still runs
contract BeforeTheSealTest is HeirTest {
    address private spare = vm.addr(keyOf(60));

    function setUp() public override {
        super.setUp();
        // All but one.
        for (uint256 i = 1; i < pools.length; ++i) {
            sealPool(pools[i]);
        }
        ledger = deploy(address(old));
    }

    function test_HeirKnowsItsPredecessor() public view {
        assertEq(ledger.predecessor(), address(old));
        assertEq(old.predecessor(), address(0));
        assertFalse(old.isSealed());
        assertFalse(ledger.isSealed());
    }

    function test_NoPoolIsOpened() public {
        admit(WAREHOUSE, PartyWord.WAREHOUSE);
        assertRefused(
            signed(opening(POOL + 9, false), REGISTRAR, WAREHOUSE),
            abi.encodeWithSelector(PredecessorNotSealed.selector)
        );
    }

    function test_PoolOfThePredecessorIsSaidToExist() public {
        admit(WAREHOUSE, PartyWord.WAREHOUSE);
        assertRefused(signed(opening(COILS, false), REGISTRAR, WAREHOUSE), reason(PoolExists.selector, COILS));
    }

    function test_NothingComesOver() public {
        admit(WAREHOUSE, PartyWord.WAREHOUSE);
        admit(INSPECTOR, PartyWord.INSPECTOR);
        admit(COURT, PartyWord.AUTHORITY);
        assertRefused(signed(freezing(coils, 1), COURT), reason(UnknownReceipt.selector, coils));
        assertRefused(signed(attestation(COILS, 2, ATTESTED), INSPECTOR), reason(UnknownPool.selector, COILS));
        assertRefused(
            signed(issue(COILS, 2, ALICE), WAREHOUSE, INSPECTOR), reason(UnknownPool.selector, COILS)
        );
    }

    function test_PartyOfThePredecessorIsAdmittedWithItsKey() public {
        admit(ALICE, PartyWord.HOLDER);
        assertEq(ledger.keyWord(vm.addr(keyOf(ALICE))), PartyWord.keyOf(ALICE, ledger.partyWord(ALICE)));
    }

    function test_NumberOfAPartyOfThePredecessorGoesToNobodyElse() public {
        address bob = vm.addr(keyOf(BOB));
        assertRefused(
            signed(admission(ALICE, PartyWord.HOLDER, bob), REGISTRAR, BOB),
            reason(KeyNotBound.selector, uint160(bob), ALICE)
        );
        assertRefused(
            signed(admission(ALICE, PartyWord.HOLDER, spare), REGISTRAR, 60),
            reason(KeyNotBound.selector, uint160(spare), ALICE)
        );
    }

    /// @dev The registrar could else admit itself here under a number that it gives to somebody there, who then takes
    /// receipts.
    function test_NumberThatIsStillFreeThereIsNotGivenAwayHere() public {
        assertRefused(
            signed(admission(NOBODY, PartyWord.HOLDER, spare), REGISTRAR, 60),
            abi.encodeWithSelector(PredecessorNotSealed.selector)
        );
    }

    function test_EverythingComesOnceTheLastPoolIsSealed() public {
        ledger = old;
        sealPool(POOL);
        ledger = deploy(address(old));
        assertTrue(old.isSealed());
        admit(WAREHOUSE, PartyWord.WAREHOUSE);
        admit(ALICE, PartyWord.HOLDER);
        admit(BOB, PartyWord.HOLDER);
        pass(signed(opening(POOL + 9, false), REGISTRAR, WAREHOUSE));
        pass(signed(admission(NOBODY, PartyWord.HOLDER, spare), REGISTRAR, 60));
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
    }
}

/// @title What the predecessor hands down
contract SuccessionTest is HeirTest {
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    function setUp() public override {
        super.setUp();
        sealPools();
        succeed();
    }

    // Parties.

    function test_EveryKeyOfAPartyAdmitsItAnew() public {
        uint32 newcomer = 50;
        ledger = old;
        admit(newcomer, PartyWord.HOLDER);
        address second = vm.addr(keyOf(60));
        pass(signed(binding(newcomer, 1, second), REGISTRAR, newcomer));
        pass(signed(revocation(newcomer, 2, vm.addr(keyOf(newcomer))), newcomer));
        ledger = deploy(address(old));
        address first = vm.addr(keyOf(newcomer));
        assertRefused(
            signed(admission(newcomer, PartyWord.HOLDER, first), REGISTRAR, newcomer),
            reason(KeyNotBound.selector, uint160(first), newcomer)
        );
        pass(signed(admission(newcomer, PartyWord.HOLDER, second), REGISTRAR, 60));
    }

    function test_PartyThatIsNotAdmittedHereAgreesToNothing() public {
        ledger = deploy(address(old));
        admit(BOB, PartyWord.HOLDER);
        touch(receipt);
        assertRefused(
            signed(transfer(receipt, 1, BOB), ALICE, BOB),
            reason(UnknownKey.selector, uint160(vm.addr(keyOf(ALICE))))
        );
    }

    // First touch.

    function test_PoolComesOverBeforeItsReceiptAndTheReceiptBeforeTheAct() public {
        uint256 pool = uint256(old.poolWord(POOL)).handedDown();
        uint256 before = old.receiptWord(receipt);
        uint256 sold = before.next().withHolder(BOB);
        vm.recordLogs();
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3);
        assertLog(logs[0], PoolBroughtOver.selector, POOL, abi.encode(pool));
        assertLog(logs[1], ReceiptBroughtOver.selector, receipt, abi.encode(before));
        assertLog(logs[2], Transferred.selector, receipt, abi.encode(sold, TERMS));
        assertEq(ledger.poolWord(POOL), pool);
        assertEq(word(receipt), sold);
        // The neighbour in the storage word stays where it is until it is named.
        assertEq(receipt >> 1, uint64(receipt) >> 1);
        assertEq(word(neighbour), 0);
        assertEq(ledger.poolWord(COILS), 0);
    }

    function test_PoolComesOverOnce() public {
        touch(receipt);
        pass(signed(attestation(POOL, poolVersion(POOL), ATTESTED - 1000), INSPECTOR));
        uint256 pool = ledger.poolWord(POOL);
        vm.recordLogs();
        pass(signed(freezing(neighbour, 1), COURT));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 2);
        assertLog(logs[0], ReceiptBroughtOver.selector, neighbour, abi.encode(old.receiptWord(neighbour)));
        assertEq(ledger.poolWord(POOL), pool);
    }

    function test_ReceiptComesOverOnce() public {
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
        uint256 sold = word(receipt);
        vm.recordLogs();
        touch(receipt);
        assertEq(vm.getRecordedLogs().length, 1);
        assertEq(word(receipt), sold);
        assertRefused(signed(transfer(receipt, 1, BOB), ALICE, BOB), reason(MissingConsent.selector, BOB, 0));
    }

    function test_ReceiptThatHasEndedHereDoesNotComeAgain() public {
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_AnybodyBringsAReceiptOverAndNothingElseHappens() public {
        bytes memory act = unsigned(release(encumbered, 2));
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ReceiptBroughtOver(encumbered, uint128(old.receiptWord(encumbered)));
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ActRefused(ledger.digestOf(act), encumbered, reason(MissingConsent.selector, BANK_A, 0));
        assertEq(ledger.relay(act), 1);
        assertEq(word(encumbered), old.receiptWord(encumbered));
        expectRefusal(unsigned(invalidation(receipt, 1)), reason(MissingConsent.selector, ALICE, 0));
        assertEq(word(receipt), 0);
    }

    function test_ReceiptThatNobodyKnowsIsUnknown() public {
        touch(receipt);
        uint64 unknown = receiptIdOf(POOL, nextSerial(POOL));
        assertRefused(signed(transfer(unknown, 1, BOB), ALICE, BOB), reason(UnknownReceipt.selector, unknown));
        assertRefused(
            signed(attestation(POOL + 100, 1, 1), INSPECTOR), reason(UnknownPool.selector, POOL + 100)
        );
    }

    function test_ReceiptThatHasEndedStaysEnded() public {
        bytes memory act = signed(delivery(ended, 2, 1), ALICE, WAREHOUSE);
        bytes memory refusal = reason(NotOpen.selector, ended, ReceiptWord.DELIVERED);
        vm.expectRevert(refusal);
        ledger.execute(act);
        assertEq(ledger.relay(act), 1);
        assertEq(word(ended), old.receiptWord(ended));
        assertRefused(act, refusal);
    }

    // Every kind of act, as the first that names what it is about.

    function test_TransferBringsOver() public {
        brings(transfer(receipt, 1, BOB), ALICE, BOB);
    }

    function test_PledgeBringsOver() public {
        brings(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A);
    }

    function test_ReleaseBringsOver() public {
        brings(release(encumbered, 2), BANK_A);
    }

    function test_DeliveryBringsOver() public {
        brings(delivery(receipt, 1, 1), ALICE, WAREHOUSE);
        assertEq(ledger.poolWord(POOL).receipted(), old.poolWord(POOL).receipted() - 1);
    }

    function test_FreezeBringsOver() public {
        brings(freezing(receipt, 1), COURT);
    }

    function test_UnfreezeBringsOver() public {
        brings(unfreezing(frozen, 2), COURT);
    }

    function test_AssignmentBringsOver() public {
        brings(assignment(encumbered, 2, BANK_B), BANK_A, BANK_B);
    }

    function test_DefaultBringsOverAndCureAndEnforcementFollow() public {
        warpTo(DUE + 1);
        brings(default_(encumbered, 2), BANK_A);
        pass(signed(cure(encumbered, 3, DUE + 1), BANK_A));
        warpTo(DUE + 2);
        pass(signed(default_(encumbered, 4), BANK_A));
        warpTo(DUE + 2 + NOTICE_DAYS + 1);
        pass(signed(enforcement(encumbered, 5, BOB), BANK_A, BOB));
    }

    function test_ExtensionBringsOver() public {
        brings(storageExtension(receipt, 1, STORED_UNTIL + 1), ALICE, WAREHOUSE);
    }

    function test_PaperBringsOverBothWays() public {
        brings(toPaper(receipt, 1), ALICE, WAREHOUSE);
        brings(fromPaper(onPaper, 2), ALICE, WAREHOUSE);
    }

    function test_ClaimBringsOverBothWays() public {
        brings(claimNote(receipt, 1), WAREHOUSE);
        brings(claimLift(claimed, 2), COURT);
    }

    function test_InvalidationBringsOver() public {
        brings(invalidation(receipt, 1), ALICE);
    }

    function test_SplitBringsOver() public {
        Draft memory draft = draftOf(Kind.Split, receipt, 1);
        draft.a = uint56(QUANTITY - 1);
        draft.b = (uint48(old.poolWord(POOL).nextSerial()) << 16) | 1;
        draft.words = draft.words.append(bytes32(uint256(1) << 16)).append("content");
        brings(draft, ALICE, WAREHOUSE);
        assertEq(word(receiptIdOf(POOL, nextSerial(POOL) - 1)).quantity(), 1);
    }

    function test_ReplacementBringsOver() public {
        Draft memory draft = draftOf(Kind.Replace, receipt, 1);
        draft.a = uint56(QUANTITY);
        draft.b = uint48(old.poolWord(POOL).nextSerial());
        brings(draft, ALICE, WAREHOUSE);
    }

    function test_CancellationBringsOver() public {
        brings(draftOf(Kind.Cancel, cancellable, 1), TRADING_WAREHOUSE);
    }

    function test_WriteDownBringsOver() public {
        Draft memory draft = draftOf(Kind.WriteDown, receipt, 1);
        draft.a = 1;
        brings(draft, WAREHOUSE, INSPECTOR);
    }

    function test_MergeBringsBothOver() public {
        brings(merging(), ALICE, WAREHOUSE);
        assertEq(word(neighbour).status(), ReceiptWord.MERGED);
        assertEq(word(receipt).quantity(), 2 * QUANTITY);
    }

    function test_MergeBringsOverTheOneThatIsMissing() public {
        Draft memory draft = merging();
        uint256 state = vm.snapshotState();
        touch(receipt);
        pass(signed(draft, ALICE, WAREHOUSE));
        vm.revertToState(state);
        touch(neighbour);
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(word(receipt).quantity(), 2 * QUANTITY);
    }

    function test_SubstitutionBringsBothOver() public {
        Draft memory draft = substitution(encumbered, 2, elsewhere, 1);
        brings(draft, ALICE, OTHER_WAREHOUSE, BANK_A);
        assertEq(word(elsewhere).pledgee(), BANK_A);
        assertEq(word(encumbered).pledgee(), 0);
    }

    function test_SubstitutionBringsOverTheOneThatIsMissing() public {
        Draft memory draft = substitution(encumbered, 2, elsewhere, 1);
        uint256 state = vm.snapshotState();
        touch(encumbered);
        pass(signed(draft, ALICE, OTHER_WAREHOUSE, BANK_A));
        vm.revertToState(state);
        touch(elsewhere);
        pass(signed(draft, ALICE, OTHER_WAREHOUSE, BANK_A));
        assertEq(word(elsewhere).pledgee(), BANK_A);
    }

    function test_PortfoliosBringAllOver() public {
        pass(signed(atFirst(portfolioTransfer(two(), BOB)), ALICE, BOB));
        assertEq(word(receipt).holder(), BOB);
        assertEq(word(neighbour).holder(), BOB);
        pass(signed(portfolioPledge(two(), BANK_A), BOB, WAREHOUSE, BANK_A));
        pass(signed(portfolioRelease(two()), BANK_A));
    }

    function test_PortfolioPledgeBringsOverThoseThatAreMissing() public {
        Draft memory draft = atFirst(portfolioPledge(two(), BANK_A));
        forEachMissing(signed(draft, ALICE, WAREHOUSE, BANK_A));
    }

    function test_PortfolioTransferBringsOverThoseThatAreMissing() public {
        forEachMissing(signed(atFirst(portfolioTransfer(two(), BOB)), ALICE, BOB));
    }

    function test_PortfolioReleaseBringsOverThoseThatAreMissing() public {
        // Both are pledged to one bank: one on the old ledger, one here.
        pass(signed(pledge(neighbour, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
        uint64[] memory both = new uint64[](2);
        (both[0], both[1]) = (neighbour, encumbered);
        Draft memory draft = portfolioRelease(both);
        draft.words[1] = Drafts.ref(encumbered, 2);
        pass(signed(draft, BANK_A));
        assertEq(word(encumbered).pledgee(), 0);
        assertEq(word(neighbour).pledgee(), 0);
    }

    function test_IssueContinuesTheNumbersOfAnOldPool() public {
        uint32 next = uint32(old.poolWord(POOL).nextSerial());
        pass(signed(issue(POOL, next, ALICE), WAREHOUSE, INSPECTOR));
        assertEq(nextSerial(POOL), next + 1);
        assertEq(ledger.poolWord(POOL).receipted(), old.poolWord(POOL).receipted() + QUANTITY);
        assertRefused(
            signed(issue(POOL, 1, ALICE), WAREHOUSE, INSPECTOR), reason(NumberGap.selector, POOL, next + 1, 1)
        );
    }

    function test_ActsOnAPoolBringItOver() public {
        uint16 version_ = uint16(old.poolWord(POOL) >> 16);
        uint256 state = vm.snapshotState();
        pass(signed(attestation(POOL, version_, ATTESTED), INSPECTOR));
        assertEq(poolVersion(POOL), version_ + 1);
        vm.revertToState(state);
        pass(signed(pausing(POOL, version_), WATCH));
        vm.revertToState(state);
        pass(signed(sealing(POOL, version_), REGISTRAR, COURT));
        assertTrue(ledger.poolWord(POOL).isSealed());
        assertTrue(ledger.isSealed());
    }

    function test_OldPoolIsNotOpenedAnew() public {
        assertRefused(signed(opening(COILS, false), REGISTRAR, WAREHOUSE), reason(PoolExists.selector, COILS));
        touch(coils);
        assertRefused(signed(opening(COILS, false), REGISTRAR, WAREHOUSE), reason(PoolExists.selector, COILS));
        open(POOL + 9, WAREHOUSE, false);
        issued(POOL + 9, ALICE);
    }

    // What a receipt is subject to.

    function test_PledgeSurvives() public {
        touch(encumbered);
        assertRefused(
            signed(pledge(encumbered, 2, BANK_B), ALICE, WAREHOUSE, BANK_B),
            reason(AlreadyEncumbered.selector, encumbered, BANK_A)
        );
    }

    function test_FreezeClaimAndPaperSurvive() public {
        touch(frozen);
        touch(claimed);
        touch(onPaper);
        assertRefused(signed(transfer(frozen, 2, BOB), ALICE, BOB), reason(Frozen.selector, frozen));
        assertRefused(
            signed(pledge(claimed, 2, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(ThirdPartyClaim.selector, claimed)
        );
        assertRefused(
            signed(delivery(onPaper, 2, 1), ALICE, WAREHOUSE), reason(PaperOutstanding.selector, onPaper)
        );
    }

    function test_PauseSurvives() public {
        ledger = deploy(address(0));
        admit(WAREHOUSE, PartyWord.WAREHOUSE);
        admit(INSPECTOR, PartyWord.INSPECTOR);
        admit(ALICE, PartyWord.HOLDER);
        admit(COURT, PartyWord.AUTHORITY);
        admit(WATCH, PartyWord.GUARDIAN);
        open(POOL, WAREHOUSE, false);
        pass(signed(pausing(POOL, 2), WATCH));
        sealPool(POOL);
        ledger = deploy(address(ledger));
        admit(WAREHOUSE, PartyWord.WAREHOUSE);
        admit(INSPECTOR, PartyWord.INSPECTOR);
        expectRefusal(signed(issue(POOL, 1, ALICE), WAREHOUSE, INSPECTOR), reason(Paused.selector, POOL));
        pass(signed(resumption(POOL, 4), REGISTRAR));
        admit(ALICE, PartyWord.HOLDER);
        issued(POOL, ALICE);
    }

    // Documents and items.

    function test_DocumentUsedThereIsUsedHere() public {
        assertEq(ledger.subjectOfDocument("invoice"), encumbered);
        touch(receipt);
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.words = draft.words.append("contract").append("invoice");
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A),
            reason(DocumentAlreadyUsed.selector, uint256(bytes32("invoice")), encumbered)
        );
        draft.words[1] = "another invoice";
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        assertEq(ledger.subjectOfDocument("contract"), receipt);
    }

    function test_ItemReceiptedThereIsReceiptedHere() public {
        assertEq(ledger.receiptOfItem(COIL_A), coils);
        touch(coils);
        assertRefused(
            signed(issueCoils("coil d", COIL_B, "coil e"), WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL_B), coils)
        );
        assertEq(ledger.receiptOfItem("coil d"), 0);
    }

    function test_InheritedItemIsDeliveredAndReceiptedAgainOnce() public {
        pass(signed(coilDelivery(coils, 1, COIL_A, COIL_B, COIL_C), ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(COIL_A), 0);
        assertEq(ledger.itemCount(coils), 0);
        // The old ledger will say for ever that it is there.
        assertEq(old.receiptOfItem(COIL_A), coils);
        uint64 again = issuedCoils(COIL_A, COIL_B, COIL_C);
        assertEq(ledger.receiptOfItem(COIL_A), again);
        assertRefused(
            signed(issueCoils(COIL_A, COIL_B, COIL_C), WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL_A), again)
        );
        pass(signed(coilDelivery(again, 1, COIL_A, COIL_B, COIL_C), ALICE, WAREHOUSE));
        issuedCoils(COIL_A, COIL_B, COIL_C);
    }

    function test_RefusedIssueOfFreedItemsLeavesThemFree() public {
        pass(signed(coilDelivery(coils, 1, COIL_A, COIL_B, COIL_C), ALICE, WAREHOUSE));
        assertRefused(
            signed(issueCoils(COIL_A, COIL_B, COIL_A), WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL_A), receiptIdOf(COILS, nextSerial(COILS)))
        );
        assertEq(ledger.receiptOfItem(COIL_A), 0);
        issuedCoils(COIL_A, COIL_B, COIL_C);
    }

    function test_RefusedDeliveryLeavesInheritedItemsWhereTheyAre() public {
        touch(coils);
        assertRefused(
            signed(coilDelivery(coils, 1, COIL_A, COIL_B, COIL_A), ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(COIL_A), coils)
        );
        assertEq(ledger.receiptOfItem(COIL_A), coils);
        assertEq(ledger.itemCount(coils), 3);
        pass(signed(coilDelivery(coils, 1, COIL_A, COIL_B, COIL_C), ALICE, WAREHOUSE));
    }

    function test_InheritedItemsMoveWithASplitAndAMerge() public {
        Draft memory draft = draftOf(Kind.Split, coils, 1);
        draft.a = 1;
        draft.b = (uint48(old.poolWord(COILS).nextSerial()) << 16) | 1;
        draft.words = draft.words.append(bytes32((uint256(QUANTITY - 1) << 16) | 1)).append("content");
        draft.words = draft.words.append(COIL_B);
        pass(signed(draft, ALICE, WAREHOUSE));
        uint64 part = coils + 1;
        assertEq(ledger.receiptOfItem(COIL_B), part);
        assertEq(ledger.receiptOfItem(COIL_A), coils);
        assertEq(ledger.itemCount(coils), 2);
        draft = draftOf(Kind.Merge, coils, 2);
        draft.words = draft.words.append(Drafts.ref(part, 1)).append(COIL_B);
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(COIL_B), coils);
        assertRefused(
            signed(coilDelivery(coils, 3, COIL_A, COIL_B, COIL_B), ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(COIL_B), coils)
        );
        pass(signed(coilDelivery(coils, 3, COIL_A, COIL_B, COIL_C), ALICE, WAREHOUSE));
    }

    function test_ItemThatTheOldLedgerNeverSawIsFreeAgainWithoutATrace() public {
        touch(coils);
        assertRefused(
            signed(issueCoils("coil d", "coil e", "coil d"), WAREHOUSE, INSPECTOR),
            reason(
                ItemAlreadyReceipted.selector,
                uint256(bytes32("coil d")),
                receiptIdOf(COILS, nextSerial(COILS))
            )
        );
    }

    function test_PagedItemsReceiptedThereAreReceiptedHere() public {
        assertEq(ledger.itemsOnPage(PAGE), 0xf);
        assertEq(ledger.itemsOfReceipt(bundles, PAGE), 0xf);
        touch(bundles);
        assertEq(ledger.itemCount(bundles), 4);
        bytes memory act = signed(issueBundles(0x18), WAREHOUSE, INSPECTOR);
        vm.expectRevert(reason(ItemAlreadyReceipted.selector, uint256(PAGE), 0));
        ledger.execute(act);
        assertEq(ledger.relay(act), 1);
        assertEq(ledger.itemsOnPage(PAGE), 0xf);
        // The page is here now.
        assertRefused(act, reason(ItemAlreadyReceipted.selector, uint256(PAGE), 0));
        uint64 free = issuedBundles(0x30);
        assertEq(ledger.itemsOnPage(PAGE), 0x3f);
        assertEq(ledger.itemsOfReceipt(free, PAGE), 0x30);
    }

    function test_InheritedPagedItemsAreDeliveredAndReceiptedAgainOnce() public {
        pass(signed(bundleDelivery(bundles, 1, 1, 0x3), ALICE, WAREHOUSE));
        assertEq(ledger.itemsOnPage(PAGE), 0xc);
        assertEq(ledger.itemsOfReceipt(bundles, PAGE), 0xc);
        assertEq(ledger.itemCount(bundles), 2);
        uint64 again = issuedBundles(0x1);
        bytes memory act = signed(issueBundles(0x1), WAREHOUSE, INSPECTOR);
        assertEq(ledger.relay(act), 1);
        assertEq(ledger.itemsOnPage(PAGE), 0xd);
        expectRefusal(
            signed(bundleDelivery(bundles, 2, 1, 0x1), ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(PAGE), bundles)
        );
        pass(signed(bundleDelivery(bundles, 2, QUANTITY - 1, 0xc), ALICE, WAREHOUSE));
        assertEq(ledger.itemsOnPage(PAGE), 0x1);
        assertEq(ledger.itemsOfReceipt(again, PAGE), 0x1);
    }

    function test_InheritedPagedItemsMoveWithASplit() public {
        Draft memory draft = draftOf(Kind.Split, bundles, 1);
        draft.a = 1;
        draft.b = (uint48(old.poolWord(BUNDLES).nextSerial()) << 16) | 1;
        draft.words = draft.words.append(bytes32((uint256(QUANTITY - 1) << 16) | 2)).append("content");
        draft.words = draft.words.append(PAGE).append(bytes32(uint256(0x6)));
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.itemsOfReceipt(bundles, PAGE), 0x9);
        assertEq(ledger.itemsOfReceipt(bundles + 1, PAGE), 0x6);
        assertEq(ledger.itemsOnPage(PAGE), 0xf);
        pass(signed(bundleDelivery(bundles + 1, 1, QUANTITY - 1, 0x6), ALICE, WAREHOUSE));
        assertEq(ledger.itemsOnPage(PAGE), 0x9);
    }

    /// @notice The act passes; the receipt that it is about comes over and is one version on.
    function brings(Draft memory draft, uint32 first) private {
        bringsBy(draft, signature(draft, keyOf(first)));
    }

    function brings(Draft memory draft, uint32 first, uint32 second) private {
        bringsBy(draft, bytes.concat(signature(draft, keyOf(first)), signature(draft, keyOf(second))));
    }

    function brings(Draft memory draft, uint32 first, uint32 second, uint32 third) private {
        bringsBy(
            draft,
            bytes.concat(
                signature(draft, keyOf(first)),
                signature(draft, keyOf(second)),
                signature(draft, keyOf(third))
            )
        );
    }

    function bringsBy(Draft memory draft, bytes memory signatures) private {
        assertEq(word(draft.subject), 0);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ReceiptBroughtOver(draft.subject, uint128(old.receiptWord(draft.subject)));
        pass(draft.encode(signatures));
        assertEq(version(draft.subject), draft.version + 1);
    }

    /// @notice The act passes whichever of its two receipts is here already.
    function forEachMissing(bytes memory act) private {
        uint256 state = vm.snapshotState();
        pass(act);
        vm.revertToState(state);
        touch(receipt);
        pass(act);
        vm.revertToState(state);
        touch(neighbour);
        pass(act);
        assertEq(version(receipt), 2);
        assertEq(version(neighbour), 2);
    }

    function two() private view returns (uint64[] memory) {
        return run(receipt, 2, 1);
    }

    /// @notice At version 1, because the ledger does not know the receipts yet.
    function atFirst(Draft memory draft) private view returns (Draft memory) {
        draft.words[0] = Drafts.ref(receipt, 1);
        draft.words[1] = Drafts.ref(neighbour, 1);
        return draft;
    }

    function merging() private view returns (Draft memory draft) {
        draft = draftOf(Kind.Merge, receipt, 1);
        draft.words = draft.words.append(Drafts.ref(neighbour, 1));
    }

    function assertLog(Vm.Log memory log, bytes32 selector, uint256 subject, bytes memory body) private view {
        assertEq(log.emitter, address(ledger));
        assertEq(log.topics[0], selector);
        assertEq(uint256(log.topics[1]), subject);
        assertEq(log.data, body);
    }
}

/// @title The heir of an heir
contract ThirdLedgerTest is HeirTest {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    /// @notice On the second ledger two pools came over, and of their receipts those that something happened to.
    function setUp() public override {
        super.setUp();
        sealPools();
        succeed();
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
        pass(signed(coilDelivery(coils, 1, COIL_A, COIL_B, COIL_C), ALICE, WAREHOUSE));
        sealPool(POOL);
        sealPool(COILS);
    }

    function test_LedgerIsSealedForGood() public {
        assertTrue(ledger.isSealed());
        // Pools that it never had, and receipts of those that it has, stay where they are.
        assertRefused(signed(freezing(elsewhere, 1), COURT), reason(UnknownReceipt.selector, elsewhere));
        assertRefused(signed(freezing(neighbour, 1), COURT), reason(UnknownReceipt.selector, neighbour));
        assertRefused(
            signed(attestation(OTHER_POOL, 2, 1), INSPECTOR), reason(UnknownPool.selector, OTHER_POOL)
        );
        assertRefused(signed(transfer(receipt, 2, ALICE), BOB, ALICE), reason(Sealed.selector, POOL));
        assertTrue(ledger.isSealed());
    }

    function test_ReceiptComesFromTheLedgerThatHadItLast() public {
        succeed();
        expectRefusal(signed(transfer(receipt, 1, BOB), ALICE, BOB), reason(MissingConsent.selector, BOB, 0));
        pass(signed(transfer(receipt, 2, ALICE), BOB, ALICE));
        pass(signed(transfer(neighbour, 1, BOB), ALICE, BOB));
        pass(signed(transfer(elsewhere, 1, BOB), ALICE, BOB));
        assertEq(word(elsewhere), uint256(old.receiptWord(elsewhere)).next().withHolder(BOB));
    }

    function test_PoolOfTheFirstIsNotOpenedOnTheThird() public {
        succeed();
        assertRefused(
            signed(opening(OTHER_POOL, false), REGISTRAR, OTHER_WAREHOUSE),
            reason(PoolExists.selector, OTHER_POOL)
        );
    }

    function test_ItemThatLeftOnTheSecondIsFreeOnTheThird() public {
        succeed();
        assertEq(ledger.receiptOfItem(COIL_A), 0);
        touch(coils);
        issuedCoils(COIL_A, COIL_B, COIL_C);
    }

    function test_ItemsOfAPageThatTheSecondNeverSawAreReceiptedOnTheThird() public {
        succeed();
        assertEq(ledger.itemsOnPage(PAGE), 0xf);
        touch(bundles);
        assertEq(ledger.itemCount(bundles), 4);
        expectRefusal(
            signed(issueBundles(0x1), WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(PAGE), 0)
        );
        pass(signed(bundleDelivery(bundles, 1, QUANTITY, 0xf), ALICE, WAREHOUSE));
        issuedBundles(0x1);
    }

    function test_DocumentOfTheFirstIsUsedOnTheThird() public {
        succeed();
        assertEq(ledger.subjectOfDocument("invoice"), encumbered);
    }

    function test_NumberOfAPartyThatTheSecondNeverSawGoesToNobodyElseOnTheThird() public {
        // The party trades on the first ledger and was not admitted on the second.
        assertEq(ledger.partyWord(TRADING_INSPECTOR), 0);
        succeed();
        address bob = vm.addr(keyOf(60));
        assertRefused(
            signed(admission(TRADING_INSPECTOR, PartyWord.HOLDER, bob), REGISTRAR, 60),
            reason(KeyNotBound.selector, uint160(bob), TRADING_INSPECTOR)
        );
        admit(TRADING_INSPECTOR, PartyWord.HOLDER);
    }

    function test_KeyThatWasRevokedOnTheSecondDoesNotAdmitOnTheThird() public {
        address first = vm.addr(keyOf(BOB));
        pass(signed(binding(BOB, 1, vm.addr(keyOf(60))), REGISTRAR, BOB));
        pass(signed(revocation(BOB, 2, first), BOB));
        assertEq(old.keyWord(first) & type(uint32).max, BOB);
        ledger = deploy(address(ledger));
        assertRefused(
            signed(admission(BOB, PartyWord.HOLDER, first), REGISTRAR, BOB),
            reason(KeyNotBound.selector, uint160(first), BOB)
        );
    }
}
