// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

/// @dev What other acts say of a receipt that is on paper stands in Held.t.sol.
contract PaperTest is LedgerTest {
    using ReceiptWord for uint256;

    uint64 private receipt;
    uint64 private onPaper;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
        onPaper = issued(POOL, ALICE);
        pass(signed(toPaper(onPaper, 1), ALICE, WAREHOUSE));
    }

    function test_PaperTakesOver() public {
        uint256 expected = word(receipt).next() | ReceiptWord.PAPER;
        vm.expectEmit(true, true, true, true, address(ledger));
        emit PutOnPaper(receipt, uint128(expected), TERMS);
        pass(signed(toPaper(receipt, 1), ALICE, WAREHOUSE));
        assertEq(word(receipt), expected);
        assertTrue(expected.isOnPaper());
        assertTrue(expected.isOpen());
    }

    function test_PaperIsGivenUp() public {
        uint256 expected = word(onPaper).next() & ~ReceiptWord.PAPER;
        vm.expectEmit(true, true, true, true, address(ledger));
        emit TakenOffPaper(onPaper, uint128(expected), TERMS);
        pass(signed(fromPaper(onPaper, 2), ALICE, WAREHOUSE));
        assertEq(word(onPaper), expected);
        assertFalse(expected.isOnPaper());
        pass(signed(transfer(onPaper, 3, BOB), ALICE, BOB));
    }

    function test_ThereIsOnePaperAtATime() public {
        assertRefused(
            signed(toPaper(onPaper, 2), ALICE, WAREHOUSE), reason(PaperOutstanding.selector, onPaper)
        );
    }

    function test_PaperThatIsNotOutstandingCannotBeGivenUp() public {
        assertRefused(signed(fromPaper(receipt, 1), ALICE, WAREHOUSE), reason(NotOnPaper.selector, receipt));
    }

    function test_PaperForPledgedGoodsTakesThePledgeeBothWays() public {
        uint64 encumbered = pledged();
        assertRefused(
            signed(toPaper(encumbered, 2), ALICE, WAREHOUSE), reason(MissingConsent.selector, BANK_A, 0)
        );
        pass(signed(toPaper(encumbered, 2), ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(fromPaper(encumbered, 3), ALICE, WAREHOUSE), reason(MissingConsent.selector, BANK_A, 0)
        );
        pass(signed(fromPaper(encumbered, 3), ALICE, WAREHOUSE, BANK_A));
        assertEq(word(encumbered).pledgee(), BANK_A);
    }

    function test_PledgeeCanReleaseAReceiptThatIsOnPaper() public {
        uint64 encumbered = pledged();
        pass(signed(toPaper(encumbered, 2), ALICE, WAREHOUSE, BANK_A));
        pass(signed(release(encumbered, 3), BANK_A));
        assertTrue(word(encumbered).isOnPaper());
        pass(signed(fromPaper(encumbered, 4), ALICE, WAREHOUSE));
    }

    function test_HolderAloneCannotPutTheReceiptOnPaper() public {
        assertRefused(
            signed(toPaper(receipt, 1), ALICE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_WarehouseAloneCannotTakeTheReceiptOffPaper() public {
        assertRefused(signed(fromPaper(onPaper, 2), WAREHOUSE), reason(MissingConsent.selector, ALICE, 0));
    }

    function test_PaperCanBeGivenUpAfterStorage() public {
        warpTo(STORED_UNTIL + 1);
        pass(signed(fromPaper(onPaper, 2), ALICE, WAREHOUSE));
    }

    function test_FrozenReceiptStaysOnPaper() public {
        freeze(onPaper);
        assertRefused(signed(fromPaper(onPaper, 3), ALICE, WAREHOUSE), reason(Frozen.selector, onPaper));
        pass(signed(unfreezing(onPaper, 3), COURT));
        pass(signed(fromPaper(onPaper, 4), ALICE, WAREHOUSE));
    }

    function test_FrozenReceiptThatIsOnNoPaperIsSaidToBeFrozen() public {
        freeze(receipt);
        assertRefused(signed(fromPaper(receipt, 2), ALICE, WAREHOUSE), reason(Frozen.selector, receipt));
        assertRefused(signed(toPaper(receipt, 2), ALICE, WAREHOUSE), reason(Frozen.selector, receipt));
    }

    function test_PaperOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(toPaper(receipt, 2), ALICE, WAREHOUSE), reason(StaleVersion.selector, receipt, 2, 1)
        );
        assertRefused(
            signed(fromPaper(onPaper, 1), ALICE, WAREHOUSE), reason(StaleVersion.selector, onPaper, 1, 2)
        );
    }

    function test_PaperIsGivenUpInTheVersionsKeptForExitsAndNotTakenOut() public {
        wear(receipt, ReceiptWord.VERSION_MAX - 16);
        assertRefused(
            signed(toPaper(receipt, version(receipt)), ALICE, WAREHOUSE),
            reason(VersionsExhausted.selector, receipt)
        );
        wear(onPaper, ReceiptWord.VERSION_MAX - 1);
        pass(signed(fromPaper(onPaper, version(onPaper)), ALICE, WAREHOUSE));
    }

    function test_PaperOfTheLastVersionIsNotGivenUp() public {
        wear(onPaper, ReceiptWord.VERSION_MAX);
        assertRefused(
            signed(fromPaper(onPaper, version(onPaper)), ALICE, WAREHOUSE),
            reason(VersionsExhausted.selector, onPaper)
        );
    }

    function test_UnknownOrEndedReceiptGoesOnNoPaper() public {
        uint64 unknown = onPaper + 1;
        assertRefused(signed(toPaper(unknown, 1), ALICE, WAREHOUSE), reason(UnknownReceipt.selector, unknown));
        assertRefused(
            signed(fromPaper(unknown, 1), ALICE, WAREHOUSE), reason(UnknownReceipt.selector, unknown)
        );
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(toPaper(receipt, 2), ALICE, WAREHOUSE),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
        assertRefused(
            signed(fromPaper(receipt, 2), ALICE, WAREHOUSE),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }
}
