// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewPart} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract SplitTest is LedgerTest {
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    bytes32 private constant COIL_A = "coil a";
    bytes32 private constant COIL_B = "coil b";
    bytes32 private constant COIL_C = "coil c";
    uint16 private constant LAST_BUT_EXITS = uint16(ReceiptWord.VERSION_MAX) - 17;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
    }

    function test_SplitLeavesTheRestAndMakesParts() public {
        NewPart[] memory parts = new NewPart[](2);
        parts[0] = newPart(300);
        parts[1] = newPart(1);
        uint256 rest = word(receipt).next().withQuantity(QUANTITY - 301);
        uint256 first = ReceiptWord.opened(ALICE, 300, STORED_UNTIL);
        uint256 second = ReceiptWord.opened(ALICE, 1, STORED_UNTIL);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Divided(receipt, uint128(rest), TERMS);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit IssuedFrom(receipt + 1, uint128(first), parts[0].content, receipt);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit IssuedFrom(receipt + 2, uint128(second), parts[1].content, receipt);
        pass(signed(splitInto(receipt, 1, QUANTITY - 301, parts), ALICE, WAREHOUSE));
        assertEq(word(receipt), rest);
        assertEq(word(receipt + 1), first);
        assertEq(word(receipt + 2), second);
    }

    function test_SplitNeitherAddsToThePoolNorTakesFromIt() public {
        uint256 before = ledger.poolWord(POOL);
        pass(signed(split(receipt, 1, 400), ALICE, WAREHOUSE));
        assertEq(ledger.poolWord(POOL), before.withIssued(1, 0));
    }

    function testFuzz_PartsAddUpAndNeighboursStayAsTheyAre(uint8 count, uint8 which, uint8 parts_) public {
        uint64 first = issuedMany(POOL, ALICE, bound(count, 1, 5));
        uint64 end = receiptIdOf(POOL, nextSerial(POOL));
        uint64 chosen = first + which % (end - first);
        NewPart[] memory parts = new NewPart[](bound(parts_, 1, 6));
        uint64 remaining = QUANTITY;
        for (uint64 i = 0; i < parts.length; ++i) {
            parts[i] = newPart(10 * i + 7);
            remaining -= parts[i].quantity;
        }
        uint128[] memory before = ledger.receiptWords(receipt, end - receipt);
        pass(signed(splitInto(chosen, 1, remaining, parts), ALICE, WAREHOUSE));
        for (uint64 id = receipt; id < end; ++id) {
            uint256 expected = before[id - receipt];
            if (id == chosen) expected = expected.next().withQuantity(remaining);
            assertEq(word(id), expected);
        }
        for (uint64 i = 0; i < parts.length; ++i) {
            assertEq(word(end + i), ReceiptWord.opened(ALICE, parts[i].quantity, STORED_UNTIL));
        }
        assertEq(word(end + uint64(parts.length)), 0);
        assertEq(receiptIdOf(POOL, nextSerial(POOL)), end + parts.length);
    }

    function test_PartsAreReceiptsLikeAnyOther() public {
        pass(signed(split(receipt, 1, 400), ALICE, WAREHOUSE));
        pass(signed(split(receipt + 1, 1, 100), ALICE, WAREHOUSE));
        pass(signed(delivery(receipt + 2, 1, 100), ALICE, WAREHOUSE));
        pass(signed(transfer(receipt + 1, 2, BOB), ALICE, BOB));
        assertEq(word(receipt + 1).quantity(), 300);
    }

    function test_SplitOfPledgedReceiptTakesThePledgeeAndBindsEveryPart() public {
        uint64 encumbered = pledged();
        Draft memory draft = split(encumbered, 2, 400);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(MissingConsent.selector, BANK_A, 0));
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        assertEq(word(encumbered).pledgee(), BANK_A);
        assertEq(word(encumbered + 1), ReceiptWord.opened(ALICE, 400, STORED_UNTIL).withPledge(BANK_A, DUE));
        assertRefused(
            signed(pledge(encumbered + 1, 1, BANK_B), ALICE, WAREHOUSE, BANK_B),
            reason(AlreadyEncumbered.selector, encumbered + 1, BANK_A)
        );
        pass(signed(release(encumbered + 1, 1), BANK_A));
        assertEq(word(encumbered).pledgee(), BANK_A);
    }

    function test_PartsOfAReceiptInDefaultAreInDefaultSinceTheSameDay() public {
        uint64 unpaid = inDefault();
        warpTo(DUE + 5);
        pass(signed(split(unpaid, 3, 400), ALICE, WAREHOUSE, BANK_A));
        assertTrue(word(unpaid + 1).isInDefault());
        assertEq(word(unpaid + 1).maturityDay(), DUE + 1);
        warpTo(DUE + 1 + NOTICE_DAYS + 1);
        pass(signed(enforcement(unpaid + 1, 1, BOB), BANK_A, BOB));
        assertEq(word(unpaid + 1).holder(), BOB);
        assertEq(word(unpaid).holder(), ALICE);
    }

    function test_PartsOfAClaimedReceiptAreClaimed() public {
        pass(signed(draftOf(Kind.NoteClaim, receipt, 1), WAREHOUSE));
        pass(signed(split(receipt, 2, 400), ALICE, WAREHOUSE));
        assertRefused(
            signed(pledge(receipt + 1, 1, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(ThirdPartyClaim.selector, receipt + 1)
        );
        assertTrue(word(receipt).isClaimed());
    }

    function test_SplitOfUnknownReceiptIsRefused() public {
        Draft memory draft = split(receipt, 1, 400);
        draft.subject = receipt + 1;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(UnknownReceipt.selector, receipt + 1));
    }

    function test_SplitOfDeliveredReceiptIsRefused() public {
        Draft memory draft = split(receipt, 1, 400);
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_HolderCannotSplitWithoutTheWarehouse() public {
        assertRefused(
            signed(split(receipt, 1, 400), ALICE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_WarehouseCannotSplitWithoutTheHolder() public {
        assertRefused(signed(split(receipt, 1, 400), WAREHOUSE), reason(MissingConsent.selector, ALICE, 0));
    }

    function test_SuspendedHolderCannotSplit() public {
        suspend(ALICE);
        assertRefused(
            signed(split(receipt, 1, 400), ALICE, WAREHOUSE), reason(PartyNotActive.selector, ALICE)
        );
    }

    function test_BankThatHasNoPledgeMayNotSignASplit() public {
        assertRefused(
            signed(split(receipt, 1, 400), ALICE, WAREHOUSE, BANK_A), reason(SurplusSignature.selector, 1)
        );
    }

    function test_WarehouseThatHoldsTheReceiptSignsOnce() public {
        uint64 own = issued(TRADING_POOL, TRADING_WAREHOUSE);
        pass(signed(split(own, 1, 400), TRADING_WAREHOUSE));
    }

    function test_PartWithAUsedSerialIsRefused() public {
        Draft memory draft = split(receipt, 1, 400);
        draft.b -= 1 << 16;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(NumberGap.selector, POOL, 2, 1));
    }

    function test_PartWithASkippedSerialIsRefused() public {
        Draft memory draft = split(receipt, 1, 400);
        draft.b += 1 << 16;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(NumberGap.selector, POOL, 2, 3));
    }

    function test_LastSerialIsTakenByAPartAndNotByTwo() public {
        bytes32 slot = keccak256(abi.encode(uint256(POOL), uint256(3)));
        uint32 last = type(uint32).max - 1;
        uint256 pool = ledger.poolWord(POOL);
        vm.store(address(ledger), slot, bytes32(pool + (uint256(last - 2) << 48)));
        assertEq(nextSerial(POOL), last);
        NewPart[] memory parts = new NewPart[](2);
        parts[0] = newPart(1);
        parts[1] = newPart(1);
        assertRefused(
            signed(splitInto(receipt, 1, QUANTITY - 2, parts), ALICE, WAREHOUSE),
            reason(NumberGap.selector, POOL, last, last)
        );
        pass(signed(split(receipt, 1, 400), ALICE, WAREHOUSE));
        assertEq(word(receiptIdOf(POOL, last)).quantity(), 400);
    }

    function test_SplitIntoNothingIsRefused() public {
        assertRefused(
            signed(splitInto(receipt, 1, QUANTITY, new NewPart[](0)), ALICE, WAREHOUSE),
            abi.encodeWithSelector(EmptyAct.selector)
        );
    }

    function test_SplitThatLeavesNothingIsRefused() public {
        assertRefused(
            signed(split(receipt, 1, QUANTITY), ALICE, WAREHOUSE), reason(ZeroQuantity.selector, receipt)
        );
    }

    function test_PartOfNothingIsRefused() public {
        NewPart[] memory parts = new NewPart[](2);
        parts[0] = newPart(0);
        parts[1] = newPart(1);
        assertRefused(
            signed(splitInto(receipt, 1, QUANTITY - 1, parts), ALICE, WAREHOUSE),
            reason(ZeroQuantity.selector, receipt)
        );
    }

    function test_PartsOfMoreThanTheReceiptAreRefused() public {
        Draft memory draft = split(receipt, 1, 400);
        draft.a += 1;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(SumMismatch.selector, receipt, QUANTITY + 1, QUANTITY)
        );
    }

    function test_PartsOfLessThanTheReceiptAreRefused() public {
        Draft memory draft = split(receipt, 1, 400);
        draft.a -= 1;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(SumMismatch.selector, receipt, QUANTITY - 1, QUANTITY)
        );
    }

    function test_PartsThatNoReceiptCouldStandForAreRefused() public {
        NewPart[] memory parts = new NewPart[](1);
        parts[0] = newPart(uint64(ReceiptWord.QUANTITY_MAX) - 1);
        assertRefused(
            signed(splitInto(receipt, 1, 1, parts), ALICE, WAREHOUSE),
            reason(SumMismatch.selector, receipt, ReceiptWord.QUANTITY_MAX, QUANTITY)
        );
        assertRefused(
            signed(splitInto(receipt, 1, 2, parts), ALICE, WAREHOUSE),
            reason(QuantityOutOfRange.selector, receipt, ReceiptWord.QUANTITY_MAX + 1)
        );
    }

    /// @notice Modulo 2^64 they would add up to the receipt.
    function test_PartsThatTogetherAreMoreThanANumberHoldsAreRefused() public {
        NewPart[] memory parts = new NewPart[](2);
        parts[0] = newPart(uint64(1) << 63);
        parts[1] = newPart(uint64(1) << 63);
        assertRefused(
            signed(splitInto(receipt, 1, QUANTITY, parts), ALICE, WAREHOUSE),
            reason(QuantityOutOfRange.selector, receipt, (uint256(1) << 64) + QUANTITY)
        );
    }

    function test_SplitOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(signed(split(receipt, 2, 400), ALICE, WAREHOUSE), reason(Frozen.selector, receipt));
    }

    function test_SplitOfReceiptOnPaperIsRefused() public {
        pass(signed(draftOf(Kind.ToPaper, receipt, 1), ALICE, WAREHOUSE));
        assertRefused(
            signed(split(receipt, 2, 400), ALICE, WAREHOUSE), reason(PaperOutstanding.selector, receipt)
        );
    }

    function test_SplitOnTheLastDayOfStorageIsTaken() public {
        vm.warp(EPOCH + (uint256(STORED_UNTIL) + 1) * 1 days - 1);
        pass(signed(split(receipt, 1, 400), ALICE, WAREHOUSE));
    }

    function test_SplitAfterStorageIsRefused() public {
        warpTo(STORED_UNTIL + 1);
        assertRefused(
            signed(split(receipt, 1, 400), ALICE, WAREHOUSE),
            reason(StorageExpired.selector, receipt, STORED_UNTIL)
        );
    }

    function test_SplitOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(split(receipt, 2, 400), ALICE, WAREHOUSE), reason(StaleVersion.selector, receipt, 2, 1)
        );
    }

    function test_SplitStopsWhereTheVersionsKeptForExitsBegin() public {
        wear(receipt, LAST_BUT_EXITS);
        pass(signed(split(receipt, LAST_BUT_EXITS, 400), ALICE, WAREHOUSE));
        assertEq(version(receipt + 1), 1);
        assertRefused(
            signed(split(receipt, LAST_BUT_EXITS + 1, 400), ALICE, WAREHOUSE),
            reason(VersionsExhausted.selector, receipt)
        );
    }

    function test_CoilsMoveToTheirPartsAndTheOthersStay() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemReceipted(COIL_C, coils + 1);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemReceipted(COIL_A, coils + 2);
        pass(signed(coilsInTwoParts(coils), ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(COIL_A), coils + 2);
        assertEq(ledger.receiptOfItem(COIL_B), coils);
        assertEq(ledger.receiptOfItem(COIL_C), coils + 1);
        for (uint64 id = coils; id < coils + 3; ++id) {
            assertEq(ledger.itemCount(id), 1);
        }
    }

    function test_MovedCoilsAreDeliveredFromTheirPart() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        pass(signed(coilsInTwoParts(coils), ALICE, WAREHOUSE));
        Draft memory draft = delivery(coils, 2, QUANTITY - 300);
        draft.words = draft.words.append(COIL_C);
        draft.b = 1;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_C), coils)
        );
        draft.subject = coils + 1;
        draft.version = 1;
        draft.a = 100;
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(COIL_C), 0);
        assertEq(ledger.itemCount(coils + 1), 0);
    }

    function test_PartWithoutCoilsIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = coilsInTwoParts(coils);
        draft.words[0] = NewPart(100, 2, "").packed();
        draft.words[2] = NewPart(200, 0, "").packed();
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, coils, 3));
    }

    function test_SplitThatLeavesNoCoilIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = coilsInTwoParts(coils);
        draft.words[2] = NewPart(200, 2, "").packed();
        draft.words = draft.words.append(COIL_B);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, coils, 3));
    }

    function test_MoreCoilsThanThePartsSayAreRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = coilsInTwoParts(coils);
        draft.words = draft.words.append(COIL_B);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, coils, 3));
    }

    function test_FewerCoilsThanThePartsSayAreRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = split(coils, 1, 100);
        draft.words[0] = NewPart(100, 2, "").packed();
        draft.words = draft.words.append(COIL_A);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, coils, 3));
    }

    function test_CoilOfAnotherReceiptIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        issuedCoils("coil d", "coil e", "coil f");
        Draft memory draft = coilsInTwoParts(coils);
        draft.words[4] = "coil d";
        draft.b = (uint48(nextSerial(COILS)) << 16) | 2;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(bytes32("coil d")), coils)
        );
    }

    function test_CoilInTwoPartsIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = coilsInTwoParts(coils);
        draft.words[5] = COIL_C;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_C), coils)
        );
    }

    function test_NumbersOfBulkGoodsAreRefused() public {
        Draft memory draft = split(receipt, 1, 400);
        draft.words[0] = NewPart(400, 1, "").packed();
        draft.words = draft.words.append(COIL_A);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_A), receipt)
        );
        draft.words[0] = newPart(400).packed();
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, receipt, 0));
    }

    /// @notice Each fault is mended in turn, and the next in the order of the rules comes to light.
    function test_OfManyFaultsTheFirstInOrderIsNamed() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        pass(signed(draftOf(Kind.ToPaper, coils, 1), ALICE, WAREHOUSE));
        freeze(coils);
        warpTo(STORED_UNTIL + 1);
        Draft memory draft = draftOf(Kind.Split, coils, 1);
        draft.b = 1 << 16;
        expectNext(draft, reason(NumberGap.selector, COILS, 2, 1));
        draft.b = 2 << 16;
        expectNext(draft, abi.encodeWithSelector(EmptyAct.selector));
        draft.b = (2 << 16) | 1;
        draft.words = new bytes32[](3);
        draft.words[0] = NewPart(type(uint64).max, 0, "").packed();
        draft.words[2] = "coil d";
        expectNext(draft, reason(ZeroQuantity.selector, coils));
        draft.a = 1;
        expectNext(draft, reason(QuantityOutOfRange.selector, coils, uint256(1) << 64));
        draft.words[0] = NewPart(1, 0, "").packed();
        expectNext(draft, reason(ItemsMissing.selector, coils, 3));
        draft.words[0] = NewPart(1, 1, "").packed();
        expectNext(draft, reason(SumMismatch.selector, coils, 2, QUANTITY));
        draft.a = uint56(QUANTITY) - 1;
        expectNext(draft, reason(Frozen.selector, coils));
        pass(signed(unfreezing(coils, 3), COURT));
        expectNext(draft, reason(PaperOutstanding.selector, coils));
        pass(signed(draftOf(Kind.FromPaper, coils, 4), ALICE, WAREHOUSE));
        expectNext(draft, reason(StorageExpired.selector, coils, STORED_UNTIL));
        warpTo(STORED_UNTIL);
        draft.deadline = uint40(block.timestamp);
        expectNext(draft, reason(StaleVersion.selector, coils, 1, 5));
        draft.version = 5;
        expectNext(draft, reason(ItemNotInReceipt.selector, uint256(bytes32("coil d")), coils));
        draft.words[2] = COIL_A;
        pass(signed(draft, ALICE, WAREHOUSE));
    }

    function expectNext(Draft memory draft, bytes memory refusal) private {
        assertRefused(signed(draft, ALICE, WAREHOUSE), refusal);
    }

    /// @notice C in the first part, A in the second, and B stays.
    function coilsInTwoParts(uint64 coils) private view returns (Draft memory draft) {
        NewPart[] memory parts = new NewPart[](2);
        parts[0] = NewPart(100, 1, "first part");
        parts[1] = NewPart(200, 1, "second part");
        draft = splitInto(coils, 1, QUANTITY - 300, parts);
        draft.words = draft.words.append(COIL_C).append(COIL_A);
    }
}
