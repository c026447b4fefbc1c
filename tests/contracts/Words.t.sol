// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Demand} from "../../contracts/words/Demand.sol";
import {PairWord} from "../../contracts/words/PairWord.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";

contract ReceiptWordTest is Test {
    using PairWord for uint256;
    using ReceiptWord for uint256;

    function testFuzz_ReceiptSaysWhatItWasOpenedWith(uint256 holder, uint256 quantity, uint256 day)
        public
        pure
    {
        holder = bound(holder, 0, ReceiptWord.HOLDER_MAX);
        quantity = bound(quantity, 0, ReceiptWord.QUANTITY_MAX);
        day = bound(day, 0, ReceiptWord.DAY_MAX);
        uint256 word = ReceiptWord.opened(holder, quantity, day);
        assertEq(word.holder(), holder);
        assertEq(word.quantity(), quantity);
        assertEq(word.storageDay(), day);
        assertEq(word.version(), 1);
        assertEq(word.pledgee(), 0);
        assertTrue(word.isOpen());
        assertFalse(word.isEncumbered());
        assertFalse(word.isFrozen());
        assertLe(word, type(uint128).max);
    }

    function testFuzz_NewHolderChangesNothingElse(uint128 any, uint256 holder) public pure {
        holder = bound(holder, 0, ReceiptWord.HOLDER_MAX);
        uint256 word = any;
        uint256 changed = word.withHolder(holder);
        assertEq(changed.holder(), holder);
        assertEq(changed ^ word, (word.holder() ^ holder) << 8);
    }

    function testFuzz_NewQuantityChangesNothingElse(uint128 any, uint40 quantity) public pure {
        uint256 word = any;
        uint256 changed = word.withQuantity(quantity);
        assertEq(changed.quantity(), quantity);
        assertEq(changed ^ word, (word.quantity() ^ quantity) << 60);
    }

    function testFuzz_NewStatusChangesNothingElse(uint128 any, uint8 status) public pure {
        status %= 8;
        uint256 word = any;
        uint256 changed = word.withStatus(status);
        assertEq(changed.status(), status);
        assertEq(changed >> 3, word >> 3);
    }

    function testFuzz_ReleaseUndoesAPledge(uint128 any, uint16 pledgee, uint256 maturityDay) public pure {
        maturityDay = bound(maturityDay, 0, ReceiptWord.DAY_MAX);
        uint256 word = uint256(any).withoutPledge();
        uint256 pledged = word.withPledge(pledgee, maturityDay);
        assertEq(pledged.pledgee(), pledgee);
        assertTrue(pledged.isEncumbered());
        assertEq(pledged.holder(), word.holder());
        assertEq(pledged.quantity(), word.quantity());
        assertEq(pledged.version(), word.version());
        assertEq(pledged.storageDay(), word.storageDay());
        assertEq(pledged.withoutPledge(), word);
        assertLe(pledged, type(uint128).max);
    }

    function testFuzz_NewPledgeeChangesNothingElse(uint128 any, uint16 pledgee) public pure {
        uint256 word = any;
        uint256 changed = word.withPledgee(pledgee);
        assertEq(changed.pledgee(), pledgee);
        assertEq(changed ^ word, (word.pledgee() ^ pledgee) << 30);
    }

    function testFuzz_DefaultSetsAFlagAndADay(uint128 any, uint256 day) public pure {
        day = bound(day, 0, ReceiptWord.DAY_MAX);
        uint256 word = any;
        uint256 changed = word.defaulted(day);
        assertTrue(changed.isInDefault());
        assertEq(changed.maturityDay(), day);
        assertEq(changed ^ word, ((word.maturityDay() ^ day) << 114) | (word.isInDefault() ? 0 : 1 << 5));
        assertLe(changed, type(uint128).max);
    }

    function testFuzz_CureUndoesADefault(uint128 any, uint256 day) public pure {
        day = bound(day, 0, ReceiptWord.DAY_MAX);
        uint256 word = uint256(any) & ~ReceiptWord.IN_DEFAULT;
        assertFalse(word.isInDefault());
        assertEq(word.defaulted(day).cured(word.maturityDay()), word);
        assertFalse(word.defaulted(day).withoutPledge().isInDefault());
    }

    function testFuzz_NewStorageDayChangesNothingElse(uint128 any, uint256 day) public pure {
        day = bound(day, 0, ReceiptWord.DAY_MAX);
        uint256 word = any;
        uint256 changed = word.withStorageDay(day);
        assertEq(changed.storageDay(), day);
        assertEq(changed ^ word, (word.storageDay() ^ day) << 100);
    }

    function testFuzz_HeirDiffersInVersionAndQuantityAlone(uint128 any, uint40 quantity) public pure {
        uint256 word = any;
        uint256 heir = word.heir(quantity);
        assertEq(heir.version(), 1);
        assertEq(heir.quantity(), quantity);
        assertEq(heir ^ word, ((word.version() ^ 1) << 46) | ((word.quantity() ^ quantity) << 60));
    }

    function testFuzz_ClosedWordStandsForNothingAndSecuresNothing(uint128 any, uint8 status) public pure {
        status = uint8(bound(status, 2, 6));
        uint256 word = any & ~uint128(1 << 59);
        uint256 closed = word.closed(status);
        assertEq(closed.status(), status);
        assertEq(closed.version(), word.version() + 1);
        assertEq(closed.quantity() | closed.pledgee() | closed.maturityDay(), 0);
        assertFalse(closed.isEncumbered() || closed.isInDefault());
        assertEq(closed.holder(), word.holder());
        assertEq(closed.storageDay(), word.storageDay());
        assertEq(closed & 0xc8, word & 0xc8);
    }

    function testFuzz_ReceiptsAreAlikeWhateverTheirVersionQuantityAndStorageDay(
        uint128 any,
        uint256 version,
        uint40 quantity,
        uint256 day,
        uint8 bit
    ) public pure {
        version = bound(version, 0, ReceiptWord.VERSION_MAX);
        day = bound(day, 0, ReceiptWord.DAY_MAX);
        uint256 word = any;
        uint256 other = word.withQuantity(quantity).withStorageDay(day);
        other ^= (other.version() ^ version) << 46;
        assertTrue(word.isLike(other));
        bit %= 128;
        assertEq(word.isLike(other ^ (uint256(1) << bit)), bit >= 46 && bit < 114);
    }

    function testFuzz_NextVersionChangesNothingElse(uint128 any) public pure {
        uint256 word = any;
        vm.assume(word.version() < ReceiptWord.VERSION_MAX);
        uint256 next = word.next();
        assertEq(next.version(), word.version() + 1);
        assertEq(next.quantity(), word.quantity());
        assertEq(next.pledgee(), word.pledgee());
        assertEq(next.holder(), word.holder());
        assertEq(next >> 60, word >> 60);
        assertEq(next & ((1 << 46) - 1), word & ((1 << 46) - 1));
    }

    function testFuzz_HalfIsReadAndWrittenWithoutTheOther(uint256 words, uint64 receiptId, uint128 next)
        public
        pure
    {
        uint64 neighbour = receiptId ^ 1;
        assertEq(PairWord.pairOf(receiptId), PairWord.pairOf(neighbour));
        uint256 changed = words.withHalf(receiptId, words.half(receiptId), next);
        assertEq(changed.half(receiptId), next);
        assertEq(changed.half(neighbour), words.half(neighbour));
        assertEq(words.half(receiptId & ~uint64(1)), uint128(words));
        assertEq(words.half(receiptId | 1), words >> 128);
    }
}

