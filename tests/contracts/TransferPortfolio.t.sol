// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract TransferPortfolioTest is LedgerTest {
    using ReceiptWord for uint256;

    uint256 private constant COUNT = 5;

    uint64 private first;
    uint64[] private receipts;

    function setUp() public override {
        super.setUp();
        first = issuedMany(POOL, ALICE, COUNT);
        receipts = run(first, COUNT, 1);
    }

    function test_EveryReceiptChangesHands() public {
        uint256 expected = word(first).next().withHolder(BOB);
        for (uint256 i = 0; i < COUNT; ++i) {
            vm.expectEmit(true, true, true, true, address(ledger));
            emit Transferred(receipts[i], uint128(expected), TERMS);
        }
        pass(signed(portfolioTransfer(receipts, BOB), ALICE, BOB));
        for (uint256 i = 0; i < COUNT; ++i) {
            assertEq(word(receipts[i]), expected);
        }
    }

    function test_ReceiptsOfTwoWarehousesChangeHandsTogether() public {
        uint64[] memory both = new uint64[](2);
        both[0] = first;
        both[1] = issued(OTHER_POOL, ALICE);
        pass(signed(portfolioTransfer(both, BOB), ALICE, BOB));
        assertEq(word(both[0]).holder(), BOB);
        assertEq(word(both[1]).holder(), BOB);
    }

    function test_TransferTakesHolderAndTransferee() public {
        assertRefused(
            signed(portfolioTransfer(receipts, BOB), ALICE),
            reason(MissingConsent.selector, BOB, PartyWord.HOLDER)
        );
        assertRefused(
            signed(portfolioTransfer(receipts, BOB), BOB), reason(MissingConsent.selector, ALICE, 0)
        );
        assertRefused(
            signed(portfolioTransfer(receipts, BANK_A), ALICE, BANK_A),
            reason(WrongRole.selector, BANK_A, PartyWord.HOLDER)
        );
    }

    function test_OneReceiptOfAnotherHolderRefusesAll() public {
        pass(signed(transfer(receipts[3], 1, TRADING_BANK), ALICE, TRADING_BANK));
        assertRefused(
            signed(portfolioTransfer(receipts, BOB), ALICE, BOB), reason(MixedPortfolio.selector, receipts[3])
        );
    }

    function test_OneReceiptThatTheTransfereeHasRefusesAll() public {
        pass(signed(transfer(receipts[3], 1, BOB), ALICE, BOB));
        assertRefused(
            signed(portfolioTransfer(receipts, BOB), ALICE, BOB), reason(MixedPortfolio.selector, receipts[3])
        );
    }

    function test_TransferToTheHolderIsRefused() public {
        assertRefused(
            signed(portfolioTransfer(receipts, ALICE), ALICE), reason(SelfTransfer.selector, first, ALICE)
        );
    }

    function test_OnePledgedReceiptRefusesAll() public {
        pass(signed(pledge(receipts[4], 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(portfolioTransfer(receipts, BOB), ALICE, BOB),
            reason(Encumbered.selector, receipts[4], BANK_A)
        );
    }

    function test_OneReceiptPastStorageRefusesAll() public {
        for (uint256 i = 0; i < 4; ++i) {
            pass(signed(storageExtension(receipts[i], 1, STORED_UNTIL + 1), ALICE, WAREHOUSE));
        }
        warpTo(STORED_UNTIL + 1);
        assertRefused(
            signed(portfolioTransfer(receipts, BOB), ALICE, BOB),
            reason(StorageExpired.selector, receipts[4], STORED_UNTIL)
        );
        pass(signed(portfolioTransfer(run(first, 4, 1), BOB), ALICE, BOB));
    }

    function test_OneStaleVersionRefusesAll() public {
        Draft memory draft = portfolioTransfer(receipts, BOB);
        draft.words[4] = Drafts.ref(receipts[4], 2);
        assertRefused(signed(draft, ALICE, BOB), reason(StaleVersion.selector, receipts[4], 2, 1));
    }

    function test_OneReceiptWithoutVersionsRefusesAll() public {
        wear(receipts[2], ReceiptWord.VERSION_MAX - 16);
        assertRefused(
            signed(portfolioTransfer(receipts, BOB), ALICE, BOB),
            reason(VersionsExhausted.selector, receipts[2])
        );
    }

    function test_OneEndedReceiptRefusesAll() public {
        pass(signed(delivery(receipts[1], 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(portfolioTransfer(receipts, BOB), ALICE, BOB),
            reason(NotOpen.selector, receipts[1], ReceiptWord.DELIVERED)
        );
    }

    function test_OneUnknownReceiptRefusesAll() public {
        Draft memory draft = portfolioTransfer(receipts, BOB);
        draft.words[4] = Drafts.ref(receipts[4] + 1, 1);
        assertRefused(signed(draft, ALICE, BOB), reason(UnknownReceipt.selector, receipts[4] + 1));
        draft = portfolioTransfer(run(first + 10, 2, 1), BOB);
        assertRefused(signed(draft, ALICE, BOB), reason(UnknownReceipt.selector, first + 10));
    }

    function test_NothingIsNotTransferred() public {
        Draft memory draft = portfolioTransfer(receipts, BOB);
        draft.words = new bytes32[](0);
        assertRefused(signed(draft, ALICE, BOB), abi.encodeWithSelector(EmptyAct.selector));
    }

    function test_ReceiptsOutOfOrderAreRefused() public {
        Draft memory draft = portfolioTransfer(receipts, BOB);
        (draft.words[2], draft.words[3]) = (draft.words[3], draft.words[2]);
        assertRefused(signed(draft, ALICE, BOB), reason(OutOfOrder.selector, receipts[2]));
        draft = portfolioTransfer(receipts, BOB);
        draft.words[1] = draft.words[0];
        assertRefused(signed(draft, ALICE, BOB), reason(OutOfOrder.selector, first));
        draft = portfolioTransfer(receipts, BOB);
        draft.subject = receipts[1];
        assertRefused(signed(draft, ALICE, BOB), reason(OutOfOrder.selector, first));
    }

    // The order of the rules, which all portfolio acts share.

    function test_MissingConsentIsSaidBeforeOutOfOrder() public {
        Draft memory draft = portfolioTransfer(receipts, BOB);
        draft.words[1] = draft.words[0];
        assertRefused(signed(draft, ALICE), reason(MissingConsent.selector, BOB, PartyWord.HOLDER));
        draft = portfolioPledge(receipts, BANK_A);
        draft.words[1] = draft.words[0];
        assertRefused(
            signed(draft, ALICE, WAREHOUSE), reason(MissingConsent.selector, BANK_A, PartyWord.LENDER)
        );
        pass(signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A));
        draft = portfolioRelease(receipts);
        draft.words[1] = draft.words[0];
        assertRefused(signed(draft, ALICE), reason(MissingConsent.selector, BANK_A, 0));
    }

    function test_UnknownReceiptIsSaidBeforeMixedPortfolio() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.words[4] = Drafts.ref(receipts[4] + 1, 1);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A), reason(UnknownReceipt.selector, receipts[4] + 1)
        );
    }

    function testFuzz_TransferTouchesItsReceiptsAlone(uint16 mask) public {
        uint256 count = 12;
        uint64 start = issuedMany(POOL, ALICE, count);
        uint64[] memory chosen = new uint64[](count);
        uint256 length;
        for (uint64 i = 0; i < count; ++i) {
            if (mask & (1 << i) != 0) chosen[length++] = start + i;
        }
        vm.assume(length != 0);
        assembly ("memory-safe") {
            mstore(chosen, length)
        }
        uint128[] memory before = ledger.receiptWords(start, count);
        pass(signed(portfolioTransfer(chosen, BOB), ALICE, BOB));
        for (uint64 i = 0; i < count; ++i) {
            uint256 expected = before[i];
            if (mask & (1 << i) != 0) expected = expected.next().withHolder(BOB);
            assertEq(word(start + i), expected);
        }
    }
}
