// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The word of the ledger itself
/// @notice How many pools are in use, and whether sealing has begun. Pure: no storage, no rules.
/// @dev Least significant first: pools 32, sealing 1.
library LedgerWord {
    uint256 private constant SEALING = 1 << 32;

    /// @notice True once the first pool was sealed: from then on none is opened.
    function isSealing(uint256 word) internal pure returns (bool) {
        return word & SEALING != 0;
    }

    /// @notice True when every pool is sealed.
    function isWhollySealed(uint256 word) internal pure returns (bool) {
        return word == SEALING;
    }

    function withPool(uint256 word) internal pure returns (uint256) {
        return word + 1;
    }

    function withPoolSealed(uint256 word) internal pure returns (uint256) {
        return (word | SEALING) - 1;
    }
}
