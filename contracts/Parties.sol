// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {PartyWord} from "./words/PartyWord.sol";

/// @title Who takes part
/// @notice Parties, their roles and the keys that speak for them. Whether somebody may change them is decided in
/// Admissions.
abstract contract Parties is IReceiptsLedger {
    using PartyWord for uint256;

    /// @notice A party may have this many keys at a time, so that a suspension reaches all of them.
    uint256 internal constant KEYS_MAX = 8;

    mapping(uint256 party => uint256 word) internal _parties;
    mapping(address key => uint256 word) internal _keys;
    mapping(uint256 party => address[] keys) private _keysOf;

    function partyWord(uint32 party) external view returns (uint256) {
        return _parties[party];
    }

    function keyWord(address key) external view returns (uint256) {
        return _keys[key];
    }

    function keysOf(uint32 party) external view returns (address[] memory) {
        return _keysOf[party];
    }

    function _admit(uint256 party, uint256 roles, address key, bytes32 profile) internal {
        uint256 word = PartyWord.admitted(roles);
        _parties[party] = word;
        _keys[key] = PartyWord.keyOf(party, word);
        _keysOf[party].push(key);
        emit Admitted(uint32(party), word, key, profile);
    }

    function _bindKey(uint256 party, address key) internal {
        uint256 word = _parties[party].next().withKey();
        _parties[party] = word;
        _keys[key] = PartyWord.keyOf(party, word);
        _keysOf[party].push(key);
        emit KeyBound(uint32(party), word, key);
    }

    function _revokeKey(uint256 party, address key) internal {
        uint256 word = _parties[party].next().withoutKey();
        _parties[party] = word;
        delete _keys[key];
        address[] storage keys = _keysOf[party];
        uint256 last = keys.length - 1;
        for (uint256 i = 0; i < last; ++i) {
            if (keys[i] == key) {
                keys[i] = keys[last];
                break;
            }
        }
        keys.pop();
        emit KeyRevoked(uint32(party), word, key);
    }

    function _setStanding(uint256 party, uint256 word) internal {
        _parties[party] = word;
        address[] storage keys = _keysOf[party];
        uint256 count = keys.length;
        uint256 keyWord_ = PartyWord.keyOf(party, word);
        for (uint256 i = 0; i < count; ++i) {
            _keys[keys[i]] = keyWord_;
        }
    }
}
