// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {Draft} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract PoolsTest is LedgerTest {
    using PoolWord for uint256;

    uint32 private constant NEW_POOL = (WAREHOUSE << 16) | 7;

    function test_PoolOpensEmptyAndUncounted() public {
        uint256 expected = PoolWord.opened(PoolWord.SERIALISED, COUNT_GOOD_FOR_DAYS, CAPACITY);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit PoolOpened(NEW_POOL, expected, TERMS);
        pass(signed(opening(NEW_POOL, true), REGISTRAR, WAREHOUSE));
        assertEq(ledger.poolWord(NEW_POOL), expected);
        assertEq(expected.capacity(), CAPACITY);
        assertEq(expected.attested(), 0);
        assertEq(expected.receipted(), 0);
        assertEq(expected.nextSerial(), 1);
        assertEq(expected.version(), 1);
    }

    function test_PoolNumberInUseIsRefused() public {
        assertRefused(signed(opening(POOL, false), REGISTRAR, WAREHOUSE), reason(PoolExists.selector, POOL));
    }

    function test_PoolWithoutRoomIsRefused() public {
        Draft memory draft = opening(NEW_POOL, false);
        draft.a = 0;
        assertRefused(signed(draft, REGISTRAR, WAREHOUSE), reason(ZeroQuantity.selector, NEW_POOL));
    }

    function test_PoolOfAnotherWarehouseIsRefused() public {
        assertRefused(
            signed(opening(NEW_POOL, false), REGISTRAR, OTHER_WAREHOUSE),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_PoolOfNobodysWarehouseIsRefused() public {
        assertRefused(
            signed(opening(7, false), REGISTRAR, WAREHOUSE),
            reason(MissingConsent.selector, 0, PartyWord.WAREHOUSE)
        );
    }

    function test_PoolOfAPartyThatIsNoWarehouseIsRefused() public {
        uint32 pool = (BANK_A << 16) | 1;
        assertRefused(
            signed(opening(pool, false), REGISTRAR, BANK_A),
            reason(WrongRole.selector, BANK_A, PartyWord.WAREHOUSE)
        );
    }

    function test_WarehouseCannotOpenAPoolAlone() public {
        assertRefused(
            signed(opening(NEW_POOL, false), WAREHOUSE),
            reason(WrongRole.selector, WAREHOUSE, PartyWord.REGISTRAR)
        );
    }

    function test_RegistrarCannotOpenAPoolAlone() public {
        assertRefused(
            signed(opening(NEW_POOL, false), REGISTRAR),
            reason(MissingConsent.selector, WAREHOUSE, PartyWord.WAREHOUSE)
        );
    }

    function test_CountRaisesAttestedAndNamesTheInspector() public {
        vm.warp(NOW + 1 days);
        uint256 expected = ledger.poolWord(POOL).withAttestation(ATTESTED + 1, TODAY + 1);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Attested(POOL, expected, INSPECTOR, TERMS);
        pass(signed(attestation(POOL, 2, ATTESTED + 1), INSPECTOR));
        assertEq(ledger.poolWord(POOL), expected);
        assertEq(expected.attestationDay(), TODAY + 1);
        assertEq(expected.version(), 3);
    }

    function test_CountTakesThePlaceOfTheOneBefore() public {
        vm.warp(NOW + 1 days);
        pass(signed(attestation(POOL, 2, ATTESTED / 3), INSPECTOR));
        assertEq(ledger.poolWord(POOL).attested(), ATTESTED / 3);
        assertEq(ledger.poolWord(POOL).attestationDay(), TODAY + 1);
    }

    function test_CountUpToCapacityIsTaken() public {
        pass(signed(attestation(POOL, 2, CAPACITY), INSPECTOR));
    }

    function test_CountOverCapacityIsRefused() public {
        assertRefused(
            signed(attestation(POOL, 2, CAPACITY + 1), INSPECTOR),
            reason(OverCapacity.selector, POOL, CAPACITY, CAPACITY + 1)
        );
    }

    function test_CountDownToWhatIsReceiptedIsTaken() public {
        issued(POOL, ALICE);
        pass(signed(attestation(POOL, 2, uint56(QUANTITY)), INSPECTOR));
    }

    function test_CountBelowWhatIsReceiptedIsRefused() public {
        issued(POOL, ALICE);
        assertRefused(
            signed(attestation(POOL, 2, uint56(QUANTITY) - 1), INSPECTOR),
            reason(BelowReceipted.selector, POOL, QUANTITY, QUANTITY - 1)
        );
    }

    function test_CountOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(attestation(POOL, 1, ATTESTED), INSPECTOR), reason(StaleVersion.selector, POOL, 1, 2)
        );
    }

    function test_SameCountTwiceIsRefused() public {
        bytes memory act = signed(attestation(POOL, 2, ATTESTED), INSPECTOR);
        pass(act);
        assertRefused(act, reason(StaleVersion.selector, POOL, 2, 3));
    }

    function test_CountOfTheLastVersionIsRefused() public {
        bytes32 slot = keccak256(abi.encode(uint256(POOL), uint256(3)));
        uint256 last = ledger.poolWord(POOL) | (uint256(type(uint16).max) << 16);
        vm.store(address(ledger), slot, bytes32(last));
        assertRefused(
            signed(attestation(POOL, type(uint16).max, ATTESTED), INSPECTOR),
            reason(VersionsExhausted.selector, POOL)
        );
    }

    function test_CountOfUnknownPoolIsRefused() public {
        assertRefused(signed(attestation(NEW_POOL, 1, 1), INSPECTOR), reason(UnknownPool.selector, NEW_POOL));
    }

    function test_WarehouseCannotCountItself() public {
        assertRefused(
            signed(attestation(POOL, 2, ATTESTED), WAREHOUSE),
            reason(WrongRole.selector, WAREHOUSE, PartyWord.INSPECTOR)
        );
    }

    function test_SuspendedInspectorCannotCount() public {
        suspend(INSPECTOR);
        assertRefused(
            signed(attestation(POOL, 2, ATTESTED), INSPECTOR), reason(PartyNotActive.selector, INSPECTOR)
        );
    }

    function test_SubjectOfAPoolActIsAsWideAsWhatWasSigned() public {
        Draft memory draft = attestation(POOL, 2, ATTESTED);
        draft.subject |= uint64(1) << 40;
        pass(signed(draft, INSPECTOR));
        assertEq(ledger.poolWord(POOL).version(), 3);
    }
}
