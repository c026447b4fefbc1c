// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract PortfolioTest is LedgerTest {
    using Drafts for *;
    using ReceiptWord for uint256;

    uint256 private constant COUNT = 5;

    uint64 private first;
    uint64[] private receipts;

    function setUp() public override {
        super.setUp();
        // The pool's first pair has one receipt; five more begin and end in the middle of a pair or not, as comes.
        first = issuedMany(POOL, ALICE, COUNT);
        receipts = run(first, COUNT, 1);
    }

    function test_PortfolioPledgePledgesEveryReceipt() public {
        uint256 expected = word(first).next().withPledge(BANK_A, DUE);
        for (uint256 i = 0; i < COUNT; ++i) {
            vm.expectEmit(true, true, true, true, address(ledger));
            emit Pledged(receipts[i], uint128(expected), TERMS);
        }
        pass(signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A));
        for (uint256 i = 0; i < COUNT; ++i) {
            assertEq(word(receipts[i]), expected);
        }
    }

    function test_PortfolioReleaseReleasesEveryReceipt() public {
        pass(signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A));
        uint256 expected = word(first).next().withoutPledge();
        pass(signed(portfolioRelease(receipts), BANK_A));
        for (uint256 i = 0; i < COUNT; ++i) {
            assertEq(word(receipts[i]), expected);
        }
    }

    function test_PortfolioOverTwoPoolsOfOneWarehouseIsTaken() public {
        uint32 second = POOL + 2;
        open(second, WAREHOUSE, false);
        uint64[] memory both = new uint64[](2);
        both[0] = first;
        both[1] = issued(second, ALICE);
        pass(signed(portfolioPledge(both, BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertEq(word(both[1]).pledgee(), BANK_A);
    }

    function test_ReceiptsBetweenThoseOfAPortfolioStayAsTheyAre() public {
        uint256 before = word(first + 1);
        pass(signed(portfolioPledge(run(first, 3, 2), BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertEq(word(first + 1), before);
        assertEq(word(first + 3), before);
        assertEq(word(first + 4).pledgee(), BANK_A);
    }

    function test_DocumentsOfAPortfolioAreUsedOnce() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.words = draft.words.append("invoice");
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
        assertEq(ledger.subjectOfDocument("invoice"), first);

        uint64 other = issued(POOL, ALICE);
        Draft memory second = pledge(other, 1, BANK_B);
        second.words = second.words.append("invoice");
        assertRefused(
            signed(second, ALICE, WAREHOUSE, BANK_B),
            reason(DocumentAlreadyUsed.selector, uint256(bytes32("invoice")), first)
        );
    }

    function test_UsedDocumentRefusesTheWholePortfolio() public {
        Draft memory single = pledge(issued(POOL, ALICE), 1, BANK_A);
        single.words = single.words.append("invoice");
        pass(signed(single, ALICE, WAREHOUSE, BANK_A));

        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.words = draft.words.append("contract").append("invoice");
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A),
            reason(DocumentAlreadyUsed.selector, uint256(bytes32("invoice")), single.subject)
        );
    }

    function test_OnePledgedReceiptRefusesTheWholePortfolio() public {
        pass(signed(pledge(receipts[4], 1, BANK_B), ALICE, WAREHOUSE, BANK_B));
        assertRefused(
            signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(AlreadyEncumbered.selector, receipts[4], BANK_B)
        );
    }

    function test_OneFrozenReceiptRefusesTheWholePortfolio() public {
        freeze(receipts[3]);
        assertRefused(
            signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(Frozen.selector, receipts[3])
        );
    }

    function test_OneReceiptOfAnotherHolderRefusesTheWholePortfolio() public {
        pass(signed(transfer(receipts[2], 1, BOB), ALICE, BOB));
        assertRefused(
            signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(MixedPortfolio.selector, receipts[2])
        );
    }

    function test_OneReceiptOfAnotherWarehouseRefusesTheWholePortfolio() public {
        uint64[] memory both = new uint64[](2);
        both[0] = first;
        both[1] = issued(OTHER_POOL, ALICE);
        assertRefused(
            signed(portfolioPledge(both, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(MixedPortfolio.selector, both[1])
        );
    }

    function test_OneDeliveredReceiptRefusesTheWholePortfolio() public {
        pass(signed(delivery(receipts[1], 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(NotOpen.selector, receipts[1], ReceiptWord.DELIVERED)
        );
    }

    function test_PortfolioWithADeliveredFirstReceiptIsRefused() public {
        pass(signed(delivery(first, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(NotOpen.selector, first, ReceiptWord.DELIVERED)
        );
    }

    function test_OneStaleVersionRefusesTheWholePortfolio() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.words[4] = Drafts.ref(receipts[4], 2);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A), reason(StaleVersion.selector, receipts[4], 2, 1)
        );
    }

    function test_OneOldCountRefusesTheWholePortfolio() public {
        uint32 second = POOL + 2;
        open(second, WAREHOUSE, false);
        uint64[] memory both = new uint64[](2);
        both[0] = first;
        both[1] = issued(second, ALICE);
        vm.warp(NOW + (uint256(COUNT_GOOD_FOR_DAYS) + 1) * 1 days);
        pass(signed(attestation(POOL, 2, ATTESTED), INSPECTOR));
        assertRefused(
            signed(portfolioPledge(both, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(StaleAttestation.selector, second, TODAY)
        );
    }

    function test_PortfolioPledgeToTheHolderIsRefused() public {
        uint64[] memory own = run(issuedMany(POOL, TRADING_BANK, 2), 2, 1);
        assertRefused(
            signed(portfolioPledge(own, TRADING_BANK), TRADING_BANK, WAREHOUSE, TRADING_BANK),
            reason(SelfPledge.selector, own[0], TRADING_BANK)
        );
    }

    function test_OneReceiptStoredTooShortlyRefusesTheWholePortfolio() public {
        uint64 last = receipts[COUNT - 1];
        setWord(last, word(last).withStorageDay(DUE - 1));
        assertRefused(
            signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A),
            reason(MaturityAfterStorage.selector, last, DUE, DUE - 1)
        );
    }

    function test_PortfolioThatWasDueYesterdayIsRefused() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.b = uint48((COUNT << 16) | (TODAY - 1));
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A), reason(MaturityPassed.selector, first, TODAY - 1)
        );
    }

    function test_PortfolioWithoutTermsIsRefused() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.commitment = 0;
        assertRefused(signed(draft, ALICE, WAREHOUSE, BANK_A), reason(NoTradeBackground.selector, first));
    }

    function test_PortfolioOfNothingIsRefused() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.b = DUE;
        assertRefused(signed(draft, ALICE, WAREHOUSE, BANK_A), abi.encodeWithSelector(EmptyAct.selector));

        pass(signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A));
        draft = portfolioRelease(receipts);
        draft.words = new bytes32[](0);
        assertRefused(signed(draft, BANK_A), abi.encodeWithSelector(EmptyAct.selector));
    }

    function test_PortfolioOutOfOrderIsRefused() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        (draft.words[2], draft.words[3]) = (draft.words[3], draft.words[2]);
        assertRefused(signed(draft, ALICE, WAREHOUSE, BANK_A), reason(OutOfOrder.selector, receipts[2]));
    }

    function test_ReceiptTwiceInAPortfolioIsRefused() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.words[1] = draft.words[0];
        assertRefused(signed(draft, ALICE, WAREHOUSE, BANK_A), reason(OutOfOrder.selector, first));
    }

    function test_PortfolioUnderAnotherSubjectIsRefused() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.subject = receipts[1];
        assertRefused(signed(draft, ALICE, WAREHOUSE, BANK_A), reason(OutOfOrder.selector, first));
    }

    function test_UnknownReceiptInAPortfolioIsRefused() public {
        Draft memory draft = portfolioPledge(receipts, BANK_A);
        draft.words[4] = Drafts.ref(receipts[4] + 1, 1);
        assertRefused(
            signed(draft, ALICE, WAREHOUSE, BANK_A), reason(UnknownReceipt.selector, receipts[4] + 1)
        );
    }

    function test_PortfolioPledgeTakesTheLender() public {
        assertRefused(
            signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE),
            reason(MissingConsent.selector, BANK_A, PartyWord.LENDER)
        );
    }

    function test_PortfolioReleaseByTheHolderIsRefused() public {
        pass(signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertRefused(signed(portfolioRelease(receipts), ALICE), reason(MissingConsent.selector, BANK_A, 0));
    }

    function test_OneFreeReceiptRefusesTheWholeRelease() public {
        pass(signed(portfolioPledge(run(first, 4, 1), BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertRefused(signed(portfolioRelease(receipts), BANK_A), reason(NotEncumbered.selector, receipts[4]));
    }

    function test_OneReceiptOfAnotherBankRefusesTheWholeRelease() public {
        pass(signed(portfolioPledge(run(first, 4, 1), BANK_A), ALICE, WAREHOUSE, BANK_A));
        pass(signed(pledge(receipts[4], 1, BANK_B), ALICE, WAREHOUSE, BANK_B));
        assertRefused(
            signed(portfolioRelease(receipts), BANK_A), reason(MixedPortfolio.selector, receipts[4])
        );
    }

    function test_OneStaleVersionRefusesTheWholeRelease() public {
        pass(signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A));
        Draft memory draft = portfolioRelease(receipts);
        draft.words[3] = Drafts.ref(receipts[3], 1);
        assertRefused(signed(draft, BANK_A), reason(StaleVersion.selector, receipts[3], 1, 2));
    }

    function test_SuspendedBankCanReleaseItsPortfolio() public {
        pass(signed(portfolioPledge(receipts, BANK_A), ALICE, WAREHOUSE, BANK_A));
        suspend(BANK_A);
        pass(signed(portfolioRelease(receipts), BANK_A));
    }

    function testFuzz_PortfolioTouchesItsReceiptsAlone(uint32 mask) public {
        uint256 count = 12;
        uint64 start = issuedMany(POOL, BOB, count);
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
        pass(signed(portfolioPledge(chosen, BANK_A), BOB, WAREHOUSE, BANK_A));
        for (uint64 i = 0; i < count; ++i) {
            uint256 expected = before[i];
            if (mask & (1 << i) != 0) expected = expected.next().withPledge(BANK_A, DUE);
            assertEq(word(start + i), expected);
        }
        pass(signed(portfolioRelease(chosen), BANK_A));
        for (uint64 i = 0; i < count; ++i) {
            uint256 expected = before[i];
            if (mask & (1 << i) != 0) expected = expected.next().next();
            assertEq(word(start + i), expected);
        }
    }
}
