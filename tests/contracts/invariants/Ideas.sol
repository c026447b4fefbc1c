// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../../contracts/Wire.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "../support/Draft.sol";
import {Chance} from "./Chance.sol";
import {Chronicle} from "./Chronicle.sol";

/// @title What the crowd thinks of
/// @notice Draws an act of each kind on parties, pools and single receipts. Most are such as could pass; some want what
/// the rules do not allow. What comes of it is none of its business. Acts that give goods or make receipts are in Goods.
abstract contract Ideas is Chronicle {
    using Chance for uint256;
    using Drafts for *;
    using PartyWord for uint256;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint256 internal constant DOCUMENTS = 120;
    uint256 private constant SILENT_MAX = 1;
    uint256 private constant POOLS_AT_FIRST = 6;
    uint32 internal constant FIRST_NEWCOMER = 100;
    /// @notice A guardian, who may stop new business in a pool.
    uint32 internal constant WATCH = 20;
    /// @notice Sheets, each with a number, in pages.
    uint32 internal constant SHEETS = (WAREHOUSE << 16) | 3;
    /// @notice Stock in bulk under customs.
    uint32 internal constant IN_BOND = (WAREHOUSE << 16) | 4;

    mapping(address key => uint256 privateKey) internal privateKeys;

    function keyMade(uint256 privateKey) internal returns (address key) {
        key = vm.addr(privateKey);
        privateKeys[key] = privateKey;
    }

    // Parties.

    function ofParty(Kind kind, uint256 seed) internal returns (Draft memory draft) {
        if (kind == Kind.Admit) return _admission(seed);
        uint256 silent;
        uint32 party = _anyParty(seed);
        for (uint256 i = 0; i < parties.length; ++i) {
            if (!toldParty[parties[i]].isActive()) ++silent;
        }
        // A crowd in which hardly anybody may act tells nothing.
        if (kind == Kind.Suspend && silent > SILENT_MAX) kind = Kind.Reinstate;
        if (kind == Kind.Recover && silent > SILENT_MAX) kind = Kind.VetoRecovery;
        // A recovery takes a month, in which the party is silent.
        if (kind == Kind.Recover && seed.draw("of note", 4) != 0) party = parties[parties.length - 1];
        if (kind == Kind.Reinstate) party = _suspendedParty(party);
        if (kind == Kind.CompleteRecovery) party = _partyInRecovery(party);
        if (kind == Kind.VetoRecovery && seed.isOne("true", 2)) party = _partyInRecovery(party);
        if (kind == Kind.BindKey) {
            uint256 further = uint256(keccak256(abi.encode("further key", party, seed.draw("further", 3))));
            return binding(party, partyVersion(party), keyMade(further));
        }
        if (kind == Kind.RevokeKey) return _revocation(seed, party);
        draft = draftOf(kind, party, partyVersion(party));
        if (kind == Kind.Recover) draft.words = draft.words.append(_asWord(_newKey(seed, party)));
        if (kind == Kind.CompleteRecovery) {
            address key = toldParty[party].recoveryKey();
            bool isWrong = key == address(0) || seed.isOne("another key", 12);
            draft.words = draft.words.append(_asWord(isWrong ? _newKey(seed, NOBODY) : key));
        }
    }

    function _admission(uint256 seed) private returns (Draft memory) {
        uint32 party = FIRST_NEWCOMER + uint32(seed.draw("party", 4));
        uint256[4] memory roles =
            [PartyWord.HOLDER, PartyWord.LENDER, PartyWord.LENDER | PartyWord.HOLDER, 18];
        return admission(party, roles[seed.draw("roles", 4)], keyMade(keyOf(party)));
    }

    function _revocation(uint256 seed, uint32 party) private view returns (Draft memory) {
        address[] memory own = ledger.keysOf(party);
        // Parties keep their last key: without keys the crowd falls silent.
        address key = own.length > 1 ? own[seed.draw("revoked", own.length)] : vm.addr(keyOf(NOBODY));
        return revocation(party, partyVersion(party), key);
    }

    /// @notice Mostly a key that no party has had yet.
    function _newKey(uint256 seed, uint32 party) private returns (address) {
        if (seed.isOne("key of another", 12)) return keys[seed.draw("whose key", keys.length)];
        return keyMade(uint256(keccak256(abi.encode("key behind the loss", party, partyVersion(party)))));
    }

    function _asWord(address key) private pure returns (bytes32) {
        return bytes32(uint256(uint160(key)));
    }

    function _anyParty(uint256 seed) private view returns (uint32) {
        return parties[seed.draw("party", parties.length)];
    }

    function _suspendedParty(uint32 otherwise) private view returns (uint32 party) {
        party = otherwise;
        for (uint256 i = 0; i < parties.length; ++i) {
            uint256 word = toldParty[parties[i]];
            if (!word.isActive() && !word.isInRecovery()) party = parties[i];
        }
    }

    /// @notice Somebody whose notice has passed before somebody whose notice runs.
    function _partyInRecovery(uint32 otherwise) private view returns (uint32 party) {
        party = otherwise;
        for (uint256 i = 0; i < parties.length; ++i) {
            uint256 word = toldParty[parties[i]];
            if (!word.isInRecovery()) continue;
            party = parties[i];
            if (word.noticeDay() < dayNow()) return party;
        }
    }

    // Pools.

    function ofPool(Kind kind, uint256 seed) internal view returns (Draft memory) {
        if (kind == Kind.OpenPool) return _opening(seed);
        if (kind == Kind.Attest) return _count(seed);
        uint32 pool = pools[seed.draw("pool", pools.length)];
        bool isAnyPaused;
        for (uint256 i = 0; i < pools.length; ++i) {
            if (!toldPool[pools[i]].isPaused()) continue;
            isAnyPaused = true;
            if (kind == Kind.Resume) pool = pools[i];
        }
        // One at a time, and what everybody trades in does not stop for ever: else soon nothing would happen.
        if (kind == Kind.Pause && isAnyPaused) pool = _outOfTheWay(seed);
        if (kind == Kind.Seal && seed.draw("usual", 8) != 0) pool = _outOfTheWay(seed);
        return draftOf(kind, pool, uint16(PoolWord.version(toldPool[pool])));
    }

    /// @notice A pool that the crowd has opened itself, or the other warehouse's.
    function _outOfTheWay(uint256 seed) private view returns (uint32 pool) {
        pool = OTHER_POOL;
        if (pools.length > POOLS_AT_FIRST) {
            pool = pools[POOLS_AT_FIRST + seed.draw("new", pools.length - POOLS_AT_FIRST)];
        }
        if (toldPool[pool].isSealed()) pool = OTHER_POOL;
    }

    function _opening(uint256 seed) private view returns (Draft memory draft) {
        uint32 warehouse = seed.isOne("other warehouse", 2) ? OTHER_WAREHOUSE : WAREHOUSE;
        uint32 pool = (warehouse << 16) | uint32(1 + seed.draw("index", 8));
        draft = openingWith(pool, seed.draw("flags", 8) << 1);
        draft.a = uint56(seed.draw("capacity", CAPACITY));
    }

    /// @notice Mostly a pool that is due to be counted.
    function _count(uint256 seed) private view returns (Draft memory) {
        uint32 pool = pools[seed.draw("pool", pools.length)];
        for (uint256 i = 0; i < pools.length && seed.draw("due", 3) != 0; ++i) {
            uint256 other = toldPool[pools[i]];
            if (!other.isSealed() && other.attestationDay() < toldPool[pool].attestationDay()) {
                pool = pools[i];
            }
        }
        uint256 word = toldPool[pool];
        uint256 quantity = word.receipted() + seed.draw("quantity", word.capacity() - word.receipted() + 1);
        if (seed.isOne("too little", 12)) quantity = word.receipted() / 2;
        if (seed.isOne("too much", 12)) quantity = word.capacity() + 1;
        return attestation(pool, uint16(PoolWord.version(word)), uint56(quantity));
    }

    // Single receipts, and portfolios.

    function ofReceipt(Kind kind, uint256 seed) internal view returns (Draft memory draft) {
        uint256 free = ReceiptWord.HELD;
        uint256 mask = free;
        uint256 flags;
        if (kind == Kind.Transfer || kind == Kind.Pledge) mask = free | ReceiptWord.ENCUMBERED;
        if (kind == Kind.Pledge) mask |= ReceiptWord.CLAIMED;
        if (kind == Kind.AssignPledge) (mask, flags) = _both(free, ReceiptWord.ENCUMBERED);
        if (kind == Kind.Cure) (mask, flags) = _both(free, ReceiptWord.IN_DEFAULT);
        if (kind == Kind.Release) (mask, flags) = _both(0, ReceiptWord.ENCUMBERED);
        if (kind == Kind.Unfreeze) (mask, flags) = _both(0, ReceiptWord.FROZEN);
        if (kind == Kind.Freeze) mask = ReceiptWord.FROZEN;
        if (kind == Kind.FromPaper) (mask, flags) = _both(ReceiptWord.FROZEN, ReceiptWord.PAPER);
        if (kind == Kind.NoteClaim) mask = free | ReceiptWord.CLAIMED;
        if (kind == Kind.LiftClaim) (mask, flags) = _both(free, ReceiptWord.CLAIMED);
        if (kind == Kind.ExtendStorage || kind == Kind.ToPaper) (mask, flags) = halfPledged(seed);
        uint64 receiptId = chosen(seed, mask, flags);
        if (kind == Kind.Default || kind == Kind.Enforce) receiptId = _due(kind, seed);
        draft = draftOf(kind, receiptId, version(receiptId));
        if (kind == Kind.Transfer || kind == Kind.Enforce) draft.a = anyHolder(seed);
        if (kind == Kind.Pledge || kind == Kind.AssignPledge) draft.a = _anyLender(seed);
        if (kind == Kind.Pledge || kind == Kind.Cure) draft.b = uint48(dayNow() + seed.draw("maturity", 25));
        if (kind == Kind.Pledge) addDocuments(draft, seed);
        if (kind == Kind.ExtendStorage) {
            draft.b = uint48(uint256(toldWord[receiptId]).storageDay() + seed.draw("longer", 60));
        }
    }

    /// @notice Free to act on, and as often pledged as not.
    function halfPledged(uint256 seed) internal pure returns (uint256 mask, uint256 flags) {
        uint256 pledged_ = seed.isOne("pledged", 2) ? ReceiptWord.ENCUMBERED : 0;
        return (ReceiptWord.HELD | ReceiptWord.ENCUMBERED, pledged_);
    }

    function _both(uint256 absent, uint256 present) private pure returns (uint256 mask, uint256 flags) {
        return (absent | present, present);
    }

    /// @notice A pledged receipt whose day has come, if there is one: for default the day after maturity, for enforcement
    /// the one after the notice.
    function _due(Kind kind, uint256 seed) private view returns (uint64 receiptId) {
        uint256 flag = kind == Kind.Enforce ? ReceiptWord.IN_DEFAULT : ReceiptWord.ENCUMBERED;
        uint256 others = ReceiptWord.ENCUMBERED | ReceiptWord.IN_DEFAULT | ReceiptWord.HELD;
        receiptId = chosen(seed, others, flag | ReceiptWord.ENCUMBERED);
        if (seed.isOne("early", 5)) return receiptId;
        uint256 start = seed.draw("receipt", receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) {
            uint64 other = receipts[(start + i) % receipts.length];
            uint256 word = toldWord[other];
            if (word & others != flag | ReceiptWord.ENCUMBERED) continue;
            if (word.maturityDay() + (kind == Kind.Enforce ? NOTICE_DAYS : 0) < dayNow()) return other;
        }
    }

    /// @notice Up to five receipts of one pool, mostly alike in what the act asks.
    function portfolio(Kind kind, uint256 seed) internal view returns (Draft memory draft) {
        bool isRelease = kind == Kind.ReleasePortfolio;
        uint256 mask = ReceiptWord.ENCUMBERED | (isRelease ? 0 : ReceiptWord.HELD | ReceiptWord.CLAIMED);
        uint64 first = chosen(seed, mask, isRelease ? ReceiptWord.ENCUMBERED : 0);
        uint64[] memory some = new uint64[](5);
        uint256 count;
        bool isMixed = seed.isOne("mixed", 3);
        for (uint64 id = first; id < first + 16 && count < some.length; ++id) {
            (uint256 word, uint256 like) = (toldWord[id], toldWord[first]);
            bool isOfOne = isRelease ? word.pledgee() == like.pledgee() : word.holder() == like.holder();
            bool isAlike = word.isOpen() && (word ^ like) & mask == 0 && (isOfOne || isMixed);
            if (id == first || isAlike || (seed + id).isOne("unlike", 40)) some[count++] = id;
        }
        assembly ("memory-safe") {
            mstore(some, count)
        }
        if (isRelease) return portfolioRelease(some);
        draft = portfolioPledge(some, _anyLender(seed));
        draft.b = uint48((count << 16) | (dayNow() + seed.draw("maturity", 25)));
        if (kind == Kind.PledgePortfolio) {
            addDocuments(draft, seed);
            return draft;
        }
        (draft.kind, draft.a, draft.b) = (kind, anyHolder(seed), 0);
    }

    // What acts are about.

    /// @notice An open receipt with these flags if there is one; now and then one without them, or any.
    function chosen(uint256 seed, uint256 mask, uint256 flags) internal view returns (uint64) {
        if (receipts.length == 0) return receiptIdOf(POOL, 1);
        uint256 start = seed.draw("receipt", receipts.length);
        if (seed.isOne("any", 12)) return receipts[start];
        bool isWanted = !seed.isOne("contrary", 8);
        for (uint256 i = 0; i < receipts.length; ++i) {
            uint64 receiptId = receipts[(start + i) % receipts.length];
            bool isAsked = toldWord[receiptId] & mask == flags;
            if (toldWord[receiptId].isOpen() && isAsked == isWanted) return receiptId;
        }
        // Rather one that does not fit than one that is over.
        return mask == 0 ? receipts[start] : chosen(seed, 0, 0);
    }

    function anyHolder(uint256 seed) internal pure returns (uint32) {
        uint32[6] memory holders = [ALICE, BOB, ALICE, TRADING_WAREHOUSE, TRADING_INSPECTOR, TRADING_BANK];
        return holders[seed.draw("holder", holders.length)];
    }

    function _anyLender(uint256 seed) private pure returns (uint32) {
        uint32[7] memory lenders =
            [BANK_A, BANK_A, BANK_B, BANK_B, TRADING_BANK, TRADING_BANK, FIRST_NEWCOMER];
        return lenders[seed.draw("lender", lenders.length)];
    }

    /// @notice Two, so that one may be free and the other not.
    function addDocuments(Draft memory draft, uint256 seed) internal pure {
        if (!seed.isOne("document", 4)) return;
        draft.words = draft.words.append(document(seed.draw("another", DOCUMENTS)));
        draft.words = draft.words.append(document(seed.draw("which", DOCUMENTS)));
    }

    function document(uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode("document", index));
    }
}
