// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewReceipt} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract CancelTest is LedgerTest {
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    bytes32 private constant COIL_A = "coil a";
    bytes32 private constant COIL_B = "coil b";
    uint32 private constant OWN_COILS = TRADING_POOL + 1;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(TRADING_POOL, TRADING_WAREHOUSE);
    }

    function test_CancelledReceiptEnds() public {
        uint256 ended = word(receipt).closed(ReceiptWord.CANCELLED);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Cancelled(receipt, uint128(ended), TERMS);
        pass(signed(cancellation(receipt, 1), TRADING_WAREHOUSE));
        assertEq(word(receipt), ended);
        assertEq(ended.status(), ReceiptWord.CANCELLED);
        assertEq(ended.quantity(), 0);
    }

    function test_GoodsOfACancelledReceiptAreStillThere() public {
        issued(TRADING_POOL, ALICE);
        uint256 before = ledger.poolWord(TRADING_POOL);
        pass(signed(cancellation(receipt, 1), TRADING_WAREHOUSE));
        uint256 pool = ledger.poolWord(TRADING_POOL);
        assertEq(pool, before.withUnreceipted(QUANTITY));
        assertEq(pool.receipted(), QUANTITY);
        assertEq(pool.attested(), ATTESTED);
    }

    function test_NeighbourOfACancelledReceiptStaysAsItIs() public {
        uint64 first = issuedMany(TRADING_POOL, TRADING_WAREHOUSE, 2);
        uint256 neighbour = word(first + 1);
        pass(signed(cancellation(first, 1), TRADING_WAREHOUSE));
        assertEq(word(first + 1), neighbour);
        assertEq(word(receipt).quantity(), QUANTITY);
    }

    function test_CancellationAfterStorageIsTaken() public {
        warpTo(STORED_UNTIL + 10);
        pass(signed(cancellation(receipt, 1), TRADING_WAREHOUSE));
    }

    function test_CancellationWorksInTheVersionsKeptForExits() public {
        wear(receipt, ReceiptWord.VERSION_MAX - 1);
        pass(signed(cancellation(receipt, version(receipt)), TRADING_WAREHOUSE));
    }

    function test_CancellationOfTheLastVersionIsRefused() public {
        wear(receipt, ReceiptWord.VERSION_MAX);
        assertRefused(
            signed(cancellation(receipt, version(receipt)), TRADING_WAREHOUSE),
            reason(VersionsExhausted.selector, receipt)
        );
    }

    function test_SecondCancellationIsRefused() public {
        pass(signed(cancellation(receipt, 1), TRADING_WAREHOUSE));
        assertRefused(
            signed(cancellation(receipt, 2), TRADING_WAREHOUSE),
            reason(NotOpen.selector, receipt, ReceiptWord.CANCELLED)
        );
    }

    function test_CancellationOfUnknownReceiptIsRefused() public {
        assertRefused(
            signed(cancellation(receipt + 1, 1), TRADING_WAREHOUSE),
            reason(UnknownReceipt.selector, receipt + 1)
        );
    }

    function test_HolderCannotCancel() public {
        uint64 alices = issued(POOL, ALICE);
        assertRefused(
            signed(cancellation(alices, 1), ALICE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_WarehouseCannotCancelWhatAnotherHolds() public {
        uint64 alices = issued(POOL, ALICE);
        assertRefused(
            signed(cancellation(alices, 1), WAREHOUSE), reason(NotHolder.selector, alices, WAREHOUSE)
        );
    }

    function test_WarehouseCannotCancelAReceiptOfAnotherWarehouse() public {
        uint64 elsewhere = issued(POOL, TRADING_WAREHOUSE);
        assertRefused(
            signed(cancellation(elsewhere, 1), TRADING_WAREHOUSE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_SuspendedWarehouseCannotCancel() public {
        suspend(TRADING_WAREHOUSE);
        assertRefused(
            signed(cancellation(receipt, 1), TRADING_WAREHOUSE),
            reason(PartyNotActive.selector, TRADING_WAREHOUSE)
        );
    }

    function test_CancellationOfPledgedReceiptIsRefused() public {
        pass(signed(pledge(receipt, 1, BANK_A), TRADING_WAREHOUSE, BANK_A));
        assertRefused(
            signed(cancellation(receipt, 2), TRADING_WAREHOUSE), reason(Encumbered.selector, receipt, BANK_A)
        );
    }

    function test_CancellationOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(signed(cancellation(receipt, 2), TRADING_WAREHOUSE), reason(Frozen.selector, receipt));
    }

    function test_CancellationOfReceiptOnPaperIsRefused() public {
        pass(signed(draftOf(Kind.ToPaper, receipt, 1), TRADING_WAREHOUSE));
        assertRefused(
            signed(cancellation(receipt, 2), TRADING_WAREHOUSE), reason(PaperOutstanding.selector, receipt)
        );
    }

    function test_CancellationOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(cancellation(receipt, 2), TRADING_WAREHOUSE), reason(StaleVersion.selector, receipt, 2, 1)
        );
    }

    function test_CoilsOfACancelledReceiptCanBeReceiptedAgain() public {
        uint64 coils = issuedOwnCoils();
        Draft memory draft = cancellation(coils, 1);
        draft.words = draft.words.append(COIL_B).append(COIL_A);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemFreed(COIL_A, coils);
        pass(signed(draft, TRADING_WAREHOUSE));
        assertEq(ledger.itemCount(coils), 0);
        assertEq(ledger.receiptOfItem(COIL_B), 0);
        assertEq(ledger.receiptOfItem(COIL_A), 0);
        issuedOwnCoils();
        assertEq(ledger.receiptOfItem(COIL_A), coils + 1);
    }

    function test_CancellationThatLeavesACoilBehindIsRefused() public {
        uint64 coils = issuedOwnCoils();
        Draft memory draft = cancellation(coils, 1);
        draft.words = draft.words.append(COIL_A);
        assertRefused(signed(draft, TRADING_WAREHOUSE), reason(ItemsMissing.selector, coils, 2));
    }

    function test_CancellationThatNamesACoilTwiceIsRefused() public {
        uint64 coils = issuedOwnCoils();
        Draft memory draft = cancellation(coils, 1);
        draft.words = draft.words.append(COIL_A).append(COIL_A);
        assertRefused(
            signed(draft, TRADING_WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_A), coils)
        );
    }

    function test_NumbersOfBulkGoodsAreRefused() public {
        Draft memory draft = cancellation(receipt, 1);
        draft.words = draft.words.append(COIL_A);
        assertRefused(
            signed(draft, TRADING_WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_A), receipt)
        );
    }

    /// @notice Each fault is mended in turn, and the next in the order of the rules comes to light.
    function test_OfManyFaultsTheFirstInOrderIsNamed() public {
        uint64 coils = issuedOwnCoils();
        pass(signed(transfer(coils, 1, ALICE), TRADING_WAREHOUSE, ALICE));
        pass(signed(pledge(coils, 2, BANK_A), ALICE, TRADING_WAREHOUSE, BANK_A));
        freeze(coils);
        Draft memory draft = cancellation(coils, 1);
        expectNext(draft, reason(ItemsMissing.selector, coils, 2));
        draft.words = draft.words.append(COIL_A).append("coil d");
        expectNext(draft, reason(NotHolder.selector, coils, TRADING_WAREHOUSE));
        setWord(coils, word(coils).withHolder(TRADING_WAREHOUSE));
        expectNext(draft, reason(Encumbered.selector, coils, BANK_A));
        pass(signed(release(coils, 4), BANK_A));
        expectNext(draft, reason(Frozen.selector, coils));
        pass(signed(unfreezing(coils, 5), COURT));
        expectNext(draft, reason(StaleVersion.selector, coils, 1, 6));
        draft.version = 6;
        expectNext(draft, reason(ItemNotInReceipt.selector, uint256(bytes32("coil d")), coils));
        draft.words[1] = COIL_B;
        pass(signed(draft, TRADING_WAREHOUSE));
    }

    function expectNext(Draft memory draft, bytes memory refusal) private {
        assertRefused(signed(draft, TRADING_WAREHOUSE), refusal);
    }

    /// @notice The coils A and B, which the warehouse holds itself.
    function issuedOwnCoils() private returns (uint64) {
        if (ledger.poolWord(OWN_COILS) == 0) open(OWN_COILS, TRADING_WAREHOUSE, true);
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(TRADING_WAREHOUSE, QUANTITY);
        receipts[0].itemCount = 2;
        Draft memory draft = issueOf(OWN_COILS, nextSerial(OWN_COILS), receipts);
        draft.b = 2;
        draft.words = draft.words.append(COIL_A).append(COIL_B);
        pass(signed(draft, TRADING_WAREHOUSE, INSPECTOR));
        return draft.subject;
    }
}
