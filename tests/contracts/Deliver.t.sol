// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract DeliverTest is LedgerTest {
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    bytes32 private constant COIL_A = "coil a";
    bytes32 private constant COIL_B = "coil b";
    bytes32 private constant COIL_C = "coil c";

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
    }

    function test_FullDeliveryClosesTheReceipt() public {
        uint256 expected = word(receipt).next().withQuantity(0).withStatus(ReceiptWord.DELIVERED);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Delivered(receipt, uint128(expected), TERMS);
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertEq(word(receipt), expected);
    }

    function test_PartDeliveryLeavesTheRest() public {
        uint256 expected = word(receipt).next().withQuantity(QUANTITY - 1);
        pass(signed(delivery(receipt, 1, 1), ALICE, WAREHOUSE));
        assertEq(word(receipt), expected);
        assertTrue(expected.isOpen());
    }

    function test_DeliveredGoodsAreNeitherReceiptedNorAttestedAnyMore() public {
        pass(signed(delivery(receipt, 1, 400), ALICE, WAREHOUSE));
        uint256 pool = ledger.poolWord(POOL);
        assertEq(pool.receipted(), QUANTITY - 400);
        assertEq(pool.attested(), ATTESTED - 400);
        assertEq(pool.capacity(), CAPACITY);
    }

    function test_DeliveryOfNothingIsRefused() public {
        assertRefused(
            signed(delivery(receipt, 1, 0), ALICE, WAREHOUSE), reason(ZeroQuantity.selector, receipt)
        );
    }

    function test_DeliveryOfMoreThanTheReceiptStandsForIsRefused() public {
        assertRefused(
            signed(delivery(receipt, 1, QUANTITY + 1), ALICE, WAREHOUSE),
            reason(OverDelivery.selector, receipt, QUANTITY + 1, QUANTITY)
        );
    }

    function test_SecondDeliveryIsRefused() public {
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(delivery(receipt, 2, 1), ALICE, WAREHOUSE),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_DeliveryOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(signed(delivery(receipt, 2, 1), ALICE, WAREHOUSE), reason(Frozen.selector, receipt));
    }

    function test_DeliveryOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(
            signed(delivery(unknown, 1, 1), ALICE, WAREHOUSE), reason(UnknownReceipt.selector, unknown)
        );
    }

    function test_DeliveryOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(delivery(receipt, 2, 1), ALICE, WAREHOUSE), reason(StaleVersion.selector, receipt, 2, 1)
        );
    }

    function test_DeliveryAfterStorageIsTaken() public {
        vm.warp(EPOCH + (uint256(STORED_UNTIL) + 10) * 1 days);
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
    }

    function test_DeliveryOfPledgedGoodsTakesThePledgee() public {
        uint64 encumbered = pledged();
        assertRefused(
            signed(delivery(encumbered, 2, 1), ALICE, WAREHOUSE), reason(MissingConsent.selector, BANK_A, 0)
        );
        pass(signed(delivery(encumbered, 2, 1), ALICE, WAREHOUSE, BANK_A));
        assertEq(word(encumbered).pledgee(), BANK_A);
    }

    function test_FullDeliveryOfPledgedGoodsEndsThePledge() public {
        uint64 encumbered = pledged();
        pass(signed(delivery(encumbered, 2, QUANTITY), ALICE, WAREHOUSE, BANK_A));
        assertEq(word(encumbered).pledgee(), 0);
        assertFalse(word(encumbered).isEncumbered());
        assertEq(word(encumbered).status(), ReceiptWord.DELIVERED);
    }

    function test_PledgeeOfNothingIsNotAskedAndMayNotSign() public {
        assertRefused(
            signed(delivery(receipt, 1, 1), ALICE, WAREHOUSE, BANK_A), reason(SurplusSignature.selector, 1)
        );
    }

    function test_HolderCannotFetchGoodsWithoutTheWarehouse() public {
        assertRefused(
            signed(delivery(receipt, 1, 1), ALICE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_WarehouseCannotDeliverWithoutTheHolder() public {
        assertRefused(signed(delivery(receipt, 1, 1), WAREHOUSE), reason(MissingConsent.selector, ALICE, 0));
    }

    function test_WarehouseThatHoldsTheReceiptSignsOnce() public {
        uint64 own = issued(TRADING_POOL, TRADING_WAREHOUSE);
        pass(signed(delivery(own, 1, QUANTITY), TRADING_WAREHOUSE));
    }

    function test_ItemsOfBulkGoodsAreRefused() public {
        Draft memory draft = delivery(receipt, 1, 1);
        draft.words = draft.words.append(COIL_A);
        draft.b = uint48(draft.words.length);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_A), receipt)
        );
    }

    function test_FullDeliveryOfCoilsFreesThemAll() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = delivery(coils, 1, QUANTITY);
        draft.words = draft.words.append(COIL_C).append(COIL_A).append(COIL_B);
        draft.b = uint48(draft.words.length);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemFreed(COIL_C, coils);
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(COIL_A), 0);
        assertEq(ledger.receiptOfItem(COIL_B), 0);
        assertEq(ledger.receiptOfItem(COIL_C), 0);
        assertEq(ledger.itemCount(coils), 0);
    }

    function test_DeliveredCoilsCanBeReceiptedAgain() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = delivery(coils, 1, QUANTITY);
        draft.words = draft.words.append(COIL_A).append(COIL_B).append(COIL_C);
        draft.b = uint48(draft.words.length);
        pass(signed(draft, ALICE, WAREHOUSE));
        uint64 again = issuedCoils(COIL_A, COIL_B, COIL_C);
        assertEq(ledger.receiptOfItem(COIL_A), again);
    }

    function test_PartDeliveryFreesTheNamedCoilsAlone() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = delivery(coils, 1, 600);
        draft.words = draft.words.append(COIL_A).append(COIL_B);
        draft.b = uint48(draft.words.length);
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(COIL_B), 0);
        assertEq(ledger.receiptOfItem(COIL_C), coils);
        assertEq(ledger.itemCount(coils), 1);
    }

    function test_FullDeliveryThatLeavesACoilBehindIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = delivery(coils, 1, QUANTITY);
        draft.words = draft.words.append(COIL_A).append(COIL_B);
        draft.b = uint48(draft.words.length);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, coils, 3));
    }

    function test_PartDeliveryOfEveryCoilIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = delivery(coils, 1, QUANTITY - 1);
        draft.words = draft.words.append(COIL_A).append(COIL_B).append(COIL_C);
        draft.b = uint48(draft.words.length);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, coils, 3));
    }

    function test_DeliveryOfACoilThatIsNotInTheReceiptIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        issuedCoils("coil d", "coil e", "coil f");
        Draft memory draft = delivery(coils, 1, 1);
        draft.words = draft.words.append(COIL_A).append("coil d");
        draft.b = uint48(draft.words.length);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(bytes32("coil d")), coils)
        );
        assertEq(ledger.receiptOfItem(COIL_A), coils);
    }

    function test_CoilNamedTwiceInOneDeliveryIsRefused() public {
        uint64 coils = issuedCoils(COIL_A, COIL_B, COIL_C);
        Draft memory draft = delivery(coils, 1, 1);
        draft.words = draft.words.append(COIL_A).append(COIL_A);
        draft.b = uint48(draft.words.length);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(COIL_A), coils)
        );
        assertEq(ledger.receiptOfItem(COIL_A), coils);
        assertEq(ledger.itemCount(coils), 3);
    }

    function testFuzz_DeliveriesAddUpToTheReceipt(uint64 part) public {
        uint64 quantity = uint64(bound(part, 1, QUANTITY - 1));
        pass(signed(delivery(receipt, 1, quantity), ALICE, WAREHOUSE));
        assertRefused(
            signed(delivery(receipt, 2, QUANTITY - quantity + 1), ALICE, WAREHOUSE),
            reason(OverDelivery.selector, receipt, QUANTITY - quantity + 1, QUANTITY - quantity)
        );
        pass(signed(delivery(receipt, 2, QUANTITY - quantity), ALICE, WAREHOUSE));
        assertEq(ledger.poolWord(POOL).receipted(), 0);
    }
}
