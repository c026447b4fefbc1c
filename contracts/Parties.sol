// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILedgerErrors} from "./interfaces/ILedgerErrors.sol";
import {ILedgerEvents} from "./interfaces/ILedgerEvents.sol";
import {PartyWord} from "./words/PartyWord.sol";

/// @title Who takes part
/// @notice Parties, their roles and the keys that speak for them. Whether somebody may change them is decided in
/// Admissions.
abstract contract Parties is ILedgerErrors, ILedgerEvents {
    using PartyWord for uint256;

    /// @notice A party may have this many keys at a time, so that a suspension reaches all of them.
    uint256 internal constant KEYS_MAX = 8;

    mapping(uint256 party => uint256 word) internal _parties;
    mapping(address key => uint256 word) internal _keys;
    mapping(uint256 party => address[] keys) internal _keysOf;

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

    /// @notice Ends all keys of a party but this one, which now speaks for it.
    function _replaceKeys(uint256 party, uint256 word, address key) internal {
        address[] storage keys = _keysOf[party];
        while (keys.length != 0) {
            delete _keys[keys[keys.length - 1]];
            keys.pop();
        }
        keys.push(key);
        _parties[party] = word;
        _keys[key] = PartyWord.keyOf(party, word);
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
