// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

interface ITitleRegistry {
    function mint(address beneficiary, address holder, uint256 tokenId, bytes calldata remark)
        external
        returns (address);
}

/// @title Many TradeTrust titles in one transaction
/// @notice The registry has no batch of its own. This holds its MINTER_ROLE and calls it in a loop, which is the
/// cheapest that a user of it can do.
contract TitleMinter {
    function mintMany(ITitleRegistry registry, address holder, uint256 first, uint256 count) external {
        for (uint256 i = 0; i < count; ++i) {
            registry.mint(holder, holder, first + i, "");
        }
    }
}
