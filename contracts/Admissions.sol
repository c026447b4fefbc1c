// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Consent} from "./Consent.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Acts on parties
/// @notice Admit, Suspend, Reinstate, BindKey, RevokeKey. The registrar alone can neither move a receipt nor give
/// itself a party's voice: a key is bound only with the consent of a key that the party has.
abstract contract Admissions is Consent {
    using PartyWord for uint256;

    function _actAdmit(Act act) internal returns (Refusal refusal) {
        uint256 party = act.shortSubject();
        uint256 roles = uint16(act.a());
        address key = act.newKey();
        refusal = _agreed(act, Demand.anyIn(PartyWord.REGISTRAR), Demand.NEW_KEY);
        if (refusal.isSome()) return refusal;

        if (_parties[party] != 0) return refuse(PartyExists.selector, party);
        uint256 largest = roles == PartyWord.HOLDER ? ReceiptWord.HOLDER_MAX : type(uint16).max;
        if (party == 0 || party > largest) return refuse(PartyNumberOutOfRange.selector, party, largest);
        if (!PartyWord.areCompatible(roles)) return refuse(ConflictingRoles.selector, roles);
        refusal = _expectUnbound(key);
        if (refusal.isSome()) return refusal;

        _admit(party, roles, key, act.commitment());
    }

    function _actSuspend(Act act) internal returns (Refusal refusal) {
        uint256 party = act.shortSubject();
        uint256 word = _parties[party];
        refusal = _registrarConsent(act, party, word);
        if (refusal.isSome()) return refusal;

        if (!word.isActive()) return refuse(PartyNotActive.selector, party);
        if (_lastParty(act) == party) return refuse(SelfSuspension.selector, party);
        refusal = _expectPartyVersion(act, party, word);
        if (refusal.isSome()) return refusal;

        word = word.next().suspended();
        _setStanding(party, word);
        emit Suspended(uint32(party), word, act.commitment());
    }

    function _actReinstate(Act act) internal returns (Refusal refusal) {
        uint256 party = act.shortSubject();
        uint256 word = _parties[party];
        refusal = _registrarConsent(act, party, word);
        if (refusal.isSome()) return refusal;

        if (word.isActive()) return refuse(PartyActive.selector, party);
        refusal = _expectPartyVersion(act, party, word);
        if (refusal.isSome()) return refusal;

        word = word.next().reinstated();
        _setStanding(party, word);
        emit Reinstated(uint32(party), word, act.commitment());
    }

    function _actBindKey(Act act) internal returns (Refusal refusal) {
        uint256 party = act.shortSubject();
        uint256 word = _parties[party];
        if (word == 0) return refuse(UnknownParty.selector, party);
        refusal = _agreed(act, Demand.anyIn(PartyWord.REGISTRAR), Demand.active(party));
        if (refusal.isSome()) return refusal;

        address key = act.key();
        if (key == address(0)) return refuse(KeyNotBound.selector, 0, party);
        refusal = _expectUnbound(key);
        if (refusal.isSome()) return refusal;
        if (word.keyCount() == KEYS_MAX) return refuse(TooManyKeys.selector, party);
        refusal = _expectPartyVersion(act, party, word);
        if (refusal.isSome()) return refusal;

        _bindKey(party, key);
    }

    function _actRevokeKey(Act act) internal returns (Refusal refusal) {
        uint256 party = act.shortSubject();
        uint256 word = _parties[party];
        if (word == 0) return refuse(UnknownParty.selector, party);
        refusal = _agreed(act, Demand.active(party));
        // Too many signatures are too many whoever else may have agreed.
        if (refusal.isSome() && refusal.rule() != SurplusSignature.selector) {
            refusal = _agreed(act, Demand.anyIn(PartyWord.REGISTRAR));
        }
        if (refusal.isSome()) return refusal;

        address key = act.key();
        if (_keys[key].partyOfKey() != party) return refuse(KeyNotBound.selector, uint160(key), party);
        refusal = _expectPartyVersion(act, party, word);
        if (refusal.isSome()) return refusal;

        _revokeKey(party, key);
    }

    function _registrarConsent(Act act, uint256 party, uint256 word) private view returns (Refusal) {
        if (word == 0) return refuse(UnknownParty.selector, party);
        return _agreed(act, Demand.anyIn(PartyWord.REGISTRAR));
    }

    function _expectUnbound(address key) private view returns (Refusal refusal) {
        uint256 word = _keys[key];
        if (word != 0) return refuse(KeyAlreadyBound.selector, uint160(key), word.partyOfKey());
    }

    function _expectPartyVersion(Act act, uint256 party, uint256 word)
        private
        pure
        returns (Refusal refusal)
    {
        uint256 version = word.version();
        if (act.version() != version) return refuse(StaleVersion.selector, party, act.version(), version);
        if (version == type(uint16).max) return refuse(VersionsExhausted.selector, party);
    }
}