contract PoolWordTest is Test {
    using PoolWord for uint256;

    function testFuzz_PoolSaysWhatItWasOpenedWith(bool serialised, uint8 attestationDays, uint56 capacity)
        public
        pure
    {
        uint256 word = PoolWord.opened(serialised ? PoolWord.SERIALISED : 0, attestationDays, capacity);
        assertEq(word.isSerialised(), serialised);
        assertEq(word.attestationDays(), attestationDays);
        assertEq(word.capacity(), capacity);
        assertEq(word.nextSerial(), 1);
        assertEq(word.version(), 1);
        assertEq(word.attested(), 0);
        assertEq(word.receipted(), 0);
    }

    function testFuzz_PoolCountsWithoutSpillingOver(
        uint56 capacity,
        uint56 attested,
        uint16 day,
        uint32 count,
        uint56 receipted,
        uint56 delivered
    ) public pure {
        attested = uint56(bound(attested, 0, capacity));
        receipted = uint56(bound(receipted, 0, attested));
        delivered = uint56(bound(delivered, 0, receipted));
        count = uint32(bound(count, 0, type(uint32).max - 1));
        uint256 word = PoolWord.opened(0, 30, capacity).withAttestation(attested, day);
        word = word.withIssued(count, receipted).withDelivered(delivered);
        assertEq(word.capacity(), capacity);
        assertEq(word.attested(), attested - delivered);
        assertEq(word.receipted(), receipted - delivered);
        assertEq(word.nextSerial(), uint256(count) + 1);
        assertEq(word.attestationDay(), day);
        assertEq(word.attestationDays(), 30);
        assertEq(word.version(), 2);
    }

    function testFuzz_CorrectionLeavesTheCountAlone(uint56 attested, uint56 receipted, uint56 corrected)
        public
        pure
    {
        receipted = uint56(bound(receipted, 0, attested));
        corrected = uint56(bound(corrected, 0, receipted));
        uint256 word = PoolWord.opened(PoolWord.SERIALISED | PoolWord.PAGED, 30, type(uint56).max);
        word = word.withAttestation(attested, 7).withIssued(1, receipted);
        uint256 changed = word.withUnreceipted(corrected);
        assertEq(changed.receipted(), receipted - corrected);
        assertEq(changed.attested(), attested);
        assertEq(changed << 64, word << 64);
    }
}

