// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../../contracts/Wire.sol";

/// @notice An act before anybody has signed it. Fields are as wide as on the wire, so that a test can fill them
/// with what no honest client would send.
struct Draft {
    Kind kind;
    uint64 subject;
    uint16 version;
    uint56 a;
    uint48 b;
    uint40 deadline;
    bytes32 commitment;
    bytes32[] words;
}

/// @notice One receipt of an issue.
struct NewReceipt {
    uint32 holder;
    uint64 quantity;
    uint16 storageDay;
    uint16 itemCount;
    bytes32 content;
}

/// @notice One part of a split.
struct NewPart {
    uint64 quantity;
    uint16 itemCount;
    bytes32 content;
}

/// @title Acts in the wire form, written a second time
/// @notice Independent of contracts/Wire.sol, so that the two check one another.
library Drafts {
    function encode(Draft memory draft, bytes memory signatures) internal pure returns (bytes memory) {
        return encodeKind(draft, uint8(draft.kind), signatures);
    }

    /// @notice The same with a kind that may not exist.
    function encodeKind(Draft memory draft, uint8 kind, bytes memory signatures)
        internal
        pure
        returns (bytes memory)
    {
        bytes memory head = abi.encodePacked(
            kind,
            uint8(signatures.length / 64),
            uint16(draft.words.length),
            draft.deadline,
            draft.version,
            draft.subject,
            draft.a,
            draft.b
        );
        return bytes.concat(head, draft.commitment, abi.encodePacked(draft.words), signatures);
    }

    function packed(NewReceipt memory one) internal pure returns (bytes32) {
        return bytes32(
            (uint256(one.holder) << 96) | (uint256(one.quantity) << 32) | (uint256(one.storageDay) << 16)
                | one.itemCount
        );
    }

    function packed(NewPart memory one) internal pure returns (bytes32) {
        return bytes32((uint256(one.quantity) << 16) | one.itemCount);
    }

    function ref(uint64 receiptId, uint16 version) internal pure returns (bytes32) {
        return bytes32((uint256(receiptId) << 16) | version);
    }

    function append(bytes32[] memory words, bytes32 word) internal pure returns (bytes32[] memory longer) {
        longer = new bytes32[](words.length + 1);
        for (uint256 i = 0; i < words.length; ++i) {
            longer[i] = words[i];
        }
        longer[words.length] = word;
    }
}
