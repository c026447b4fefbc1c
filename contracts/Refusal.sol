// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @notice A rule that fails returns its ABI-encoded error instead of reverting, so that one bad act in a relay cannot
/// undo the others. The number is the error's position in memory, 0 when there is no objection.
type Refusal is uint256;

using {isNone, isSome, rule, revertWith, encoded} for Refusal global;

function isNone(Refusal refusal) pure returns (bool) {
    return Refusal.unwrap(refusal) == 0;
}

function isSome(Refusal refusal) pure returns (bool) {
    return Refusal.unwrap(refusal) != 0;
}

/// @notice Selector of the error.
function rule(Refusal refusal) pure returns (bytes4) {
    return bytes4(encoded(refusal));
}

function encoded(Refusal refusal) pure returns (bytes memory error_) {
    assembly ("memory-safe") {
        error_ := refusal
    }
}

function revertWith(Refusal refusal) pure {
    assembly ("memory-safe") {
        revert(add(refusal, 0x20), mload(refusal))
    }
}

function refuse(bytes4 selector) pure returns (Refusal) {
    return _refusal(uint32(selector), 0, 0, 0, 0x04);
}

function refuse(bytes4 selector, uint256 first) pure returns (Refusal) {
    return _refusal(uint32(selector), first, 0, 0, 0x24);
}

function refuse(bytes4 selector, uint256 first, uint256 second) pure returns (Refusal) {
    return _refusal(uint32(selector), first, second, 0, 0x44);
}

function refuse(bytes4 selector, uint256 first, uint256 second, uint256 third) pure returns (Refusal) {
    return _refusal(uint32(selector), first, second, third, 0x64);
}

/// @dev One body for every number of arguments, and the selector as a short number, because refusals stand at a
/// hundred places and code size is scarce.
function _refusal(uint32 selector, uint256 first, uint256 second, uint256 third, uint256 size)
    pure
    returns (Refusal refusal)
{
    assembly ("memory-safe") {
        refusal := mload(0x40)
        mstore(refusal, size)
        mstore(add(refusal, 0x20), shl(224, selector))
        mstore(add(refusal, 0x24), first)
        mstore(add(refusal, 0x44), second)
        mstore(add(refusal, 0x64), third)
        mstore(0x40, add(refusal, 0xa0))
    }
}
