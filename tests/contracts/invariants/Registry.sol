// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Test.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {LedgerTest} from "../support/LedgerTest.sol";

/// @title Parties, keys and pools, as events tell them
/// @notice An event changes the bits that it is about and raises the version by one; whatever else has changed is objected
/// to.
abstract contract Registry is LedgerTest {
    using PartyWord for uint256;
    using PoolWord for uint256;

    uint256 private constant RECOVERY_NOTICE_DAYS = 30;

    uint256 private constant PARTY_ACTIVE_BIT = 1 << 16;
    uint256 private constant KEY_COUNT_BITS = uint256(0xff) << 17;
    uint256 private constant PARTY_VERSION_BITS = uint256(0xffff) << 25;
    uint256 private constant RECOVERY_BITS = type(uint256).max << 41;

    uint256 private constant POOL_VERSION_BITS = uint256(0xffff) << 16;
    uint256 private constant ATTESTATION_BITS = (uint256(0xffff) << 32) | (PoolWord.QUANTITY_MAX << 136);

    uint32[] internal pools;
    uint32[] internal parties;
    address[] internal keys;
    uint256 internal poolsSealed;

    mapping(uint32 pool => uint256 word) internal toldPool;
    mapping(uint32 party => uint256 word) internal toldParty;
    mapping(address key => uint32 party) internal partyOf;
    mapping(address key => bool known) private _keyKnown;

    function isOfPool(bytes32 kind) internal pure returns (bool) {
        return kind == PoolOpened.selector || kind == Attested.selector || kind == PoolPaused.selector
            || kind == PoolResumed.selector || kind == PoolSealed.selector;
    }

    /// @notice Takes in one event of a pool.
    function poolTold(Vm.Log memory log) internal {
        bytes32 kind = log.topics[0];
        uint32 pool = uint32(uint256(log.topics[1]));
        uint256 word = abi.decode(log.data, (uint256));
        uint256 before = toldPool[pool];
        toldPool[pool] = word;
        if (kind == PoolOpened.selector) return _opened(pool, before, word);
        assertTrue(before != 0 && !before.isSealed(), "a pool that was never opened, or sealed, has changed");
        assertEq(PoolWord.version(word), PoolWord.version(before) + 1, "I11: not one version on");
        uint256 mayChange;
        if (kind == Attested.selector) {
            mayChange = ATTESTATION_BITS;
            assertEq(word.attestationDay(), dayNow(), "counted on another day");
        } else if (kind == PoolSealed.selector) {
            mayChange = PoolWord.SEALED;
            assertTrue(word.isSealed(), "the flag contradicts the event");
            ++poolsSealed;
        } else {
            mayChange = PoolWord.PAUSED;
            assertTrue(before.isPaused() != word.isPaused(), "the flag has not changed");
            assertEq(word.isPaused(), kind == PoolPaused.selector, "the flag contradicts the event");
        }
        expectOnly(before, word, POOL_VERSION_BITS | mayChange);
    }

    /// @notice Takes in one event of a party.
    function partyTold(Vm.Log memory log) internal {
        bytes32 kind = log.topics[0];
        uint32 party = uint32(uint256(log.topics[1]));
        (uint256 word, uint256 second) = abi.decode(log.data, (uint256, uint256));
        address key = address(uint160(second));
        uint256 before = toldParty[party];
        toldParty[party] = word;
        if (kind == Admitted.selector) return _admitted(party, before, word, key);
        assertTrue(before != 0, "a party that was never admitted has changed");
        assertEq(PartyWord.version(word), PartyWord.version(before) + 1, "I11: not one version on");
        uint256 mayChange;
        if (kind == KeyBound.selector || kind == KeyRevoked.selector) {
            mayChange = KEY_COUNT_BITS;
            assertFalse(before.isInRecovery(), "a key bound or revoked during a recovery");
            if (kind == KeyBound.selector) _keyBound(party, key);
            else _keyRevoked(party, key);
        } else if (kind == Suspended.selector || kind == Reinstated.selector) {
            mayChange = PARTY_ACTIVE_BIT;
            assertFalse(before.isInRecovery(), "suspended or reinstated during a recovery");
            assertEq(word.isActive(), kind == Reinstated.selector, "the flag contradicts the event");
        } else {
            mayChange = PARTY_ACTIVE_BIT | RECOVERY_BITS | _recovery(kind, party, before, word, key);
        }
        expectOnly(before, word, PARTY_VERSION_BITS | mayChange);
    }

    function expectOnly(uint256 before, uint256 word, uint256 mayChange) internal pure {
        assertEq((word ^ before) & ~mayChange, 0, "more has changed than the event says");
    }

    function dayNow() internal view returns (uint256) {
        return (block.timestamp - EPOCH) / 1 days;
    }

    function _opened(uint32 pool, uint256 before, uint256 word) private {
        assertEq(before, 0, "opened twice");
        assertEq(poolsSealed, 0, "opened on a ledger that has begun to stop");
        assertEq(PoolWord.version(word), 1, "I11: a first version that is not 1");
        assertEq(word.nextSerial(), 1, "I7: a first serial that is not 1");
        assertEq(
            word.attested() | word.receipted() | word.attestationDay(), 0, "counted before it was opened"
        );
        assertFalse(word.isPaused() || word.isSealed(), "opened, and stopped");
        pools.push(pool);
    }

    function _admitted(uint32 party, uint256 before, uint256 word, address key) private {
        assertEq(before, 0, "admitted twice");
        uint256 expected = word.roles() | PARTY_ACTIVE_BIT | (1 << 17) | (1 << 25);
        assertEq(word, expected, "I11: admitted otherwise than active, with one key, at version 1");
        parties.push(party);
        _keyBound(party, key);
    }

    /// @return mayChange What the end of a recovery changes besides what says that there is one.
    function _recovery(bytes32 kind, uint32 party, uint256 before, uint256 word, address key)
        private
        returns (uint256 mayChange)
    {
        assertEq(before.isInRecovery(), kind != RecoveryBegun.selector, "a recovery without a beginning");
        assertEq(word.isInRecovery(), kind == RecoveryBegun.selector, "the flag contradicts the event");
        assertEq(word.isActive(), kind != RecoveryBegun.selector, "active in recovery, or not behind it");
        if (kind == RecoveryBegun.selector) {
            assertTrue(before.isActive(), "a recovery that lifts a suspension");
            assertEq(word.recoveryKey(), key, "another key than the word's");
            assertEq(word.noticeDay(), dayNow() + RECOVERY_NOTICE_DAYS, "another notice");
            assertFalse(word.isVetoed(), "vetoed before it began");
            return 0;
        }
        assertEq(word.isVetoed(), kind == RecoveryVetoed.selector, "the flag contradicts the event");
        assertEq(word >> 43, 0, "something of the recovery is left");
        if (kind == RecoveryVetoed.selector) return 0;
        assertEq(before.recoveryKey(), key, "recovered with another key");
        assertGt(dayNow(), before.noticeDay(), "recovered while a key could veto");
        for (uint256 i = 0; i < keys.length; ++i) {
            if (partyOf[keys[i]] == party) delete partyOf[keys[i]];
        }
        _keyBound(party, key);
        return KEY_COUNT_BITS;
    }

    function _keyBound(uint32 party, address key) private {
        assertEq(partyOf[key], 0, "bound twice");
        partyOf[key] = party;
        if (!_keyKnown[key]) keys.push(key);
        _keyKnown[key] = true;
    }

    function _keyRevoked(uint32 party, address key) private {
        assertEq(partyOf[key], party, "revoked, and not bound to the party");
        delete partyOf[key];
    }
}
