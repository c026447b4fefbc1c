// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test, Vm} from "forge-std/Test.sol";
import {Kind} from "../../../contracts/Wire.sol";
import {ILedgerErrors} from "../../../contracts/interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "../../../contracts/interfaces/ILedgerEvents.sol";
import {IReceiptsLedger} from "../../../contracts/interfaces/IReceiptsLedger.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewPart, NewReceipt} from "./Draft.sol";

/// @title A ledger with a cast
/// @notice Every test takes an act that would pass and changes one thing.
abstract contract LedgerTest is Test, ILedgerErrors, ILedgerEvents {
    using Drafts for *;
    using ReceiptWord for uint256;

    uint256 internal constant EPOCH = 1_577_836_800;
    uint256 internal constant NOW = EPOCH + 2000 days + 8 hours;
    uint16 internal constant TODAY = 2000;
    uint16 internal constant STORED_UNTIL = TODAY + 300;
    uint16 internal constant DUE = TODAY + 100;
    uint8 internal constant COUNT_GOOD_FOR_DAYS = 30;
    uint56 internal constant CAPACITY = 1_000_000;
    uint56 internal constant ATTESTED = 500_000;
    uint64 internal constant QUANTITY = 1000;
    uint16 internal constant NOTICE_DAYS = 10;
    bytes32 internal constant TERMS = keccak256("terms");

    uint32 internal constant REGISTRAR = 1;
    uint32 internal constant WAREHOUSE = 2;
    uint32 internal constant INSPECTOR = 3;
    uint32 internal constant BANK_A = 5;
    uint32 internal constant BANK_B = 6;
    uint32 internal constant COURT = 7;
    uint32 internal constant OTHER_WAREHOUSE = 8;
    /// @notice Stores goods and trades in them.
    uint32 internal constant TRADING_WAREHOUSE = 10;
    /// @notice Counts goods and trades in others.
    uint32 internal constant TRADING_INSPECTOR = 11;
    /// @notice Lends and trades.
    uint32 internal constant TRADING_BANK = 12;
    uint32 internal constant ALICE = 70_000;
    uint32 internal constant BOB = 70_001;
    /// @notice A number that nobody has.
    uint32 internal constant NOBODY = 99;

    /// @notice Stock in bulk.
    uint32 internal constant POOL = (WAREHOUSE << 16) | 1;
    /// @notice Coils, each with a number.
    uint32 internal constant COILS = (WAREHOUSE << 16) | 2;
    uint32 internal constant OTHER_POOL = (OTHER_WAREHOUSE << 16) | 1;
    uint32 internal constant TRADING_POOL = (TRADING_WAREHOUSE << 16) | 1;

    address internal constant RELAYER = address(0x9e1a7e4);

    IReceiptsLedger internal ledger;

    function setUp() public virtual {
        vm.warp(NOW);
        ledger = deploy(address(0));
        admit(WAREHOUSE, PartyWord.WAREHOUSE);
        admit(OTHER_WAREHOUSE, PartyWord.WAREHOUSE);
        admit(INSPECTOR, PartyWord.INSPECTOR);
        admit(ALICE, PartyWord.HOLDER);
        admit(BOB, PartyWord.HOLDER);
        admit(BANK_A, PartyWord.LENDER);
        admit(BANK_B, PartyWord.LENDER);
        admit(COURT, PartyWord.AUTHORITY);
        admit(TRADING_WAREHOUSE, PartyWord.WAREHOUSE | PartyWord.HOLDER);
        admit(TRADING_INSPECTOR, PartyWord.INSPECTOR | PartyWord.HOLDER);
        admit(TRADING_BANK, PartyWord.LENDER | PartyWord.HOLDER);
        open(POOL, WAREHOUSE, false);
        open(COILS, WAREHOUSE, true);
        open(OTHER_POOL, OTHER_WAREHOUSE, false);
        open(TRADING_POOL, TRADING_WAREHOUSE, false);
    }

    /// @dev By name, so that not every test carries the whole code and is compiled with it.
    function deploy(address predecessor) internal returns (IReceiptsLedger) {
        return IReceiptsLedger(
            deployCode(
                "ReceiptsLedger.sol:ReceiptsLedger",
                abi.encode(vm.addr(keyOf(REGISTRAR)), bytes32(0), predecessor)
            )
        );
    }

    // The world before the act.

    function admit(uint32 party, uint256 roles) internal {
        pass(signed(admission(party, roles, vm.addr(keyOf(party))), REGISTRAR, party));
    }

    function open(uint32 pool, uint32 warehouse, bool serialised) internal {
        pass(signed(opening(pool, serialised), REGISTRAR, warehouse));
        pass(signed(attestation(pool, 1, ATTESTED), INSPECTOR));
    }

    /// @notice A new receipt of this holder in the pool.
    function issued(uint32 pool, uint32 holder) internal returns (uint64) {
        Draft memory draft = issue(pool, nextSerial(pool), holder);
        pass(signed(draft, pool >> 16, INSPECTOR));
        return draft.subject;
    }

    function issuedMany(uint32 pool, uint32 holder, uint256 count) internal returns (uint64 first) {
        NewReceipt[] memory receipts = new NewReceipt[](count);
        for (uint256 i = 0; i < count; ++i) {
            receipts[i] = newReceipt(holder, QUANTITY);
        }
        Draft memory draft = issueOf(pool, nextSerial(pool), receipts);
        pass(signed(draft, pool >> 16, INSPECTOR));
        return draft.subject;
    }

    /// @notice A new receipt of Alice, pledged to bank A; its version is 2.
    function pledged() internal returns (uint64 receiptId) {
        receiptId = issued(POOL, ALICE);
        pass(signed(pledge(receiptId, 1, BANK_A), ALICE, WAREHOUSE, BANK_A));
    }

    /// @notice A new receipt of Alice, pledged to bank A, which declares default on the day after maturity; its version
    /// is 3.
    function inDefault() internal returns (uint64 receiptId) {
        receiptId = pledged();
        warpTo(DUE + 1);
        pass(signed(default_(receiptId, 2), BANK_A));
    }

    /// @notice The same, and the last day of the notice is over.
    function afterNotice() internal returns (uint64 receiptId) {
        receiptId = inDefault();
        warpTo(DUE + 1 + NOTICE_DAYS + 1);
    }

    /// @notice The first second of a day.
    function warpTo(uint256 day) internal {
        vm.warp(EPOCH + day * 1 days);
    }

    /// @notice A receipt that has come to this version, which would take thousands of acts.
    function wear(uint64 receiptId, uint256 version_) internal {
        uint256 worn = word(receiptId);
        setWord(receiptId, worn + ((version_ - worn.version()) << 46));
    }

    /// @notice A new receipt of Alice over the coils a, b and c.
    function issuedCoils(bytes32 a, bytes32 b, bytes32 c) internal returns (uint64) {
        Draft memory draft = issueCoils(a, b, c);
        pass(signed(draft, WAREHOUSE, INSPECTOR));
        return draft.subject;
    }

    function suspend(uint32 party) internal {
        pass(signed(suspension(party, partyVersion(party)), REGISTRAR));
    }

    function freeze(uint64 receiptId) internal {
        pass(signed(freezing(receiptId, version(receiptId)), COURT));
    }

    // Acts that pass, unsigned.

    function draftOf(Kind kind, uint64 subject, uint16 version_) internal view returns (Draft memory draft) {
        draft.kind = kind;
        draft.subject = subject;
        draft.version = version_;
        draft.deadline = uint40(block.timestamp + 1 hours);
        draft.commitment = TERMS;
    }

    function admission(uint32 party, uint256 roles, address key) internal view returns (Draft memory draft) {
        draft = draftOf(Kind.Admit, party, 0);
        draft.a = uint56(roles);
        draft.words = draft.words.append(bytes32(uint256(uint160(key))));
    }

    function suspension(uint32 party, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Suspend, party, version_);
    }

    function reinstatement(uint32 party, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Reinstate, party, version_);
    }

    function binding(uint32 party, uint16 version_, address key) internal view returns (Draft memory draft) {
        draft = draftOf(Kind.BindKey, party, version_);
        draft.commitment = bytes32(uint256(uint160(key)));
    }

    function revocation(uint32 party, uint16 version_, address key)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.RevokeKey, party, version_);
        draft.commitment = bytes32(uint256(uint160(key)));
    }

    function opening(uint32 pool, bool serialised) internal view returns (Draft memory draft) {
        draft = draftOf(Kind.OpenPool, pool, 0);
        draft.a = CAPACITY;
        draft.b = uint48(COUNT_GOOD_FOR_DAYS) | (serialised ? 256 : 0);
    }

    function attestation(uint32 pool, uint16 version_, uint56 quantity)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Attest, pool, version_);
        draft.a = quantity;
    }

    function newReceipt(uint32 holder, uint64 quantity) internal pure returns (NewReceipt memory) {
        return NewReceipt(holder, quantity, STORED_UNTIL, 0, keccak256(abi.encode(holder, quantity)));
    }

    function issue(uint32 pool, uint32 serial, uint32 holder) internal view returns (Draft memory) {
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(holder, QUANTITY);
        return issueOf(pool, serial, receipts);
    }

    function issueOf(uint32 pool, uint32 serial, NewReceipt[] memory receipts)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Issue, receiptIdOf(pool, serial), 0);
        draft.a = uint56(receipts.length);
        draft.words = new bytes32[](2 * receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) {
            draft.words[2 * i] = receipts[i].packed();
            draft.words[2 * i + 1] = receipts[i].content;
        }
    }

    function issueCoils(bytes32 a, bytes32 b, bytes32 c) internal view returns (Draft memory draft) {
        NewReceipt[] memory receipts = new NewReceipt[](1);
        receipts[0] = newReceipt(ALICE, QUANTITY);
        receipts[0].itemCount = 3;
        draft = issueOf(COILS, nextSerial(COILS), receipts);
        draft.b = 3;
        draft.words = draft.words.append(a).append(b).append(c);
    }

    function transfer(uint64 receiptId, uint16 version_, uint32 transferee)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Transfer, receiptId, version_);
        draft.a = transferee;
    }

    function pledge(uint64 receiptId, uint16 version_, uint32 pledgee)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Pledge, receiptId, version_);
        draft.a = pledgee;
        draft.b = DUE;
    }

    function release(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Release, receiptId, version_);
    }

    function assignment(uint64 receiptId, uint16 version_, uint32 newPledgee)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.AssignPledge, receiptId, version_);
        draft.a = newPledgee;
    }

    function default_(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Default, receiptId, version_);
    }

    function cure(uint64 receiptId, uint16 version_, uint16 maturityDay)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Cure, receiptId, version_);
        draft.b = maturityDay;
    }

    function enforcement(uint64 receiptId, uint16 version_, uint32 transferee)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Enforce, receiptId, version_);
        draft.a = transferee;
    }

    function delivery(uint64 receiptId, uint16 version_, uint64 quantity)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Deliver, receiptId, version_);
        draft.a = uint56(quantity);
    }

    function freezing(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Freeze, receiptId, version_);
    }

    function unfreezing(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Unfreeze, receiptId, version_);
    }

    function portfolioPledge(uint64[] memory receiptIds, uint32 pledgee)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.PledgePortfolio, receiptIds[0], 0);
        draft.a = pledgee;
        draft.b = uint48((receiptIds.length << 16) | DUE);
        draft.words = refs(receiptIds);
    }

    function portfolioRelease(uint64[] memory receiptIds) internal view returns (Draft memory draft) {
        draft = draftOf(Kind.ReleasePortfolio, receiptIds[0], 0);
        draft.words = refs(receiptIds);
    }

    function openingWith(uint32 pool, uint256 flags) internal view returns (Draft memory draft) {
        draft = opening(pool, false);
        draft.b |= uint48(flags << 7);
    }

    function newPart(uint64 quantity) internal pure returns (NewPart memory) {
        return NewPart(quantity, 0, keccak256(abi.encode("part", quantity)));
    }

    /// @notice One part of this quantity; the rest remains.
    function split(uint64 receiptId, uint16 version_, uint64 quantity) internal view returns (Draft memory) {
        NewPart[] memory parts = new NewPart[](1);
        parts[0] = newPart(quantity);
        return splitInto(receiptId, version_, uint64(word(receiptId).quantity()) - quantity, parts);
    }

    function splitInto(uint64 receiptId, uint16 version_, uint64 remaining, NewPart[] memory parts)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Split, receiptId, version_);
        draft.a = uint56(remaining);
        draft.b = (uint48(nextSerial(uint32(receiptId >> 32))) << 16) | uint48(parts.length);
        draft.words = new bytes32[](2 * parts.length);
        for (uint256 i = 0; i < parts.length; ++i) {
            draft.words[2 * i] = parts[i].packed();
            draft.words[2 * i + 1] = parts[i].content;
        }
    }

    function merge(uint64 receiptId, uint16 version_, uint64 absorbedId, uint16 absorbedVersion)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Merge, receiptId, version_);
        draft.words = draft.words.append(Drafts.ref(absorbedId, absorbedVersion));
    }

    function replacement(uint64 receiptId, uint16 version_, uint64 quantity)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Replace, receiptId, version_);
        draft.a = uint56(quantity);
        draft.b = nextSerial(uint32(receiptId >> 32));
    }

    function cancellation(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Cancel, receiptId, version_);
    }

    function writeDown(uint64 receiptId, uint16 version_, uint64 quantity)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.WriteDown, receiptId, version_);
        draft.a = uint56(quantity);
    }

    /// @notice The receipts at their present versions.
    function refs(uint64[] memory receiptIds) internal view returns (bytes32[] memory words) {
        words = new bytes32[](receiptIds.length);
        for (uint256 i = 0; i < words.length; ++i) {
            words[i] = Drafts.ref(receiptIds[i], version(receiptIds[i]));
        }
    }

    function run(uint64 first, uint256 count, uint64 step)
        internal
        pure
        returns (uint64[] memory receiptIds)
    {
        receiptIds = new uint64[](count);
        for (uint64 i = 0; i < count; ++i) {
            receiptIds[i] = first + i * step;
        }
    }

    function storageExtension(uint64 receiptId, uint16 version_, uint16 storageDay)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.ExtendStorage, receiptId, version_);
        draft.b = storageDay;
    }

    function toPaper(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.ToPaper, receiptId, version_);
    }

    function fromPaper(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.FromPaper, receiptId, version_);
    }

    function claimNote(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.NoteClaim, receiptId, version_);
    }

    function claimLift(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.LiftClaim, receiptId, version_);
    }

    function invalidation(uint64 receiptId, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Invalidate, receiptId, version_);
    }

    function substitution(uint64 receiptId, uint16 version_, uint64 substituteId, uint16 substituteVersion)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.Substitute, receiptId, version_);
        draft.words = draft.words.append(Drafts.ref(substituteId, substituteVersion));
    }

    function portfolioTransfer(uint64[] memory receiptIds, uint32 transferee)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.TransferPortfolio, receiptIds[0], 0);
        draft.a = transferee;
        draft.words = refs(receiptIds);
    }

    function recovery(uint32 party, uint16 version_, address key) internal view returns (Draft memory draft) {
        draft = draftOf(Kind.Recover, party, version_);
        draft.words = draft.words.append(bytes32(uint256(uint160(key))));
    }

    function recoveryVeto(uint32 party, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.VetoRecovery, party, version_);
    }

    function recoveryEnd(uint32 party, uint16 version_, address key)
        internal
        view
        returns (Draft memory draft)
    {
        draft = draftOf(Kind.CompleteRecovery, party, version_);
        draft.words = draft.words.append(bytes32(uint256(uint160(key))));
    }

    function pausing(uint32 pool, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Pause, pool, version_);
    }

    function resumption(uint32 pool, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Resume, pool, version_);
    }

    function sealing(uint32 pool, uint16 version_) internal view returns (Draft memory) {
        return draftOf(Kind.Seal, pool, version_);
    }

    // Signatures.

    /// @notice The first key of a party.
    function keyOf(uint32 party) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("key", party)));
    }

    function unsigned(Draft memory draft) internal pure returns (bytes memory) {
        return draft.encode("");
    }

    function signed(Draft memory draft, uint32 party) internal view returns (bytes memory) {
        return draft.encode(signature(draft, keyOf(party)));
    }

    function signed(Draft memory draft, uint32 first, uint32 second) internal view returns (bytes memory) {
        return draft.encode(bytes.concat(signature(draft, keyOf(first)), signature(draft, keyOf(second))));
    }

    function signed(Draft memory draft, uint32 first, uint32 second, uint32 third)
        internal
        view
        returns (bytes memory)
    {
        return draft.encode(
            bytes.concat(
                signature(draft, keyOf(first)),
                signature(draft, keyOf(second)),
                signature(draft, keyOf(third))
            )
        );
    }

    function signature(Draft memory draft, uint256 privateKey) internal view returns (bytes memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(privateKey, ledger.digestOf(draft.encode("")));
        return bytes.concat(r, vs);
    }

    // What the ledger makes of it.

    function pass(bytes memory act) internal {
        vm.prank(RELAYER);
        ledger.execute(act);
    }

    /// @notice Refused through both doors, for this reason, on record, and without a trace in storage.
    function assertRefused(bytes memory act, bytes memory refusal) internal {
        assertRefusedFrom(RELAYER, act, refusal);
    }

    function assertRefusedFrom(address sender, bytes memory act, bytes memory refusal) internal {
        vm.prank(sender);
        vm.expectRevert(refusal);
        ledger.execute(act);

        bytes32 digest;
        try ledger.digestOf(act) returns (bytes32 signedDigest) {
            digest = signedDigest;
        } catch {}
        uint64 subject;
        assembly ("memory-safe") {
            subject := and(shr(104, mload(add(act, 0x20))), 0xffffffffffffffff)
        }
        vm.expectEmit(true, true, true, true, address(ledger));
        emit ActRefused(digest, subject, refusal);
        vm.startStateDiffRecording();
        vm.prank(sender);
        uint256 refused = ledger.relay(act);
        assertEq(refused, 1, "acts refused");
        assertNothingChanged(vm.stopAndReturnStateDiff());
    }

    /// @dev A call to another contract cuts the record of the one that makes it in two.
    function assertNothingChanged(Vm.AccountAccess[] memory accesses) internal pure {
        uint256 count;
        for (uint256 i = 0; i < accesses.length; ++i) {
            count += accesses[i].storageAccesses.length;
        }
        Vm.StorageAccess[] memory writes = new Vm.StorageAccess[](count);
        count = 0;
        for (uint256 i = 0; i < accesses.length; ++i) {
            for (uint256 j = 0; j < accesses[i].storageAccesses.length; ++j) {
                if (_stands(accesses[i].storageAccesses[j])) {
                    writes[count++] = accesses[i].storageAccesses[j];
                }
            }
        }
        for (uint256 i = 0; i < count; ++i) {
            bool isFirst = true;
            bytes32 last;
            for (uint256 j = 0; j < count; ++j) {
                if (writes[j].account != writes[i].account || writes[j].slot != writes[i].slot) continue;
                if (j < i) isFirst = false;
                last = writes[j].newValue;
            }
            // The first write to a slot says what was there before all of them.
            if (isFirst) assertEq(last, writes[i].previousValue, "a refused act has changed storage");
        }
    }

    /// @notice A write that was not undone by a revert.
    function _stands(Vm.StorageAccess memory access) private pure returns (bool) {
        return access.isWrite && !access.reverted;
    }

    // What stands on the ledger.

    function receiptIdOf(uint32 pool, uint32 serial) internal pure returns (uint64) {
        return (uint64(pool) << 32) | serial;
    }

    function word(uint64 receiptId) internal view returns (uint256) {
        return ledger.receiptWord(receiptId);
    }

    /// @notice Puts a word into storage that no test has the time to come to.
    function setWord(uint64 receiptId, uint256 word_) internal {
        bytes32 slot = keccak256(abi.encode(receiptId >> 1, uint256(11)));
        uint256 pair = uint256(vm.load(address(ledger), slot));
        uint256 shift = 128 * (receiptId & 1);
        pair = (pair & ~(uint256(type(uint128).max) << shift)) | (word_ << shift);
        vm.store(address(ledger), slot, bytes32(pair));
        assertEq(word(receiptId), word_, "receipts are stored elsewhere");
    }

    function version(uint64 receiptId) internal view returns (uint16) {
        return uint16(word(receiptId).version());
    }

    function nextSerial(uint32 pool) internal view returns (uint32) {
        return uint32(ledger.poolWord(pool) >> 48);
    }

    function poolVersion(uint32 pool) internal view returns (uint16) {
        return uint16(ledger.poolWord(pool) >> 16);
    }

    function partyVersion(uint32 party) internal view returns (uint16) {
        return uint16(ledger.partyWord(party) >> 25);
    }

    function reason(bytes4 selector, uint256 first) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, first);
    }

    function reason(bytes4 selector, uint256 first, uint256 second) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, first, second);
    }

    function reason(bytes4 selector, uint256 first, uint256 second, uint256 third)
        internal
        pure
        returns (bytes memory)
    {
        return abi.encodeWithSelector(selector, first, second, third);
    }
}
