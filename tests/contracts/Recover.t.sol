// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

contract RecoverTest is LedgerTest {
    using Drafts for *;
    using PartyWord for uint256;

    /// @notice Not a party: the key that is to speak for one.
    uint32 private constant SPARE = 60;
    uint32 private constant OTHER_SPARE = 61;
    uint16 private constant RECOVERY_DAYS = 30;
    uint16 private constant LAST_DAY = TODAY + RECOVERY_DAYS;

    address private spare = vm.addr(keyOf(SPARE));
    address private otherSpare = vm.addr(keyOf(OTHER_SPARE));
    uint64 private receipt;
    uint64 private encumbered;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
        encumbered = pledged();
    }

    // Recover.

    function test_TheNoticeIsThirtyDays() public view {
        assertEq(ledger.RECOVERY_DAYS(), RECOVERY_DAYS);
    }

    function test_RecoveryBeginsWithANotice() public {
        uint256 expected = ledger.partyWord(ALICE).next().recovering(spare, LAST_DAY);
        vm.expectEmit(true, true, true, true, address(ledger));
        emit RecoveryBegun(ALICE, expected, spare, TERMS);
        begin(ALICE);
        assertEq(ledger.partyWord(ALICE), expected);
        assertEq(partyVersion(ALICE), 2);
        assertTrue(expected.isInRecovery());
        assertFalse(expected.isActive());
        assertEq(expected.recoveryKey(), spare);
        assertEq(expected.noticeDay(), LAST_DAY);
        assertEq(expected.keyCount(), 1);
        assertFalse(ledger.keyWord(vm.addr(keyOf(ALICE))).isActiveKey());
        assertEq(ledger.keyWord(spare), 0);
    }

    function test_RecoveryTakesRegistrarAuthorityAndTheNewKey() public {
        Draft memory draft = recovery(ALICE, 1, spare);
        assertRefused(signed(draft, COURT, SPARE), reason(WrongRole.selector, COURT, PartyWord.REGISTRAR));
        assertRefused(signed(draft, REGISTRAR, SPARE), reason(UnknownKey.selector, uint160(spare)));
        assertRefused(signed(draft, REGISTRAR, COURT), reason(MissingConsent.selector, ALICE, 0));
        assertRefused(
            signed(draft, REGISTRAR, COURT, OTHER_SPARE), reason(UnknownKey.selector, uint160(otherSpare))
        );
        assertRefused(
            signed(draft, REGISTRAR, ALICE, SPARE), reason(WrongRole.selector, ALICE, PartyWord.AUTHORITY)
        );
    }

    function test_NewKeyMayAgreeAsTheSender() public {
        bytes memory act = signed(recovery(ALICE, 1, spare), REGISTRAR, COURT);
        vm.prank(spare);
        ledger.execute(act);
        warpTo(LAST_DAY + 1);
        vm.prank(spare);
        ledger.execute(unsigned(recoveryEnd(ALICE, 2, spare)));
        assertEq(ledger.keyWord(spare).partyOfKey(), ALICE);
    }

    function test_KeyOfAPartyIsNoNewKey() public {
        address bob = vm.addr(keyOf(BOB));
        assertRefused(
            signed(recovery(ALICE, 1, bob), REGISTRAR, COURT, BOB),
            reason(KeyAlreadyBound.selector, uint160(bob), BOB)
        );
    }

    function test_UnknownPartyIsNotRecovered() public {
        assertRefused(
            signed(recovery(NOBODY, 1, spare), REGISTRAR, COURT, SPARE), reason(UnknownParty.selector, NOBODY)
        );
    }

    function test_SuspendedPartyIsNotRecovered() public {
        suspend(ALICE);
        assertRefused(
            signed(recovery(ALICE, 2, spare), REGISTRAR, COURT, SPARE), reason(PartyNotActive.selector, ALICE)
        );
    }

    function test_SecondRecoveryMeanwhileIsRefused() public {
        begin(ALICE);
        assertRefused(
            signed(recovery(ALICE, 2, otherSpare), REGISTRAR, COURT, OTHER_SPARE),
            reason(InRecovery.selector, ALICE)
        );
    }

    function test_RecoveryOfAnotherVersionIsRefused() public {
        assertRefused(
            signed(recovery(ALICE, 2, spare), REGISTRAR, COURT, SPARE),
            reason(StaleVersion.selector, ALICE, 2, 1)
        );
    }

    // Frozen meanwhile.

    function test_PartyInRecoveryAgreesToNothing() public {
        begin(ALICE);
        bytes memory refusal = reason(PartyNotActive.selector, ALICE);
        assertRefused(signed(transfer(receipt, 1, BOB), ALICE, BOB), refusal);
        assertRefused(signed(portfolioTransfer(run(receipt, 1, 1), BOB), ALICE, BOB), refusal);
        assertRefused(signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A), refusal);
        assertRefused(signed(portfolioPledge(run(receipt, 1, 1), BANK_A), ALICE, WAREHOUSE, BANK_A), refusal);
        assertRefused(signed(substitution(encumbered, 2, receipt, 1), ALICE, WAREHOUSE, BANK_A), refusal);
        assertRefused(signed(delivery(receipt, 1, 1), ALICE, WAREHOUSE), refusal);
        assertRefused(signed(storageExtension(receipt, 1, STORED_UNTIL + 1), ALICE, WAREHOUSE), refusal);
        assertRefused(signed(toPaper(receipt, 1), ALICE, WAREHOUSE), refusal);
        assertRefused(signed(invalidation(receipt, 1), ALICE), refusal);
        assertRefused(signed(issue(POOL, nextSerial(POOL), ALICE), WAREHOUSE, INSPECTOR), refusal);
        uint64 bobs = issued(POOL, BOB);
        assertRefused(signed(transfer(bobs, 1, ALICE), BOB, ALICE), refusal);
    }

    function test_PledgeeInRecoveryCanStillRelease() public {
        begin(BANK_A);
        assertRefused(
            signed(delivery(encumbered, 2, 1), ALICE, WAREHOUSE, BANK_A),
            reason(PartyNotActive.selector, BANK_A)
        );
        assertRefused(
            signed(assignment(encumbered, 2, BANK_B), BANK_A, BANK_B), reason(PartyNotActive.selector, BANK_A)
        );
        pass(signed(release(encumbered, 2), BANK_A));
        assertFalse(word(encumbered) & 16 != 0);
    }

    function test_NewKeyDoesNothingBeforeTheEnd() public {
        begin(BANK_A);
        assertRefused(signed(release(encumbered, 2), SPARE), reason(UnknownKey.selector, uint160(spare)));
    }

    function test_OthersGoOnMeanwhile() public {
        begin(ALICE);
        pass(signed(assignment(encumbered, 2, BANK_B), BANK_A, BANK_B));
        pass(signed(release(encumbered, 3), BANK_B));
        freeze(receipt);
    }

    function test_NothingElseAboutThePartyChangesMeanwhile() public {
        begin(ALICE);
        address old = vm.addr(keyOf(ALICE));
        assertRefused(signed(revocation(ALICE, 2, old), REGISTRAR), reason(InRecovery.selector, ALICE));
        assertRefused(signed(revocation(ALICE, 2, old), ALICE), reason(PartyNotActive.selector, ALICE));
        assertRefused(
            signed(binding(ALICE, 2, otherSpare), REGISTRAR, ALICE), reason(PartyNotActive.selector, ALICE)
        );
        assertRefused(signed(suspension(ALICE, 2), REGISTRAR), reason(PartyNotActive.selector, ALICE));
        assertRefused(signed(reinstatement(ALICE, 2), REGISTRAR), reason(InRecovery.selector, ALICE));
    }

    // VetoRecovery.

    function test_VetoLeavesEverythingAsItWas() public {
        begin(ALICE);
        uint256 expected = ledger.partyWord(ALICE).next().vetoed();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit RecoveryVetoed(ALICE, expected, TERMS);
        pass(signed(recoveryVeto(ALICE, 2), ALICE));
        assertEq(ledger.partyWord(ALICE), expected);
        assertTrue(expected.isActive());
        assertTrue(expected.isVetoed());
        assertFalse(expected.isInRecovery());
        assertEq(expected.recoveryKey(), address(0));
        assertEq(expected.noticeDay(), 0);
        assertEq(expected.keyCount(), 1);
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
    }

    function test_AnyKeyOfThePartyVetoes() public {
        bindKeys(ALICE, 7);
        for (uint256 i = 0; i < 8; ++i) {
            uint16 version_ = partyVersion(ALICE);
            pass(signed(recovery(ALICE, version_, spare), REGISTRAR, COURT, SPARE));
            Draft memory draft = recoveryVeto(ALICE, version_ + 1);
            pass(draft.encode(signature(draft, i == 7 ? keyOf(ALICE) : keyNumber(i))));
            assertTrue(ledger.partyWord(ALICE).isVetoed());
        }
        assertEq(ledger.partyWord(ALICE).keyCount(), 8);
    }

    function test_NobodyElseVetoes() public {
        begin(ALICE);
        uint32[4] memory others = [BOB, REGISTRAR, COURT, WAREHOUSE];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(recoveryVeto(ALICE, 2), others[i]), reason(MissingConsent.selector, ALICE, 0)
            );
        }
        assertRefused(signed(recoveryVeto(ALICE, 2), SPARE), reason(UnknownKey.selector, uint160(spare)));
    }

    function test_VetoWorksUntilTheEndAndAfterTheNotice() public {
        begin(ALICE);
        warpTo(LAST_DAY + 10);
        pass(signed(recoveryVeto(ALICE, 2), ALICE));
    }

    function test_SecondVetoIsRefused() public {
        begin(ALICE);
        pass(signed(recoveryVeto(ALICE, 2), ALICE));
        assertRefused(signed(recoveryVeto(ALICE, 3), ALICE), reason(Vetoed.selector, ALICE));
    }

    function test_VetoOfNothingIsRefused() public {
        assertRefused(signed(recoveryVeto(ALICE, 1), ALICE), reason(NotInRecovery.selector, ALICE));
        assertRefused(signed(recoveryVeto(NOBODY, 1), NOBODY), reason(UnknownParty.selector, NOBODY));
    }

    function test_VetoOfAnotherVersionIsRefused() public {
        begin(ALICE);
        assertRefused(signed(recoveryVeto(ALICE, 1), ALICE), reason(StaleVersion.selector, ALICE, 1, 2));
    }

    function test_VetoedPartyCanBeRecoveredAgain() public {
        begin(ALICE);
        pass(signed(recoveryVeto(ALICE, 2), ALICE));
        pass(signed(recovery(ALICE, 3, otherSpare), REGISTRAR, COURT, OTHER_SPARE));
        assertFalse(ledger.partyWord(ALICE).isVetoed());
        warpTo(LAST_DAY + 1);
        pass(signed(recoveryEnd(ALICE, 4, otherSpare), OTHER_SPARE));
    }

    function test_VetoedPartyIsSuspendedAndItsKeysChangeAsBefore() public {
        begin(ALICE);
        pass(signed(recoveryVeto(ALICE, 2), ALICE));
        pass(signed(binding(ALICE, 3, spare), REGISTRAR, ALICE));
        suspend(ALICE);
        pass(signed(reinstatement(ALICE, 5), REGISTRAR));
        pass(signed(revocation(ALICE, 6, spare), ALICE));
        pass(signed(transfer(receipt, 1, BOB), ALICE, BOB));
    }

    // CompleteRecovery.

    function test_EndPutsTheNewKeyInThePlaceOfAll() public {
        begin(ALICE);
        warpTo(LAST_DAY + 1);
        uint256 expected = ledger.partyWord(ALICE).next().recovered();
        vm.expectEmit(true, true, true, true, address(ledger));
        emit Recovered(ALICE, expected, spare, TERMS);
        pass(signed(recoveryEnd(ALICE, 2, spare), SPARE));
        assertEq(ledger.partyWord(ALICE), expected);
        assertTrue(expected.isActive());
        assertFalse(expected.isInRecovery());
        assertEq(expected.recoveryKey(), address(0));
        assertEq(partyVersion(ALICE), 3);
        address old = vm.addr(keyOf(ALICE));
        assertRefused(
            signed(transfer(receipt, 1, BOB), ALICE, BOB), reason(UnknownKey.selector, uint160(old))
        );
        pass(signed(transfer(receipt, 1, BOB), SPARE, BOB));
    }

    function test_EightKeysAreReplacedByOne() public {
        bindKeys(ALICE, 7);
        uint16 version_ = partyVersion(ALICE);
        pass(signed(recovery(ALICE, version_, spare), REGISTRAR, COURT, SPARE));
        for (uint256 i = 0; i < 7; ++i) {
            assertFalse(ledger.keyWord(vm.addr(keyNumber(i))).isActiveKey());
        }
        warpTo(LAST_DAY + 1);
        pass(signed(recoveryEnd(ALICE, version_ + 1, spare), SPARE));
        assertEq(ledger.keysOf(ALICE).length, 1);
        assertEq(ledger.keysOf(ALICE)[0], spare);
        assertEq(ledger.partyWord(ALICE).keyCount(), 1);
        for (uint256 i = 0; i < 7; ++i) {
            assertEq(ledger.keyWord(vm.addr(keyNumber(i))), 0);
        }
        assertEq(ledger.keyWord(vm.addr(keyOf(ALICE))), 0);
        assertEq(ledger.keyWord(spare), PartyWord.keyOf(ALICE, ledger.partyWord(ALICE)));
    }

    function test_PartyWithoutAnyKeyIsRecovered() public {
        pass(signed(revocation(ALICE, 1, vm.addr(keyOf(ALICE))), ALICE));
        pass(signed(recovery(ALICE, 2, spare), REGISTRAR, COURT, SPARE));
        warpTo(LAST_DAY + 1);
        pass(signed(recoveryEnd(ALICE, 3, spare), SPARE));
        assertEq(ledger.partyWord(ALICE).keyCount(), 1);
        pass(signed(transfer(receipt, 1, BOB), SPARE, BOB));
    }

    function test_RecoveredPartyHasRoomForSevenMoreKeys() public {
        bindKeys(ALICE, 7);
        uint16 version_ = partyVersion(ALICE);
        pass(signed(recovery(ALICE, version_, spare), REGISTRAR, COURT, SPARE));
        warpTo(LAST_DAY + 1);
        pass(signed(recoveryEnd(ALICE, version_ + 1, spare), SPARE));
        pass(signed(binding(ALICE, version_ + 2, otherSpare), REGISTRAR, SPARE));
        suspend(ALICE);
        assertFalse(ledger.keyWord(spare).isActiveKey());
        assertFalse(ledger.keyWord(otherSpare).isActiveKey());
    }

    function test_EndOnTheLastDayOfTheNoticeIsRefused() public {
        begin(ALICE);
        vm.warp(EPOCH + uint256(LAST_DAY) * 1 days + 1 days - 1);
        assertRefused(
            signed(recoveryEnd(ALICE, 2, spare), SPARE), reason(NoticeRunning.selector, ALICE, LAST_DAY)
        );
    }

    function test_EndInTheFirstSecondAfterTheNoticeIsTaken() public {
        begin(ALICE);
        vm.warp(EPOCH + uint256(LAST_DAY) * 1 days + 1 days);
        pass(signed(recoveryEnd(ALICE, 2, spare), SPARE));
    }

    function test_EndTakesTheNewKeyAlone() public {
        begin(ALICE);
        warpTo(LAST_DAY + 1);
        Draft memory draft = recoveryEnd(ALICE, 2, spare);
        assertRefused(unsigned(draft), reason(MissingConsent.selector, ALICE, 0));
        uint32[3] memory others = [ALICE, REGISTRAR, COURT];
        for (uint256 i = 0; i < others.length; ++i) {
            assertRefused(
                signed(draft, others[i]), reason(UnknownKey.selector, uint160(vm.addr(keyOf(others[i]))))
            );
        }
        assertRefused(signed(draft, SPARE, REGISTRAR), reason(SurplusSignature.selector, 1));
    }

    function test_EndWithAnotherKeyIsRefused() public {
        begin(ALICE);
        warpTo(LAST_DAY + 1);
        assertRefused(
            signed(recoveryEnd(ALICE, 2, otherSpare), OTHER_SPARE),
            reason(KeyNotBound.selector, uint160(otherSpare), ALICE)
        );
    }

    function test_EndWithAKeyThatHasComeToSpeakForAnotherIsRefused() public {
        begin(ALICE);
        pass(signed(binding(BOB, 1, spare), REGISTRAR, BOB));
        warpTo(LAST_DAY + 1);
        assertRefused(
            signed(recoveryEnd(ALICE, 2, spare), SPARE), reason(KeyAlreadyBound.selector, uint160(spare), BOB)
        );
    }

    function test_EndAfterAVetoIsRefused() public {
        begin(ALICE);
        pass(signed(recoveryVeto(ALICE, 2), ALICE));
        warpTo(LAST_DAY + 1);
        assertRefused(signed(recoveryEnd(ALICE, 3, spare), SPARE), reason(Vetoed.selector, ALICE));
    }

    function test_EndOfNothingIsRefused() public {
        assertRefused(signed(recoveryEnd(ALICE, 1, spare), SPARE), reason(NotInRecovery.selector, ALICE));
        assertRefused(signed(recoveryEnd(NOBODY, 1, spare), SPARE), reason(UnknownParty.selector, NOBODY));
    }

    function test_SecondEndIsRefused() public {
        begin(ALICE);
        warpTo(LAST_DAY + 1);
        pass(signed(recoveryEnd(ALICE, 2, spare), SPARE));
        assertRefused(
            signed(recoveryEnd(ALICE, 3, otherSpare), OTHER_SPARE), reason(NotInRecovery.selector, ALICE)
        );
    }

    function test_EndOfAnotherVersionIsRefused() public {
        begin(ALICE);
        warpTo(LAST_DAY + 1);
        assertRefused(signed(recoveryEnd(ALICE, 1, spare), SPARE), reason(StaleVersion.selector, ALICE, 1, 2));
    }

    function test_RunningNoticeIsSaidBeforeAnotherVersion() public {
        begin(ALICE);
        assertRefused(
            signed(recoveryEnd(ALICE, 1, spare), SPARE), reason(NoticeRunning.selector, ALICE, LAST_DAY)
        );
    }

    // Whoever decides can lose its keys too.

    function test_RegistrarInRecoveryDecidesNothingAndComesBack() public {
        begin(REGISTRAR);
        assertRefused(signed(suspension(BOB, 1), REGISTRAR), reason(PartyNotActive.selector, REGISTRAR));
        assertRefused(
            signed(recovery(ALICE, 1, otherSpare), REGISTRAR, COURT, OTHER_SPARE),
            reason(PartyNotActive.selector, REGISTRAR)
        );
        warpTo(LAST_DAY + 1);
        pass(signed(recoveryEnd(REGISTRAR, 2, spare), SPARE));
        assertRefused(
            signed(suspension(BOB, 1), REGISTRAR),
            reason(UnknownKey.selector, uint160(vm.addr(keyOf(REGISTRAR))))
        );
        pass(signed(suspension(BOB, 1), SPARE));
    }

    function test_RegistrarVetoesItsOwnRecovery() public {
        begin(REGISTRAR);
        pass(signed(recoveryVeto(REGISTRAR, 2), REGISTRAR));
        suspend(BOB);
    }

    function test_AuthorityInRecoveryFreezesNothing() public {
        begin(COURT);
        assertRefused(signed(freezing(receipt, 1), COURT), reason(PartyNotActive.selector, COURT));
        pass(signed(recoveryVeto(COURT, 2), COURT));
        freeze(receipt);
    }

    function begin(uint32 party) private {
        pass(signed(recovery(party, 1, spare), REGISTRAR, COURT, SPARE));
    }

    function bindKeys(uint32 party, uint256 count) private {
        for (uint256 i = 0; i < count; ++i) {
            pass(signed(binding(party, partyVersion(party), vm.addr(keyNumber(i))), REGISTRAR, party));
        }
    }

    function keyNumber(uint256 i) private pure returns (uint256) {
        return 1000 + i;
    }
}
