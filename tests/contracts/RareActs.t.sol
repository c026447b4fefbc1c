// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Vm.sol";
import {Kind} from "../../contracts/Wire.sol";
import {PartyWord} from "../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts} from "./support/Draft.sol";
import {HeirTest} from "./support/HeirTest.sol";
import {Refusals} from "./support/Refusals.sol";

interface IRareActs {
    function perform(bytes32 digest) external;
    function bringOver(bytes32 digest) external returns (bool);
}

/// @title The code that runs on the ledger's storage, and what it is without it
contract RareActsTest is HeirTest {
    using Drafts for *;
    using ReceiptWord for uint256;

    uint256 private constant MANY = 100;

    address private rareActs;

    function setUp() public override {
        super.setUp();
        rareActs = rareActsOf(address(ledger));
    }

    function test_CodeOfRareActsStandsByItself() public view {
        assertNotEq(rareActs.code.length, 0);
    }

    function test_CalledDirectlyEveryKindIsRefused() public {
        for (uint256 kind = 1; kind <= uint256(type(Kind).max); ++kind) {
            Draft memory draft = draftOf(Kind(kind), encumbered, 2);
            if (kind == uint256(Kind.Admit)) draft.subject = 50;
            if (takesAWord(Kind(kind))) draft.words = draft.words.append(Drafts.ref(receipt, 1));
            bytes memory act = draft.encode(signatures(draft, REGISTRAR, COURT, BANK_A));
            isRefusedByItself(act, ledger.digestOf(draft.encode("")));
        }
    }

    function test_CalledDirectlyWhatTheLedgerTakesIsRefused() public {
        bytes memory act = signed(freezing(receipt, 1), COURT);
        (bool done, bytes memory answer) = call(rareActs, act, ledger.digestOf(act));
        assertFalse(done);
        assertEq(answer, reason(UnknownReceipt.selector, receipt));
        pass(act);
        act = signed(admission(50, PartyWord.HOLDER, vm.addr(keyOf(50))), REGISTRAR, 50);
        (done, answer) = call(rareActs, act, ledger.digestOf(act));
        assertFalse(done);
        assertEq(answer, reason(UnknownKey.selector, uint160(vm.addr(keyOf(REGISTRAR)))));
        pass(act);
    }

    function test_CalledDirectlyItBringsNothingToTheLedger() public {
        sealPools();
        succeed();
        address itsRareActs = rareActsOf(address(ledger));
        Draft memory draft = freezing(receipt, 1);
        vm.startStateDiffRecording();
        (bool done,) = itsRareActs.call(
            bytes.concat(abi.encodeCall(IRareActs.bringOver, (bytes32(0))), signed(draft, COURT))
        );
        assertTrue(done);
        Vm.AccountAccess[] memory accesses = vm.stopAndReturnStateDiff();
        for (uint256 i = 0; i < accesses.length; ++i) {
            for (uint256 j = 0; j < accesses[i].storageAccesses.length; ++j) {
                Vm.StorageAccess memory access = accesses[i].storageAccesses[j];
                assertFalse(access.isWrite && access.account == address(ledger));
            }
        }
        assertEq(word(receipt), 0);
    }

    function test_WithoutAPredecessorThereIsNothingToBring() public {
        (bool done,) = rareActs.call(
            bytes.concat(abi.encodeCall(IRareActs.bringOver, (bytes32(0))), unsigned(freezing(receipt, 1)))
        );
        assertFalse(done);
    }

    /// @dev With a 64th of so much gas left, the ledger could well write down a refusal.
    function test_ActThatRunsOutOfGasRevertsTheWholeRelay() public {
        Draft memory draft = draftOf(Kind.Split, receipt, 1);
        draft.a = uint56(QUANTITY - MANY);
        draft.b = uint48((uint256(nextSerial(POOL)) << 16) | MANY);
        draft.words = new bytes32[](2 * MANY);
        for (uint256 i = 0; i < MANY; ++i) {
            draft.words[2 * i] = bytes32(uint256(1) << 16);
        }
        bytes memory acts =
            bytes.concat(signed(freezing(neighbour, 1), COURT), signed(draft, ALICE, WAREHOUSE));
        uint256 state = vm.snapshotState();
        uint256 gas = gasleft();
        assertEq(ledger.relay(acts), 0);
        gas -= gasleft();
        vm.revertToState(state);

        for (uint256 part = 4; part < 20; ++part) {
            vm.expectRevert(bytes(""));
            ledger.relay{gas: gas * part / 20}(acts);
            assertEq(version(neighbour), 1);
        }
        assertEq(ledger.relay(acts), 0);
        assertEq(version(neighbour), 2);
    }

    /// @dev A pool over which receipts are open for more than it says cannot come about: it is put into storage here.
    function test_FaultOfTheCodeRevertsTheWholeRelay() public {
        bytes32 slot = keccak256(abi.encode(uint256(POOL), uint256(3)));
        uint256 pool = uint256(vm.load(address(ledger), slot));
        assertEq(pool, ledger.poolWord(POOL));
        vm.store(address(ledger), slot, bytes32((pool << 64) >> 64));
        Draft memory draft = draftOf(Kind.WriteDown, receipt, 1);
        draft.a = 1;
        bytes memory acts =
            bytes.concat(signed(freezing(neighbour, 1), COURT), signed(draft, WAREHOUSE, INSPECTOR));
        vm.expectRevert(abi.encodeWithSignature("Panic(uint256)", 0x11));
        ledger.relay(acts);
        assertEq(version(neighbour), 1);
    }

    function isRefusedByItself(bytes memory act, bytes32 digest) private {
        vm.startStateDiffRecording();
        (bool done, bytes memory answer) = call(rareActs, act, digest);
        assertFalse(done);
        assertTrue(Refusals.isTyped(answer));
        assertNothingChanged(vm.stopAndReturnStateDiff());
    }

    function call(address to, bytes memory act, bytes32 digest) private returns (bool, bytes memory) {
        return to.call(bytes.concat(abi.encodeCall(IRareActs.perform, (digest)), act));
    }

    /// @notice The first contract that a contract creates.
    function rareActsOf(address creator) private pure returns (address) {
        return vm.computeCreateAddress(creator, 1);
    }

    function takesAWord(Kind kind) private pure returns (bool) {
        return kind == Kind.Admit || kind == Kind.Merge || kind == Kind.Substitute || kind == Kind.Recover
            || kind == Kind.CompleteRecovery;
    }

    function signatures(Draft memory draft, uint32 first, uint32 second, uint32 third)
        private
        view
        returns (bytes memory)
    {
        return bytes.concat(
            signature(draft, keyOf(first)), signature(draft, keyOf(second)), signature(draft, keyOf(third))
        );
    }
}
