// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewReceipt} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract IssueTest is LedgerTest {
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint64 private constant FIRST = (uint64(POOL) << 32) | 1;
    bytes32 private constant COIL_A = "coil a";
    bytes32 private constant COIL_B = "coil b";
    bytes32 private constant COIL_C = "coil c";

    function test_IssueIsOneEventForEachReceipt() public {
        NewReceipt[] memory receipts = new NewReceipt[](2);
        receipts[0] = newReceipt(ALICE, 100);
        receipts[1] = newReceipt(BOB, 200);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Issued(FIRST, uint128(ReceiptWord.opened(ALICE, 100, STORED_UNTIL)), receipts[0].content);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Issued(FIRST + 1, uint128(ReceiptWord.opened(BOB, 200, STORED_UNTIL)), receipts[1].content);
        pass(signed(issueOf(POOL, 1, receipts), WAREHOUSE, INSPECTOR));
        assertEq(word(FIRST), ReceiptWord.opened(ALICE, 100, STORED_UNTIL));
        assertEq(word(FIRST + 1), ReceiptWord.opened(BOB, 200, STORED_UNTIL));
    }

    function test_IssueCountsInThePool() public {
        issuedMany(POOL, ALICE, 3);
        uint256 pool = ledger.poolWord(POOL);
        assertEq(pool.nextSerial(), 4);
        assertEq(pool.receipted(), 3 * QUANTITY);
        assertEq(pool.attested(), ATTESTED);
    }

    function testFuzz_BatchesOfAnySizeFillThePairsBetweenThem(uint8 one, uint8 two) public {
        uint64 first = issuedMany(POOL, ALICE, bound(one, 1, 9));
        uint64 second = issuedMany(POOL, BOB, bound(two, 1, 9));
        uint64 end = receiptIdOf(POOL, nextSerial(POOL));
        for (uint64 id = first; id < end; ++id) {
            assertEq(word(id), ReceiptWord.opened(id < second ? ALICE : BOB, QUANTITY, STORED_UNTIL));
        }
        assertEq(word(end), 0);
        assertEq(word(first - 1), 0);
    }

    function test_IssueInUnknownPoolIsRefused() public {
        uint32 unknown = POOL + 100;
        assertRefused(
            signed(issue(unknown, 1, ALICE), WAREHOUSE, INSPECTOR), reason(UnknownPool.selector, unknown)
        );
    }

    function test_SerialThatWasUsedIsRefused() public {
        issued(POOL, ALICE);
        assertRefused(
            signed(issue(POOL, 1, ALICE), WAREHOUSE, INSPECTOR), reason(NumberGap.selector, POOL, 2, 1)
        );
    }

    function test_SkippedSerialIsRefused() public {
        assertRefused(
            signed(issue(POOL, 2, ALICE), WAREHOUSE, INSPECTOR), reason(NumberGap.selector, POOL, 1, 2)
        );
    }

    function test_SameIssueTwiceIsRefused() public {
        bytes memory act = signed(issue(POOL, 1, ALICE), WAREHOUSE, INSPECTOR);
        pass(act);
        assertRefused(act, reason(NumberGap.selector, POOL, 2, 1));
    }

    function test_LastSerialOfAPoolIsTakenAndTheNextRefused() public {
        setNextSerial(type(uint32).max - 1);
        issued(POOL, ALICE);
        assertRefused(
            signed(issue(POOL, type(uint32).max, ALICE), WAREHOUSE, INSPECTOR),
            reason(NumberGap.selector, POOL, type(uint32).max, type(uint32).max)
        );
    }

    function test_IssueOfNothingIsRefused() public {
        Draft memory draft = issue(POOL, 1, ALICE);
        draft.a = 0;
        draft.words = new bytes32[](0);
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), abi.encodeWithSelector(EmptyAct.selector));
    }

    function test_IssueUpToWhatIsAttestedIsTaken() public {
        NewReceipt[] memory receipts = new NewReceipt[](2);
        receipts[0] = newReceipt(ALICE, ATTESTED - 1);
        receipts[1] = newReceipt(ALICE, 1);
        pass(signed(issueOf(POOL, 1, receipts), WAREHOUSE, INSPECTOR));
    }

    function test_IssueOverWhatIsAttestedIsRefused() public {
        NewReceipt[] memory receipts = new NewReceipt[](2);
        receipts[0] = newReceipt(ALICE, ATTESTED);
        receipts[1] = newReceipt(ALICE, 1);
        assertRefused(
            signed(issueOf(POOL, 1, receipts), WAREHOUSE, INSPECTOR),
            reason(OverAttested.selector, POOL, ATTESTED, ATTESTED + 1)
        );
    }

    function test_WhatIsReceiptedAlreadyCounts() public {
        issued(POOL, ALICE);
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(BOB, ATTESTED - QUANTITY + 1);
        assertRefused(
            signed(issueOf(POOL, 2, receipts), WAREHOUSE, INSPECTOR),
            reason(OverAttested.selector, POOL, ATTESTED, ATTESTED + 1)
        );
    }

    function test_ReceiptOverNothingIsRefused() public {
        refuseChanged(newReceipt(ALICE, 0), reason(ZeroQuantity.selector, FIRST + 1));
    }

    function test_QuantityThatDoesNotFitIsRefused() public {
        uint64 tooMuch = uint64(ReceiptWord.QUANTITY_MAX) + 1;
        refuseChanged(newReceipt(ALICE, tooMuch), reason(QuantityOutOfRange.selector, FIRST + 1, tooMuch));
    }

    function test_LargestQuantityIsWeighedAgainstTheCount() public {
        refuseChanged(
            newReceipt(ALICE, uint64(ReceiptWord.QUANTITY_MAX)),
            reason(OverAttested.selector, POOL, ATTESTED, ReceiptWord.QUANTITY_MAX + QUANTITY)
        );
    }

    function test_LastStorageDayIsTaken() public {
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(ALICE, 1);
        receipts[0].storageDay = uint16(ReceiptWord.DAY_MAX);
        pass(signed(issueOf(POOL, 1, receipts), WAREHOUSE, INSPECTOR));
        assertEq(word(FIRST).storageDay(), ReceiptWord.DAY_MAX);
    }

    function test_StorageDayThatDoesNotFitIsRefused() public {
        NewReceipt memory one = newReceipt(ALICE, 1);
        one.storageDay = uint16(ReceiptWord.DAY_MAX) + 1;
        refuseChanged(one, reason(DayOutOfRange.selector, FIRST + 1, ReceiptWord.DAY_MAX + 1));
    }

    function test_StorageUntilTodayIsTaken() public {
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(ALICE, 1);
        receipts[0].storageDay = TODAY;
        pass(signed(issueOf(POOL, 1, receipts), WAREHOUSE, INSPECTOR));
    }

    function test_StorageUntilYesterdayIsRefused() public {
        NewReceipt memory one = newReceipt(ALICE, 1);
        one.storageDay = TODAY - 1;
        refuseChanged(one, reason(StorageExpired.selector, FIRST + 1, TODAY - 1));
    }

    function test_ReceiptOfNobodyIsRefused() public {
        assertRefused(signed(issue(POOL, 1, 0), WAREHOUSE, INSPECTOR), reason(PartyNotActive.selector, 0));
        refuseChanged(newReceipt(NOBODY, 1), reason(PartyNotActive.selector, NOBODY));
    }

    function test_ReceiptOfASuspendedHolderIsRefused() public {
        suspend(BOB);
        refuseChanged(newReceipt(BOB, 1), reason(PartyNotActive.selector, BOB));
    }

    function test_ReceiptOfAPartyThatMayHoldNothingIsRefused() public {
        refuseChanged(newReceipt(BANK_A, 1), reason(WrongRole.selector, BANK_A, PartyWord.HOLDER));
    }

    function test_InspectorWhoWouldHoldTheReceiptIsRefused() public {
        NewReceipt[] memory receipts = new NewReceipt[](2);
        receipts[0] = newReceipt(ALICE, 1);
        receipts[1] = newReceipt(TRADING_INSPECTOR, 1);
        assertRefused(
            signed(issueOf(POOL, 1, receipts), WAREHOUSE, TRADING_INSPECTOR),
            reason(InspectorNotIndependent.selector, TRADING_INSPECTOR)
        );
        pass(signed(issueOf(POOL, 1, receipts), WAREHOUSE, INSPECTOR));
    }

    function test_IssueByAnotherWarehouseIsRefused() public {
        assertRefused(
            signed(issue(POOL, 1, ALICE), OTHER_WAREHOUSE, INSPECTOR),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_IssueWithoutInspectorIsRefused() public {
        assertRefused(
            signed(issue(POOL, 1, ALICE), WAREHOUSE), reason(MissingConsent.selector, 0, PartyWord.INSPECTOR)
        );
        assertRefused(
            signed(issue(POOL, 1, ALICE), WAREHOUSE, ALICE),
            reason(WrongRole.selector, ALICE, PartyWord.INSPECTOR)
        );
    }

    function test_SuspendedWarehouseCannotIssue() public {
        suspend(WAREHOUSE);
        assertRefused(
            signed(issue(POOL, 1, ALICE), WAREHOUSE, INSPECTOR), reason(PartyNotActive.selector, WAREHOUSE)
        );
    }

    function test_SuspendedInspectorCannotConfirmAnIssue() public {
        suspend(INSPECTOR);
        assertRefused(
            signed(issue(POOL, 1, ALICE), WAREHOUSE, INSPECTOR), reason(PartyNotActive.selector, INSPECTOR)
        );
    }

    function test_CoilsAreInTheirReceipt() public {
        Draft memory draft = issueCoils(COIL_A, COIL_B, COIL_C);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ItemReceipted(COIL_B, draft.subject);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        assertEq(ledger.receiptOfItem(COIL_A), draft.subject);
        assertEq(ledger.receiptOfItem(COIL_C), draft.subject);
        assertEq(ledger.itemCount(draft.subject), 3);
    }

    function test_CoilInAnOpenReceiptIsRefused() public {
        uint64 earlier = issuedCoils(COIL_A, COIL_B, COIL_C);
        assertRefused(
            signed(issueCoils("coil d", "coil e", COIL_B), WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL_B), earlier)
        );
        assertEq(ledger.receiptOfItem("coil d"), 0);
    }

    function test_CoilInAReceiptOfAnotherWarehouseIsRefused() public {
        uint64 earlier = issuedCoils(COIL_A, COIL_B, COIL_C);
        uint32 elsewhere = OTHER_POOL + 1;
        open(elsewhere, OTHER_WAREHOUSE, true);
        Draft memory draft = issueCoils("coil d", "coil e", COIL_A);
        draft.subject = receiptIdOf(elsewhere, 1);
        assertRefused(
            signed(draft, OTHER_WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL_A), earlier)
        );
    }

    function test_CoilTwiceInOneReceiptIsRefused() public {
        Draft memory draft = issueCoils(COIL_A, COIL_B, COIL_A);
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL_A), draft.subject)
        );
    }

    function test_CoilInTwoReceiptsOfOneIssueIsRefused() public {
        Draft memory draft = twoOfCoils(COIL_A, COIL_B, COIL_C, COIL_B);
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL_B), draft.subject)
        );
        assertEq(ledger.receiptOfItem(COIL_A), 0);
        assertEq(ledger.receiptOfItem(COIL_C), 0);
    }

    function test_EachReceiptOfAnIssueGetsItsOwnCoils() public {
        Draft memory draft = twoOfCoils(COIL_A, COIL_B, COIL_C, "coil d");
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        assertEq(ledger.receiptOfItem(COIL_B), draft.subject);
        assertEq(ledger.receiptOfItem(COIL_C), draft.subject + 1);
        assertEq(ledger.itemCount(draft.subject), 2);
        assertEq(ledger.itemCount(draft.subject + 1), 2);
    }

    function test_CoilsWithoutNumbersAreRefused() public {
        assertRefused(
            signed(issue(COILS, 1, ALICE), WAREHOUSE, INSPECTOR),
            reason(ItemsMissing.selector, receiptIdOf(COILS, 1), 1)
        );
    }

    function test_NumbersOfBulkGoodsAreRefused() public {
        Draft memory draft = issueCoils(COIL_A, COIL_B, COIL_C);
        draft.subject = FIRST;
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, FIRST, 1));
    }

    function test_FewerNumbersThanCoilsAreRefused() public {
        Draft memory draft = issueCoils(COIL_A, COIL_B, COIL_C);
        draft.b = 2;
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, draft.subject, 3));
    }

    function test_MoreNumbersThanCoilsAreRefused() public {
        Draft memory draft = issueCoils(COIL_A, COIL_B, COIL_C);
        draft.b = 4;
        draft.words = draft.words.append("coil d");
        assertRefused(signed(draft, WAREHOUSE, INSPECTOR), reason(ItemsMissing.selector, draft.subject, 3));
    }

    function test_UsedDocumentLeavesTheCoilsAndTheOtherDocumentsFree() public {
        Draft memory earlier = issue(POOL, 1, ALICE);
        earlier.words = earlier.words.append("note");
        pass(signed(earlier, WAREHOUSE, INSPECTOR));

        Draft memory draft = issueCoils(COIL_A, COIL_B, COIL_C);
        draft.words = draft.words.append("other note").append("note");
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(DocumentAlreadyUsed.selector, uint256(bytes32("note")), FIRST)
        );
        assertEq(ledger.receiptOfItem(COIL_A), 0);
        assertEq(ledger.subjectOfDocument("other note"), 0);
    }

    function test_CoilInAnOpenReceiptGivesTheOtherCoilsAndTheDocumentsBack() public {
        uint64 earlier = issuedCoils(COIL_C, "coil e", "coil f");
        Draft memory draft = twoOfCoils(COIL_A, COIL_B, "coil d", COIL_C);
        draft.subject = earlier + 1;
        draft.words = draft.words.append("note");
        assertRefused(
            signed(draft, WAREHOUSE, INSPECTOR),
            reason(ItemAlreadyReceipted.selector, uint256(COIL_C), earlier)
        );
        assertEq(ledger.receiptOfItem(COIL_A), 0);
        assertEq(ledger.receiptOfItem("coil d"), 0);
        assertEq(ledger.subjectOfDocument("note"), 0);
    }

    function test_DocumentsOfAnIssueAreUsed() public {
        Draft memory draft = issueCoils(COIL_A, COIL_B, COIL_C);
        draft.words = draft.words.append("note");
        vm.expectEmit(true, true, true, true, address(ledger));
        emit DocumentUsed("note", draft.subject);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        assertEq(ledger.subjectOfDocument("note"), draft.subject);
    }

    function test_PoolOfNobodysWarehouseCannotBeIssuedIn() public {
        assertRefused(signed(issue(1, 1, ALICE), WAREHOUSE, INSPECTOR), reason(UnknownPool.selector, 1));
    }

    /// @notice The second of two receipts is this one, and refuses both.
    function refuseChanged(NewReceipt memory one, bytes memory refusal) private {
        NewReceipt[] memory receipts = new NewReceipt[](2);
        receipts[0] = newReceipt(ALICE, QUANTITY);
        receipts[1] = one;
        assertRefused(signed(issueOf(POOL, 1, receipts), WAREHOUSE, INSPECTOR), refusal);
    }

    function twoOfCoils(bytes32 a, bytes32 b, bytes32 c, bytes32 d)
        private
        view
        returns (Draft memory draft)
    {
        NewReceipt[] memory receipts = new NewReceipt[](2);
        receipts[0] = newReceipt(ALICE, QUANTITY);
        receipts[0].itemCount = 2;
        receipts[1] = newReceipt(BOB, QUANTITY);
        receipts[1].itemCount = 2;
        draft = issueOf(COILS, 1, receipts);
        draft.b = 4;
        draft.words = draft.words.append(a).append(b).append(c).append(d);
    }

    function setNextSerial(uint32 serial) private {
        bytes32 slot = keccak256(abi.encode(uint256(POOL), uint256(3)));
        uint256 pool = ledger.poolWord(POOL);
        vm.store(address(ledger), slot, bytes32(pool + ((uint256(serial) - pool.nextSerial()) << 48)));
        assertEq(nextSerial(POOL), serial, "pools are stored elsewhere");
    }
}
