// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title One word and one event
/// @notice The least that any ledger of states with a history has to pay: one storage word and one event for each
/// change. It judges nothing and anybody may write.
contract BareWord {
    event Changed(uint256 indexed id, uint256 word, bytes32 commitment);

    mapping(uint256 id => uint256 word) public words;

    function write(uint256 id, uint256 word, bytes32 commitment) external {
        words[id] = word;
        emit Changed(id, word, commitment);
    }

    function writeMany(uint256 first, uint256 word, bytes32[] calldata commitments) external {
        for (uint256 i = 0; i < commitments.length; ++i) {
            words[first + i] = word;
            emit Changed(first + i, word, commitments[i]);
        }
    }
}
