// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract ReplaceTest is LedgerTest {
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

    function test_CorrectedReceiptTakesThePlaceOfTheOneInError() public {
        uint256 ended = word(receipt).closed(ReceiptWord.REPLACED);
        uint256 heir = ReceiptWord.opened(ALICE, QUANTITY - 1, STORED_UNTIL);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Replaced(receipt, uint128(ended), receipt + 1);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit IssuedFrom(receipt + 1, uint128(heir), TERMS, receipt);
        pass(signed(replacement(receipt, 1, QUANTITY - 1), ALICE, WAREHOUSE));
        assertEq(word(receipt), ended);
        assertEq(ended.status(), ReceiptWord.REPLACED);
        assertEq(ended.quantity(), 0);
        assertEq(word(receipt + 1), heir);
    }

    function test_ReplacementWithinAPairIsWrittenWhole() public {
        uint64 even = issued(POOL, ALICE);
        assertEq(even >> 1, (even + 1) >> 1);
        uint256 neighbour = word(receipt);
        pass(signed(replacement(even, 1, QUANTITY), ALICE, WAREHOUSE));
        assertEq(word(even).status(), ReceiptWord.REPLACED);
        assertEq(word(even + 1), ReceiptWord.opened(ALICE, QUANTITY, STORED_UNTIL));
        assertEq(word(receipt), neighbour);
    }

    function test_GoodsThatNeverWereAreReceiptedNoMoreAndStayAttested() public {
        uint256 before = ledger.poolWord(POOL);
        pass(signed(replacement(receipt, 1, QUANTITY - 300), ALICE, WAREHOUSE));
        assertEq(ledger.poolWord(POOL), before.withIssued(1, 0).withUnreceipted(300));
        assertEq(ledger.poolWord(POOL).receipted(), QUANTITY - 300);
        assertEq(ledger.poolWord(POOL).attested(), ATTESTED);
    }

    function test_SameQuantityIsTakenAndMoreRefused() public {
        assertRefused(
            signed(replacement(receipt, 1, QUANTITY + 1), ALICE, WAREHOUSE),
            reason(QuantityIncreased.selector, receipt, QUANTITY + 1, QUANTITY)
        );
        pass(signed(replacement(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertEq(ledger.poolWord(POOL).receipted(), QUANTITY);
    }

    function test_ReplacementOfPledgedReceiptTakesThePledgeeAndStaysPledged() public {
        uint64 encumbered = pledged();
        Draft memory draft = replacement(encumbered, 2, QUANTITY);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(MissingConsent.selector, BANK_A, 0));
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        assertEq(
            word(encumbered + 1), ReceiptWord.opened(ALICE, QUANTITY, STORED_UNTIL).withPledge(BANK_A, DUE)
        );
        assertFalse(word(encumbered).isEncumbered());
        pass(signed(release(encumbered + 1, 1), BANK_A));
    }

    function test_ReplacementOfReceiptInDefaultIsInDefaultSinceTheSameDay() public {
        uint64 unpaid = inDefault();
        warpTo(DUE + 5);
        pass(signed(replacement(unpaid, 3, QUANTITY), ALICE, WAREHOUSE, BANK_A));
        assertTrue(word(unpaid + 1).isInDefault());
        assertEq(word(unpaid + 1).maturityDay(), DUE + 1);
        assertFalse(word(unpaid).isInDefault());
    }

    function test_ReplacementOfClaimedReceiptIsClaimed() public {
        pass(signed(draftOf(Kind.NoteClaim, receipt, 1), WAREHOUSE));
        pass(signed(replacement(receipt, 2, QUANTITY), ALICE, WAREHOUSE));
        assertTrue(word(receipt + 1).isClaimed());
    }

    function test_ReplacementAfterStorageIsTaken() public {
        warpTo(STORED_UNTIL + 10);
        pass(signed(replacement(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertEq(word(receipt + 1).storageDay(), STORED_UNTIL);
    }

    function test_SecondReplacementIsRefused() public {
        pass(signed(replacement(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(replacement(receipt, 2, QUANTITY), ALICE, WAREHOUSE),
            reason(NotOpen.selector, receipt, ReceiptWord.REPLACED)
        );
    }

    function test_ReplacementOfUnknownReceiptIsRefused() public {
        assertRefused(
            signed(replacement(receipt + 1, 1, QUANTITY), ALICE, WAREHOUSE),
            reason(UnknownReceipt.selector, receipt + 1)
        );
    }

    function test_HolderCannotCorrectWithoutTheWarehouse() public {
        assertRefused(
            signed(replacement(receipt, 1, QUANTITY), ALICE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_WarehouseCannotCorrectWithoutTheHolder() public {
        assertRefused(
            signed(replacement(receipt, 1, QUANTITY), WAREHOUSE), reason(MissingConsent.selector, ALICE, 0)
        );
    }

    function test_UsedSerialIsRefused() public {
        Draft memory draft = replacement(receipt, 1, QUANTITY);
        draft.b = 1;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(NumberGap.selector, POOL, 2, 1));
    }

    function test_SkippedSerialIsRefused() public {
        Draft memory draft = replacement(receipt, 1, QUANTITY);
        draft.b = 3;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(NumberGap.selector, POOL, 2, 3));
    }

    function test_SerialIsAsWideAsWhatWasSigned() public {
        Draft memory draft = replacement(receipt, 1, QUANTITY);
        draft.b |= uint48(1) << 40;
        pass(signed(draft, ALICE, WAREHOUSE));
        assertTrue(word(receipt + 1).isOpen());
    }

    function test_ReplacementByNothingIsRefused() public {
        assertRefused(
            signed(replacement(receipt, 1, 0), ALICE, WAREHOUSE), reason(ZeroQuantity.selector, receipt)
        );
    }

    function test_ReplacementOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(
            signed(replacement(receipt, 2, QUANTITY), ALICE, WAREHOUSE), reason(Frozen.selector, receipt)
        );
    }

    function test_ReplacementOfReceiptOnPaperIsRefused() public {
        pass(signed(draftOf(Kind.ToPaper, receipt, 1), ALICE, WAREHOUSE));
        assertRefused(
            signed(replacement(receipt, 2, QUANTITY), ALICE, WAREHOUSE),
            reason(PaperOutstanding.selector, receipt)
        );
    }

    function test_ReplacementOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(replacement(receipt, 2, QUANTITY), ALICE, WAREHOUSE),
            reason(StaleVersion.selector, receipt, 2, 1)
        );
    }

    function test_ReplacementStopsWhereTheVersionsKeptForExitsBegin() public {
        wear(receipt, LAST_BUT_EXITS);
        pass(signed(replacement(receipt, LAST_BUT_EXITS, QUANTITY), ALICE, WAREHOUSE));
        assertEq(version(receipt), LAST_BUT_EXITS + 1);
        assertEq(version(receipt + 1), 1);
        wear(receipt + 1, LAST_BUT_EXITS + 1);
        assertRefused(
            signed(replacement(receipt + 1, LAST_BUT_EXITS + 1, QUANTITY), ALICE, WAREHOUSE),
            reason(VersionsExhausted.selector, receipt + 1)
        );
    }

    function test_CoilsMoveToTheReplacement() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemReceipted(COIL_B, coils + 1);
        pass(signed(replacementOfCoils(coils), ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(COIL_A), coils + 1);
        assertEq(ledger.receiptOfItem(COIL_C), coils + 1);
        assertEq(ledger.itemCount(coils), 0);
        assertEq(ledger.itemCount(coils + 1), 3);
    }

    function test_ReplacementThatLeavesACoilBehindIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = replacement(coils, 1, QUANTITY);
        draft.words = draft.words.append(COIL_A).append(COIL_B);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, coils, 3));
    }

    function test_ReplacementWithACoilOfNoReceiptIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = replacementOfCoils(coils);
        draft.words[1] = "coil d";
        assertRefused(
            signed(draft, ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(bytes32("coil d")), coils)
        );
    }

    function test_NumbersOfBulkGoodsAreRefused() public {
        Draft memory draft = replacement(receipt, 1, QUANTITY);
        draft.words = draft.words.append(COIL_A);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_A), receipt)
        );
    }

    /// @notice Each fault is mended in turn, and the next in the order of the rules comes to light.
    function test_OfManyFaultsTheFirstInOrderIsNamed() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        freeze(coils);
        Draft memory draft = draftOf(Kind.Replace, coils, 1);
        expectNext(draft, reason(NumberGap.selector, COILS, 2, 0));
        draft.b = 2;
        expectNext(draft, reason(ZeroQuantity.selector, coils));
        draft.a = uint56(QUANTITY) + 1;
        expectNext(draft, reason(ItemsMissing.selector, coils, 3));
        draft.words = draft.words.append("coil d").append(COIL_A).append(COIL_B);
        expectNext(draft, reason(Frozen.selector, coils));
        pass(signed(unfreezing(coils, 2), COURT));
        expectNext(draft, reason(QuantityIncreased.selector, coils, QUANTITY + 1, QUANTITY));
        draft.a = uint56(QUANTITY);
        expectNext(draft, reason(StaleVersion.selector, coils, 1, 3));
        draft.version = 3;
        expectNext(draft, reason(ItemNotInReceipt.selector, uint256(bytes32("coil d")), coils));
        draft.words[0] = COIL_C;
        pass(signed(draft, ALICE, WAREHOUSE));
    }

    function expectNext(Draft memory draft, bytes memory refusal) private {
        assertRefused(signed(draft, ALICE, WAREHOUSE), refusal);
    }

    function replacementOfCoils(uint64 coils) private view returns (Draft memory draft) {
        draft = replacement(coils, 1, QUANTITY);
        draft.words = draft.words.append(COIL_C).append(COIL_B).append(COIL_A);
    }
}
