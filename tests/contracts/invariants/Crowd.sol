// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Test.sol";
import {Kind} from "../../../contracts/Wire.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewReceipt} from "../support/Draft.sol";
import {Refusals} from "../support/Refusals.sol";
import {Attempt, Consents} from "./Consents.sol";
import {Truths} from "./Truths.sol";

/// @title A crowd that tries everything
/// @notice Draws an act, then its signers, and sends it through one of the doors. Most acts are such as could pass; the
/// others want a signature, carry a wrong one, name an old version or come too late. What passes is told to the
/// chronicle, after the consent matrix has been asked.
contract Crowd is Consents, Truths {
    using Drafts for *;
    using PartyWord for uint256;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint256 private constant RECEIPTS_MAX = 80;
    uint256 private constant ITEMS = 12;
    uint256 private constant DOCUMENTS = 40;
    uint256 private constant SUSPENDED_MAX = 1;
    uint32 private constant FIRST_NEWCOMER = 100;

    /// @notice How many acts of each kind the ledger has carried out, and how many it has refused.
    mapping(Kind kind => uint256 count) public passed;
    mapping(Kind kind => uint256 count) public refused;

    mapping(address key => uint256 privateKey) private _privateKeys;
    uint256 private _time = NOW;

    function setUp() public override {
        vm.recordLogs();
        super.setUp();
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            told(logs[i]);
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            _keyMade(keyOf(parties[i]));
        }
    }

    // What the crowd can do.

    /// @notice One act through `execute`.
    function execute(uint8 kind, uint256 seed) external {
        vm.warp(_time);
        Attempt memory attempt = _attempt(kind, seed);
        vm.recordLogs();
        vm.prank(attempt.sender);
        try ledger.execute(attempt.wire) {
            Vm.Log[] memory logs = vm.getRecordedLogs();
            assertEq(_carriedOut(attempt, logs, 0), logs.length, "more events than the act has");
        } catch (bytes memory refusal) {
            // Events of a call that reverts are recorded all the same.
            vm.getRecordedLogs();
            _refused(attempt, refusal);
        }
    }

    /// @notice Some acts in one relay. All are drawn before the first is carried out, so that they meet on one version.
    function relay(uint8[] memory kinds, uint256 seed) external {
        vm.warp(_time);
        uint256 count = _bound(kinds.length, 0, 4);
        Attempt[] memory attempts = new Attempt[](count);
        bytes memory wires;
        for (uint256 i = 0; i < count; ++i) {
            // One seed for all, so that some want the same receipt.
            attempts[i] = _attempt(kinds[i], i % 2 == 0 ? seed : _draw(seed, "other"));
            // One transaction has one sender.
            attempts[i].sender = attempts[0].sender;
            wires = bytes.concat(wires, attempts[i].wire);
        }
        vm.recordLogs();
        vm.prank(count == 0 ? RELAYER : attempts[0].sender);
        uint256 refusedInAll = ledger.relay(wires);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 next;
        for (uint256 i = 0; i < count; ++i) {
            if (logs[next].topics[0] == ActRefused.selector) {
                assertEq(logs[next].topics[1], attempts[i].digest, "another act was refused");
                _refused(attempts[i], abi.decode(logs[next].data, (bytes)));
                --refusedInAll;
                ++next;
            } else {
                next = _carriedOut(attempts[i], logs, next);
            }
        }
        assertEq(next, logs.length, "more events than the acts have");
        assertEq(refusedInAll, 0, "acts refused");
    }

    /// @notice Time goes by: counts grow old, storage periods end.
    function rest(uint256 seconds_) external {
        _time += _bound(seconds_, 1 hours, 2 days);
    }

    /// @notice I6, I10: a refused act has given back every item and document that it may have claimed.
    function expectNothingClaimedUntold() external view {
        for (uint256 i = 1; i <= ITEMS; ++i) {
            assertEq(ledger.receiptOfItem(bytes32(i)), receiptOf[bytes32(i)], "I6: an item claimed untold");
        }
        for (uint256 i = 0; i < DOCUMENTS; ++i) {
            uint64 subject = subjectOf[_document(i)];
            assertEq(ledger.subjectOfDocument(_document(i)), subject, "I10: a document used untold");
        }
    }

    // What the ledger has made of an act.

    /// @return next The first event behind those of the act.
    function _carriedOut(Attempt memory attempt, Vm.Log[] memory logs, uint256 from)
        private
        returns (uint256 next)
    {
        expectConsent(attempt);
        Draft memory draft = attempt.draft;
        assertGe(draft.deadline, _time, "carried out too late");
        _expectVersions(draft);
        uint64[] memory subjects = subjectsOf(draft);
        next = from + _eventCount(draft);
        assertLe(next, logs.length, "fewer events than the act has");
        uint256 changed;
        for (uint256 i = from; i < next; ++i) {
            bytes32 kind = logs[i].topics[0];
            if (kind == Issued.selector || isOfReceipt(kind)) {
                assertEq(uint256(logs[i].topics[1]), subjects[changed++], "an act on another receipt");
            } else if (
                kind != ItemReceipted.selector && kind != ItemFreed.selector && kind != DocumentUsed.selector
            ) {
                assertEq(uint256(logs[i].topics[1]), draft.subject, "an act on another pool or party");
                ++changed;
            }
            told(logs[i]);
        }
        assertEq(changed, subjects.length, "one event for each receipt, pool or party");
        ++passed[draft.kind];
    }

    /// @notice The act names the versions that are, so it cannot have been carried out before.
    function _expectVersions(Draft memory draft) private view {
        uint32 subject = uint32(draft.subject);
        uint256 named = draft.version;
        if (draft.kind == Kind.PledgePortfolio || draft.kind == Kind.ReleasePortfolio) {
            uint64[] memory subjects = subjectsOf(draft);
            for (uint256 i = 0; i < subjects.length; ++i) {
                named = uint16(uint256(draft.words[i]));
                assertEq(named, ReceiptWord.version(toldWord[subjects[i]]), "carried out at another version");
            }
        } else if (draft.kind == Kind.Attest) {
            assertEq(named, PoolWord.version(toldPool[subject]), "carried out at another version");
        } else if (uint256(draft.kind) > uint256(Kind.Issue)) {
            assertEq(named, ReceiptWord.version(toldWord[draft.subject]), "carried out at another version");
        } else if (draft.kind > Kind.Admit && draft.kind < Kind.OpenPool) {
            assertEq(named, PartyWord.version(toldParty[subject]), "carried out at another version");
        }
    }

    /// @notice One for each receipt, pool or party, item and document.
    function _eventCount(Draft memory draft) private pure returns (uint256) {
        if (draft.kind == Kind.Issue) return draft.words.length - draft.a;
        if (draft.kind == Kind.PledgePortfolio || draft.kind == Kind.ReleasePortfolio) {
            return draft.words.length;
        }
        if (draft.kind == Kind.Pledge || draft.kind == Kind.Deliver) return 1 + draft.words.length;
        return 1;
    }

    function _refused(Attempt memory attempt, bytes memory refusal) private {
        assertTrue(Refusals.isTyped(refusal), "a refusal that is no rule's");
        ++refused[attempt.draft.kind];
    }

    // Signers, right and wrong.

    function _attempt(uint8 kind, uint256 seed) private returns (Attempt memory attempt) {
        // So that small numbers may be added to it.
        seed >>= 8;
        Draft memory draft = _draft(_kind(kind), seed);
        if (_isOne(seed, "late", 16)) draft.deadline = uint40(_time - 1);
        if (_isOne(seed, "stale", 12)) _makeStale(draft);
        attempt.draft = draft;
        attempt.sender = RELAYER;
        attempt.digest = ledger.digestOf(draft.encode(""));
        address[] memory wanted = _row(draft, seed);
        // Half of the time the last: the lender, the transferee, the inspector.
        uint256 chosen = _isOne(seed, "last", 2) ? wanted.length - 1 : _draw(seed, "whose", wanted.length);
        uint256 mischief = _draw(seed, "mischief", 12);
        if (mischief == 0) wanted = _without(wanted, chosen);
        if (mischief == 1) wanted[chosen] = _keyOfSomebody(seed);
        if (mischief == 2) {
            attempt.sender = wanted[chosen];
            wanted = _without(wanted, chosen);
        }
        bytes memory signatures;
        attempt.signers = wanted;
        for (uint256 i = 0; i < wanted.length; ++i) {
            bool isOther = mischief == 3 && i == chosen;
            bytes32 digest = isOther ? keccak256(abi.encode(attempt.digest)) : attempt.digest;
            (bytes32 r, bytes32 vs) = vm.signCompact(_privateKeys[wanted[i]], digest);
            signatures = bytes.concat(signatures, r, vs);
        }
        if (mischief == 3) attempt.signers = _without(wanted, chosen);
        attempt.wire = draft.encode(signatures);
    }

    /// @notice Names the version before the present one, or one that there never was.
    function _makeStale(Draft memory draft) private pure {
        bool isPortfolio = draft.kind == Kind.PledgePortfolio || draft.kind == Kind.ReleasePortfolio;
        if (isPortfolio) draft.words[0] = bytes32(uint256(draft.words[0]) ^ 1);
        else draft.version = draft.version == 0 ? 1 : draft.version - 1;
    }

    /// @notice Keys of those whom the act asks, in its order.
    function _row(Draft memory draft, uint256 seed) private view returns (address[] memory) {
        Kind kind = draft.kind;
        uint32 party = uint32(draft.subject);
        uint256 word = toldWord[draft.subject];
        address warehouse = _keyOf(uint32(draft.subject >> 48), seed);
        address registrar = _keyOf(REGISTRAR, seed);
        if (kind == Kind.Admit) {
            return _three(registrar, address(uint160(uint256(draft.words[0]))), address(0));
        }
        if (kind == Kind.BindKey) return _three(registrar, _keyOf(party, seed), address(0));
        if (kind == Kind.RevokeKey && _isOne(seed, "own", 2)) {
            return _three(_keyOf(party, seed), address(0), address(0));
        }
        if (kind == Kind.OpenPool) return _three(registrar, _keyOf(party >> 16, seed), address(0));
        if (uint256(kind) < uint256(Kind.OpenPool)) return _three(registrar, address(0), address(0));
        address inspector = _keyOf(_isOne(seed, "inspector", 4) ? TRADING_INSPECTOR : INSPECTOR, seed);
        if (kind == Kind.Attest) return _three(inspector, address(0), address(0));
        if (kind == Kind.Issue) return _three(warehouse, inspector, address(0));
        if (kind == Kind.Freeze || kind == Kind.Unfreeze) {
            return _three(_keyOf(COURT, seed), address(0), address(0));
        }
        address pledgee = _keyOf(uint32(word.pledgee()), seed);
        if (kind == Kind.Release || kind == Kind.ReleasePortfolio) {
            return _three(pledgee, address(0), address(0));
        }
        address holder = _keyOf(uint32(word.holder()), seed);
        if (kind == Kind.Deliver) {
            return _three(holder, warehouse, word.isEncumbered() ? pledgee : address(0));
        }
        address counterparty = _keyOf(uint32(draft.a), seed);
        if (kind == Kind.Transfer) return _three(holder, counterparty, address(0));
        return _three(holder, warehouse, counterparty);
    }

    /// @notice The keys up to the first that is none. Who stands in two places, one behind the other, signs once.
    function _three(address first, address second, address third)
        private
        pure
        returns (address[] memory wanted)
    {
        if (second == first) (second, third) = (third, address(0));
        if (third == second) third = address(0);
        wanted = new address[](third != address(0) ? 3 : second != address(0) ? 2 : 1);
        wanted[0] = first;
        if (wanted.length > 1) wanted[1] = second;
        if (wanted.length > 2) wanted[2] = third;
    }

    function _without(address[] memory wanted, uint256 index) private pure returns (address[] memory fewer) {
        fewer = new address[](wanted.length - 1);
        for (uint256 i = 0; i < fewer.length; ++i) {
            fewer[i] = wanted[i < index ? i : i + 1];
        }
    }

    /// @notice One of the party's keys; a key that speaks for nobody when it has none.
    function _keyOf(uint32 party, uint256 seed) private view returns (address) {
        address[] memory own = ledger.keysOf(party);
        return own.length == 0 ? vm.addr(keyOf(NOBODY)) : own[_draw(seed, "key", own.length)];
    }

    /// @notice A key of anybody, bound or revoked.
    function _keyOfSomebody(uint256 seed) private view returns (address) {
        return keys[_draw(seed, "somebody", keys.length)];
    }

    function _keyMade(uint256 privateKey) private returns (address key) {
        key = vm.addr(privateKey);
        _privateKeys[key] = privateKey;
    }

    // Acts.

    /// @notice Three acts of four are on receipts, and more pledge than release or deliver: else nothing would be left
    /// that could be pledged twice.
    function _kind(uint8 drawn) private pure returns (Kind) {
        if (drawn % 4 == 0) return Kind(1 + (drawn / 4) % uint256(Kind.Attest));
        uint256 place = (drawn / 4) % 15;
        if (place < 2) return Kind.Issue;
        if (place < 5) return Kind.Pledge;
        if (place < 8) return Kind.PledgePortfolio;
        if (place == 8) return Kind.Transfer;
        if (place == 9) return Kind.Release;
        if (place == 10) return Kind.ReleasePortfolio;
        if (place < 13) return Kind.Deliver;
        return place == 13 ? Kind.Freeze : Kind.Unfreeze;
    }

    function _draft(Kind kind, uint256 seed) private returns (Draft memory) {
        _keyMade(keyOf(NOBODY));
        if (kind == Kind.Suspend) return _suspension(seed);
        if (kind == Kind.Reinstate) return _reinstatement(seed);
        if (kind == Kind.Admit) return _admission(seed);
        if (kind == Kind.BindKey) return _binding(seed);
        if (kind == Kind.RevokeKey) return _revocation(seed);
        if (kind == Kind.OpenPool) return _opening(seed);
        if (kind == Kind.Attest) return _count(seed);
        if (kind == Kind.Issue) return _issue(seed);
        if (kind == Kind.Transfer) {
            uint64 receiptId = _receipt(seed, ReceiptWord.ENCUMBERED | ReceiptWord.FROZEN, 0);
            return transfer(receiptId, version(receiptId), _holder(seed));
        }
        if (kind == Kind.Release) {
            uint64 receiptId = _receipt(seed, ReceiptWord.ENCUMBERED, ReceiptWord.ENCUMBERED);
            return release(receiptId, version(receiptId));
        }
        if (kind == Kind.Freeze) {
            uint64 receiptId = _receipt(seed, ReceiptWord.FROZEN, 0);
            return freezing(receiptId, version(receiptId));
        }
        if (kind == Kind.Unfreeze) {
            uint64 receiptId = _receipt(seed, ReceiptWord.FROZEN, ReceiptWord.FROZEN);
            return unfreezing(receiptId, version(receiptId));
        }
        if (kind == Kind.Deliver) return _delivery(seed);
        if (kind == Kind.Pledge) return _pledge(seed);
        return _portfolio(kind, seed);
    }

    function _suspension(uint256 seed) private view returns (Draft memory) {
        uint256 suspended;
        for (uint256 i = 0; i < parties.length; ++i) {
            if (!toldParty[parties[i]].isActive()) ++suspended;
        }
        // A crowd that may hardly act tells nothing.
        if (suspended > SUSPENDED_MAX) return _reinstatement(seed);
        uint32 party = parties[_draw(seed, "party", parties.length)];
        return suspension(party, partyVersion(party));
    }

    function _reinstatement(uint256 seed) private view returns (Draft memory) {
        uint32 party = parties[_draw(seed, "party", parties.length)];
        for (uint256 i = 0; i < parties.length; ++i) {
            if (!toldParty[parties[i]].isActive()) party = parties[i];
        }
        return reinstatement(party, partyVersion(party));
    }

    function _admission(uint256 seed) private returns (Draft memory) {
        uint32 party = FIRST_NEWCOMER + uint32(_draw(seed, "party", 4));
        uint256[4] memory roles =
            [PartyWord.HOLDER, PartyWord.LENDER, PartyWord.LENDER | PartyWord.HOLDER, 18];
        return admission(party, roles[_draw(seed, "roles", 4)], _keyMade(keyOf(party)));
    }

    function _binding(uint256 seed) private returns (Draft memory) {
        uint32 party = parties[_draw(seed, "party", parties.length)];
        uint256 privateKey = uint256(keccak256(abi.encode("further key", party, _draw(seed, "further", 3))));
        return binding(party, partyVersion(party), _keyMade(privateKey));
    }

    function _revocation(uint256 seed) private view returns (Draft memory) {
        uint32 party = parties[_draw(seed, "party", parties.length)];
        address[] memory own = ledger.keysOf(party);
        // Parties keep their last key: without keys the crowd falls silent.
        address key = own.length > 1 ? own[_draw(seed, "revoked", own.length)] : vm.addr(keyOf(NOBODY));
        return revocation(party, partyVersion(party), key);
    }

    function _opening(uint256 seed) private view returns (Draft memory draft) {
        uint32 warehouse = _isOne(seed, "other warehouse", 2) ? OTHER_WAREHOUSE : WAREHOUSE;
        draft =
            opening((warehouse << 16) | uint32(1 + _draw(seed, "index", 5)), _isOne(seed, "serialised", 2));
        draft.a = uint56(_draw(seed, "capacity", CAPACITY));
    }

    function _count(uint256 seed) private view returns (Draft memory) {
        uint32 pool = pools[_draw(seed, "pool", pools.length)];
        uint256 word = toldPool[pool];
        uint256 quantity = word.receipted() + _draw(seed, "quantity", word.capacity() - word.receipted() + 1);
        if (_isOne(seed, "too little", 12)) quantity = word.receipted() / 2;
        if (_isOne(seed, "too much", 12)) quantity = word.capacity() + 1;
        return attestation(pool, uint16(PoolWord.version(word)), uint56(quantity));
    }

    function _issue(uint256 seed) private view returns (Draft memory draft) {
        // Mostly into few pools, so that receipts have neighbours for a portfolio.
        uint32 pool = pools[_draw(seed, "pool", _isOne(seed, "far", 4) ? pools.length : 2)];
        uint256 word = toldPool[pool];
        bool isSerialised = word.isSerialised() != _isOne(seed, "items", 12);
        uint256 count = 1 + _draw(seed, "count", 4);
        // Past this the comparison of every word would take the time that further acts are worth.
        if (receipts.length > RECEIPTS_MAX) count = 0;
        NewReceipt[] memory fresh = new NewReceipt[](count);
        for (uint256 i = 0; i < count; ++i) {
            fresh[i] =
                newReceipt(_holder(seed / (i + 1)), uint64(1 + _draw(seed + i, "quantity", ATTESTED / 8)));
            fresh[i].storageDay = _today() + uint16(_draw(seed + i, "storage", 300));
            if (isSerialised) fresh[i].itemCount = uint16(1 + _draw(seed + i, "item count", 3));
        }
        uint32 serial = uint32(word.nextSerial()) + (_isOne(seed, "gap", 16) ? 1 : 0);
        draft = issueOf(pool, serial, fresh);
        for (uint256 i = 0; i < count; ++i) {
            for (uint256 j = 0; j < fresh[i].itemCount; ++j) {
                draft.words = draft.words.append(bytes32(1 + _draw(seed + i + 7 * j, "item", ITEMS)));
                ++draft.b;
            }
        }
        _addDocuments(draft, seed);
    }

    function _pledge(uint256 seed) private view returns (Draft memory draft) {
        uint64 receiptId = _receipt(seed, ReceiptWord.ENCUMBERED | ReceiptWord.FROZEN, 0);
        draft = pledge(receiptId, version(receiptId), _lender(seed));
        draft.b = _today() + uint48(_draw(seed, "maturity", 60));
        _addDocuments(draft, seed);
    }

    function _delivery(uint256 seed) private view returns (Draft memory draft) {
        uint256 pledged_ = _isOne(seed, "pledged", 2) ? ReceiptWord.ENCUMBERED : 0;
        uint64 receiptId = _receipt(seed, ReceiptWord.ENCUMBERED | ReceiptWord.FROZEN, pledged_);
        uint256 available = toldWord[receiptId].quantity();
        bool isFull = _isOne(seed, "full", 3);
        uint256 quantity = isFull ? available : _draw(seed, "quantity", available + available / 8 + 1);
        draft = delivery(receiptId, version(receiptId), uint64(quantity));
        for (uint256 i = 1; i <= ITEMS; ++i) {
            if (receiptOf[bytes32(i)] != receiptId) continue;
            if (isFull || _isOne(seed + i, "item", 2)) draft.words = draft.words.append(bytes32(i));
        }
        if (_isOne(seed, "of another", 16)) {
            draft.words = draft.words.append(bytes32(1 + _draw(seed, "item", ITEMS)));
        }
        draft.b = uint48(draft.words.length);
    }

    /// @notice Up to five receipts of one pool, mostly alike in what the act asks.
    function _portfolio(Kind kind, uint256 seed) private view returns (Draft memory draft) {
        bool isPledge = kind == Kind.PledgePortfolio;
        uint256 mask = ReceiptWord.ENCUMBERED | (isPledge ? ReceiptWord.FROZEN : 0);
        uint64 first = _receipt(seed, mask, isPledge ? 0 : ReceiptWord.ENCUMBERED);
        uint64[] memory chosen = new uint64[](5);
        uint256 count;
        bool isMixed = _isOne(seed, "mixed", 3);
        for (uint64 id = first; id < first + 16 && count < chosen.length; ++id) {
            (uint256 word, uint256 like) = (toldWord[id], toldWord[first]);
            bool isOfOne = isPledge ? word.holder() == like.holder() : word.pledgee() == like.pledgee();
            bool isAlike = word.isOpen() && (word ^ like) & mask == 0 && (isOfOne || isMixed);
            if (id == first || isAlike || _isOne(seed + id, "unlike", 40)) chosen[count++] = id;
        }
        assembly ("memory-safe") {
            mstore(chosen, count)
        }
        if (!isPledge) return portfolioRelease(chosen);
        draft = portfolioPledge(chosen, _lender(seed));
        draft.b = uint48((count << 16) | (_today() + _draw(seed, "maturity", 60)));
        _addDocuments(draft, seed);
    }

    /// @notice An open receipt with these flags if there is one; now and then one without them, or any.
    function _receipt(uint256 seed, uint256 mask, uint256 flags) private view returns (uint64) {
        if (receipts.length == 0) return receiptIdOf(POOL, 1);
        uint256 start = _draw(seed, "receipt", receipts.length);
        if (_isOne(seed, "any", 8)) return receipts[start];
        bool isWanted = !_isOne(seed, "contrary", 6);
        for (uint256 i = 0; i < receipts.length; ++i) {
            uint64 receiptId = receipts[(start + i) % receipts.length];
            bool isAsked = toldWord[receiptId] & mask == flags;
            if (toldWord[receiptId].isOpen() && isAsked == isWanted) return receiptId;
        }
        return receipts[start];
    }

    function _holder(uint256 seed) private pure returns (uint32) {
        uint32[6] memory holders = [ALICE, BOB, ALICE, TRADING_WAREHOUSE, TRADING_INSPECTOR, TRADING_BANK];
        return holders[_draw(seed, "holder", holders.length)];
    }

    function _lender(uint256 seed) private pure returns (uint32) {
        uint32[4] memory lenders = [BANK_A, BANK_B, TRADING_BANK, FIRST_NEWCOMER];
        return lenders[_draw(seed, "lender", lenders.length)];
    }

    /// @notice Two, so that one may be free and the other not.
    function _addDocuments(Draft memory draft, uint256 seed) private pure {
        if (!_isOne(seed, "document", 3)) return;
        draft.words = draft.words.append(_document(_draw(seed, "another", DOCUMENTS)));
        draft.words = draft.words.append(_document(_draw(seed, "which", DOCUMENTS)));
    }

    function _document(uint256 index) private pure returns (bytes32) {
        return keccak256(abi.encode("document", index));
    }

    function _today() private view returns (uint16) {
        return uint16((_time - EPOCH) / 1 days);
    }

    // Chance.

    function _draw(uint256 seed, string memory purpose) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, purpose)));
    }

    function _draw(uint256 seed, string memory purpose, uint256 count) private pure returns (uint256) {
        return count == 0 ? 0 : _draw(seed, purpose) % count;
    }

    function _isOne(uint256 seed, string memory purpose, uint256 chances) private pure returns (bool) {
        return _draw(seed, purpose) % chances == 0;
    }
}
