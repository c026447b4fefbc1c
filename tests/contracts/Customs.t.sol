// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewReceipt} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract CustomsTest is LedgerTest {
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint32 private constant BONDED = POOL + 8;
    uint32 private constant BONDED_COILS = POOL + 9;
    bytes32 private constant CLEARANCE = "clearance";
    bytes32 private constant COIL = "coil";
    bytes32 private constant OTHER_COIL = "other coil";

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        openWith(BONDED, PoolWord.BONDED);
        openWith(BONDED_COILS, PoolWord.BONDED | PoolWord.SERIALISED);
        receipt = issued(BONDED, ALICE);
    }

    function test_PoolIsOpenedUnderCustoms() public view {
        assertTrue(ledger.poolWord(BONDED).isBonded());
        assertFalse(ledger.poolWord(BONDED).isSerialised());
        assertTrue(ledger.poolWord(BONDED_COILS).isSerialised());
        assertFalse(ledger.poolWord(POOL).isBonded());
    }

    function test_GoodsUnderCustomsLeaveOnlyAgainstAClearance() public {
        assertRefused(
            signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE),
            reason(CustomsNotCleared.selector, receipt)
        );
        Draft memory draft = cleared(QUANTITY, CLEARANCE);
        uint256 expected = word(receipt).closed(ReceiptWord.DELIVERED);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Delivered(receipt, uint128(expected), TERMS);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit DocumentUsed(CLEARANCE, receipt);
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(word(receipt), expected);
        assertEq(ledger.subjectOfDocument(CLEARANCE), receipt);
    }

    function test_ClearanceIsUsedOnce() public {
        pass(signed(cleared(400, CLEARANCE), ALICE, WAREHOUSE));
        assertRefused(
            signed(cleared(400, CLEARANCE), ALICE, WAREHOUSE),
            reason(DocumentAlreadyUsed.selector, uint256(CLEARANCE), receipt)
        );
        pass(signed(cleared(400, "another clearance"), ALICE, WAREHOUSE));
    }

    function test_ClearanceThatStandsTwiceInOneDeliveryIsRefused() public {
        Draft memory draft = cleared(400, CLEARANCE);
        draft.words = draft.words.append(CLEARANCE);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(DocumentAlreadyUsed.selector, uint256(CLEARANCE), receipt)
        );
        assertEq(ledger.subjectOfDocument(CLEARANCE), 0);
    }

    function test_DocumentOfAnIssueOrAPledgeClearsNothing() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.words = draft.words.append("invoice");
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(cleared(400, "invoice"), ALICE, WAREHOUSE, BANK_A),
            reason(DocumentAlreadyUsed.selector, uint256(bytes32("invoice")), receipt)
        );
    }

    function test_ClearanceBacksNoPledgeAfterwards() public {
        pass(signed(cleared(400, CLEARANCE), ALICE, WAREHOUSE));
        Draft memory draft = pledge(receipt, 2, BANK_A);
        draft.words = draft.words.append(CLEARANCE);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A),
            reason(DocumentAlreadyUsed.selector, uint256(CLEARANCE), receipt)
        );
    }

    function test_SecondOfTwoDocumentsRefusesTheDelivery() public {
        pass(signed(cleared(400, CLEARANCE), ALICE, WAREHOUSE));
        Draft memory draft = cleared(400, "another clearance");
        draft.words = draft.words.append(CLEARANCE);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(DocumentAlreadyUsed.selector, uint256(CLEARANCE), receipt)
        );
        assertEq(ledger.subjectOfDocument("another clearance"), 0);
    }

    function test_GoodsThatAreNotUnderCustomsMayNameDocumentsToo() public {
        uint64 free = issued(POOL, ALICE);
        Draft memory draft = delivery(free, 1, 400);
        draft.words = draft.words.append("waybill");
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.subjectOfDocument("waybill"), free);
        assertEq(ledger.subjectOfDocument(0), 0);
    }

    function test_ItemIsNoClearance() public {
        uint64 coils = issuedUnderCustoms();
        Draft memory draft = delivery(coils, 1, 400);
        draft.words = draft.words.append(COIL);
        draft.b = 1;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(CustomsNotCleared.selector, coils));
        draft.words = draft.words.append(CLEARANCE);
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(COIL), 0);
        assertEq(ledger.receiptOfItem(CLEARANCE), 0);
        assertEq(ledger.subjectOfDocument(CLEARANCE), coils);
        assertEq(ledger.subjectOfDocument(COIL), 0);
    }

    function test_UsedClearanceLeavesTheCoilsWhereTheyAre() public {
        pass(signed(cleared(400, CLEARANCE), ALICE, WAREHOUSE));
        uint64 coils = issuedUnderCustoms();
        Draft memory draft = delivery(coils, 1, 400);
        draft.words = draft.words.append(COIL).append(CLEARANCE);
        draft.b = 1;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(DocumentAlreadyUsed.selector, uint256(CLEARANCE), receipt)
        );
        assertEq(ledger.receiptOfItem(COIL), coils);
        assertEq(ledger.itemCount(coils), 2);
    }

    function test_CoilThatIsNotInTheReceiptGivesTheClearanceBack() public {
        uint64 coils = issuedUnderCustoms();
        Draft memory draft = delivery(coils, 1, QUANTITY);
        draft.words = draft.words.append(COIL).append("coil of another").append(CLEARANCE);
        draft.b = 2;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(bytes32("coil of another")), coils)
        );
        assertEq(ledger.subjectOfDocument(CLEARANCE), 0);
        assertEq(ledger.receiptOfItem(COIL), coils);
    }

    function test_GoodsUnderCustomsAreSplitMergedAndWrittenDownWithoutAClearance() public {
        pass(signed(split(receipt, 1, 400), ALICE, WAREHOUSE));
        pass(signed(merge(receipt, 2, receipt + 1, 1), ALICE, WAREHOUSE));
        pass(signed(writeDown(receipt, 3, 100), WAREHOUSE, INSPECTOR));
        assertRefused(
            signed(delivery(receipt, 4, 1), ALICE, WAREHOUSE), reason(CustomsNotCleared.selector, receipt)
        );
    }

    /// @notice Each fault is mended in turn, and the next in the order of the rules comes to light.
    function test_OfManyFaultsOfADeliveryTheFirstInOrderIsNamed() public {
        pass(signed(cleared(400, "used"), ALICE, WAREHOUSE));
        uint64 coils = issuedUnderCustoms();
        freeze(coils);
        Draft memory draft = delivery(coils, 1, 0);
        expectNext(draft, reason(ZeroQuantity.selector, coils));
        draft.a = uint56(QUANTITY) + 1;
        expectNext(draft, reason(ItemsMissing.selector, coils, 2));
        draft.words = draft.words.append(COIL).append("coil of another");
        draft.b = 2;
        expectNext(draft, reason(Frozen.selector, coils));
        pass(signed(unfreezing(coils, 2), COURT));
        expectNext(draft, reason(CustomsNotCleared.selector, coils));
        draft.words = draft.words.append("used");
        expectNext(draft, reason(OverDelivery.selector, coils, QUANTITY + 1, QUANTITY));
        draft.a = uint56(QUANTITY);
        expectNext(draft, reason(StaleVersion.selector, coils, 1, 3));
        draft.version = 3;
        expectNext(draft, reason(DocumentAlreadyUsed.selector, uint256(bytes32("used")), receipt));
        draft.words[2] = CLEARANCE;
        expectNext(draft, reason(ItemNotInReceipt.selector, uint256(bytes32("coil of another")), coils));
        draft.words[1] = OTHER_COIL;
        pass(signed(draft, ALICE, WAREHOUSE));
    }

    function test_OfTwoFaultsOfAnIssueTheDocumentIsNamedFirst() public {
        pass(signed(cleared(400, "used"), ALICE, WAREHOUSE));
        issuedUnderCustoms();
        Draft memory draft = issueCoils(COIL, "coil b", "coil c");
        draft.words = draft.words.append("used");
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(DocumentAlreadyUsed.selector, uint256(bytes32("used")), receipt)
        );
        draft.words[5] = "unused";
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL), receiptIdOf(BONDED_COILS, 1))
        );
        assertEq(ledger.subjectOfDocument("unused"), 0);
    }

    function expectNext(Draft memory draft, bytes memory refusal) private {
        assertRefused(signed(draft, ALICE, WAREHOUSE), refusal);
    }

    function openWith(uint32 pool, uint256 flags) private {
        pass(signed(openingWith(pool, flags), REGISTRAR, WAREHOUSE));
        pass(signed(attestation(pool, 1, ATTESTED), INSPECTOR));
    }

    function cleared(uint64 quantity, bytes32 document) private view returns (Draft memory draft) {
        draft = delivery(receipt, version(receipt), quantity);
        draft.words = draft.words.append(document);
    }

    /// @notice Two coils of Alice under customs.
    function issuedUnderCustoms() private returns (uint64) {
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(ALICE, QUANTITY);
        receipts[0].itemCount = 2;
        Draft memory draft = issueOf(BONDED_COILS, nextSerial(BONDED_COILS), receipts);
        draft.b = 2;
        draft.words = draft.words.append(COIL).append(OTHER_COIL);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        return draft.subject;
    }
}
