// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";

/// @title The usual way to put a title on a chain
/// @notice OpenZeppelin's ERC-721 and nothing more: no quantity, no pledge, no consent but the caller's, and anybody
/// may mint.
contract MintableTitle is ERC721 {
    constructor() ERC721("Title", "TITLE") {}

    function mint(address to, uint256 id) external {
        _mint(to, id);
    }

    function mintMany(address to, uint256 first, uint256 count) external {
        for (uint256 i = 0; i < count; ++i) {
            _mint(to, first + i);
        }
    }

    function burn(uint256 id) external {
        _update(address(0), id, msg.sender);
    }
}
