// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../contracts/Wire.sol";
import {Vm} from "forge-std/Test.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";
import {Refusals} from "./support/Refusals.sol";

contract WireTest is LedgerTest {
    using Drafts for *;
    using ReceiptWord for uint256;

    uint8 private constant KINDS = uint8(type(Kind).max);
    uint256 private constant GAS_OF_A_TRANSACTION_MAX = 16_777_216;

    uint64 private receipt;

    function setUp() public override {
        super.setUp();
        receipt = issued(POOL, ALICE);
    }

    function test_ActsOfARelayAreCarriedOutOneAfterTheOther() public {
        bytes memory acts = bytes.concat(
            signed(transfer(receipt, 1, BOB), ALICE, BOB),
            signed(pledge(receipt, 2, BANK_A), BOB, WAREHOUSE, BANK_A),
            signed(release(receipt, 3), BANK_A)
        );
        assertEq(ledger.relay(acts), 0);
        assertEq(word(receipt).version(), 4);
    }

    function test_RefusedActStopsNobodyElses() public {
        uint64 other = issued(POOL, BOB);
        bytes memory bad = signed(transfer(receipt, 1, BOB), BOB, BOB);
        bytes memory acts = bytes.concat(
            bad,
            signed(transfer(other, 1, ALICE), BOB, ALICE),
            bad,
            unsigned(pledge(receipt, 1, BANK_A)),
            signed(transfer(receipt, 1, BOB), ALICE, BOB)
        );
        vm.recordLogs();
        assertEq(ledger.relay(acts), 3);
        assertEq(word(receipt).holder(), BOB);
        assertEq(word(other).holder(), ALICE);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 5);
        assertEq(logs[0].topics[0], ActRefused.selector);
        assertEq(logs[0].topics[1], ledger.digestOf(bad));
        assertEq(logs[1].topics[0], Transferred.selector);
        assertEq(logs[3].topics[0], ActRefused.selector);
    }

    function test_RelayOfNothingIsNothing() public {
        assertEq(ledger.relay(""), 0);
    }

    function test_TwoActsAreNotOne() public {
        bytes memory two = bytes.concat(
            signed(transfer(receipt, 1, BOB), ALICE, BOB), signed(transfer(receipt, 2, ALICE), BOB, ALICE)
        );
        vm.expectRevert(reason(MalformedAct.selector, two.length));
        ledger.execute(two);
    }

    function testFuzz_ActCutShortIsRefusedAsAWhole(uint16 cut) public {
        bytes memory whole = signed(pledge(receipt, 1, BANK_A), ALICE, WAREHOUSE, BANK_A);
        bytes memory act = new bytes(bound(cut, 0, whole.length - 1));
        for (uint256 i = 0; i < act.length; ++i) {
            act[i] = whole[i];
        }
        vm.expectRevert(reason(MalformedAct.selector, act.length));
        ledger.execute(act);
        if (act.length == 0) return;
        vm.expectRevert(reason(MalformedAct.selector, act.length));
        ledger.relay(act);
    }

    function test_RelayWithAnActCutShortAtTheEndIsUndoneAsAWhole() public {
        bytes memory acts = bytes.concat(signed(transfer(receipt, 1, BOB), ALICE, BOB), new bytes(63));
        vm.expectRevert(reason(MalformedAct.selector, acts.length));
        ledger.relay(acts);
        assertEq(word(receipt).holder(), ALICE);
    }

    function testFuzz_ActOfNoKindIsRefusedByRelay(uint8 kind) public {
        if (kind > 0 && kind <= KINDS) kind += KINDS;
        bytes memory act = transfer(receipt, 1, BOB).encodeKind(kind, "");
        vm.expectRevert(reason(MalformedAct.selector, 0));
        ledger.digestOf(act);
        assertRefused(act, reason(MalformedAct.selector, 0));
    }

    function test_WordsThatNoSignerSeesAreRefused() public {
        Draft memory draft = transfer(receipt, 1, BOB);
        draft.words = draft.words.append("stray");
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
        draft = release(receipt, 1);
        draft.words = draft.words.append("stray");
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
        draft = cure(receipt, 1, DUE);
        draft.words = draft.words.append("stray");
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
        draft = admission(50, 4, address(1));
        draft.words = draft.words.append("stray");
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
    }

    function test_MissingWordsAreRefused() public {
        Draft memory draft = admission(50, 4, address(1));
        draft.words = new bytes32[](0);
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));

        draft = issueCoils("coil a", "coil b", "coil c");
        draft.b = 4;
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
        draft.b = type(uint48).max;
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
        draft.a = type(uint56).max;
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));

        draft = portfolioPledge(run(receipt, 1, 1), BANK_A);
        draft.b = (2 << 16) | DUE;
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
    }

    function test_KindsWithoutWordsTakeNone() public {
        Kind[10] memory kinds = [
            Kind.ExtendStorage,
            Kind.ToPaper,
            Kind.FromPaper,
            Kind.Invalidate,
            Kind.NoteClaim,
            Kind.LiftClaim,
            Kind.VetoRecovery,
            Kind.Pause,
            Kind.Resume,
            Kind.Seal
        ];
        for (uint256 i = 0; i < kinds.length; ++i) {
            expectWords(kinds[i], 0, 0);
        }
    }

    function test_KindsWithOneWordTakeNeitherNoneNorTwo() public {
        Kind[4] memory kinds = [Kind.Admit, Kind.Substitute, Kind.Recover, Kind.CompleteRecovery];
        for (uint256 i = 0; i < kinds.length; ++i) {
            expectWords(kinds[i], 1, 1);
        }
    }

    function test_KindsWithItemsTakeAnyWordsFromTheFirstThatTheyNeed() public {
        expectWords(Kind.Merge, 1, 4);
        expectWords(Kind.Replace, 0, 4);
        expectWords(Kind.Cancel, 0, 4);
        expectWords(Kind.WriteDown, 0, 4);
        expectWords(Kind.TransferPortfolio, 0, 4);
    }

    /// @notice The number of parts stands in the head, and each takes two words.
    function test_SplitTakesTheWordsOfItsPartsAndAnyItems() public {
        Draft memory draft = draftOf(Kind.Split, receipt, 1);
        draft.b = 2;
        for (uint256 words = 0; words < 7; ++words) {
            draft.words = new bytes32[](words);
            if (words < 4) assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
            else assertTrue(ledger.digestOf(draft.encode("")) != 0);
        }
        draft.b = type(uint16).max;
        assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
        draft.b = 0;
        draft.words = new bytes32[](0);
        assertTrue(ledger.digestOf(draft.encode("")) != 0);
    }

    /// @notice The number of items stands in the head, and what is behind them are documents.
    function test_DeliveryTakesTheWordsOfItsItemsAndAnyDocuments() public {
        Draft memory draft = delivery(receipt, 1, QUANTITY);
        draft.b = 2;
        for (uint256 words = 0; words < 5; ++words) {
            draft.words = new bytes32[](words);
            if (words < 2) assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
            else assertTrue(ledger.digestOf(draft.encode("")) != 0);
        }
    }

    function test_WordAddedToASignedActIsRefused() public {
        Draft memory draft = draftOf(Kind.NoteClaim, receipt, 1);
        bytes memory warehouse = signature(draft, keyOf(WAREHOUSE));
        bytes memory act = draft.encode(warehouse);
        draft.words = draft.words.append("stray");
        assertRefused(draft.encode(warehouse), reason(MalformedAct.selector, 0));
        pass(act);
    }

    function test_DeadlineIsTheLastGoodSecond() public {
        Draft memory draft = transfer(receipt, 1, BOB);
        bytes memory act = signed(draft, ALICE, BOB);
        vm.warp(uint256(draft.deadline) + 1);
        assertRefused(act, reason(DeadlinePassed.selector, draft.deadline));
        vm.warp(draft.deadline);
        pass(act);
    }

    function test_ActOfNoKindIsNoneWhateverItsDeadline() public {
        Draft memory draft = transfer(receipt, 1, BOB);
        draft.deadline = 0;
        assertRefused(draft.encodeKind(200, ""), reason(MalformedAct.selector, 0));
    }

    function test_DigestDoesNotDependOnSignatures() public view {
        Draft memory draft = transfer(receipt, 1, BOB);
        assertEq(ledger.digestOf(draft.encode("")), ledger.digestOf(signed(draft, ALICE, BOB)));
    }

    function testFuzz_NoBytesMakeTheLedgerPanic(bytes memory anything) public {
        try ledger.execute(anything) {
            revert("execute has taken arbitrary bytes");
        } catch (bytes memory refusal) {
            assertTrue(Refusals.isTyped(refusal), "a refusal without a type");
        }
        try ledger.relay(anything) returns (uint256 refused) {
            assertTrue(refused != 0 || anything.length == 0);
        } catch (bytes memory refusal) {
            assertEq(bytes4(refusal), MalformedAct.selector);
        }
    }

    /// forge-config: default.fuzz.runs = 2000
    function testFuzz_EveryActOfAnyFieldsIsRefusedWithATypedReason(
        uint8 kind,
        uint256 fields,
        bytes32 commitment,
        bytes32[] memory words,
        uint8 likely,
        uint8 signatures
    ) public {
        if (words.length > 64) return;
        Draft memory draft;
        draft.deadline = type(uint40).max;
        draft.commitment = commitment;
        draft.words = words;
        draft.subject = likely & 1 != 0 ? receipt : likely & 2 != 0 ? POOL : uint64(fields);
        draft.version = likely & 4 != 0 ? 1 : uint16(fields >> 64);
        draft.a = likely & 8 != 0 ? uint56(words.length / 2) : likely & 16 != 0 ? ALICE : uint56(fields >> 80);
        draft.b = likely & 32 != 0 ? 0 : likely & 64 != 0 ? DUE : uint48(fields >> 136);
        uint8 known = kind % (KINDS + 2);
        bytes32 digest;
        try ledger.digestOf(draft.encodeKind(known, "")) returns (bytes32 signedDigest) {
            digest = signedDigest;
        } catch {}
        bytes memory signed_;
        uint32[6] memory cast = [REGISTRAR, WAREHOUSE, INSPECTOR, ALICE, COURT, BANK_A];
        for (uint256 i = 0; i < signatures % 4; ++i) {
            (bytes32 r, bytes32 vs) = vm.signCompact(keyOf(cast[((fields >> 200) + i) % 6]), digest);
            signed_ = bytes.concat(signed_, r, vs);
        }
        vm.recordLogs();
        uint256 refused = ledger.relay(draft.encodeKind(known, signed_));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (refused == 0) return;
        assertEq(logs.length, 1);
        assertTrue(Refusals.isTyped(abi.decode(logs[0].data, (bytes))), "a refusal without a type");
    }

    function test_LargeBatchesStayBelowTheGasOfATransaction() public {
        uint256 count = 250;
        uint64 first = issuedMany(POOL, ALICE, count);
        bytes memory pledges;
        bytes memory refusals;
        for (uint64 i = 0; i < count; ++i) {
            pledges = bytes.concat(pledges, signed(pledge(first + i, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
            refusals = bytes.concat(refusals, signed(pledge(first + i, 1, BANK_B), ALICE, WAREHOUSE, BANK_B));
        }
        vm.cool(address(ledger));
        assertEq(ledger.relay(pledges), 0);
        assertLt(gasOfTransaction(pledges), GAS_OF_A_TRANSACTION_MAX);
        vm.cool(address(ledger));
        assertEq(ledger.relay(refusals), count);
        assertLt(gasOfTransaction(refusals), GAS_OF_A_TRANSACTION_MAX);
    }

    /// @notice So many words say something that can be signed, and neither one fewer nor one more.
    /// @param most Four stands for any number.
    function expectWords(Kind kind, uint256 fewest, uint256 most) private {
        Draft memory draft = draftOf(kind, receipt, 1);
        for (uint256 words = 0; words <= 4; ++words) {
            draft.words = new bytes32[](words);
            if (words >= fewest && words <= most) assertTrue(ledger.digestOf(draft.encode("")) != 0);
            else assertRefused(draft.encode(""), reason(MalformedAct.selector, 0));
        }
    }

    /// @notice The last call, had it been a transaction with these acts.
    function gasOfTransaction(bytes memory acts) private view returns (uint256) {
        return 21_000 + 16 * acts.length + vm.lastCallGas().gasTotalUsed;
    }
}
