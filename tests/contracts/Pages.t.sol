// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewPart, NewReceipt} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract PagesTest is LedgerTest {
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint32 private constant DRUMS = POOL + 6;
    uint32 private constant OTHER_DRUMS = OTHER_POOL + 6;
    uint32 private constant OWN_DRUMS = TRADING_POOL + 6;
    uint256 private constant FLAGS = PoolWord.SERIALISED | PoolWord.PAGED;

    bytes32 private constant PAGE = "page";
    bytes32 private constant NEXT_PAGE = "next page";
    uint256 private constant FULL = type(uint256).max;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        openWith(DRUMS, FLAGS);
        openWith(OTHER_DRUMS, FLAGS);
        openWith(OWN_DRUMS, FLAGS);
        // Four drums on one page, one on the next.
        Draft memory draft = alsoIssue(issuePage(DRUMS, ALICE, 0xf0, PAGE), NEXT_PAGE, 1);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        receipt = draft.subject;
    }

    function test_PoolIsOpenedForPages() public view {
        assertTrue(ledger.poolWord(DRUMS).isPaged());
        assertTrue(ledger.poolWord(DRUMS).isSerialised());
        assertFalse(ledger.poolWord(COILS).isPaged());
        assertFalse(ledger.poolWord(DRUMS).isBonded());
    }

    function test_PagesOfBulkGoodsAreRefused() public {
        assertRefused(
            signed(openingWith(POOL + 7, PoolWord.PAGED), REGISTRAR, WAREHOUSE),
            reason(PagedNotSerialised.selector, POOL + 7)
        );
    }

    function test_ItemsOfAPageAreInTheirReceipt() public {
        Draft memory draft = issuePage(DRUMS, ALICE, 0x0f, PAGE);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemsReceipted(PAGE, draft.subject, 0x0f);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        expectItems(draft.subject, PAGE, 0x0f, 4);
        expectItems(receipt, PAGE, 0xf0, 5);
        expectItems(receipt, NEXT_PAGE, 1, 5);
        assertEq(ledger.itemsOnPage(PAGE), 0xff);
        assertEq(ledger.itemsOnPage(NEXT_PAGE), 1);
    }

    function testFuzz_ItemsOfAPageAreCountedAndFreedAgain(uint256 items, bytes32 page) public {
        vm.assume(items != 0 && page != PAGE && page != NEXT_PAGE);
        Draft memory draft = issuePage(DRUMS, ALICE, items, page);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        expectItems(draft.subject, page, items, count(items));
        assertEq(ledger.itemsOnPage(page), items);
        uint64 id = draft.subject;
        draft = more(delivery(id, 1, QUANTITY), page, items);
        draft.b = 2;
        pass(signed(draft, ALICE, WAREHOUSE));
        expectItems(id, page, 0, 0);
        assertEq(ledger.itemsOnPage(page), 0);
    }

    function testFuzz_PagesThatOverlapAreRefusedAndOthersTaken(uint256 first, uint256 second) public {
        vm.assume(first != 0 && second != 0);
        pass(signed(issuePage(DRUMS, ALICE, first, "new page"), WAREHOUSE, INSPECTOR));
        Draft memory draft = issuePage(OTHER_DRUMS, BOB, second, "new page");
        bytes memory act = signed(draft, OTHER_WAREHOUSE, INSPECTOR);
        if (first & second != 0) {
            return assertRefused(act, reason(ItemAlreadyReceipted.selector, uint256(bytes32("new page")), 0));
        }
        pass(act);
        assertEq(ledger.itemsOnPage("new page"), first | second);
        expectItems(draft.subject, "new page", second, count(second));
    }

    function test_ItemInAReceiptOfAnotherWarehouseIsRefused() public {
        assertRefused(
            signed(issuePage(OTHER_DRUMS, BOB, 0x90, PAGE), OTHER_WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(PAGE), 0)
        );
    }

    function test_ItemTwiceInOneReceiptIsRefused() public {
        Draft memory draft = alsoIssue(issuePage(DRUMS, ALICE, 3, "new page"), "new page", 2);
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(bytes32("new page")), 0)
        );
    }

    function test_PageInTwoPiecesIsOnePage() public {
        Draft memory draft = alsoIssue(issuePage(DRUMS, ALICE, 3, "new page"), "new page", 4);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        expectItems(draft.subject, "new page", 7, 3);
    }

    function test_ItemInTwoReceiptsOfOneIssueIsRefused() public {
        Draft memory draft = issueTwo(PAGE, 0x0f, "new page", 1, PAGE, 0x08);
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR), reason(ItemAlreadyReceipted.selector, uint256(PAGE), 0)
        );
        draft.words[9] = bytes32(uint256(0x100));
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        expectItems(draft.subject, PAGE, 0x0f, 5);
        expectItems(draft.subject + 1, PAGE, 0x100, 1);
        assertEq(ledger.itemsOnPage(PAGE), 0x1ff);
    }

    function test_UsedDocumentOfAnIssueLeavesThePagesAsTheyWere() public {
        Draft memory draft = issuePage(DRUMS, ALICE, 1, PAGE);
        draft.words = draft.words.append("note");
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        uint64 first = draft.subject;
        draft = issueTwo(PAGE, 2, "new page", 1, PAGE, 4);
        draft.words = draft.words.append("other note").append("note");
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(DocumentAlreadyUsed.selector, uint256(bytes32("note")), first)
        );
        assertEq(ledger.itemsOnPage(PAGE), 0xf1);
        assertEq(ledger.subjectOfDocument("other note"), 0);
    }

    function test_ItemInAnOpenReceiptGivesTheDocumentsAndTheOtherPagesBack() public {
        Draft memory draft = issueTwo(PAGE, 2, "new page", 1, PAGE, 0x80);
        draft.words = draft.words.append("note");
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR), reason(ItemAlreadyReceipted.selector, uint256(PAGE), 0)
        );
        assertEq(ledger.subjectOfDocument("note"), 0);
        assertEq(ledger.itemsOnPage("new page"), 0);
        expectItems(receipt + 1, PAGE, 0, 0);
    }

    function test_PageWithoutItemsIsRefused() public {
        Draft memory draft = issuePage(DRUMS, ALICE, 0, "new page");
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, draft.subject, 1));
        draft.words[3] = bytes32(uint256(1));
        draft = alsoIssue(draft, "another page", 0);
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, draft.subject, 1));
    }

    /// @notice The document behind it would be read as the items of the page.
    function test_PageWithoutAWordForItemsIsRefused() public {
        Draft memory draft = issuePage(DRUMS, ALICE, 1, "new page");
        draft.words[0] = NewReceipt(ALICE, QUANTITY, STORED_UNTIL, 1, 0).packed();
        draft.b = 1;
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, draft.subject, 1));
        draft = more(draft, "another page", 2);
        draft.words[0] = NewReceipt(ALICE, QUANTITY, STORED_UNTIL, 3, 0).packed();
        draft.b = 3;
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, draft.subject, 1));
    }

    /// @notice The signatures behind the act would be read as a page.
    function test_PagesBeyondTheActAreNotCounted() public {
        Draft memory draft = issuePage(DRUMS, ALICE, 1, "new page");
        draft.words[0] = NewReceipt(ALICE, QUANTITY, STORED_UNTIL, 4, 0).packed();
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, draft.subject, 1));
    }

    function test_PartDeliveryFreesTheNamedItemsAlone() public {
        Draft memory draft = more(delivered(300), PAGE, 0x30);
        draft.b = 2;
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemsFreed(PAGE, receipt, 0x30);
        pass(signed(draft, ALICE, WAREHOUSE));
        expectItems(receipt, PAGE, 0xc0, 3);
        assertEq(ledger.itemsOnPage(PAGE), 0xc0);
        assertEq(ledger.itemsOnPage(NEXT_PAGE), 1);
    }

    function test_FreedItemsAloneCanBeReceiptedAgain() public {
        Draft memory draft = more(delivered(300), PAGE, 0x30);
        draft.b = 2;
        pass(signed(draft, ALICE, WAREHOUSE));
        assertRefused(
            signed(issuePage(DRUMS, BOB, 0x70, PAGE), WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(PAGE), 0)
        );
        pass(signed(issuePage(DRUMS, BOB, 0x30, PAGE), WAREHOUSE, INSPECTOR));
        expectItems(receipt + 1, PAGE, 0x30, 2);
        expectItems(receipt, PAGE, 0xc0, 3);
    }

    function test_FullDeliveryTakesEveryItem() public {
        Draft memory draft = more(delivered(QUANTITY), PAGE, 0xf0);
        draft.b = 2;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, receipt, 5));
        draft = more(draft, NEXT_PAGE, 1);
        draft.b = 4;
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.itemsOnPage(PAGE) | ledger.itemsOnPage(NEXT_PAGE), 0);
        assertEq(word(receipt).status(), ReceiptWord.DELIVERED);
    }

    function test_PartDeliveryOfEveryItemIsRefused() public {
        Draft memory draft = more(more(delivered(QUANTITY - 1), PAGE, 0xf0), NEXT_PAGE, 1);
        draft.b = 4;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, receipt, 5));
    }

    function test_ItemOfAnotherReceiptOnThePageIsNotDelivered() public {
        pass(signed(issuePage(DRUMS, BOB, 0x0f, PAGE), WAREHOUSE, INSPECTOR));
        Draft memory draft = more(more(delivered(1), NEXT_PAGE, 1), PAGE, 0x18);
        draft.b = 4;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(PAGE), receipt)
        );
        assertEq(ledger.itemsOnPage(PAGE), 0xff);
        expectItems(receipt, NEXT_PAGE, 1, 5);
    }

    function test_ItemNamedTwiceInOneDeliveryIsRefused() public {
        Draft memory draft = more(more(delivered(1), PAGE, 0x30), PAGE, 0x20);
        draft.b = 4;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(PAGE), receipt)
        );
        expectItems(receipt, PAGE, 0xf0, 5);
    }

    function test_ItemThatIsNotInTheReceiptGivesTheDocumentsOfADeliveryBack() public {
        Draft memory draft = more(more(delivered(1), PAGE, 0x30), NEXT_PAGE, 2);
        draft.b = 4;
        draft.words = draft.words.append("clearance");
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(NEXT_PAGE), receipt)
        );
        assertEq(ledger.subjectOfDocument("clearance"), 0);
    }

    function test_DeliveryOfPagesWithoutItemsIsRefused() public {
        Draft memory draft = more(delivered(1), PAGE, 0);
        draft.b = 2;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, receipt, 5));
        draft = more(draft, NEXT_PAGE, 1);
        draft.b = 4;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, receipt, 5));
    }

    /// @notice The document, or the first signature, would be read as the items of the page.
    function test_DeliveryOfAPageWithoutAWordForItemsIsRefused() public {
        uint64 full = issuedFull();
        Draft memory draft = delivery(full, 1, 1);
        draft.words = draft.words.append("full page");
        draft.b = 1;
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, full, 256));
        draft.words = draft.words.append("document");
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, full, 256));
    }

    function test_WriteDownOfAPageWithoutAWordForItemsIsRefused() public {
        uint64 full = issuedFull();
        Draft memory draft = writeDown(full, 1, 1);
        draft.words = draft.words.append("full page");
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, full, 256));
    }

    function test_LostItemsLeaveThePage() public {
        Draft memory draft = more(writeDown(receipt, 1, 300), PAGE, 0x30);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemsFreed(PAGE, receipt, 0x30);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        expectItems(receipt, PAGE, 0xc0, 3);
        assertEq(ledger.itemsOnPage(PAGE), 0xc0);
        draft = more(more(writeDown(receipt, 2, QUANTITY - 300), PAGE, 0xc0), NEXT_PAGE, 1);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        assertEq(ledger.itemsOnPage(PAGE) | ledger.itemsOnPage(NEXT_PAGE), 0);
        assertEq(ledger.itemCount(receipt), 0);
    }

    function test_WriteDownOfItemsThatAreNotInTheReceiptIsRefused() public {
        assertRefused(
            signed(more(writeDown(receipt, 1, 300), PAGE, 0x18), WAREHOUSE, INSPECTOR),
            reason(ItemNotInReceipt.selector, uint256(PAGE), receipt)
        );
    }

    function test_SplitGivesEveryPartItsItems() public {
        Draft memory draft = splitPages(PAGE, 0x30, PAGE, 0x40);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemsReceipted(PAGE, receipt + 1, 0x30);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemsReceipted(PAGE, receipt + 2, 0x40);
        pass(signed(draft, ALICE, WAREHOUSE));
        expectItems(receipt, PAGE, 0x80, 2);
        expectItems(receipt, NEXT_PAGE, 1, 2);
        expectItems(receipt + 1, PAGE, 0x30, 2);
        expectItems(receipt + 2, PAGE, 0x40, 1);
        assertEq(ledger.itemsOnPage(PAGE), 0xf0);
    }

    function test_ItemInTwoPartsIsRefused() public {
        assertRefused(
            signed(splitPages(PAGE, 0x30, PAGE, 0x60), ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(PAGE), receipt)
        );
    }

    function test_PartOfItemsThatAreNotInTheReceiptIsRefused() public {
        assertRefused(
            signed(splitPages(PAGE, 0x30, NEXT_PAGE, 2), ALICE, WAREHOUSE),
            reason(ItemNotInReceipt.selector, uint256(NEXT_PAGE), receipt)
        );
    }

    function test_PartOfAPageWithoutItemsIsRefused() public {
        assertRefused(
            signed(splitPages(PAGE, 0x30, NEXT_PAGE, 0), ALICE, WAREHOUSE),
            reason(ItemsMissing.selector, receipt, 5)
        );
    }

    function test_PagesCutBetweenTwoPartsAreRefused() public {
        Draft memory draft = splitPages(PAGE, 0x30, NEXT_PAGE, 1);
        draft.words[0] = NewPart(100, 1, "").packed();
        draft.words[2] = NewPart(200, 3, "").packed();
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, receipt, 5));
    }

    function test_SplitThatLeavesNoItemIsRefused() public {
        assertRefused(
            signed(splitPages(PAGE, 0xf0, NEXT_PAGE, 1), ALICE, WAREHOUSE),
            reason(ItemsMissing.selector, receipt, 5)
        );
    }

    function test_MergeTakesEveryPageOfTheOther() public {
        Draft memory draft = issuePage(DRUMS, ALICE, 0x0f, PAGE);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        uint64 other = draft.subject;
        draft = more(merge(receipt, 1, other, 1), PAGE, 0x07);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, other, 4));
        draft.words[2] = bytes32(uint256(0x17));
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(PAGE), other)
        );
        draft.words[2] = bytes32(uint256(0x0f));
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemsReceipted(PAGE, receipt, 0x0f);
        pass(signed(draft, ALICE, WAREHOUSE));
        expectItems(receipt, PAGE, 0xff, 9);
        expectItems(other, PAGE, 0, 0);
        assertEq(ledger.itemsOnPage(PAGE), 0xff);
    }

    function test_ReplacementTakesEveryPageOver() public {
        Draft memory draft = more(replacement(receipt, 1, QUANTITY), PAGE, 0xf0);
        assertRefused(signed(draft, ALICE, WAREHOUSE), reason(ItemsMissing.selector, receipt, 5));
        pass(signed(more(draft, NEXT_PAGE, 1), ALICE, WAREHOUSE));
        expectItems(receipt, PAGE, 0, 0);
        expectItems(receipt, NEXT_PAGE, 0, 0);
        expectItems(receipt + 1, PAGE, 0xf0, 5);
        expectItems(receipt + 1, NEXT_PAGE, 1, 5);
        assertEq(ledger.itemsOnPage(PAGE), 0xf0);
    }

    function test_CancellationFreesEveryPage() public {
        Draft memory draft = issuePage(OWN_DRUMS, TRADING_WAREHOUSE, 0x0f, PAGE);
        pass(signed(draft, TRADING_WAREHOUSE, INSPECTOR));
        draft = more(cancellation(draft.subject, 1), PAGE, 0x0e);
        assertRefused(signed(draft, TRADING_WAREHOUSE), reason(ItemsMissing.selector, draft.subject, 4));
        draft.words[1] = bytes32(uint256(0x1e));
        assertRefused(
            signed(draft, TRADING_WAREHOUSE), reason(ItemNotInReceipt.selector, uint256(PAGE), draft.subject)
        );
        draft.words[1] = bytes32(uint256(0x0f));
        pass(signed(draft, TRADING_WAREHOUSE));
        assertEq(ledger.itemsOnPage(PAGE), 0xf0);
        expectItems(draft.subject, PAGE, 0, 0);
    }

    function test_OneWordMayNameAPageHereAndACoilThere() public {
        Draft memory draft = issueCoils(PAGE, NEXT_PAGE, "coil");
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        assertEq(ledger.receiptOfItem(PAGE), draft.subject);
        expectItems(receipt, PAGE, 0xf0, 5);
        uint64 coils = draft.subject;
        draft = delivery(coils, 1, 1);
        draft.words = draft.words.append(PAGE);
        draft.b = 1;
        pass(signed(draft, ALICE, WAREHOUSE));
        expectItems(receipt, PAGE, 0xf0, 5);
        assertEq(ledger.itemsOnPage(PAGE), 0xf0);
        draft = more(delivered(1), PAGE, 0x10);
        draft.b = 2;
        pass(signed(draft, ALICE, WAREHOUSE));
        assertEq(ledger.receiptOfItem(NEXT_PAGE), coils);
        assertEq(ledger.itemCount(coils), 2);
        assertEq(ledger.receiptOfItem(bytes32(uint256(0x10))), 0);
    }

    function testFuzz_ItemsOfAPageAreSharedOutAndComeTogetherAgain(uint256 items, uint256 cut) public {
        uint256 moved = items & cut;
        vm.assume(moved != 0 && moved != items);
        pass(signed(issuePage(DRUMS, ALICE, items, "new page"), WAREHOUSE, INSPECTOR));
        uint64 whole = receipt + 1;
        Draft memory draft = more(split(whole, 1, 400), "new page", moved);
        draft.words[0] = NewPart(400, 2, "").packed();
        pass(signed(draft, ALICE, WAREHOUSE));
        expectItems(whole, "new page", items ^ moved, count(items) - count(moved));
        expectItems(whole + 1, "new page", moved, count(moved));
        pass(signed(more(merge(whole, 2, whole + 1, 1), "new page", moved), ALICE, WAREHOUSE));
        expectItems(whole, "new page", items, count(items));
        expectItems(whole + 1, "new page", 0, 0);
        assertEq(ledger.itemsOnPage("new page"), items);
    }

    function openWith(uint32 pool, uint256 flags) private {
        pass(signed(openingWith(pool, flags), REGISTRAR, pool >> 16));
        pass(signed(attestation(pool, 1, ATTESTED), INSPECTOR));
    }

    function issuePage(uint32 pool, uint32 holder, uint256 items, bytes32 page)
        private
        view
        returns (Draft memory draft)
    {
        draft = more(issue(pool, nextSerial(pool), holder), page, items);
        draft.words[0] = NewReceipt(holder, QUANTITY, STORED_UNTIL, 2, 0).packed();
        draft.b = 2;
    }

    /// @notice One page more in the one receipt of an issue.
    function alsoIssue(Draft memory draft, bytes32 page, uint256 items) private pure returns (Draft memory) {
        draft.words[0] = bytes32(uint256(draft.words[0]) + 2);
        draft.b += 2;
        return more(draft, page, items);
    }

    /// @notice Two pages in the first receipt, one in the second.
    function issueTwo(bytes32 a, uint256 ofA, bytes32 b, uint256 ofB, bytes32 c, uint256 ofC)
        private
        view
        returns (Draft memory draft)
    {
        NewReceipt[] memory receipts = new NewReceipt[](2);
        receipts[0] = NewReceipt(ALICE, QUANTITY, STORED_UNTIL, 4, "");
        receipts[1] = NewReceipt(BOB, QUANTITY, STORED_UNTIL, 2, "");
        draft = issueOf(DRUMS, nextSerial(DRUMS), receipts);
        draft = more(more(more(draft, a, ofA), b, ofB), c, ofC);
        draft.b = 6;
    }

    /// @notice One page in each of two parts.
    function splitPages(bytes32 a, uint256 ofA, bytes32 b, uint256 ofB)
        private
        view
        returns (Draft memory draft)
    {
        NewPart[] memory parts = new NewPart[](2);
        parts[0] = NewPart(100, 2, "first part");
        parts[1] = NewPart(200, 2, "second part");
        draft = more(more(splitInto(receipt, 1, QUANTITY - 300, parts), a, ofA), b, ofB);
    }

    function delivered(uint64 quantity) private view returns (Draft memory) {
        return delivery(receipt, version(receipt), quantity);
    }

    /// @notice A receipt over all items of a page.
    function issuedFull() private returns (uint64) {
        Draft memory draft = issuePage(DRUMS, ALICE, FULL, "full page");
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        return draft.subject;
    }

    /// @notice The same draft with one page more behind its words.
    function more(Draft memory draft, bytes32 page, uint256 items) private pure returns (Draft memory) {
        draft.words = draft.words.append(page).append(bytes32(items));
        return draft;
    }

    function expectItems(uint64 receiptId, bytes32 page, uint256 items, uint256 inAll) private view {
        assertEq(ledger.itemsOfReceipt(receiptId, page), items);
        assertEq(ledger.itemCount(receiptId), inAll);
    }

    function count(uint256 items) private pure returns (uint256 ones) {
        for (uint256 i = 0; i < 256; ++i) {
            ones += (items >> i) & 1;
        }
    }
}
