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
    ReleasePortfolio
}

/// @notice One act as it stands in calldata. `words` and `signatures` are calldata offsets.
struct Act {
    uint256 head;
    bytes32 commitment;
    uint256 words;
    uint256 signatures;
}

/// @title The wire form of acts
/// @notice Reads fields; judges nothing. The layout is said in IReceiptsLedger.
library Wire {
    uint256 internal constant FIXED_BYTES = 64;
    uint256 internal constant WORD_BYTES = 32;
    uint256 internal constant SIGNATURE_BYTES = 64;

    /// @notice Reads the act that starts at `offset`.
    /// @return act The act.
    /// @return next Offset behind the act, or 0 when the bytes end before the act does.
    function read(uint256 offset, uint256 end) internal pure returns (Act memory act, uint256 next) {
        if (offset + FIXED_BYTES > end) return (act, 0);
        uint256 head;
        bytes32 commitment;
        assembly ("memory-safe") {
            head := calldataload(offset)
            commitment := calldataload(add(offset, 0x20))
        }
        act.head = head;
        act.commitment = commitment;
        act.words = offset + FIXED_BYTES;
        act.signatures = act.words + wordCount(act) * WORD_BYTES;
        next = act.signatures + signatureCount(act) * SIGNATURE_BYTES;
        if (next > end) next = 0;
    }

    function kind(Act memory act) internal pure returns (uint256) {
        return act.head >> 248;
    }

    function signatureCount(Act memory act) internal pure returns (uint256) {
        return uint8(act.head >> 240);
    }

    function wordCount(Act memory act) internal pure returns (uint256) {
        return uint16(act.head >> 224);
    }

    function deadline(Act memory act) internal pure returns (uint40) {
        return uint40(act.head >> 184);
    }

    function version(Act memory act) internal pure returns (uint16) {
        return uint16(act.head >> 168);
    }

    function subject(Act memory act) internal pure returns (uint64) {
        return uint64(act.head >> 104);
    }

    function a(Act memory act) internal pure returns (uint56) {
        return uint56(act.head >> 48);
    }

    function b(Act memory act) internal pure returns (uint48) {
        return uint48(act.head);
    }

    function word(Act memory act, uint256 index) internal pure returns (bytes32 value) {
        uint256 offset = act.words + index * WORD_BYTES;
        assembly ("memory-safe") {
            value := calldataload(offset)
        }
    }

    /// @notice Keccak of the words from `from` on: the EIP-712 hash of a bytes32 array.
    function hashWords(Act memory act, uint256 from, uint256 count) internal pure returns (bytes32 hash) {
        uint256 offset = act.words + from * WORD_BYTES;
        assembly ("memory-safe") {
            let free := mload(0x40)
            let size := mul(count, 0x20)
            calldatacopy(free, offset, size)
            hash := keccak256(free, size)
        }
    }

    function signature(Act memory act, uint256 index) internal pure returns (bytes32 r, bytes32 vs) {
        uint256 offset = act.signatures + index * SIGNATURE_BYTES;
        assembly ("memory-safe") {
            r := calldataload(offset)
            vs := calldataload(add(offset, 0x20))
        }
    }
}