contract PartyWordTest is Test {
    using PartyWord for uint256;

    function testFuzz_PartyWordKeepsItsFieldsApart(uint16 roles, uint8 keys) public pure {
        uint256 word = PartyWord.admitted(roles);
        keys = uint8(bound(keys, 1, 8));
        for (uint256 i = 1; i < keys; ++i) {
            word = word.next().withKey();
        }
        assertEq(word.roles(), roles);
        assertEq(word.keyCount(), keys);
        assertEq(word.version(), keys);
        assertTrue(word.isActive());
        assertFalse(word.suspended().isActive());
        assertEq(word.suspended().reinstated(), word);
        assertEq(word.withoutKey().keyCount(), keys - 1);
    }

    function testFuzz_KeySpeaksForItsPartyAndRoles(uint32 party, uint16 roles, bool active) public pure {
        uint256 word = PartyWord.admitted(roles);
        if (!active) word = word.suspended();
        uint256 key = PartyWord.keyOf(party, word);
        assertEq(key.partyOfKey(), party);
        assertEq(key.rolesOfKey(), roles);
        assertEq(key.isActiveKey(), active);
    }
}

contract DemandTest is Test {
    using Demand for uint256;
    using PartyWord for uint256;

    function testFuzz_DemandIsMetByTheRightKeyAlone(
        uint32 asked,
        uint8 role,
        uint32 party,
        uint16 roles,
        bool active
    ) public pure {
        asked = asked % 4;
        party = party % 4;
        uint256 wanted = 1 << (role % 8);
        uint256 word = PartyWord.admitted(roles);
        if (!active) word = word.suspended();
        uint256 key = PartyWord.keyOf(party, word);
        bool inRole = roles & wanted != 0;
        assertEq(Demand.active(asked).unmetBy(key) == 0, active && asked == party);
        assertEq(Demand.activeIn(wanted, asked).unmetBy(key) == 0, active && asked == party && inRole);
        assertEq(Demand.anyIn(wanted).unmetBy(key) == 0, active && inRole);
        if (asked != 0) assertEq(Demand.evenSuspended(asked).unmetBy(key) == 0, asked == party);
        assertTrue(Demand.NEW_KEY.unmetBy(key) != 0);
    }

    function testFuzz_NoDemandIsMetByAKeyOfNobody(uint32 party, uint8 role) public pure {
        uint256 wanted = 1 << (role % 8);
        assertTrue(Demand.active(party).unmetBy(0) != 0);
        assertTrue(Demand.activeIn(wanted, party).unmetBy(0) != 0);
        assertTrue(Demand.anyIn(wanted).unmetBy(0) != 0);
        if (party != 0) assertTrue(Demand.evenSuspended(party).unmetBy(0) != 0);
        assertTrue(Demand.NEW_KEY.unmetBy(0) != 0);
    }
}
