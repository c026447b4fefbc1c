// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC721} from "solady/src/tokens/ERC721.sol";

/// @title A title on a chain for the least gas
/// @notice Solady's ERC-721 and nothing more, in the shape of MintableTitle: what an ERC-721 costs when its author
/// counts every unit.
contract LeanTitle is ERC721 {
    function mint(address to, uint256 id) external {
        _mint(to, id);
    }

    function mintMany(address to, uint256 first, uint256 count) external {
        for (uint256 i = 0; i < count; ++i) {
            _mint(to, first + i);
        }
    }

    function burn(uint256 id) external {
        _burn(msg.sender, id);
    }

    function name() public pure override returns (string memory) {
        return "Title";
    }

    function symbol() public pure override returns (string memory) {
        return "TITLE";
    }

    function tokenURI(uint256) public pure override returns (string memory) {
        return "";
    }
}
