// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract KeysTest is LedgerTest {
    using PartyWord for uint256;

    uint32 private constant SPARE = 60;

    address private spare = vm.addr(keyOf(SPARE));
    address private bankKey = vm.addr(keyOf(BANK_A));

    function test_BoundKeySpeaksForTheParty() public {
        uint256 expected = ledger.partyWord(BANK_A).next().withKey();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit KeyBound(BANK_A, expected, spare);
        pass(signed(binding(BANK_A, 1, spare), REGISTRAR, BANK_A));
        assertEq(ledger.partyWord(BANK_A), expected);
        assertEq(ledger.keysOf(BANK_A).length, 2);

        uint64 receipt = pledged();
        pass(signed(release(receipt, 2), SPARE));
    }

    function test_RegistrarCannotGiveItselfAPartysVoice() public {
        assertRefused(
            signed(binding(BANK_A, 1, spare), REGISTRAR), reason(MissingConsent.selector, BANK_A, 0)
        );
        assertRefused(
            signed(binding(BANK_A, 1, spare), REGISTRAR, BANK_B), reason(MissingConsent.selector, BANK_A, 0)
        );
    }

    function test_PartyCannotBindAKeyWithoutTheRegistrar() public {
        assertRefused(
            signed(binding(BANK_A, 1, spare), BANK_A), reason(WrongRole.selector, BANK_A, PartyWord.REGISTRAR)
        );
    }

    function test_SuspendedPartyCannotBindAKey() public {
        suspend(BANK_A);
        assertRefused(
            signed(binding(BANK_A, 2, spare), REGISTRAR, BANK_A), reason(PartyNotActive.selector, BANK_A)
        );
    }

    function test_BoundKeyCannotBeBoundAgain() public {
        assertRefused(
            signed(binding(BANK_A, 1, bankKey), REGISTRAR, BANK_A),
            reason(KeyAlreadyBound.selector, uint160(bankKey), BANK_A)
        );
        address bob = vm.addr(keyOf(BOB));
        assertRefused(
            signed(binding(BANK_A, 1, bob), REGISTRAR, BANK_A),
            reason(KeyAlreadyBound.selector, uint160(bob), BOB)
        );
    }

    function test_NoKeyIsNoKey() public {
        assertRefused(
            signed(binding(BANK_A, 1, address(0)), REGISTRAR, BANK_A), reason(KeyNotBound.selector, 0, BANK_A)
        );
    }

    function test_EighthKeyIsTakenAndTheNinthRefused() public {
        for (uint16 i = 1; i < 8; ++i) {
            pass(signed(binding(BANK_A, i, vm.addr(1000 + i)), REGISTRAR, BANK_A));
        }
        assertEq(ledger.keysOf(BANK_A).length, 8);
        assertRefused(
            signed(binding(BANK_A, 8, spare), REGISTRAR, BANK_A), reason(TooManyKeys.selector, BANK_A)
        );
        pass(signed(suspension(BANK_A, 8), REGISTRAR));
        for (uint256 i = 1; i < 8; ++i) {
            assertFalse(ledger.keyWord(vm.addr(1000 + i)).isActiveKey());
        }
    }

    function test_BindingOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(binding(BANK_A, 2, spare), REGISTRAR, BANK_A), reason(StaleVersion.selector, BANK_A, 2, 1)
        );
    }

    function test_KeyOfUnknownPartyIsRefused() public {
        assertRefused(
            signed(binding(NOBODY, 1, spare), REGISTRAR, NOBODY), reason(UnknownParty.selector, NOBODY)
        );
        assertRefused(signed(revocation(NOBODY, 1, spare), REGISTRAR), reason(UnknownParty.selector, NOBODY));
    }

    function test_RevokedKeySpeaksForNobody() public {
        uint64 receipt = pledged();
        pass(signed(binding(BANK_A, 1, spare), REGISTRAR, BANK_A));
        uint256 expected = ledger.partyWord(BANK_A).next().withoutKey();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit KeyRevoked(BANK_A, expected, bankKey);
        pass(signed(revocation(BANK_A, 2, bankKey), BANK_A));
        assertEq(ledger.keyWord(bankKey), 0);
        assertEq(ledger.keysOf(BANK_A).length, 1);
        assertEq(ledger.keysOf(BANK_A)[0], spare);
        assertRefused(signed(release(receipt, 2), BANK_A), reason(UnknownKey.selector, uint160(bankKey)));
        pass(signed(release(receipt, 2), SPARE));
    }

    function test_RegistrarCanRevokeAKey() public {
        pass(signed(revocation(BANK_A, 1, bankKey), REGISTRAR));
        assertEq(ledger.keysOf(BANK_A).length, 0);
    }

    function test_SuspendedPartysKeyCanBeRevokedByTheRegistrar() public {
        suspend(BANK_A);
        pass(signed(revocation(BANK_A, 2, bankKey), REGISTRAR));
    }

    function test_AnotherPartyCannotRevokeAKey() public {
        assertRefused(
            signed(revocation(BANK_A, 1, bankKey), BANK_B),
            reason(WrongRole.selector, BANK_B, PartyWord.REGISTRAR)
        );
    }

    function test_RevocationWithoutSignatureIsRefused() public {
        assertRefused(
            unsigned(revocation(BANK_A, 1, bankKey)), reason(MissingConsent.selector, 0, PartyWord.REGISTRAR)
        );
    }

    function test_RevocationBySignaturesOfBothIsOneTooMany() public {
        assertRefused(
            signed(revocation(BANK_A, 1, bankKey), BANK_A, REGISTRAR), reason(SurplusSignature.selector, 1)
        );
        assertRefused(
            signed(revocation(BANK_A, 1, bankKey), REGISTRAR, BANK_A), reason(SurplusSignature.selector, 1)
        );
    }

    function test_KeyOfAnotherPartyCannotBeRevoked() public {
        address bob = vm.addr(keyOf(BOB));
        assertRefused(
            signed(revocation(BANK_A, 1, bob), BANK_A), reason(KeyNotBound.selector, uint160(bob), BANK_A)
        );
        assertRefused(
            signed(revocation(BANK_A, 1, spare), BANK_A), reason(KeyNotBound.selector, uint160(spare), BANK_A)
        );
    }

    function test_RevocationOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(revocation(BANK_A, 0, bankKey), BANK_A), reason(StaleVersion.selector, BANK_A, 0, 1)
        );
    }

    function test_RevokedKeyCanBeBoundAgain() public {
        pass(signed(binding(BANK_A, 1, spare), REGISTRAR, BANK_A));
        pass(signed(revocation(BANK_A, 2, spare), BANK_A));
        pass(signed(binding(BOB, 1, spare), REGISTRAR, BOB));
        assertEq(ledger.keyWord(spare).partyOfKey(), BOB);
    }

    function testFuzz_RevokingAnyOfManyKeysLeavesTheOthers(uint8 which) public {
        for (uint16 i = 1; i < 6; ++i) {
            pass(signed(binding(BANK_A, i, vm.addr(1000 + i)), REGISTRAR, BANK_A));
        }
        address[] memory before = ledger.keysOf(BANK_A);
        address gone = before[which % before.length];
        pass(signed(revocation(BANK_A, 6, gone), REGISTRAR));
        address[] memory left = ledger.keysOf(BANK_A);
        assertEq(left.length, before.length - 1);
        for (uint256 i = 0; i < before.length; ++i) {
            bool stays = before[i] != gone;
            assertEq(ledger.keyWord(before[i]) != 0, stays);
            bool listed;
            for (uint256 j = 0; j < left.length; ++j) {
                listed = listed || left[j] == before[i];
            }
            assertEq(listed, stays);
        }
    }
}
