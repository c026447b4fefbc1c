// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Vm.sol";
import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";
import {Refusals} from "./support/Refusals.sol";

/// @title Acts that everybody has signed, whatever they say
/// @notice Consent is no sense: a careless party signs anything. Such an act is carried out or refused by a rule, and
/// the acts before and behind it in the relay do not feel it.
contract ExtremesTest is LedgerTest {
    using Drafts for *;
    using ReceiptWord for uint256;

    uint32 private constant GUARDIAN = 30;
    uint32 private constant NEWCOMER = 50;
    uint32 private constant NEW_POOL = POOL + 7;
    uint256 private constant WORDS_MAX = 12;
    uint256 private constant SEEDS = 3000;

    uint64 private free;
    uint64 private encumbered;
    uint64 private unpaid;
    uint64 private coils;
    uint64 private overdue;
    uint64 private spare;
    uint64 private before;
    uint64 private behind;

    function setUp() public override {
        super.setUp();
        admit(GUARDIAN, PartyWord.GUARDIAN);
        free = issued(POOL, ALICE);
        coils = issuedCoils("a", "b", "c");
        before = issued(OTHER_POOL, ALICE);
        behind = issued(OTHER_POOL, ALICE);
        spare = issued(POOL, ALICE);
        overdue = pledged();
        unpaid = afterNotice();
        encumbered = issued(POOL, ALICE);
        pass(signed(attestation(POOL, poolVersion(POOL), ATTESTED), INSPECTOR));
        Draft memory draft = pledge(encumbered, 1, BANK_A);
        draft.b = STORED_UNTIL;
        pass(signed(draft, ALICE, WAREHOUSE, BANK_A));
    }

    /// forge-config: default.fuzz.runs = 4000
    function testFuzz_ActSignedByAllIsCarriedOutOrRefusedByARule(uint8 kind, uint256 seed) public {
        Kind known = Kind(1 + kind % uint8(type(Kind).max));
        bytes memory act = signedByAll(any(known, seed));
        vm.recordLogs();
        uint256 refused = ledger.relay(
            bytes.concat(signed(freezing(before, 1), COURT), act, signed(freezing(behind, 1), COURT))
        );
        assertLe(refused, 1);
        assertEq(version(before), 2, "the act before is undone");
        assertEq(version(behind), 2, "the act behind is held up");
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != ActRefused.selector) continue;
            assertTrue(Refusals.isTyped(abi.decode(logs[i].data, (bytes))), "a refusal without a type");
        }
    }

    /// @notice One relay of acts does what they do one after the other.
    /// forge-config: default.fuzz.runs = 500
    function testFuzz_RelayIsItsActsOneAfterTheOther(uint8[5] memory kinds, uint256 seed) public {
        bytes[] memory acts = new bytes[](kinds.length);
        bytes memory all;
        for (uint256 i = 0; i < kinds.length; ++i) {
            Kind known = Kind(1 + kinds[i] % uint8(type(Kind).max));
            acts[i] = signedByAll(any(known, uint256(keccak256(abi.encode(seed, i)))));
            all = bytes.concat(all, acts[i]);
        }
        uint256 state = vm.snapshotState();
        uint256 refused = ledger.relay(all);
        bytes32 together = whatStands();
        vm.revertToState(state);
        for (uint256 i = 0; i < acts.length; ++i) {
            try ledger.execute(acts[i]) {}
            catch {
                --refused;
            }
        }
        assertEq(refused, 0, "refused in a relay alone");
        assertEq(whatStands(), together, "a relay has another result");
    }

    /// @notice Anything would pass the above if nothing were ever carried out.
    function test_MuchOfItIsCarriedOut() public {
        vm.pauseGasMetering();
        uint256 state = vm.snapshotState();
        for (uint256 kind = 1; kind <= uint256(type(Kind).max); ++kind) {
            // These undo what has not been done here.
            if (undoes(Kind(kind))) continue;
            bool isDone;
            for (uint256 seed = 0; seed < SEEDS && !isDone; ++seed) {
                uint256 mixed = uint256(keccak256(abi.encode(kind, seed)));
                try ledger.execute(signedByAll(any(Kind(kind), mixed))) {
                    isDone = true;
                } catch {}
                vm.revertToState(state);
            }
            assertTrue(isDone, string.concat("never carried out: kind ", vm.toString(kind)));
        }
    }

    function undoes(Kind kind) private pure returns (bool) {
        return kind == Kind.Reinstate || kind == Kind.RevokeKey || kind == Kind.Unfreeze
            || kind == Kind.FromPaper || kind == Kind.LiftClaim || kind == Kind.VetoRecovery
            || kind == Kind.CompleteRecovery || kind == Kind.Resume || kind == Kind.Cancel;
    }

    function whatStands() private view returns (bytes32) {
        uint32 last = nextSerial(POOL);
        return keccak256(
            abi.encode(
                ledger.receiptWords(receiptIdOf(POOL, 1), last),
                ledger.receiptWords(receiptIdOf(COILS, 1), nextSerial(COILS)),
                ledger.poolWord(POOL),
                ledger.poolWord(COILS),
                ledger.poolWord(NEW_POOL),
                ledger.partyWord(ALICE),
                ledger.partyWord(BANK_A),
                ledger.partyWord(NEWCOMER),
                ledger.receiptOfItem("a"),
                ledger.receiptOfItem("b"),
                ledger.subjectOfDocument("a"),
                ledger.itemCount(coils)
            )
        );
    }

    /// @notice Of the kind, about something that is there, at its version, and otherwise anything.
    function any(Kind kind, uint256 seed) private view returns (Draft memory draft) {
        draft = draftOf(kind, 0, 0);
        draft.a = uint56(extreme(seed >> 8, type(uint56).max));
        draft.b = uint48(extreme(seed >> 64, type(uint48).max));
        if (isOnParty(kind)) {
            draft.subject = kind == Kind.Admit ? NEWCOMER : seed & 1 == 0 ? ALICE : BANK_A;
            draft.version = partyVersion(uint32(draft.subject));
            bytes32 key = bytes32(uint256(uint160(vm.addr(keyOf(NEWCOMER)))));
            if (kind == Kind.BindKey || kind == Kind.RevokeKey) draft.commitment = key;
            else if (takesAKey(kind)) draft.words = draft.words.append(key);
            return draft;
        }
        if (isOnPool(kind)) {
            draft.subject = kind == Kind.OpenPool ? NEW_POOL : POOL;
            draft.version = kind == Kind.OpenPool ? 0 : poolVersion(POOL);
            return draft;
        }
        if (kind == Kind.Issue) return anyIssue(draft, seed);
        draft.subject = [free, encumbered, unpaid, coils, overdue, spare][seed % 6];
        draft.version = version(draft.subject);
        if (seed & 4 == 0) draft.a = seed & 8 == 0 ? BANK_B : BOB;
        if (seed & 16 == 0) draft.b = STORED_UNTIL;
        uint48 next = nextSerial(uint32(draft.subject >> 32));
        if (kind == Kind.Split) draft.b = (next << 16) | (uint48(seed >> 64) % 4);
        if (kind == Kind.Replace) draft.b = next;
        draft.words = anyWords(kind, seed);
        if (seed >> 255 == 0) addUp(draft);
        if (kind == Kind.PledgePortfolio) draft.b |= uint48(draft.words.length) << 16;
        if (kind == Kind.Deliver) draft.b = uint48(seed >> 64) % uint48(draft.words.length + 1);
    }

    function anyIssue(Draft memory draft, uint256 seed) private view returns (Draft memory) {
        uint32 serial = nextSerial(POOL);
        if (seed & 3 == 0) serial = uint32(extreme(seed >> 4, type(uint32).max));
        draft.subject = receiptIdOf(POOL, serial);
        draft.words = anyWords(Kind.Issue, seed);
        draft.a = uint56(draft.words.length / 2);
        draft.b = uint48(draft.words.length % 2);
        if (seed >> 255 == 0) {
            draft.words = new bytes32[](2);
            draft.words[0] = newReceipt(ALICE, uint64(extreme(seed >> 8, type(uint64).max))).packed();
            draft.a = 1;
            draft.b = 0;
        }
        return draft;
    }

    /// @notice Makes of anything what could make sense: a part and what remains, two that are alike, a portfolio of one.
    function addUp(Draft memory draft) private view {
        Kind kind = draft.kind;
        if (kind == Kind.Split) {
            uint56 quantity = uint56(uint256(ledger.receiptWord(draft.subject)).quantity());
            draft.b = (draft.b >> 16 << 16) | 1;
            draft.a = quantity - quantity / 2;
            draft.words = new bytes32[](2);
            draft.words[0] = bytes32(uint256(quantity / 2) << 16);
        } else if (kind == Kind.Merge) {
            draft.words = new bytes32[](1);
            draft.words[0] = Drafts.ref(spare, version(spare));
        } else if (
            kind == Kind.PledgePortfolio || kind == Kind.ReleasePortfolio || kind == Kind.TransferPortfolio
        ) {
            draft.words = new bytes32[](1);
            draft.words[0] = Drafts.ref(draft.subject, version(draft.subject));
        }
    }

    function anyWords(Kind kind, uint256 seed) private view returns (bytes32[] memory words) {
        words = new bytes32[](takesWords(kind) ? (seed >> 120) % WORDS_MAX : kind == Kind.Substitute ? 1 : 0);
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = wordOf(uint256(keccak256(abi.encode(seed, i))));
        }
    }

    /// @notice What can stand in a word: a reference, a new receipt or part, an item, a document, or anything.
    function wordOf(uint256 seed) private view returns (bytes32) {
        uint256 choice = seed % 8;
        uint64 receiptId = [free, encumbered, unpaid, coils, overdue, spare][(seed >> 8) % 6];
        if (choice < 3) return Drafts.ref(receiptId, version(receiptId));
        if (choice == 3) return bytes32((uint256(ALICE) << 96) | extreme(seed >> 16, type(uint96).max));
        if (choice == 4) return bytes32(extreme(seed >> 16, type(uint64).max) << 16);
        if (choice == 5) return [bytes32("a"), "b", "c"][(seed >> 8) % 3];
        return bytes32(choice == 6 ? seed : extreme(seed >> 16, type(uint256).max));
    }

    /// @notice Nothing, one, little, more, all but one, all, or any number.
    function extreme(uint256 seed, uint256 most) private pure returns (uint256) {
        uint256 choice = seed % 7;
        seed = uint256(keccak256(abi.encode(seed)));
        if (choice < 2) return choice;
        if (choice == 2) return seed % QUANTITY;
        if (choice == 5) return seed % CAPACITY;
        if (choice == 3) return most - 1;
        return choice == 4 ? most : seed & most;
    }

    /// @notice By all whose consent the kind needs, in the order of the matrix.
    function signedByAll(Draft memory draft) private view returns (bytes memory) {
        // What says nothing that can be signed goes out without a signature.
        try ledger.digestOf(draft.encode("")) {}
        catch {
            return unsigned(draft);
        }
        (uint32 first, uint32 second, uint32 third) = signersOf(draft);
        if (second == 0) return signed(draft, first);
        return third == 0 ? signed(draft, first, second) : signed(draft, first, second, third);
    }

    function signersOf(Draft memory draft) private view returns (uint32, uint32, uint32) {
        Kind kind = draft.kind;
        uint32 other = uint32(draft.a);
        uint32 bank = uint256(ledger.receiptWord(draft.subject)).isEncumbered() ? BANK_A : 0;
        if (kind == Kind.Admit) return (REGISTRAR, NEWCOMER, 0);
        if (kind == Kind.BindKey) return (REGISTRAR, uint32(draft.subject), 0);
        if (kind == Kind.Recover) return (REGISTRAR, COURT, NEWCOMER);
        if (kind == Kind.CompleteRecovery) return (NEWCOMER, 0, 0);
        if (kind == Kind.VetoRecovery) return (uint32(draft.subject), 0, 0);
        if (isOnParty(kind) || kind == Kind.Resume) return (REGISTRAR, 0, 0);
        if (kind == Kind.OpenPool) return (REGISTRAR, WAREHOUSE, 0);
        if (kind == Kind.Attest) return (INSPECTOR, 0, 0);
        if (kind == Kind.Pause) return (GUARDIAN, 0, 0);
        if (kind == Kind.Seal) return (REGISTRAR, COURT, 0);
        if (kind == Kind.Issue || kind == Kind.WriteDown) return (WAREHOUSE, INSPECTOR, 0);
        if (kind == Kind.Transfer || kind == Kind.TransferPortfolio) return (ALICE, other, 0);
        if (kind == Kind.Pledge || kind == Kind.PledgePortfolio) return (ALICE, WAREHOUSE, other);
        if (kind == Kind.AssignPledge || kind == Kind.Enforce) return (BANK_A, other, 0);
        if (kind == Kind.Substitute) return (ALICE, WAREHOUSE, BANK_A);
        if (kind == Kind.Freeze || kind == Kind.Unfreeze) return (COURT, 0, 0);
        if (kind == Kind.Cancel || kind == Kind.NoteClaim || kind == Kind.LiftClaim) {
            return (WAREHOUSE, 0, 0);
        }
        if (kind == Kind.Invalidate) return (ALICE, 0, 0);
        if (kind >= Kind.PledgePortfolio && kind <= Kind.Cure) return (BANK_A, 0, 0);
        if (kind == Kind.Release) return (BANK_A, 0, 0);
        return (ALICE, WAREHOUSE, bank);
    }

    function isOnParty(Kind kind) private pure returns (bool) {
        return kind <= Kind.RevokeKey || (kind >= Kind.Recover && kind <= Kind.CompleteRecovery);
    }

    function isOnPool(Kind kind) private pure returns (bool) {
        return kind == Kind.OpenPool || kind == Kind.Attest || kind >= Kind.Pause;
    }

    function takesAKey(Kind kind) private pure returns (bool) {
        return kind == Kind.Admit || kind == Kind.Recover || kind == Kind.CompleteRecovery;
    }

    function takesWords(Kind kind) private pure returns (bool) {
        return kind == Kind.Issue || kind == Kind.Deliver || kind == Kind.Pledge || kind == Kind.Split
            || kind == Kind.Merge || kind == Kind.Replace || kind == Kind.Cancel || kind == Kind.WriteDown
            || kind == Kind.PledgePortfolio || kind == Kind.ReleasePortfolio || kind == Kind.TransferPortfolio;
    }
}
