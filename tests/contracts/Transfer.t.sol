// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract TransferTest is LedgerTest {
    using ReceiptWord for uint256;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
    }

    function test_TransferChangesHolderAndVersionAlone() public {
        uint256 expected = word(receipt).next().withHolder(BOB);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Transferred(receipt, uint128(expected), TERMS);
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
        assertEq(word(receipt), expected);
        assertEq(expected.holder(), BOB);
        assertEq(expected.version(), 2);
    }

    function test_NewHolderCanTransferOn() public {
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
        pass(signed(transfer(receipt, 2, ALICE), BOB, ALICE));
        assertEq(word(receipt).holder(), ALICE);
    }

    function test_FormerHolderCannotTransfer() public {
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
        assertRefused(
            signed(transfer(receipt, 2, TRADING_BANK), ALICE, TRADING_BANK),
            reason(MissingConsent.selector, BOB, 0)
        );
    }

    function test_NobodyIsMadeAHolderWithoutAgreeing() public {
        assertRefused(
            signed(transfer(receipt, 1, BOB), ALICE), reason(MissingConsent.selector, BOB, PartyWord.HOLDER)
        );
    }

    function test_NobodyTakesAReceiptFromItsHolder() public {
        assertRefused(signed(transfer(receipt, 1, BOB), BOB, BOB), reason(MissingConsent.selector, ALICE, 0));
    }

    function test_TransferToTheHolderIsRefused() public {
        assertRefused(
            signed(transfer(receipt, 1, ALICE), ALICE), reason(SelfTransfer.selector, receipt, ALICE)
        );
    }

    function test_TransferToNobodyIsRefused() public {
        assertRefused(
            signed(transfer(receipt, 1, 0), ALICE, BOB), reason(MissingConsent.selector, 0, PartyWord.HOLDER)
        );
    }

    function test_TransferToAPartyThatMayHoldNothingIsRefused() public {
        assertRefused(
            signed(transfer(receipt, 1, BANK_A), ALICE, BANK_A),
            reason(WrongRole.selector, BANK_A, PartyWord.HOLDER)
        );
    }

    function test_TransferToASuspendedPartyIsRefused() public {
        suspend(BOB);
        assertRefused(signed(transfer(receipt, 1, BOB), ALICE, BOB), reason(PartyNotActive.selector, BOB));
    }

    function test_TransferBySuspendedHolderIsRefused() public {
        suspend(ALICE);
        assertRefused(signed(transfer(receipt, 1, BOB), ALICE, BOB), reason(PartyNotActive.selector, ALICE));
    }

    function test_TransferOfPledgedReceiptIsRefused() public {
        pass(signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
        assertRefused(
            signed(transfer(receipt, 2, BOB), ALICE, BOB), reason(Encumbered.selector, receipt, BANK_A)
        );
    }

    function test_TransferOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(signed(transfer(receipt, 2, BOB), ALICE, BOB), reason(Frozen.selector, receipt));
    }

    function test_TransferOnTheLastDayOfStorageIsTaken() public {
        vm.warp(EPOCH + uint256(STORED_UNTIL) * 1 days + 1 days - 1);
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
    }

    function test_TransferAfterStorageIsRefused() public {
        vm.warp(EPOCH + uint256(STORED_UNTIL) * 1 days + 1 days);
        assertRefused(
            signed(transfer(receipt, 1, BOB), ALICE, BOB),
            reason(StorageExpired.selector, receipt, STORED_UNTIL)
        );
    }

    function test_TransferOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(signed(transfer(unknown, 1, BOB), ALICE, BOB), reason(UnknownReceipt.selector, unknown));
    }

    function test_TransferOfDeliveredReceiptIsRefused() public {
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(transfer(receipt, 2, BOB), ALICE, BOB),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_TransferOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(transfer(receipt, 0, BOB), ALICE, BOB), reason(StaleVersion.selector, receipt, 0, 1)
        );
    }

    function test_OfTwoTransfersOfOneVersionTheSecondIsRefused() public {
        bytes memory first = signed(transfer(receipt, 1, BOB), ALICE, BOB);
        bytes memory second = signed(transfer(receipt, 1, TRADING_BANK), ALICE, TRADING_BANK);
        pass(first);
        assertRefused(second, reason(MissingConsent.selector, BOB, 0));
    }

    function test_WhatIsCarriedOutIsAsWideAsWhatWasSigned() public {
        Draft memory draft = transfer(receipt, 1, BOB);
        draft.a = (uint56(1) << 32) | BOB;
        pass(signed(draft, ALICE, BOB));
        assertEq(word(receipt).holder(), BOB);
    }

    function testFuzz_TransferNeverTouchesTheNeighbour(uint8 count, uint8 which) public {
        uint256 receipts = bound(count, 2, 6);
        uint64 first = issuedMany(POOL, ALICE, receipts);
        uint64 chosen = first + uint64(which % receipts);
        uint128[] memory before = ledger.receiptWords(first, receipts);
        pass(signed(transfer(chosen, 1, BOB), ALICE, BOB));
        for (uint64 i = 0; i < receipts; ++i) {
            if (first + i != chosen) assertEq(word(first + i), before[i]);
        }
    }
}
