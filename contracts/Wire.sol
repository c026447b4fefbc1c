// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice Every kind of act. The numbers are part of the wire form: new kinds are appended, none is reused.
enum Kind {
    None,
    Admit,
    Suspend,
    Reinstate,
    BindKey,
    RevokeKey,
    OpenPool,
    Attest,
    Issue,
    Transfer,
    Pledge,
    Release,
    Deliver,
    Freeze,
    Unfreeze,
    PledgePortfolio,
    ReleasePortfolio,
    AssignPledge,
    Default,
    Cure,
    Enforce,
    TransferPortfolio,
    Split,
    Merge,
    Substitute,
    ExtendStorage,
    Replace,
    Cancel,
    WriteDown,
    ToPaper,
    FromPaper,
    Invalidate,
    NoteClaim,
    LiftClaim,
    Recover,
    VetoRecovery,
    CompleteRecovery,
    Pause,
    Resume,
    Seal
}

/// @notice One act. The number is the position in memory of what is read from calldata once: see Wire.
/// @dev A position and no struct, because Solidity clears every struct that it declares and a relay needs only one.
type Act is uint256;

using Wire for Act global;

/// @title The wire form of acts
/// @notice Reads fields; judges nothing. The layout is said in IReceiptsLedger.
/// @dev Statements and acts read a field through the same function, so what is carried out is as wide as what was
/// signed. In memory an act is seven words: head; commitment; words and signatures, as calldata offsets; digest; key word of
/// the last consent; what is known of pools: that none is sealed, 1 bit, and which of them is free. Arithmetic is unchecked: counts have 16 bits, offsets lie in calldata.
library Wire {
    /// @notice A place for one act after another.
    function allocate() internal pure returns (Act act) {
        assembly ("memory-safe") {
            act := mload(0x40)
            mstore(0x40, add(act, 0xe0))
            mstore(add(act, 0xc0), 0)
        }
    }

    /// @notice Reads the act that starts at `offset`.
    /// @dev Bytes behind the end of calldata read as 0, so an act that is cut short is read too: the caller compares.
    /// @return end Calldata offset behind the act.
    function read(Act act, uint256 offset) internal pure returns (uint256 end) {
        assembly ("memory-safe") {
            let head_ := calldataload(offset)
            let body := add(offset, 0x40)
            let signed := add(body, shl(5, and(shr(224, head_), 0xffff)))
            end := add(signed, shl(6, and(shr(240, head_), 0xff)))
            mstore(act, head_)
            mstore(add(act, 0x20), calldataload(add(offset, 0x20)))
            mstore(add(act, 0x40), body)
            mstore(add(act, 0x60), signed)
        }
    }

    function head(Act act) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(act)
        }
    }

    function commitment(Act act) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(act, 0x20))
        }
    }

    /// @notice Calldata offset of the words.
    function words(Act act) internal pure returns (uint256 offset) {
        assembly ("memory-safe") {
            offset := mload(add(act, 0x40))
        }
    }

    /// @notice Calldata offset of the signatures.
    function signatures(Act act) internal pure returns (uint256 offset) {
        assembly ("memory-safe") {
            offset := mload(add(act, 0x60))
        }
    }

    /// @notice What the signers have signed.
    function digest(Act act) internal pure returns (bytes32 value) {
        assembly ("memory-safe") {
            value := mload(add(act, 0x80))
        }
    }

    function setDigest(Act act, bytes32 value) internal pure {
        assembly ("memory-safe") {
            mstore(add(act, 0x80), value)
        }
    }

    /// @notice Makes the act one of no kind and without an end, which nobody can have signed.
    function annul(Act act) internal pure {
        assembly ("memory-safe") {
            mstore(act, or(shr(8, shl(8, mload(act))), shl(184, 0xffffffffff)))
            mstore(add(act, 0x80), 0)
        }
    }

    /// @notice Key word behind the last consent. Stands there once an act of one or two demands is agreed.
    function lastKeyWord(Act act) internal pure returns (uint256 value) {
        assembly ("memory-safe") {
            value := mload(add(act, 0xa0))
        }
    }

    function setLastKeyWord(Act act, uint256 value) internal pure {
        assembly ("memory-safe") {
            mstore(add(act, 0xa0), value)
        }
    }

    /// @notice True when somebody has looked: no pool of this ledger is sealed.
    function isUnsealed(Act act) internal pure returns (bool value) {
        assembly ("memory-safe") {
            value := and(mload(add(act, 0xc0)), 1)
        }
    }

    /// @notice A pool of which somebody has looked up that transfers out of it are free, 0 for none.
    function freePool(Act act) internal pure returns (uint256 pool) {
        assembly ("memory-safe") {
            pool := shr(1, mload(add(act, 0xc0)))
        }
    }

    /// @dev What is known lasts for the acts of one relay, as long as no rare act comes between.
    function setUnsealed(Act act) internal pure {
        assembly ("memory-safe") {
            let at := add(act, 0xc0)
            mstore(at, or(mload(at), 1))
        }
    }

    function setFreePool(Act act, uint256 pool) internal pure {
        assembly ("memory-safe") {
            let at := add(act, 0xc0)
            mstore(at, or(and(mload(at), 1), shl(1, pool)))
        }
    }

    function forget(Act act) internal pure {
        assembly ("memory-safe") {
            mstore(add(act, 0xc0), 0)
        }
    }

    function kind(Act act) internal pure returns (uint256) {
        return head(act) >> 248;
    }

    function wordCount(Act act) internal pure returns (uint256) {
        return uint16(head(act) >> 224);
    }

    function deadline(Act act) internal pure returns (uint256) {
        return uint40(head(act) >> 184);
    }

    function version(Act act) internal pure returns (uint256) {
        return uint16(head(act) >> 168);
    }

    function subject(Act act) internal pure returns (uint256) {
        return (head(act) << 88) >> 192;
    }

    /// @notice The subject of an act on a party or a pool.
    function shortSubject(Act act) internal pure returns (uint256) {
        return uint32(head(act) >> 104);
    }

    function a(Act act) internal pure returns (uint256) {
        return uint56(head(act) >> 48);
    }

    /// @notice The party in `a`: a transferee or a (new) pledgee.
    function counterparty(Act act) internal pure returns (uint256) {
        return uint32(head(act) >> 48);
    }

    function b(Act act) internal pure returns (uint256) {
        return uint48(head(act));
    }

    function maturityDay(Act act) internal pure returns (uint256) {
        return uint16(head(act));
    }

    function word(Act act, uint256 index) internal pure returns (uint256 value) {
        uint256 start = words(act);
        assembly ("memory-safe") {
            value := calldataload(add(start, shl(5, index)))
        }
    }

    /// @notice The key of a party that stands in place of the commitment.
    function key(Act act) internal pure returns (address) {
        return address(uint160(uint256(commitment(act))));
    }

    /// @notice The key of an act that brings one in its first word.
    function newKey(Act act) internal pure returns (address) {
        return address(uint160(word(act, 0)));
    }

    /// @notice Receipt and version in a word of a portfolio act.
    function ref(Act act, uint256 index) internal pure returns (uint256 receiptId, uint256 version_) {
        uint256 packed = word(act, index);
        return (uint64(packed >> 16), uint16(packed));
    }

    function signatureCount(Act act) internal pure returns (uint256) {
        return uint8(head(act) >> 240);
    }

    /// @notice The signature at a calldata offset.
    function signatureAt(uint256 start) internal pure returns (bytes32 r, bytes32 vs) {
        assembly ("memory-safe") {
            r := calldataload(start)
            vs := calldataload(add(start, 0x20))
        }
    }

    /// @notice Calldata offset of the signature behind the one that starts at `start`.
    function nextSignature(uint256 start) internal pure returns (uint256) {
        unchecked {
            return start + 0x40;
        }
    }
}
