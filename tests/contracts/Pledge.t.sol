// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract PledgeTest is LedgerTest {
    using Drafts for *;
    using ReceiptWord for uint256;

    bytes32 private constant INVOICE = keccak256("invoice");

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
    }

    function test_PledgeIsOneEventWithTheWholeWord() public {
        uint256 before = word(receipt);
        uint256 expected = before.next().withPledge(BANK_A, DUE);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Pledged(receipt, uint128(expected), TERMS);
        pass(signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));

        assertEq(word(receipt), expected);
        assertEq(expected.pledgee(), BANK_A);
        assertEq(expected.holder(), ALICE);
        assertEq(expected.quantity(), QUANTITY);
        assertEq(expected.version(), 2);
    }

    function test_SecondPledgeIsRefused() public {
        pass(signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(pledge(receipt, 2, BANK_B), ALICE, WAREHOUSE, BANK_B),
            reason(AlreadyEncumbered.selector, receipt, BANK_A)
        );
    }

    function test_SecondPledgeInTheSameRelayIsRefused() public {
        bytes memory first = signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A);
        bytes memory second = signed(pledge(receipt, 1, BANK_B), ALICE, WAREHOUSE, BANK_B);
        assertEq(ledger.relay(bytes.concat(first, second)), 1);
        assertEq(word(receipt).pledgee(), BANK_A);
    }

    function test_PledgeTwiceToTheSameBankIsRefused() public {
        bytes memory act = signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A);
        pass(act);
        assertRefused(act, reason(AlreadyEncumbered.selector, receipt, BANK_A));
    }

    function test_PledgeOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(
            signed(pledge(unknown, 1, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(UnknownReceipt.selector, unknown)
        );
    }

    function test_PledgeOfDeliveredReceiptIsRefused() public {
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(pledge(receipt, 2, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_PledgeOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(
            signed(pledge(receipt, 2, BANK_A), ALICE, WAREHOUSE, BANK_A), reason(Frozen.selector, receipt)
        );
    }

    function test_PledgeToTheHolderIsRefused() public {
        uint64 own = issued(POOL, TRADING_BANK);
        assertRefused(
            signed(pledge(own, 1, TRADING_BANK), TRADING_BANK, WAREHOUSE, TRADING_BANK),
            reason(SelfPledge.selector, own, TRADING_BANK)
        );
    }

    function test_PledgeToTheWarehouseIsRefused() public {
        uint32 lendingWarehouse = 20;
        uint32 pool = (lendingWarehouse << 16) | 1;
        admit(lendingWarehouse, PartyWord.WAREHOUSE | PartyWord.LENDER);
        open(pool, lendingWarehouse, false);
        uint64 stored = issued(pool, ALICE);
        assertRefused(
            signed(pledge(stored, 1, lendingWarehouse), ALICE, lendingWarehouse, lendingWarehouse),
            reason(SelfPledge.selector, stored, lendingWarehouse)
        );
    }

    function test_PledgeToNobodyIsRefused() public {
        assertRefused(
            signed(pledge(receipt, 1, 0), ALICE, WAREHOUSE, BANK_A),
            reason(MissingConsent.selector, 0, PartyWord.LENDER)
        );
    }

    function test_PledgeToHolderWithoutLenderRoleIsRefused() public {
        assertRefused(
            signed(pledge(receipt, 1, BOB), ALICE, WAREHOUSE, BOB),
            reason(WrongRole.selector, BOB, PartyWord.LENDER)
        );
    }

    function test_PledgeOnTheLastDayOfStorageIsTaken() public {
        vm.warp(EPOCH + uint256(STORED_UNTIL) * 1 days + 1 days - 1);
        pass(signed(attestation(POOL, 2, ATTESTED), INSPECTOR));
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.b = STORED_UNTIL;
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
    }

    function test_PledgeAfterStorageIsRefused() public {
        vm.warp(EPOCH + uint256(STORED_UNTIL) * 1 days + 1 days);
        pass(signed(attestation(POOL, 2, ATTESTED), INSPECTOR));
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.b = STORED_UNTIL;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A), reason(StorageExpired.selector, receipt, STORED_UNTIL)
        );
    }

    function test_MaturityOnTheLastDayOfStorageIsTaken() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.b = STORED_UNTIL;
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
    }

    function test_MaturityAfterStorageIsRefused() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.b = STORED_UNTIL + 1;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A),
            reason(MaturityAfterStorage.selector, receipt, STORED_UNTIL + 1, STORED_UNTIL)
        );
    }

    function test_MaturityTodayIsTaken() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.b = TODAY;
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
    }

    function test_MaturityYesterdayIsRefused() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.b = TODAY - 1;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A), reason(MaturityPassed.selector, receipt, TODAY - 1)
        );
    }

    function test_PledgeWithoutTermsIsRefused() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.commitment = 0;
        assertRefused(signed(draft, ALICE, WAREHOUSE, BANK_A), reason(NoTradeBackground.selector, receipt));
    }

    function test_PledgeOnTheLastDayOfTheCountIsTaken() public {
        vm.warp(NOW + uint256(COUNT_GOOD_FOR_DAYS) * 1 days);
        pass(signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
    }

    function test_PledgeAgainstAnOldCountIsRefused() public {
        vm.warp(NOW + (uint256(COUNT_GOOD_FOR_DAYS) + 1) * 1 days);
        assertRefused(
            signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(StaleAttestation.selector, POOL, TODAY)
        );
    }

    function test_PledgeOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(pledge(receipt, 2, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(StaleVersion.selector, receipt, 2, 1)
        );
    }

    function test_SignaturesOfACancelledPledgeAreWorthNothing() public {
        bytes memory act = signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A);
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
        pass(signed(transfer(receipt, 2, ALICE), BOB, ALICE));
        assertRefused(act, reason(StaleVersion.selector, receipt, 1, 3));
    }

    function test_DocumentsOfAPledgeAreUsed() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.words = draft.words.append(INVOICE);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit DocumentUsed(INVOICE, receipt);
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        assertEq(ledger.subjectOfDocument(INVOICE), receipt);
    }

    function test_InvoicePledgedTwiceIsRefused() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.words = draft.words.append(INVOICE);
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));

        Draft memory second = pledge(issued(POOL, ALICE), 1, BANK_B);
        second.words = second.words.append(keccak256("contract")).append(INVOICE);
        assertRefused(
            signed(second, ALICE, WAREHOUSE, BANK_B),
            reason(DocumentAlreadyUsed.selector, uint256(INVOICE), receipt)
        );
        assertEq(ledger.subjectOfDocument(keccak256("contract")), 0);
    }

    function test_InvoiceNamedTwiceInOnePledgeIsRefused() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.words = draft.words.append(INVOICE).append(INVOICE);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A),
            reason(DocumentAlreadyUsed.selector, uint256(INVOICE), receipt)
        );
    }

    function test_DocumentOfAnIssueCannotBackAPledge() public {
        Draft memory draft = issue(POOL, nextSerial(POOL), ALICE);
        draft.words = draft.words.append(INVOICE);
        pass(signed(draft, WAREHOUSE, INSPECTOR));

        Draft memory second = pledge(receipt, 1, BANK_A);
        second.words = second.words.append(INVOICE);
        assertRefused(
            signed(second, ALICE, WAREHOUSE, BANK_A),
            reason(DocumentAlreadyUsed.selector, uint256(INVOICE), draft.subject)
        );
    }

    function test_DocumentStaysUsedAfterTheRelease() public {
        Draft memory draft = pledge(receipt, 1, BANK_A);
        draft.words = draft.words.append(INVOICE);
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        pass(signed(release(receipt, 2), BANK_A));

        draft.version = 3;
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A),
            reason(DocumentAlreadyUsed.selector, uint256(INVOICE), receipt)
        );
    }

    function test_PledgeBySuspendedHolderIsRefused() public {
        suspend(ALICE);
        assertRefused(
            signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(PartyNotActive.selector, ALICE)
        );
    }

    function test_PledgeAcknowledgedByAnotherWarehouseIsRefused() public {
        assertRefused(
            signed(pledge(receipt, 1, BANK_A), ALICE, OTHER_WAREHOUSE, BANK_A),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_PledgeLeavesTheNeighbourAlone() public {
        uint64 neighbour = issued(POOL, BOB);
        uint64 far = issued(POOL, BOB);
        uint256 neighbourBefore = word(neighbour);
        uint256 farBefore = word(far);
        pass(signed(pledge(neighbour, 1, BANK_A), BOB, WAREHOUSE, BANK_A));
        assertEq(word(far), farBefore);
        pass(signed(pledge(far, 1, BANK_A), BOB, WAREHOUSE, BANK_A));
        assertEq(word(neighbour), neighbourBefore.next().withPledge(BANK_A, DUE));
    }
}
