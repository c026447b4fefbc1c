// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Test.sol";
import {Kind} from "../../../contracts/Wire.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "../support/Draft.sol";
import {Refusals} from "../support/Refusals.sol";
import {Chance} from "./Chance.sol";
import {Attempt, Consents} from "./Consents.sol";
import {Fidelity} from "./Fidelity.sol";
import {Goods} from "./Goods.sol";
import {Truths} from "./Truths.sol";

/// @title A crowd that tries everything
/// @notice Draws an act, then its signers, and sends it through one of the doors: without each of its signatures, and then
/// with all of them; or with one mischief in a relay with others. Most acts are such as could pass; the others name an
/// old version, come too late, or ask for what no rule allows. What passes is told to the chronicle, after the consent
/// matrix has been asked.
contract Crowd is Fidelity, Truths, Goods {
    using Chance for uint256;
    using Drafts for *;
    using PartyWord for uint256;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    /// @notice How many acts of each kind the ledger has carried out, and how many it has refused.
    mapping(Kind kind => uint256 count) public passed;
    mapping(Kind kind => uint256 count) public refused;

    uint256 private _time = NOW;

    function setUp() public override {
        vm.recordLogs();
        super.setUp();
        admit(WATCH, PartyWord.GUARDIAN);
        _openWith(SHEETS, PoolWord.SERIALISED | PoolWord.PAGED);
        _openWith(IN_BOND, PoolWord.BONDED);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            told(logs[i]);
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            keyMade(keyOf(parties[i]));
        }
        keyMade(keyOf(NOBODY));
    }

    function _openWith(uint32 pool, uint256 flags) private {
        pass(signed(openingWith(pool, flags), REGISTRAR, WAREHOUSE));
        pass(signed(attestation(pool, 1, ATTESTED), INSPECTOR));
    }

    // What the crowd can do.

    /// @notice One act through `execute`: first without each of its signatures, then with all, then once more.
    function execute(uint8 kind, uint256 seed) external {
        vm.warp(_time);
        // So that small numbers may be added to it.
        seed >>= 8;
        Draft memory draft = _thought(_kind(kind), seed);
        address[] memory wanted = _row(draft, seed);
        for (uint256 i = 0; i < wanted.length; ++i) {
            _execute(_attempt(draft, _without(wanted, i), RELAYER));
        }
        uint256 whose = seed.draw("whose", wanted.length);
        if (seed.isOne("another", 2)) _execute(_withAnother(draft, wanted, whose, seed));
        else _execute(_withOtherStatement(draft, wanted, whose));
        Attempt memory attempt = seed.isOne("sent", 8)
            ? _attempt(draft, _without(wanted, whose), wanted[whose])
            : _attempt(draft, wanted, RELAYER);
        uint256 before = passed[draft.kind];
        _execute(attempt);
        if (passed[draft.kind] == before || !seed.isOne("again", 4)) return;
        before = passed[draft.kind];
        _execute(attempt);
        assertEq(passed[draft.kind], before, "I11: an act was carried out twice");
    }

    /// @notice Some acts in one relay. All are drawn before the first is carried out, so that they meet on one version.
    function relay(uint8[] memory kinds, uint256 seed) external {
        vm.warp(_time);
        seed >>= 8;
        uint256 count = _bound(kinds.length, 0, 4);
        Attempt[] memory attempts = new Attempt[](count);
        bytes memory wires;
        for (uint256 i = 0; i < count; ++i) {
            // One seed for all, so that some want the same receipt.
            uint256 own = i % 2 == 0 ? seed : seed.draw("other") >> 8;
            Draft memory draft = _thought(_kind(kinds[i]), own);
            // What two sign in one relay is never quite the same, so every refusal can be told apart.
            draft.deadline -= uint40(i);
            attempts[i] = _withMischief(draft, own);
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
            uint256 place = _refusalOf(attempts[i], logs, next);
            if (place == logs.length) {
                next = _carriedOut(attempts[i], logs, next);
                continue;
            }
            _refused(attempts[i], abi.decode(logs[place].data, (bytes)));
            --refusedInAll;
            next = place + 1;
        }
        assertEq(next, logs.length, "more events than the acts have");
        assertEq(refusedInAll, 0, "acts refused");
    }

    /// @notice Time goes by: counts grow old, claims fall due, storage periods end.
    function rest(uint256 seconds_) external {
        _time += _bound(seconds_, 1 hours, seconds_ % 4 == 0 ? 11 days : 2 days);
    }

    /// @notice I6, I10: a refused act has given back every item and document that it may have claimed.
    function expectNothingClaimedUntold() external view {
        for (uint256 i = 0; i < ITEM_COUNT; ++i) {
            assertEq(ledger.receiptOfItem(itemAt(i)), receiptOf[itemAt(i)], "I6: an item claimed untold");
        }
        for (uint256 i = 0; i < PAGE_COUNT; ++i) {
            assertEq(ledger.itemsOnPage(pageAt(i)), bitsOn[pageAt(i)], "I6: items on a page claimed untold");
        }
        for (uint256 i = 0; i < DOCUMENTS; ++i) {
            uint64 subject = subjectOf[document(i)];
            assertEq(ledger.subjectOfDocument(document(i)), subject, "I10: a document used untold");
        }
    }

    // What the ledger makes of an act.

    function _execute(Attempt memory attempt) private {
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

    /// @notice The place of the event that tells that the act was refused; the end when it was not.
    /// @dev A rare act that is refused has been reverted, and forge records what it had told before: that is passed over.
    function _refusalOf(Attempt memory attempt, Vm.Log[] memory logs, uint256 from)
        private
        pure
        returns (uint256 place)
    {
        for (place = from; place < logs.length; ++place) {
            bool isRefusal = logs[place].topics[0] == ActRefused.selector;
            if (isRefusal && logs[place].topics[1] == attempt.digest) return place;
        }
    }

    /// @return next The first event behind those of the act.
    function _carriedOut(Attempt memory attempt, Vm.Log[] memory logs, uint256 from)
        private
        returns (uint256 next)
    {
        expectConsent(attempt);
        Draft memory draft = attempt.draft;
        assertGe(draft.deadline, _time, "carried out too late");
        expectVersions(draft);
        uint64[] memory subjects = subjectsOf(draft);
        next = from + eventCount(draft);
        assertLe(next, logs.length, "fewer events than the act has");
        uint256 changed;
        for (uint256 i = from; i < next; ++i) {
            if (!isOfClaim(logs[i].topics[0])) {
                assertEq(uint256(logs[i].topics[1]), subjects[changed++], "an act on something else");
            }
            told(logs[i]);
        }
        assertEq(changed, subjects.length, "one event for each receipt, pool or party");
        expectAllArrived();
        expectAsSigned(draft);
        ++passed[draft.kind];
    }

    function _refused(Attempt memory attempt, bytes memory refusal) private {
        assertTrue(Refusals.isTyped(refusal), "a refusal that is no rule's");
        ++refused[attempt.draft.kind];
    }

    // Acts.

    /// @notice Nine acts of ten are on receipts, and more make or pledge receipts than end them: else nothing would be left
    /// that could be pledged twice.
    function _kind(uint8 drawn) private pure returns (Kind) {
        uint8[39] memory chances = [
            3, // Admit
            3, // Suspend
            3, // Reinstate
            3, // BindKey
            3, // RevokeKey
            3, // OpenPool
            12, // Attest
            26, // Issue
            9, // Transfer
            18, // Pledge
            6, // Release
            10, // Deliver
            5, // Freeze
            5, // Unfreeze
            12, // PledgePortfolio
            6, // ReleasePortfolio
            6, // AssignPledge
            10, // Default
            4, // Cure
            10, // Enforce
            6, // TransferPortfolio
            11, // Split
            9, // Merge
            9, // Substitute
            4, // ExtendStorage
            7, // Replace
            6, // Cancel
            6, // WriteDown
            5, // ToPaper
            5, // FromPaper
            3, // Invalidate
            3, // NoteClaim
            3, // LiftClaim
            5, // Recover
            3, // VetoRecovery
            6, // CompleteRecovery
            2, // Pause
            4, // Resume
            2 // Seal
        ];
        // Together they are 256: every byte has its kind.
        uint256 left = drawn;
        uint256 kind;
        for (; left >= chances[kind]; ++kind) {
            left -= chances[kind];
        }
        return Kind(1 + kind);
    }

    function _thought(Kind kind, uint256 seed) private returns (Draft memory draft) {
        if (isOnParty(kind)) draft = ofParty(kind, seed);
        else if (isOnPool(kind)) draft = ofPool(kind, seed);
        else if (isPortfolio(kind)) draft = portfolio(kind, seed);
        else if (isOnGoods(kind)) draft = ofGoods(kind, seed);
        else draft = ofReceipt(kind, seed);
        if (seed.isOne("late", 16)) draft.deadline = uint40(_time - 1);
        if (seed.isOne("stale", 12)) _makeStale(draft);
    }

    /// @notice Names the version before the present one, or one that there never was.
    function _makeStale(Draft memory draft) private pure {
        if (isPortfolio(draft.kind)) draft.words[0] = bytes32(uint256(draft.words[0]) ^ 1);
        else draft.version = draft.version == 0 ? 1 : draft.version - 1;
    }

    // Signers, right and wrong.

    function _withMischief(Draft memory draft, uint256 seed) private view returns (Attempt memory) {
        address[] memory wanted = _row(draft, seed);
        uint256 whose = seed.draw("whose", wanted.length);
        uint256 mischief = seed.draw("mischief", 12);
        if (mischief == 0) return _attempt(draft, _without(wanted, whose), RELAYER);
        if (mischief == 1) return _withAnother(draft, wanted, whose, seed);
        if (mischief == 2) return _withOtherStatement(draft, wanted, whose);
        if (mischief == 3) return _attempt(draft, _without(wanted, whose), wanted[whose]);
        return _attempt(draft, wanted, RELAYER);
    }

    function _attempt(Draft memory draft, address[] memory signers, address sender)
        private
        view
        returns (Attempt memory attempt)
    {
        attempt.digest = ledger.digestOf(draft.encode(""));
        bytes memory signatures;
        for (uint256 i = 0; i < signers.length; ++i) {
            signatures = bytes.concat(signatures, _signature(signers[i], attempt.digest));
        }
        (attempt.draft, attempt.signers, attempt.sender) = (draft, signers, sender);
        attempt.wire = draft.encode(signatures);
    }

    /// @notice With somebody else's signature in place of one.
    function _withAnother(Draft memory draft, address[] memory wanted, uint256 whose, uint256 seed)
        private
        view
        returns (Attempt memory)
    {
        address[] memory signers = _without(wanted, wanted.length);
        signers[whose] = keys[seed.draw("somebody", keys.length)];
        return _attempt(draft, signers, RELAYER);
    }

    /// @notice With one signature that is under another statement.
    function _withOtherStatement(Draft memory draft, address[] memory wanted, uint256 whose)
        private
        view
        returns (Attempt memory attempt)
    {
        attempt = _attempt(draft, wanted, RELAYER);
        bytes memory signatures;
        for (uint256 i = 0; i < wanted.length; ++i) {
            bytes32 digest = i == whose ? keccak256(abi.encode(attempt.digest)) : attempt.digest;
            signatures = bytes.concat(signatures, _signature(wanted[i], digest));
        }
        attempt.signers = _without(wanted, whose);
        attempt.wire = draft.encode(signatures);
    }

    function _signature(address key, bytes32 digest) private view returns (bytes memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(privateKeys[key], digest);
        return bytes.concat(r, vs);
    }

    /// @notice Keys of those whom the act asks, in its order.
    function _row(Draft memory draft, uint256 seed) private view returns (address[] memory) {
        Kind kind = draft.kind;
        if (isOnParty(kind)) return _rowOfParty(kind, draft, seed);
        if (isOnPool(kind)) return _rowOfPool(kind, uint32(draft.subject), seed);
        address warehouse = _keyOf(uint32(draft.subject >> 48), seed);
        address inspector = _keyOf(seed.isOne("inspector", 4) ? TRADING_INSPECTOR : INSPECTOR, seed);
        address court = _keyOf(COURT, seed);
        if (kind == Kind.Issue || kind == Kind.WriteDown) return _two(warehouse, inspector);
        if (kind == Kind.Freeze || kind == Kind.Unfreeze) return _one(court);
        if (kind == Kind.Cancel || kind == Kind.NoteClaim) return _one(warehouse);
        if (kind == Kind.LiftClaim) return _one(seed.isOne("decided", 2) ? court : warehouse);
        uint256 word = toldWord[draft.subject];
        address pledgee = _keyOf(uint32(word.pledgee()), seed);
        if (
            kind == Kind.Release || kind == Kind.ReleasePortfolio || kind == Kind.Default || kind == Kind.Cure
        ) return _one(pledgee);
        address holder = _keyOf(uint32(word.holder()), seed);
        if (kind == Kind.Invalidate) return _one(holder);
        address counterparty = _keyOf(uint32(draft.a), seed);
        if (kind == Kind.AssignPledge || kind == Kind.Enforce) return _two(pledgee, counterparty);
        if (kind == Kind.Transfer || kind == Kind.TransferPortfolio) return _two(holder, counterparty);
        if (kind == Kind.Pledge || kind == Kind.PledgePortfolio) {
            return _three(holder, warehouse, counterparty);
        }
        if (kind == Kind.Substitute) {
            return _three(holder, _keyOf(uint32(receiptIn(draft.words[0]) >> 48), seed), pledgee);
        }
        return word.isEncumbered() ? _three(holder, warehouse, pledgee) : _two(holder, warehouse);
    }

    function _rowOfParty(Kind kind, Draft memory draft, uint256 seed)
        private
        view
        returns (address[] memory)
    {
        address registrar = _keyOf(REGISTRAR, seed);
        address own = _keyOf(uint32(draft.subject), seed);
        if (kind == Kind.BindKey) return _two(registrar, own);
        if (kind == Kind.RevokeKey) return _one(seed.isOne("own", 2) ? own : registrar);
        if (kind == Kind.VetoRecovery) return _one(own);
        if (kind == Kind.Suspend || kind == Kind.Reinstate) return _one(registrar);
        address brought = address(uint160(uint256(draft.words[0])));
        if (kind == Kind.Admit) return _two(registrar, brought);
        if (kind == Kind.CompleteRecovery) return _one(brought);
        return _three(registrar, _keyOf(COURT, seed), brought);
    }

    function _rowOfPool(Kind kind, uint32 pool, uint256 seed) private view returns (address[] memory) {
        address registrar = _keyOf(REGISTRAR, seed);
        if (kind == Kind.OpenPool) return _two(registrar, _keyOf(pool >> 16, seed));
        if (kind == Kind.Seal) return _two(registrar, _keyOf(COURT, seed));
        if (kind == Kind.Attest) {
            return _one(_keyOf(seed.isOne("inspector", 4) ? TRADING_INSPECTOR : INSPECTOR, seed));
        }
        return _one(kind == Kind.Pause ? _keyOf(WATCH, seed) : registrar);
    }

    function _one(address first) private pure returns (address[] memory) {
        return _three(first, first, first);
    }

    function _two(address first, address second) private pure returns (address[] memory) {
        return _three(first, second, second);
    }

    /// @notice Who stands in two places, one behind the other, signs once.
    function _three(address first, address second, address third)
        private
        pure
        returns (address[] memory wanted)
    {
        if (second == first) second = third;
        if (second == first) return _of(1, first, second, third);
        return third == second ? _of(2, first, second, third) : _of(3, first, second, third);
    }

    function _of(uint256 count, address first, address second, address third)
        private
        pure
        returns (address[] memory wanted)
    {
        wanted = new address[](count);
        wanted[0] = first;
        if (count > 1) wanted[1] = second;
        if (count > 2) wanted[2] = third;
    }

    /// @notice A copy without the one at this place, if there is one.
    function _without(address[] memory wanted, uint256 index) private pure returns (address[] memory fewer) {
        fewer = new address[](index < wanted.length ? wanted.length - 1 : wanted.length);
        for (uint256 i = 0; i < fewer.length; ++i) {
            fewer[i] = wanted[i < index ? i : i + 1];
        }
    }

    /// @notice One of the party's keys; a key that speaks for nobody when it has none.
    function _keyOf(uint32 party, uint256 seed) private view returns (address) {
        address[] memory own = ledger.keysOf(party);
        return own.length == 0 ? vm.addr(keyOf(NOBODY)) : own[seed.draw("key", own.length)];
    }
}
