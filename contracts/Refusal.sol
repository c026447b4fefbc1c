// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// A rule that fails returns its ABI-encoded error instead of reverting, so that one bad act in a relay cannot
// undo the others. Empty bytes mean: no objection.

function refuse(bytes4 rule) pure returns (bytes memory) {
    return _refusal(rule, 0, 0, 0, 0x04);
}

function refuse(bytes4 rule, uint256 first) pure returns (bytes memory) {
    return _refusal(rule, first, 0, 0, 0x24);
}

function refuse(bytes4 rule, uint256 first, uint256 second) pure returns (bytes memory) {
    return _refusal(rule, first, second, 0, 0x44);
}

function refuse(bytes4 rule, uint256 first, uint256 second, uint256 third) pure returns (bytes memory) {
    return _refusal(rule, first, second, third, 0x64);
}

/// @dev One body for every number of arguments, because refusals stand at a hundred places and code size is scarce.
function _refusal(bytes4 rule, uint256 first, uint256 second, uint256 third, uint256 size)
    pure
    returns (bytes memory refusal)
{
    assembly ("memory-safe") {
        refusal := mload(0x40)
        mstore(refusal, size)
        mstore(add(refusal, 0x20), rule)
        mstore(add(refusal, 0x24), first)
        mstore(add(refusal, 0x44), second)
        mstore(add(refusal, 0x64), third)
        mstore(0x40, add(refusal, 0xa0))
    }
}
