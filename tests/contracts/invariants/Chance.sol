// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What is left to chance
/// @notice Everything is drawn from one seed, each thing for its own purpose, so that the same seed does the same again.
library Chance {
    function draw(uint256 seed, string memory purpose) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, purpose)));
    }

    /// @notice A number below `count`, 0 when there is none.
    function draw(uint256 seed, string memory purpose, uint256 count) internal pure returns (uint256) {
        return count == 0 ? 0 : draw(seed, purpose) % count;
    }

    function isOne(uint256 seed, string memory purpose, uint256 chances) internal pure returns (bool) {
        return draw(seed, purpose) % chances == 0;
    }
}
