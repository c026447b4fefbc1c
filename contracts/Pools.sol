// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Consent} from "./Consent.sol";

/// @title Where goods lie
/// @notice A pool is goods of one kind in one place of one warehouse; always receipted <= attested <= capacity.
abstract contract Pools is Consent {
    /// @notice 1 January 2020 UTC, day 0 of every day on this ledger.
    uint256 internal constant EPOCH = 1_577_836_800;

    mapping(uint256 pool => uint256 word) internal _pools;
    uint256 internal _ledgerWord;

    function _warehouseOf(uint256 pool) internal pure returns (uint256) {
        return pool >> 16;
    }

    function _today() internal view returns (uint256) {
        unchecked {
            return (block.timestamp - EPOCH) / 1 days;
        }
    }
}
