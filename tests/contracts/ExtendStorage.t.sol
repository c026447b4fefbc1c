// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract ExtendStorageTest is LedgerTest {
    using ReceiptWord for uint256;

    uint16 private constant LONGER = STORED_UNTIL + 1;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
    }

    function test_ExtensionChangesTheStorageDayAlone() public {
        uint256 expected = word(receipt).next().withStorageDay(LONGER);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit StorageExtended(receipt, uint128(expected), TERMS);
        pass(signed(storageExtension(receipt, 1, LONGER), ALICE, WAREHOUSE));
        assertEq(word(receipt), expected);
        assertEq(expected.storageDay(), LONGER);
        assertEq(expected.version(), 2);
    }

    function test_ExtensionOfPledgedGoodsTakesThePledgeeAndKeepsThePledge() public {
        uint64 encumbered = pledged();
        assertRefused(
            signed(storageExtension(encumbered, 2, LONGER), ALICE, WAREHOUSE),
            reason(MissingConsent.selector, BANK_A, 0)
        );
        pass(signed(storageExtension(encumbered, 2, LONGER), ALICE, WAREHOUSE, BANK_A));
        assertEq(word(encumbered).pledgee(), BANK_A);
        assertEq(word(encumbered).maturityDay(), DUE);
        assertEq(word(encumbered).storageDay(), LONGER);
    }

    function test_ExtensionInDefaultLeavesTheDefault() public {
        uint64 unpaid = inDefault();
        pass(signed(storageExtension(unpaid, 3, LONGER), ALICE, WAREHOUSE, BANK_A));
        assertTrue(word(unpaid).isInDefault());
        assertEq(word(unpaid).maturityDay(), DUE + 1);
    }

    function test_ExtensionAfterStorageIsTakenAndTheReceiptTradesAgain() public {
        warpTo(STORED_UNTIL + 5);
        assertRefused(
            signed(transfer(receipt, 1, BOB), ALICE, BOB),
            reason(StorageExpired.selector, receipt, STORED_UNTIL)
        );
        pass(signed(storageExtension(receipt, 1, STORED_UNTIL + 5), ALICE, WAREHOUSE));
        pass(signed(transfer(receipt, 2, BOB), ALICE, BOB));
    }

    function test_ExtensionToTheSameDayIsRefused() public {
        assertRefused(
            signed(storageExtension(receipt, 1, STORED_UNTIL), ALICE, WAREHOUSE),
            reason(StorageNotExtended.selector, receipt, STORED_UNTIL)
        );
    }

    function test_ExtensionToAnEarlierDayIsRefused() public {
        assertRefused(
            signed(storageExtension(receipt, 1, STORED_UNTIL - 1), ALICE, WAREHOUSE),
            reason(StorageNotExtended.selector, receipt, STORED_UNTIL)
        );
    }

    function test_LastDayThatFitsIsTakenAndTheNextRefused() public {
        assertRefused(
            signed(storageExtension(receipt, 1, uint16(ReceiptWord.DAY_MAX) + 1), ALICE, WAREHOUSE),
            reason(DayOutOfRange.selector, receipt, ReceiptWord.DAY_MAX + 1)
        );
        pass(signed(storageExtension(receipt, 1, uint16(ReceiptWord.DAY_MAX)), ALICE, WAREHOUSE));
        assertEq(word(receipt).storageDay(), ReceiptWord.DAY_MAX);
    }

    function test_DayOutOfRangeIsSaidBeforeFrozen() public {
        freeze(receipt);
        assertRefused(
            signed(storageExtension(receipt, 2, uint16(ReceiptWord.DAY_MAX) + 1), ALICE, WAREHOUSE),
            reason(DayOutOfRange.selector, receipt, ReceiptWord.DAY_MAX + 1)
        );
        assertRefused(
            signed(storageExtension(receipt, 2, STORED_UNTIL), ALICE, WAREHOUSE),
            reason(Frozen.selector, receipt)
        );
    }

    function test_ShorterStorageIsSaidBeforeAnotherVersion() public {
        assertRefused(
            signed(storageExtension(receipt, 2, STORED_UNTIL), ALICE, WAREHOUSE),
            reason(StorageNotExtended.selector, receipt, STORED_UNTIL)
        );
    }

    function test_ExtensionOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(storageExtension(receipt, 2, LONGER), ALICE, WAREHOUSE),
            reason(StaleVersion.selector, receipt, 2, 1)
        );
    }

    function test_VersionsKeptForExitsAreNotForExtensions() public {
        wear(receipt, ReceiptWord.VERSION_MAX - 17);
        pass(signed(storageExtension(receipt, version(receipt), LONGER), ALICE, WAREHOUSE));
        assertRefused(
            signed(storageExtension(receipt, version(receipt), LONGER + 1), ALICE, WAREHOUSE),
            reason(VersionsExhausted.selector, receipt)
        );
    }

    function test_ExtensionTakesTheWarehouseOfTheGoods() public {
        assertRefused(
            signed(storageExtension(receipt, 1, LONGER), ALICE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
        assertRefused(
            signed(storageExtension(receipt, 1, LONGER), ALICE, OTHER_WAREHOUSE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_WarehouseCannotExtendWithoutTheHolder() public {
        assertRefused(
            signed(storageExtension(receipt, 1, LONGER), WAREHOUSE), reason(MissingConsent.selector, ALICE, 0)
        );
    }

    function test_ExtensionOfUnknownReceiptIsRefused() public {
        assertRefused(
            signed(storageExtension(receipt + 1, 1, LONGER), ALICE, WAREHOUSE),
            reason(UnknownReceipt.selector, receipt + 1)
        );
    }

    function test_ExtensionOfDeliveredReceiptIsRefused() public {
        pass(signed(delivery(receipt, 1, QUANTITY), ALICE, WAREHOUSE));
        assertRefused(
            signed(storageExtension(receipt, 2, LONGER), ALICE, WAREHOUSE),
            reason(NotOpen.selector, receipt, ReceiptWord.DELIVERED)
        );
    }

    function testFuzz_ExtensionIsTakenForLaterDaysAlone(uint16 day) public {
        bytes memory act = signed(storageExtension(receipt, 1, day), ALICE, WAREHOUSE);
        if (day > ReceiptWord.DAY_MAX) {
            return assertRefused(act, reason(DayOutOfRange.selector, receipt, day));
        }
        if (day <= STORED_UNTIL) {
            return assertRefused(act, reason(StorageNotExtended.selector, receipt, STORED_UNTIL));
        }
        uint256 neighbour = word(issued(POOL, BOB));
        pass(act);
        assertEq(word(receipt).storageDay(), day);
        assertEq(word(receipt + 1), neighbour);
    }
}
