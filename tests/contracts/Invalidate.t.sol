// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract InvalidateTest is LedgerTest {
    using ReceiptWord for uint256;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
    }

    function test_InvalidationRaisesTheVersionAlone() public {
        uint256 expected = word(receipt).next();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Invalidated(receipt, uint128(expected), TERMS);
        pass(signed(invalidation(receipt, 1), ALICE));
        assertEq(word(receipt), expected);
    }

    function test_WhatWasSignedForTheVersionBeforeIsVoid() public {
        bytes memory sale = signed(transfer(receipt, 1, BOB), ALICE, BOB);
        pass(signed(invalidation(receipt, 1), ALICE));
        assertRefused(sale, reason(StaleVersion.selector, receipt, 1, 2));
    }

    function test_HolderOfPledgedGoodsCanInvalidateAndThePledgeStays() public {
        uint64 encumbered = pledged();
        pass(signed(invalidation(encumbered, 2), ALICE));
        assertEq(word(encumbered).pledgee(), BANK_A);
        pass(signed(release(encumbered, 3), BANK_A));
    }

    function test_NobodyButTheHolderInvalidates() public {
        uint32[5] memory others = [WAREHOUSE, BOB, BANK_A, REGISTRAR, COURT];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(invalidation(receipt, 1), others[i]), reason(MissingConsent.selector, ALICE, 0)
            );
        }
        assertRefused(signed(invalidation(receipt, 1), ALICE, BOB), reason(SurplusSignature.selector, 1));
    }

    function test_SuspendedHolderCannotInvalidate() public {
        suspend(ALICE);
        assertRefused(signed(invalidation(receipt, 1), ALICE), reason(PartyNotActive.selector, ALICE));
    }

    function test_InvalidationAfterStorageIsTaken() public {
        warpTo(STORED_UNTIL + 1);
        pass(signed(invalidation(receipt, 1), ALICE));
    }

    function test_FrozenIsSaidBeforeAnotherVersion() public {
        freeze(receipt);
        assertRefused(signed(invalidation(receipt, 1), ALICE), reason(Frozen.selector, receipt));
    }

    function test_InvalidationOfAnotherVersionIsRefused() public {
        assertRefused(signed(invalidation(receipt, 2), ALICE), reason(StaleVersion.selector, receipt, 2, 1));
    }

    function test_HolderCannotUseUpTheVersionsKeptForExits() public {
        uint64 encumbered = pledged();
        wear(encumbered, ReceiptWord.VERSION_MAX - 17);
        pass(signed(invalidation(encumbered, version(encumbered)), ALICE));
        assertRefused(
            signed(invalidation(encumbered, version(encumbered)), ALICE),
            reason(VersionsExhausted.selector, encumbered)
        );
        pass(signed(release(encumbered, version(encumbered)), BANK_A));
    }

    function test_InvalidationOfUnknownOrEndedReceiptIsRefused() public {
        assertRefused(
            signed(invalidation(receipt + 1, 1), ALICE), reason(UnknownReceipt.selector, receipt + 1)
        );
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(invalidation(receipt, 2), ALICE), reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }
}
