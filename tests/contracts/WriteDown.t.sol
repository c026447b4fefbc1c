// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract WriteDownTest is LedgerTest {
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

    function test_ReceiptStandsForWhatIsLeft() public {
        uint256 expected = word(receipt).next().withQuantity(QUANTITY - 300);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit WrittenDown(receipt, uint128(expected), TERMS);
        pass(signed(writeDown(receipt, 1, 300), WAREHOUSE, INSPECTOR));
        assertEq(word(receipt), expected);
        assertTrue(expected.isOpen());
    }

    function test_ReceiptOfWhichNothingIsLeftEnds() public {
        uint256 expected = word(receipt).closed(ReceiptWord.WRITTEN_OFF);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit WrittenDown(receipt, uint128(expected), TERMS);
        pass(signed(writeDown(receipt, 1, QUANTITY), WAREHOUSE, INSPECTOR));
        assertEq(word(receipt), expected);
        assertEq(expected.status(), ReceiptWord.WRITTEN_OFF);
        assertEq(expected.quantity(), 0);
    }

    function test_LostGoodsAreNeitherReceiptedNorAttestedAnyMore() public {
        pass(signed(writeDown(receipt, 1, 300), WAREHOUSE, INSPECTOR));
        assertEq(ledger.poolWord(POOL).receipted(), QUANTITY - 300);
        assertEq(ledger.poolWord(POOL).attested(), ATTESTED - 300);
        pass(signed(writeDown(receipt, 2, QUANTITY - 300), WAREHOUSE, INSPECTOR));
        assertEq(ledger.poolWord(POOL).receipted(), 0);
        assertEq(ledger.poolWord(POOL).attested(), ATTESTED - QUANTITY);
    }

    function test_LossDoesNotAskThePledgeeAndLeavesThePledge() public {
        uint64 encumbered = pledged();
        assertRefused(
            signed(writeDown(encumbered, 2, 300), WAREHOUSE, INSPECTOR, BANK_A),
            reason(SurplusSignature.selector, 1)
        );
        pass(signed(writeDown(encumbered, 2, 300), WAREHOUSE, INSPECTOR));
        assertEq(word(encumbered).pledgee(), BANK_A);
        assertEq(word(encumbered).maturityDay(), DUE);
    }

    function test_PledgeOfWhichNothingIsLeftEnds() public {
        uint64 encumbered = pledged();
        pass(signed(writeDown(encumbered, 2, QUANTITY), WAREHOUSE, INSPECTOR));
        assertFalse(word(encumbered).isEncumbered());
        assertEq(word(encumbered).pledgee(), 0);
    }

    function test_LossAfterStorageIsWrittenDown() public {
        warpTo(STORED_UNTIL + 10);
        pass(signed(writeDown(receipt, 1, 300), WAREHOUSE, INSPECTOR));
    }

    function test_NeighbourOfAWrittenDownReceiptStaysAsItIs() public {
        uint64 first = issuedMany(POOL, ALICE, 2);
        uint256 neighbour = word(first);
        pass(signed(writeDown(first + 1, 1, QUANTITY), WAREHOUSE, INSPECTOR));
        assertEq(word(first), neighbour);
    }

    function test_WriteDownOfUnknownReceiptIsRefused() public {
        assertRefused(
            signed(writeDown(receipt + 1, 1, 1), WAREHOUSE, INSPECTOR),
            reason(UnknownReceipt.selector, receipt + 1)
        );
    }

    function test_WriteDownOfWrittenOffReceiptIsRefused() public {
        pass(signed(writeDown(receipt, 1, QUANTITY), WAREHOUSE, INSPECTOR));
        assertRefused(
            signed(writeDown(receipt, 2, 1), WAREHOUSE, INSPECTOR),
            reason(NotOpen.selector, receipt, ReceiptWord.WRITTEN_OFF)
        );
    }

    function test_WarehouseCannotWriteDownWithoutAnInspector() public {
        assertRefused(
            signed(writeDown(receipt, 1, 1), WAREHOUSE),
            reason(MissingConsent.selector, 0, PartyWord.INSPECTOR)
        );
        assertRefused(
            signed(writeDown(receipt, 1, 1), WAREHOUSE, ALICE),
            reason(WrongRole.selector, ALICE, PartyWord.INSPECTOR)
        );
    }

    function test_InspectorCannotWriteDownWithoutTheWarehouse() public {
        assertRefused(
            signed(writeDown(receipt, 1, 1), INSPECTOR),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
        assertRefused(
            signed(writeDown(receipt, 1, 1), OTHER_WAREHOUSE, INSPECTOR),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_SuspendedInspectorCannotConfirmALoss() public {
        suspend(INSPECTOR);
        assertRefused(
            signed(writeDown(receipt, 1, 1), WAREHOUSE, INSPECTOR), reason(PartyNotActive.selector, INSPECTOR)
        );
    }

    function test_InspectorWhoHoldsTheReceiptIsRefused() public {
        uint64 own = issued(POOL, TRADING_INSPECTOR);
        assertRefused(
            signed(writeDown(own, 1, 1), WAREHOUSE, TRADING_INSPECTOR),
            reason(InspectorNotIndependent.selector, TRADING_INSPECTOR)
        );
        pass(signed(writeDown(own, 1, 1), WAREHOUSE, INSPECTOR));
        pass(signed(writeDown(receipt, 1, 1), WAREHOUSE, TRADING_INSPECTOR));
    }

    function test_LossOfNothingIsRefused() public {
        assertRefused(
            signed(writeDown(receipt, 1, 0), WAREHOUSE, INSPECTOR), reason(ZeroQuantity.selector, receipt)
        );
    }

    function test_LossOfMoreThanTheReceiptStandsForIsRefused() public {
        assertRefused(
            signed(writeDown(receipt, 1, QUANTITY + 1), WAREHOUSE, INSPECTOR),
            reason(QuantityOutOfRange.selector, receipt, QUANTITY + 1)
        );
    }

    function test_WriteDownOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(
            signed(writeDown(receipt, 2, 1), WAREHOUSE, INSPECTOR), reason(Frozen.selector, receipt)
        );
    }

    function test_WriteDownOfReceiptOnPaperIsRefused() public {
        pass(signed(draftOf(Kind.ToPaper, receipt, 1), ALICE, WAREHOUSE));
        assertRefused(
            signed(writeDown(receipt, 2, 1), WAREHOUSE, INSPECTOR), reason(PaperOutstanding.selector, receipt)
        );
    }

    function test_SameLossTwiceIsRefused() public {
        bytes memory act = signed(writeDown(receipt, 1, 300), WAREHOUSE, INSPECTOR);
        pass(act);
        assertRefused(act, reason(StaleVersion.selector, receipt, 1, 2));
    }

    function test_WriteDownStopsWhereTheVersionsKeptForExitsBegin() public {
        wear(receipt, LAST_BUT_EXITS);
        pass(signed(writeDown(receipt, LAST_BUT_EXITS, 1), WAREHOUSE, INSPECTOR));
        assertRefused(
            signed(writeDown(receipt, LAST_BUT_EXITS + 1, 1), WAREHOUSE, INSPECTOR),
            reason(VersionsExhausted.selector, receipt)
        );
    }

    function test_LostCoilsLeaveTheReceipt() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = writeDown(coils, 1, 300);
        draft.words = draft.words.append(COIL_B);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemFreed(COIL_B, coils);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        assertEq(ledger.receiptOfItem(COIL_B), 0);
        assertEq(ledger.receiptOfItem(COIL_A), coils);
        assertEq(ledger.itemCount(coils), 2);
    }

    function test_LostWeightLeavesEveryCoil() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        pass(signed(writeDown(coils, 1, 300), WAREHOUSE, INSPECTOR));
        assertEq(ledger.itemCount(coils), 3);
    }

    function test_LossOfEverythingThatLeavesACoilIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = writeDown(coils, 1, QUANTITY);
        draft.words = draft.words.append(COIL_A).append(COIL_B);
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, coils, 3));
    }

    function test_LossOfEveryCoilThatLeavesGoodsIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = writeDown(coils, 1, QUANTITY - 1);
        draft.words = draft.words.append(COIL_A).append(COIL_B).append(COIL_C);
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, coils, 3));
    }

    function test_NumbersOfBulkGoodsAreRefused() public {
        Draft memory draft = writeDown(receipt, 1, 1);
        draft.words = draft.words.append(COIL_A);
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR), reason(ItemNotInReceipt.selector, uint256(COIL_A), receipt)
        );
    }

    /// @notice Each fault is mended in turn, and the next in the order of the rules comes to light.
    function test_OfManyFaultsTheFirstInOrderIsNamed() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        pass(signed(transfer(coils, 1, TRADING_INSPECTOR), ALICE, TRADING_INSPECTOR));
        freeze(coils);
        Draft memory draft = writeDown(coils, 1, 0);
        assertRefused(
            signed(draft, WAREHOUSE, TRADING_INSPECTOR),
            reason(InspectorNotIndependent.selector, TRADING_INSPECTOR)
        );
        expectNext(draft, reason(ZeroQuantity.selector, coils));
        draft.a = uint56(QUANTITY) + 1;
        expectNext(draft, reason(QuantityOutOfRange.selector, coils, QUANTITY + 1));
        draft.a = uint56(QUANTITY);
        expectNext(draft, reason(ItemsMissing.selector, coils, 3));
        draft.words = draft.words.append(COIL_A).append(COIL_B).append("coil d");
        expectNext(draft, reason(Frozen.selector, coils));
        pass(signed(unfreezing(coils, 3), COURT));
        expectNext(draft, reason(StaleVersion.selector, coils, 1, 4));
        draft.version = 4;
        expectNext(draft, reason(ItemNotInReceipt.selector, uint256(bytes32("coil d")), coils));
        draft.words[2] = COIL_C;
        pass(signed(draft, WAREHOUSE, INSPECTOR));
    }

    function expectNext(Draft memory draft, bytes memory refusal) private {
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), refusal);
    }
}
