// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewReceipt} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract MergeTest is LedgerTest {
    using Drafts for *;
    using ReceiptWord for uint256;

    bytes32 private constant COIL_A = "coil a";
    bytes32 private constant COIL_B = "coil b";
    bytes32 private constant COIL_C = "coil c";
    uint16 private constant LAST_BUT_EXITS = uint16(ReceiptWord.VERSION_MAX) - 17;

    /// @notice Half of a pair of which the other half is no receipt.
    uint64 private receipt;
    /// @notice In the next pair.
    uint64 private other;
    /// @notice In one pair with it.
    uint64 private third;

    function setUp() public override {
        super.setUp();
        receipt = issuedMany(POOL, ALICE, 3);
        other = receipt + 1;
        third = receipt + 2;
    }

    function test_MergedReceiptStandsForBothAndTheOtherEnds() public {
        uint256 merged = word(receipt).next().withQuantity(2 * QUANTITY);
        uint256 ended = word(other).closed(ReceiptWord.MERGED);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Merged(receipt, uint128(merged), TERMS);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Absorbed(other, uint128(ended), receipt);
        pass(signed(merge(receipt, 1, other, 1), ALICE, WAREHOUSE));
        assertEq(word(receipt), merged);
        assertEq(word(other), ended);
        assertEq(ended.status(), ReceiptWord.MERGED);
        assertEq(ended.quantity(), 0);
    }

    function test_MergeNeitherAddsToThePoolNorTakesFromIt() public {
        uint256 before = ledger.poolWord(POOL);
        pass(signed(merge(receipt, 1, other, 1), ALICE, WAREHOUSE));
        assertEq(ledger.poolWord(POOL), before);
    }

    function testFuzz_AnyTwoAreMergedAndNeighboursStayAsTheyAre(uint8 one, uint8 two) public {
        uint64 first = issuedMany(POOL, ALICE, 6);
        uint64 kept = first + one % 6;
        uint64 gone = first + two % 6;
        vm.assume(kept != gone);
        uint128[] memory before = ledger.receiptWords(receipt, 10);
        pass(signed(merge(kept, 1, gone, 1), ALICE, WAREHOUSE));
        for (uint64 i = 0; i < 10; ++i) {
            uint256 expected = before[i];
            if (receipt + i == kept) expected = expected.next().withQuantity(2 * QUANTITY);
            if (receipt + i == gone) expected = expected.closed(ReceiptWord.MERGED);
            assertEq(word(receipt + i), expected);
        }
    }

    function test_MergeUndoesASplit() public {
        uint256 before = word(receipt);
        pass(signed(split(receipt, 1, 400), ALICE, WAREHOUSE));
        pass(signed(merge(receipt, 2, third + 1, 1), ALICE, WAREHOUSE));
        assertEq(word(receipt), before.next().next());
    }

    function test_ReceiptsOfAPairAreMergedEitherWay() public {
        pass(signed(merge(third, 1, other, 1), ALICE, WAREHOUSE));
        assertEq(word(third).quantity(), 2 * QUANTITY);
        assertEq(word(other).status(), ReceiptWord.MERGED);
        assertEq(word(receipt).quantity(), QUANTITY);
    }

    function test_MergedGoodsMayStayUntilTheEarlierDay() public {
        uint64 shorter = issuedUntil(STORED_UNTIL - 1);
        uint64 longer = issuedUntil(STORED_UNTIL + 1);
        pass(signed(merge(receipt, 1, shorter, 1), ALICE, WAREHOUSE));
        assertEq(word(receipt).storageDay(), STORED_UNTIL - 1);
        pass(signed(merge(receipt, 2, longer, 1), ALICE, WAREHOUSE));
        assertEq(word(receipt).storageDay(), STORED_UNTIL - 1);
        assertEq(word(receipt).quantity(), 3 * QUANTITY);
    }

    function test_MergeOfTwoReceiptsPledgedAlikeTakesThePledgee() public {
        pledgeTo(receipt, BANK_A, DUE);
        pledgeTo(other, BANK_A, DUE);
        Draft memory draft = merge(receipt, 2, other, 2);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(MissingConsent.selector, BANK_A, 0));
        uint256 merged = word(receipt).next().withQuantity(2 * QUANTITY);
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        assertEq(word(receipt), merged);
        assertEq(merged.pledgee(), BANK_A);
        assertEq(merged.maturityDay(), DUE);
        assertFalse(word(other).isEncumbered());
        assertEq(word(other).pledgee(), 0);
    }

    function test_MergeOfTwoReceiptsInDefaultSinceOneDayIsTaken() public {
        pledgeTo(receipt, BANK_A, DUE);
        pledgeTo(other, BANK_A, DUE);
        pledgeTo(third, BANK_A, DUE);
        warpTo(DUE + 1);
        pass(signed(default_(receipt, 2), BANK_A));
        pass(signed(default_(other, 2), BANK_A));
        pass(signed(merge(receipt, 3, other, 3), ALICE, WAREHOUSE, BANK_A));
        assertTrue(word(receipt).isInDefault());
        assertEq(word(receipt).maturityDay(), DUE + 1);
        assertFalse(word(other).isInDefault());
        warpTo(DUE + 2);
        pass(signed(default_(third, 2), BANK_A));
        assertRefused(
            signed(merge(receipt, 4, third, 3), ALICE, WAREHOUSE, BANK_A), reason(MixedGoods.selector, third)
        );
    }

    function test_MergeOfTwoClaimedReceiptsIsClaimed() public {
        pass(signed(draftOf(Kind.NoteClaim, receipt, 1), WAREHOUSE));
        pass(signed(draftOf(Kind.NoteClaim, other, 1), WAREHOUSE));
        pass(signed(merge(receipt, 2, other, 2), ALICE, WAREHOUSE));
        assertTrue(word(receipt).isClaimed());
    }

    function test_ClaimedAndUnclaimedGoodsAreNotMixed() public {
        pass(signed(draftOf(Kind.NoteClaim, other, 1), WAREHOUSE));
        assertRefused(
            signed(merge(receipt, 1, other, 2), ALICE, WAREHOUSE), reason(MixedGoods.selector, other)
        );
    }

    function test_PledgedAndFreeGoodsAreNotMixed() public {
        pledgeTo(other, BANK_A, DUE);
        assertRefused(
            signed(merge(receipt, 1, other, 2), ALICE, WAREHOUSE), reason(MixedGoods.selector, other)
        );
        assertRefused(
            signed(merge(other, 2, receipt, 1), ALICE, WAREHOUSE, BANK_A),
            reason(MixedGoods.selector, receipt)
        );
    }

    function test_GoodsOfTwoBanksAreNotMixed() public {
        pledgeTo(receipt, BANK_A, DUE);
        pledgeTo(other, BANK_B, DUE);
        assertRefused(
            signed(merge(receipt, 2, other, 2), ALICE, WAREHOUSE, BANK_A), reason(MixedGoods.selector, other)
        );
    }

    function test_GoodsDueOnTwoDaysAreNotMixed() public {
        pledgeTo(receipt, BANK_A, DUE);
        pledgeTo(other, BANK_A, DUE + 1);
        assertRefused(
            signed(merge(receipt, 2, other, 2), ALICE, WAREHOUSE, BANK_A), reason(MixedGoods.selector, other)
        );
    }

    function test_GoodsOfTwoHoldersAreNotMixed() public {
        uint64 bobs = issued(POOL, BOB);
        assertRefused(signed(merge(receipt, 1, bobs, 1), ALICE, WAREHOUSE), reason(MixedGoods.selector, bobs));
    }

    function test_GoodsOfTwoPoolsAreNotMixed() public {
        uint32 second = POOL + 2;
        open(second, WAREHOUSE, false);
        uint64 elsewhere = issued(second, ALICE);
        assertRefused(
            signed(merge(receipt, 1, elsewhere, 1), ALICE, WAREHOUSE), reason(MixedGoods.selector, elsewhere)
        );
    }

    function test_ReceiptIsNotMergedWithItself() public {
        assertRefused(
            signed(merge(receipt, 1, receipt, 1), ALICE, WAREHOUSE), reason(MixedGoods.selector, receipt)
        );
    }

    function test_FrozenAndFreeGoodsAreNotMixed() public {
        freeze(other);
        assertRefused(
            signed(merge(receipt, 1, other, 2), ALICE, WAREHOUSE), reason(MixedGoods.selector, other)
        );
    }

    function test_MergeOfTwoFrozenReceiptsIsRefused() public {
        freeze(receipt);
        freeze(other);
        assertRefused(signed(merge(receipt, 2, other, 2), ALICE, WAREHOUSE), reason(Frozen.selector, receipt));
    }

    function test_MergeOfTwoReceiptsOnPaperIsRefused() public {
        pass(signed(draftOf(Kind.ToPaper, receipt, 1), ALICE, WAREHOUSE));
        pass(signed(draftOf(Kind.ToPaper, other, 1), ALICE, WAREHOUSE));
        assertRefused(
            signed(merge(receipt, 2, other, 2), ALICE, WAREHOUSE), reason(PaperOutstanding.selector, receipt)
        );
    }

    function test_MergeOfUnknownReceiptIsRefused() public {
        assertRefused(
            signed(merge(third + 1, 1, other, 1), ALICE, WAREHOUSE),
            reason(UnknownReceipt.selector, third + 1)
        );
        assertRefused(
            signed(merge(receipt, 1, third + 1, 1), ALICE, WAREHOUSE),
            reason(UnknownReceipt.selector, third + 1)
        );
        assertRefused(signed(merge(receipt, 1, 0, 0), ALICE, WAREHOUSE), reason(UnknownReceipt.selector, 0));
    }

    function test_MergeOfEndedReceiptIsRefused() public {
        pass(signed(merge(receipt, 1, other, 1), ALICE, WAREHOUSE));
        assertRefused(
            signed(merge(other, 2, third, 1), ALICE, WAREHOUSE),
            reason(NotOpen.selector, other, ReceiptWord.MERGED)
        );
        assertRefused(
            signed(merge(third, 1, other, 2), ALICE, WAREHOUSE),
            reason(NotOpen.selector, other, ReceiptWord.MERGED)
        );
    }

    function test_HolderCannotMergeWithoutTheWarehouse() public {
        assertRefused(
            signed(merge(receipt, 1, other, 1), ALICE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_WarehouseCannotMergeWithoutTheHolder() public {
        assertRefused(
            signed(merge(receipt, 1, other, 1), WAREHOUSE), reason(MissingConsent.selector, ALICE, 0)
        );
    }

    function test_LargestSumIsTakenAndTheNextRefused() public {
        setWord(receipt, word(receipt).withQuantity(ReceiptWord.QUANTITY_MAX - QUANTITY));
        pass(signed(merge(receipt, 1, other, 1), ALICE, WAREHOUSE));
        assertEq(word(receipt).quantity(), ReceiptWord.QUANTITY_MAX);
        setWord(third, word(third).withQuantity(1));
        assertRefused(
            signed(merge(receipt, 2, third, 1), ALICE, WAREHOUSE),
            reason(QuantityOutOfRange.selector, receipt, ReceiptWord.QUANTITY_MAX + 1)
        );
    }

    function test_MergeOnTheLastDayOfStorageIsTaken() public {
        vm.warp(EPOCH + (uint256(STORED_UNTIL) + 1) * 1 days - 1);
        pass(signed(merge(receipt, 1, other, 1), ALICE, WAREHOUSE));
    }

    function test_MergeAfterStorageOfEitherIsRefused() public {
        uint64 longer = issuedUntil(STORED_UNTIL + 1);
        warpTo(STORED_UNTIL + 1);
        assertRefused(
            signed(merge(longer, 1, other, 1), ALICE, WAREHOUSE),
            reason(StorageExpired.selector, other, STORED_UNTIL)
        );
        assertRefused(
            signed(merge(other, 1, longer, 1), ALICE, WAREHOUSE),
            reason(StorageExpired.selector, other, STORED_UNTIL)
        );
    }

    function test_MergeOfAnotherVersionOfEitherIsRefused() public {
        assertRefused(
            signed(merge(receipt, 2, other, 1), ALICE, WAREHOUSE),
            reason(StaleVersion.selector, receipt, 2, 1)
        );
        assertRefused(
            signed(merge(receipt, 1, other, 2), ALICE, WAREHOUSE), reason(StaleVersion.selector, other, 2, 1)
        );
    }

    function test_MergeStopsWhereTheVersionsKeptForExitsBegin() public {
        wear(receipt, LAST_BUT_EXITS);
        pass(signed(merge(receipt, LAST_BUT_EXITS, other, 1), ALICE, WAREHOUSE));
        assertRefused(
            signed(merge(receipt, LAST_BUT_EXITS + 1, third, 1), ALICE, WAREHOUSE),
            reason(VersionsExhausted.selector, receipt)
        );
    }

    /// @notice To be absorbed is to end, and so an exit.
    function test_WornReceiptCanBeAbsorbedAsLongAsItHasAVersionLeft() public {
        wear(other, ReceiptWord.VERSION_MAX - 1);
        wear(third, ReceiptWord.VERSION_MAX);
        pass(signed(merge(receipt, 1, other, version(other)), ALICE, WAREHOUSE));
        assertEq(word(other).version(), ReceiptWord.VERSION_MAX);
        assertRefused(
            signed(merge(receipt, 2, third, version(third)), ALICE, WAREHOUSE),
            reason(VersionsExhausted.selector, third)
        );
    }

    function test_CoilsMoveToTheMergedReceipt() public {
        (uint64 coils, uint64 more) = twoOfCoils();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemReceipted("coil e", coils);
        pass(signed(mergeOfCoils(coils, more), ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem("coil d"), coils);
        assertEq(ledger.receiptOfItem("coil f"), coils);
        assertEq(ledger.receiptOfItem(COIL_A), coils);
        assertEq(ledger.itemCount(coils), 6);
        assertEq(ledger.itemCount(more), 0);
    }

    function test_MergeThatLeavesACoilBehindIsRefused() public {
        (uint64 coils, uint64 more) = twoOfCoils();
        Draft memory draft = merge(coils, 1, more, 1);
        draft.words = draft.words.append("coil d").append("coil e");
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, more, 3));
    }

    function test_MergeThatTakesACoilTooManyIsRefused() public {
        (uint64 coils, uint64 more) = twoOfCoils();
        Draft memory draft = mergeOfCoils(coils, more);
        draft.words = draft.words.append(COIL_A);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, more, 3));
    }

    function test_MergeThatNamesACoilTwiceIsRefused() public {
        (uint64 coils, uint64 more) = twoOfCoils();
        Draft memory draft = mergeOfCoils(coils, more);
        draft.words[3] = "coil d";
        assertRefused(
            signed(draft, ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(bytes32("coil d")), more)
        );
    }

    function test_MergeThatNamesACoilOfTheMergedReceiptIsRefused() public {
        (uint64 coils, uint64 more) = twoOfCoils();
        Draft memory draft = mergeOfCoils(coils, more);
        draft.words[3] = COIL_A;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_A), more)
        );
    }

    function test_NumbersOfBulkGoodsAreRefused() public {
        Draft memory draft = merge(receipt, 1, other, 1);
        draft.words = draft.words.append(COIL_A);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_A), other)
        );
    }

    /// @notice Each fault is mended in turn, and the next in the order of the rules comes to light.
    function test_OfManyFaultsTheFirstInOrderIsNamed() public {
        (uint64 coils, uint64 more) = twoOfCoils();
        setWord(coils, word(coils).withQuantity(ReceiptWord.QUANTITY_MAX));
        freeze(coils);
        warpTo(STORED_UNTIL + 1);
        Draft memory draft = merge(coils, 1, more, 1);
        expectNext(draft, reason(MixedGoods.selector, more));
        freeze(more);
        expectNext(draft, reason(QuantityOutOfRange.selector, coils, ReceiptWord.QUANTITY_MAX + QUANTITY));
        setWord(coils, word(coils).withQuantity(QUANTITY));
        expectNext(draft, reason(ItemsMissing.selector, more, 3));
        draft.words = draft.words.append(COIL_A).append("coil e").append("coil f");
        expectNext(draft, reason(Frozen.selector, coils));
        pass(signed(unfreezing(coils, 2), COURT));
        pass(signed(unfreezing(more, 2), COURT));
        expectNext(draft, reason(StorageExpired.selector, coils, STORED_UNTIL));
        warpTo(STORED_UNTIL);
        draft.deadline = uint40(block.timestamp);
        expectNext(draft, reason(StaleVersion.selector, coils, 1, 3));
        draft.version = 3;
        expectNext(draft, reason(StaleVersion.selector, more, 1, 3));
        draft.words[0] = Drafts.ref(more, 3);
        expectNext(draft, reason(ItemNotInReceipt.selector, uint256(COIL_A), more));
        draft.words[1] = "coil d";
        pass(signed(draft, ALICE, WAREHOUSE));
    }

    function expectNext(Draft memory draft, bytes memory refusal) private {
        assertRefused(signed(draft, ALICE, WAREHOUSE), refusal);
    }

    function pledgeTo(uint64 receiptId, uint32 bank, uint16 maturityDay) private {
        Draft memory draft = pledge(receiptId, 1, bank);
        draft.b = maturityDay;
        pass(signed(draft, ALICE, WAREHOUSE, bank));
    }

    function issuedUntil(uint16 storageDay) private returns (uint64) {
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(ALICE, QUANTITY);
        receipts[0].storageDay = storageDay;
        Draft memory draft = issueOf(POOL, nextSerial(POOL), receipts);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        return draft.subject;
    }

    function twoOfCoils() private returns (uint64 coils, uint64 more) {
        coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        more = issuedCoils("coil d", "coil e", "coil f");
    }

    function mergeOfCoils(uint64 coils, uint64 more) private view returns (Draft memory draft) {
        draft = merge(coils, 1, more, 1);
        draft.words = draft.words.append("coil d").append("coil e").append("coil f");
    }
}
