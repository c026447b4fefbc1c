// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract PartiesTest is LedgerTest {
    using PartyWord for uint256;

    uint32 private constant NEWCOMER = 50;
    uint32 private constant SECOND_REGISTRAR = 51;

    address private newKey = vm.addr(keyOf(NEWCOMER));

    function test_AdmittedPartySpeaksThroughItsKey() public {
        uint256 expected = PartyWord.admitted(PartyWord.LENDER);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Admitted(NEWCOMER, expected, newKey, TERMS);
        pass(signed(admission(NEWCOMER, PartyWord.LENDER, newKey), REGISTRAR, NEWCOMER));
        assertEq(ledger.partyWord(NEWCOMER), expected);
        assertEq(ledger.keyWord(newKey), PartyWord.keyOf(NEWCOMER, expected));
        assertEq(ledger.keysOf(NEWCOMER).length, 1);
        assertEq(ledger.keysOf(NEWCOMER)[0], newKey);
    }

    function test_RegistrarCannotAdmitAKeyThatDoesNotAgree() public {
        Draft memory draft = admission(NEWCOMER, PartyWord.LENDER, newKey);
        assertRefused(signed(draft, REGISTRAR), reason(MissingConsent.selector, NEWCOMER, 0));
        assertRefused(
            signed(draft, REGISTRAR, BOB), reason(UnknownKey.selector, uint160(vm.addr(keyOf(BOB))))
        );
    }

    function test_NobodyAdmitsHimself() public {
        assertRefused(
            signed(admission(NEWCOMER, PartyWord.LENDER, newKey), NEWCOMER),
            reason(UnknownKey.selector, uint160(newKey))
        );
    }

    function test_NewKeyMayAgreeBySending() public {
        bytes memory act = signed(admission(NEWCOMER, PartyWord.LENDER, newKey), REGISTRAR);
        vm.prank(newKey);
        ledger.execute(act);
        assertEq(ledger.keyWord(newKey).partyOfKey(), NEWCOMER);
    }

    function test_PartyNumberInUseIsRefused() public {
        assertRefused(
            signed(admission(BANK_A, PartyWord.LENDER, newKey), REGISTRAR, NEWCOMER),
            reason(PartyExists.selector, BANK_A)
        );
    }

    function test_PartyNumberZeroIsRefused() public {
        assertRefused(
            signed(admission(0, PartyWord.LENDER, newKey), REGISTRAR, NEWCOMER),
            reason(PartyNumberOutOfRange.selector, 0, type(uint16).max)
        );
    }

    function test_LargestNumberOfABankIsTakenAndTheNextRefused() public {
        uint32 largest = type(uint16).max;
        assertRefused(
            signed(admission(largest + 1, PartyWord.LENDER, newKey), REGISTRAR, NEWCOMER),
            reason(PartyNumberOutOfRange.selector, largest + 1, largest)
        );
        pass(signed(admission(largest, PartyWord.LENDER, newKey), REGISTRAR, NEWCOMER));
    }

    function test_LargestNumberOfAHolderIsTakenAndTheNextRefused() public {
        uint32 largest = uint32(ReceiptWord.HOLDER_MAX);
        assertRefused(
            signed(admission(largest + 1, PartyWord.HOLDER, newKey), REGISTRAR, NEWCOMER),
            reason(PartyNumberOutOfRange.selector, largest + 1, largest)
        );
        pass(signed(admission(largest, PartyWord.HOLDER, newKey), REGISTRAR, NEWCOMER));
    }

    function test_WhoeverCountsStoresNothing() public {
        refuseRoles(PartyWord.WAREHOUSE | PartyWord.INSPECTOR);
    }

    function test_WhoeverDecidesTradesNothing() public {
        refuseRoles(PartyWord.AUTHORITY | PartyWord.HOLDER);
        refuseRoles(PartyWord.AUTHORITY | PartyWord.LENDER);
        refuseRoles(PartyWord.AUTHORITY | PartyWord.WAREHOUSE);
        refuseRoles(PartyWord.AUTHORITY | PartyWord.INSPECTOR);
    }

    function test_RegistrarIsNothingElse() public {
        refuseRoles(PartyWord.REGISTRAR | PartyWord.HOLDER);
        refuseRoles(PartyWord.REGISTRAR | PartyWord.AUDITOR);
    }

    function test_PartyWithoutRoleIsRefused() public {
        refuseRoles(0);
    }

    function test_RoleThatDoesNotExistIsRefused() public {
        refuseRoles(PartyWord.ALL + 1);
    }

    function testFuzz_NoPartyHoldsRolesThatExcludeOneAnother(uint16 roles) public {
        bool agreeable = PartyWord.areCompatible(roles);
        bool conflict = roles == 0 || roles > PartyWord.ALL
            || (roles & PartyWord.REGISTRAR != 0 && roles != PartyWord.REGISTRAR)
            || (roles & PartyWord.AUTHORITY != 0 && roles & PartyWord.BUSINESS != 0)
            || (roles & PartyWord.WAREHOUSE != 0 && roles & PartyWord.INSPECTOR != 0);
        assertEq(agreeable, !conflict);
        bytes memory act = signed(admission(NEWCOMER, roles, newKey), REGISTRAR, NEWCOMER);
        assertEq(ledger.relay(act), conflict ? 1 : 0);
    }

    function test_KeyOfAnotherPartyIsRefused() public {
        assertRefused(
            signed(admission(NEWCOMER, PartyWord.LENDER, vm.addr(keyOf(BOB))), REGISTRAR, BOB),
            reason(KeyAlreadyBound.selector, uint160(vm.addr(keyOf(BOB))), BOB)
        );
    }

    function test_SuspensionReachesEveryKey() public {
        pass(signed(binding(BANK_A, 1, newKey), REGISTRAR, BANK_A));
        uint256 expected = ledger.partyWord(BANK_A).next().suspended();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Suspended(BANK_A, expected, TERMS);
        pass(signed(suspension(BANK_A, 2), REGISTRAR));
        assertEq(ledger.partyWord(BANK_A), expected);
        assertFalse(ledger.keyWord(newKey).isActiveKey());
        assertFalse(ledger.keyWord(vm.addr(keyOf(BANK_A))).isActiveKey());
    }

    function test_ReinstatementReachesEveryKey() public {
        pass(signed(binding(BANK_A, 1, newKey), REGISTRAR, BANK_A));
        suspend(BANK_A);
        uint256 expected = ledger.partyWord(BANK_A).next().reinstated();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Reinstated(BANK_A, expected, TERMS);
        pass(signed(reinstatement(BANK_A, 3), REGISTRAR));
        assertTrue(ledger.keyWord(newKey).isActiveKey());
        assertTrue(ledger.keyWord(vm.addr(keyOf(BANK_A))).isActiveKey());
    }

    function test_SuspensionOfSuspendedPartyIsRefused() public {
        suspend(BANK_A);
        assertRefused(signed(suspension(BANK_A, 2), REGISTRAR), reason(PartyNotActive.selector, BANK_A));
    }

    function test_ReinstatementOfActivePartyIsRefused() public {
        assertRefused(signed(reinstatement(BANK_A, 1), REGISTRAR), reason(PartyActive.selector, BANK_A));
    }

    function test_RegistrarCannotSuspendItself() public {
        assertRefused(signed(suspension(REGISTRAR, 1), REGISTRAR), reason(SelfSuspension.selector, REGISTRAR));
    }

    function test_AnotherRegistrarCanSuspendARegistrar() public {
        admit(SECOND_REGISTRAR, PartyWord.REGISTRAR);
        pass(signed(suspension(REGISTRAR, 1), SECOND_REGISTRAR));
        assertRefused(
            signed(reinstatement(REGISTRAR, 2), REGISTRAR), reason(PartyNotActive.selector, REGISTRAR)
        );
    }

    function test_SuspensionOfAnotherVersionIsRefused() public {
        assertRefused(signed(suspension(BANK_A, 2), REGISTRAR), reason(StaleVersion.selector, BANK_A, 2, 1));
    }

    function test_OldSuspensionCannotBeRepeated() public {
        bytes memory act = signed(suspension(BANK_A, 1), REGISTRAR);
        pass(act);
        pass(signed(reinstatement(BANK_A, 2), REGISTRAR));
        assertRefused(act, reason(StaleVersion.selector, BANK_A, 1, 3));
    }

    function test_SuspensionOfTheLastVersionIsRefused() public {
        bytes32 slot = keccak256(abi.encode(uint256(BANK_A), uint256(0)));
        uint256 last = ledger.partyWord(BANK_A) | (uint256(type(uint16).max) << 25);
        vm.store(address(ledger), slot, bytes32(last));
        assertRefused(
            signed(suspension(BANK_A, type(uint16).max), REGISTRAR),
            reason(VersionsExhausted.selector, BANK_A)
        );
    }

    function test_SuspensionOfUnknownPartyIsRefused() public {
        assertRefused(signed(suspension(NOBODY, 1), REGISTRAR), reason(UnknownParty.selector, NOBODY));
        assertRefused(signed(reinstatement(NOBODY, 1), REGISTRAR), reason(UnknownParty.selector, NOBODY));
    }

    function test_PartyCannotReinstateItself() public {
        suspend(BANK_A);
        // Role and standing both fail; the standing is named.
        assertRefused(signed(reinstatement(BANK_A, 2), BANK_A), reason(PartyNotActive.selector, BANK_A));
        assertRefused(
            signed(reinstatement(BANK_A, 2), BANK_B), reason(WrongRole.selector, BANK_B, PartyWord.REGISTRAR)
        );
    }

    function test_LedgerWithoutRegistrarCannotBeDeployed() public {
        vm.expectRevert(reason(KeyNotBound.selector, 0, REGISTRAR));
        deployCode("ReceiptsLedger.sol:ReceiptsLedger", abi.encode(address(0), bytes32(0), address(0)));
    }

    function refuseRoles(uint256 roles) private {
        assertRefused(
            signed(admission(NEWCOMER, roles, newKey), REGISTRAR, NEWCOMER),
            reason(ConflictingRoles.selector, roles)
        );
    }
}
