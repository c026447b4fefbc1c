// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Act} from "./Wire.sol";

/// @title EIP-712 hashes of structs and arrays
/// @notice Knows how hashing is done, not what is hashed: that is said in Statements.
/// @dev Written in assembly on memory that stays free, because `abi.encode` keeps every buffer it makes and a batch
/// hashes hundreds of structs.
library Hashing {
    /// @dev Known beforehand, because most acts name no items and no documents.
    uint256 private constant OF_NO_WORDS = uint256(keccak256(""));

    function ofStruct(bytes32 structType, uint256 a, uint256 b, uint256 c)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, structType)
            mstore(add(free, 0x20), a)
            mstore(add(free, 0x40), b)
            mstore(add(free, 0x60), c)
            hash := keccak256(free, 0x80)
        }
    }

    function ofStruct(bytes32 structType, uint256 a, uint256 b, uint256 c, uint256 d)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, structType)
            mstore(add(free, 0x20), a)
            mstore(add(free, 0x40), b)
            mstore(add(free, 0x60), c)
            mstore(add(free, 0x80), d)
            hash := keccak256(free, 0xa0)
        }
    }

    function ofStruct(bytes32 structType, uint256 a, uint256 b, uint256 c, uint256 d, uint256 e)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, structType)
            mstore(add(free, 0x20), a)
            mstore(add(free, 0x40), b)
            mstore(add(free, 0x60), c)
            mstore(add(free, 0x80), d)
            mstore(add(free, 0xa0), e)
            hash := keccak256(free, 0xc0)
        }
    }

    function ofStruct(bytes32 structType, uint256 a, uint256 b, uint256 c, uint256 d, uint256 e, uint256 f)
        internal
        pure
        returns (bytes32 hash)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, structType)
            mstore(add(free, 0x20), a)
            mstore(add(free, 0x40), b)
            mstore(add(free, 0x60), c)
            mstore(add(free, 0x80), d)
            mstore(add(free, 0xa0), e)
            mstore(add(free, 0xc0), f)
            hash := keccak256(free, 0xe0)
        }
    }

    function ofStruct(
        bytes32 structType,
        uint256 a,
        uint256 b,
        uint256 c,
        uint256 d,
        uint256 e,
        uint256 f,
        uint256 g
    ) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, structType)
            mstore(add(free, 0x20), a)
            mstore(add(free, 0x40), b)
            mstore(add(free, 0x60), c)
            mstore(add(free, 0x80), d)
            mstore(add(free, 0xa0), e)
            mstore(add(free, 0xc0), f)
            mstore(add(free, 0xe0), g)
            hash := keccak256(free, 0x100)
        }
    }

    function ofStruct(
        bytes32 structType,
        uint256 a,
        uint256 b,
        uint256 c,
        uint256 d,
        uint256 e,
        uint256 f,
        uint256 g,
        uint256 h
    ) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, structType)
            mstore(add(free, 0x20), a)
            mstore(add(free, 0x40), b)
            mstore(add(free, 0x60), c)
            mstore(add(free, 0x80), d)
            mstore(add(free, 0xa0), e)
            mstore(add(free, 0xc0), f)
            mstore(add(free, 0xe0), g)
            mstore(add(free, 0x100), h)
            hash := keccak256(free, 0x120)
        }
    }

    function ofStruct(
        bytes32 structType,
        uint256 a,
        uint256 b,
        uint256 c,
        uint256 d,
        uint256 e,
        uint256 f,
        uint256 g,
        uint256 h,
        uint256 i
    ) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, structType)
            mstore(add(free, 0x20), a)
            mstore(add(free, 0x40), b)
            mstore(add(free, 0x60), c)
            mstore(add(free, 0x80), d)
            mstore(add(free, 0xa0), e)
            mstore(add(free, 0xc0), f)
            mstore(add(free, 0xe0), g)
            mstore(add(free, 0x100), h)
            mstore(add(free, 0x120), i)
            hash := keccak256(free, 0x140)
        }
    }

    /// @notice Hash of a `bytes32[]`: the words from `from` on.
    function ofWords(Act act, uint256 from, uint256 count) internal pure returns (uint256 hash) {
        hash = OF_NO_WORDS;
        if (count != 0) {
            uint256 words = act.words();
            assembly ("memory-safe") {
                let free := mload(0x40)
                let size := shl(5, count)
                calldatacopy(free, add(words, shl(5, from)), size)
                hash := keccak256(free, size)
            }
        }
    }

    /// @notice Hash of a `ReceiptRef[]`: one word for each, version 16, receipt id 64, least significant first.
    function ofRefs(bytes32 structType, Act act, uint256 count) internal pure returns (uint256 hash) {
        uint256 words = act.words();
        assembly ("memory-safe") {
            let item := mload(0x40)
            let hashes := add(item, 0x60)
            let size := shl(5, count)
            mstore(item, structType)
            for { let i := 0 } lt(i, size) { i := add(i, 0x20) } {
                let packed := calldataload(add(words, i))
                mstore(add(item, 0x20), and(shr(16, packed), 0xffffffffffffffff))
                mstore(add(item, 0x40), and(packed, 0xffff))
                mstore(add(hashes, i), keccak256(item, 0x60))
            }
            hash := keccak256(hashes, size)
        }
    }

    /// @notice Hash of a `NewPart[]`: two words for each, the first being item count 16, quantity 64, least significant
    /// first, and the second the content.
    function ofNewParts(bytes32 structType, Act act, uint256 count) internal pure returns (uint256 hash) {
        uint256 words = act.words();
        assembly ("memory-safe") {
            let item := mload(0x40)
            let hashes := add(item, 0x80)
            let size := shl(5, count)
            mstore(item, structType)
            for { let i := 0 } lt(i, size) { i := add(i, 0x20) } {
                let packed := calldataload(words)
                mstore(add(item, 0x20), and(shr(16, packed), 0xffffffffffffffff))
                mstore(add(item, 0x40), and(packed, 0xffff))
                mstore(add(item, 0x60), calldataload(add(words, 0x20)))
                mstore(add(hashes, i), keccak256(item, 0x80))
                words := add(words, 0x40)
            }
            hash := keccak256(hashes, size)
        }
    }

    /// @notice Hash of a `NewReceipt[]`: two words for each, the first being item count 16, storage day 16,
    /// quantity 64, holder 32, least significant first, and the second the content.
    function ofNewReceipts(bytes32 structType, Act act, uint256 count) internal pure returns (uint256 hash) {
        uint256 words = act.words();
        assembly ("memory-safe") {
            let item := mload(0x40)
            let hashes := add(item, 0xc0)
            let size := shl(5, count)
            mstore(item, structType)
            for { let i := 0 } lt(i, size) { i := add(i, 0x20) } {
                let packed := calldataload(words)
                mstore(add(item, 0x20), and(shr(96, packed), 0xffffffff))
                mstore(add(item, 0x40), and(shr(32, packed), 0xffffffffffffffff))
                mstore(add(item, 0x60), and(shr(16, packed), 0xffff))
                mstore(add(item, 0x80), and(packed, 0xffff))
                mstore(add(item, 0xa0), calldataload(add(words, 0x20)))
                mstore(add(hashes, i), keccak256(item, 0xc0))
                words := add(words, 0x40)
            }
            hash := keccak256(hashes, size)
        }
    }
}
