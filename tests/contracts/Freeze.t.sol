// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract FreezeTest is LedgerTest {
    using ReceiptWord for uint256;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
    }

    function test_FreezeSetsOneFlag() public {
        uint256 expected = word(receipt).next() | ReceiptWord.FROZEN;
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ReceiptFrozen(receipt, uint128(expected), TERMS);
        pass(signed(freezing(receipt, 1), COURT));
        assertEq(word(receipt), expected);
    }

    function test_UnfreezeWorksWhileFrozen() public {
        freeze(receipt);
        uint256 expected = word(receipt).next() & ~ReceiptWord.FROZEN;
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ReceiptUnfrozen(receipt, uint128(expected), TERMS);
        pass(signed(unfreezing(receipt, 2), COURT));
        assertEq(word(receipt), expected);
        pass(signed(transfer(receipt, 3, BOB), ALICE, BOB));
    }

    function test_PledgedReceiptCanBeFrozenAndKeepsItsPledgee() public {
        uint64 encumbered = pledged();
        freeze(encumbered);
        assertEq(word(encumbered).pledgee(), BANK_A);
        assertTrue(word(encumbered).isFrozen());
    }

    function test_FreezeAfterStorageIsTaken() public {
        vm.warp(EPOCH + (uint256(STORED_UNTIL) + 10) * 1 days);
        pass(signed(freezing(receipt, 1), COURT));
    }

    function test_FreezeOfFrozenReceiptIsRefused() public {
        freeze(receipt);
        assertRefused(signed(freezing(receipt, 2), COURT), reason(Frozen.selector, receipt));
    }

    function test_UnfreezeOfFreeReceiptIsRefused() public {
        assertRefused(signed(unfreezing(receipt, 1), COURT), reason(NotFrozen.selector, receipt));
    }

    function test_HolderCannotUnfreeze() public {
        freeze(receipt);
        assertRefused(
            signed(unfreezing(receipt, 2), ALICE), reason(WrongRole.selector, ALICE, PartyWord.AUTHORITY)
        );
    }

    function test_RegistrarCannotFreeze() public {
        assertRefused(
            signed(freezing(receipt, 1), REGISTRAR),
            reason(WrongRole.selector, REGISTRAR, PartyWord.AUTHORITY)
        );
    }

    function test_SuspendedAuthorityCannotFreeze() public {
        suspend(COURT);
        assertRefused(signed(freezing(receipt, 1), COURT), reason(PartyNotActive.selector, COURT));
    }

    function test_FreezeWithoutSignatureIsRefused() public {
        assertRefused(unsigned(freezing(receipt, 1)), reason(MissingConsent.selector, 0, PartyWord.AUTHORITY));
    }

    function test_FreezeOfUnknownReceiptIsRefused() public {
        uint64 unknown = receipt + 1;
        assertRefused(signed(freezing(unknown, 1), COURT), reason(UnknownReceipt.selector, unknown));
    }

    function test_UnfreezeOfDeliveredReceiptIsRefused() public {
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(unfreezing(receipt, 2), COURT), reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function test_FreezeOfAnotherVersionIsRefused() public {
        assertRefused(signed(freezing(receipt, 2), COURT), reason(StaleVersion.selector, receipt, 2, 1));
    }

    function test_UnfreezeOfAnotherVersionIsRefused() public {
        freeze(receipt);
        assertRefused(signed(unfreezing(receipt, 1), COURT), reason(StaleVersion.selector, receipt, 1, 2));
    }

    function test_FreezeWorksInTheVersionsKeptForExits() public {
        setWord(receipt, word(receipt) + ((ReceiptWord.VERSION_MAX - 2) << 46));
        pass(signed(freezing(receipt, version(receipt)), COURT));
        assertRefused(
            signed(unfreezing(receipt, version(receipt)), COURT), reason(VersionsExhausted.selector, receipt)
        );
    }
}
