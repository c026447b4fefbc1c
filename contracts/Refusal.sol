// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

// A rule that fails returns its ABI-encoded error instead of reverting, so that one bad act in a relay cannot
// undo the others. Empty bytes mean: no objection.

function refuse(bytes4 rule) pure returns (bytes memory) {
    return abi.encodeWithSelector(rule);
}

function refuse(bytes4 rule, uint256 first) pure returns (bytes memory) {
    return abi.encodeWithSelector(rule, first);
}

function refuse(bytes4 rule, uint256 first, uint256 second) pure returns (bytes memory) {
    return abi.encodeWithSelector(rule, first, second);
}

function refuse(bytes4 rule, uint256 first, uint256 second, uint256 third) pure returns (bytes memory) {
    return abi.encodeWithSelector(rule, first, second, third);
}
