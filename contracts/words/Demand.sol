// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "./PartyWord.sol";

/// @title Whose consent an act asks for
/// @notice A pattern for the word of a key. Pure: no storage, no rules.
/// @dev Low 64 bits: what the key word has to say (party, roles, active). High bits: which of its bits are looked at.
/// Something is always looked at that is not 0, so the word 0 of a key that speaks for nobody meets no demand.
library Demand {
    /// @notice Nothing is asked for. Anybody would meet this, so it only marks where demands end.
    uint256 internal constant NONE = 0;
    /// @notice The key that the act itself brings, which speaks for nobody yet.
    /// @dev No key word has this bit.
    uint256 internal constant NEW_KEY = (1 << 63) | (1 << 127);

    uint256 private constant MASK_AT = 64;
    uint256 private constant PARTY_MASK = type(uint32).max;

    /// @notice This party, active.
    function active(uint256 party_) internal pure returns (uint256) {
        return _of(party_, PartyWord.KEY_ACTIVE);
    }

    /// @notice This party, active and in this role.
    function activeIn(uint256 role_, uint256 party_) internal pure returns (uint256) {
        return _of(party_, PartyWord.KEY_ACTIVE | PartyWord.inKey(role_));
    }

    /// @notice Any party, active and in this role.
    function anyIn(uint256 role_) internal pure returns (uint256) {
        uint256 needs = PartyWord.KEY_ACTIVE | PartyWord.inKey(role_);
        return (needs << MASK_AT) | needs;
    }

    /// @notice This party, even while it is suspended. The party must have a number.
    function evenSuspended(uint256 party_) internal pure returns (uint256) {
        return _of(party_, 0);
    }

    /// @notice The bits in which the key word is not as it should be; 0 when the demand is met.
    function unmetBy(uint256 demand, uint256 keyWord) internal pure returns (uint256) {
        return (keyWord ^ demand) & (demand >> MASK_AT);
    }

    /// @notice True when the party of this key is one that could meet the demand.
    function concerns(uint256 demand, uint256 keyWord) internal pure returns (bool) {
        return unmetBy(demand, keyWord) & PARTY_MASK == 0;
    }

    /// @notice Number of the party, 0 when any would do.
    function party(uint256 demand) internal pure returns (uint256) {
        return uint32(demand);
    }

    function role(uint256 demand) internal pure returns (uint256) {
        return PartyWord.rolesOfKey(demand);
    }

    function needsActive(uint256 demand) internal pure returns (bool) {
        return demand & PartyWord.KEY_ACTIVE != 0;
    }

    function _of(uint256 party_, uint256 needs) private pure returns (uint256) {
        return ((PARTY_MASK | needs) << MASK_AT) | needs | party_;
    }
}
