// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Consent, Signers} from "./Consent.sol";
import {refuse} from "./Refusal.sol";
import {Act, Wire} from "./Wire.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Acts on parties
/// @notice Admit, Suspend, Reinstate, BindKey, RevokeKey. The registrar alone can neither move a receipt nor give
/// itself a party's voice: a key is bound only with the consent of a key that the party has.
abstract contract Admissions is Consent {
    using PartyWord for uint256;
    using Wire for Act;

    uint256 private constant REGISTRAR_NEEDED = PartyWord.KEY_ACTIVE | (PartyWord.REGISTRAR << 32);

    function _actAdmit(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 party = act.subject();
        uint256 roles = act.a();
        address key = address(uint160(uint256(act.word(0))));

        refusal = _consent(signers, ANY_PARTY, REGISTRAR_NEEDED);
        if (refusal.length != 0) return refusal;
        refusal = _ownConsent(signers, key);
        if (refusal.length != 0) return refusal;

        if (!PartyWord.areCompatible(roles)) return refuse(ConflictingRoles.selector, uint16(roles));
        uint256 largest = roles == PartyWord.HOLDER ? ReceiptWord.HOLDER_MAX : type(uint16).max;
        if (party == 0 || party > largest) return refuse(PartyNumberOutOfRange.selector, uint32(party), largest);
        if (_parties[party] != 0) return refuse(PartyExists.selector, party);
        if (_keys[key] != 0) return refuse(KeyAlreadyBound.selector, uint160(key), _keys[key].partyOfKey());

        _admit(party, roles, key, act.commitment);
    }

    function _actSuspend(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 word;
        (refusal, word) = _registrarConsent(signers);
        if (refusal.length != 0) return refusal;

        uint256 party = act.subject();
        if (!word.isActive()) return refuse(PartyNotActive.selector, party);
        if (_lastParty(signers) == party) return refuse(SelfSuspension.selector, party);
        refusal = _expectPartyVersion(act, word);
        if (refusal.length != 0) return refusal;

        word = word.next().suspended();
        _setStanding(party, word);
        emit Suspended(uint32(party), word, act.commitment);
    }

    function _actReinstate(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 word;
        (refusal, word) = _registrarConsent(signers);
        if (refusal.length != 0) return refusal;

        uint256 party = act.subject();
        if (word.isActive()) return refuse(PartyActive.selector, party);
        refusal = _expectPartyVersion(act, word);
        if (refusal.length != 0) return refusal;

        word = word.next().reinstated();
        _setStanding(party, word);
        emit Reinstated(uint32(party), word, act.commitment);
    }

    function _actBindKey(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 party = act.subject();
        uint256 word = _parties[party];
        if (word == 0) return refuse(UnknownParty.selector, uint32(party));
        refusal = _consent(signers, ANY_PARTY, REGISTRAR_NEEDED);
        if (refusal.length != 0) return refusal;
        refusal = _consent(signers, party, PartyWord.KEY_ACTIVE);
        if (refusal.length == 0) refusal = _noSurplus(signers);
        if (refusal.length != 0) return refusal;

        address key = address(uint160(uint256(act.commitment)));
        if (key == address(0)) return refuse(KeyNotBound.selector, 0, party);
        if (_keys[key] != 0) return refuse(KeyAlreadyBound.selector, uint160(key), _keys[key].partyOfKey());
        if (word.keyCount() == KEYS_MAX) return refuse(TooManyKeys.selector, party);
        refusal = _expectPartyVersion(act, word);
        if (refusal.length != 0) return refusal;

        _bindKey(party, key);
    }

    function _actRevokeKey(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 party = act.subject();
        uint256 word = _parties[party];
        if (word == 0) return refuse(UnknownParty.selector, uint32(party));
        refusal = _consent(signers, party, PartyWord.KEY_ACTIVE);
        if (refusal.length != 0) refusal = _consent(signers, ANY_PARTY, REGISTRAR_NEEDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
        if (refusal.length != 0) return refusal;

        address key = address(uint160(uint256(act.commitment)));
        if (_keys[key].partyOfKey() != party) return refuse(KeyNotBound.selector, uint160(key), party);
        refusal = _expectPartyVersion(act, word);
        if (refusal.length != 0) return refusal;

        _revokeKey(party, key);
    }

    /// @notice The new key proves that somebody has it, by signature or as the sender.
    function _ownConsent(Signers memory signers, address key) private view returns (bytes memory refusal) {
        if (signers.index < signers.act.signatureCount()) {
            (address signer, bool valid) = _recover(signers);
            if (!valid) return refuse(BadSignature.selector, signers.index);
            if (signer != key) return refuse(UnknownKey.selector, uint160(signer));
            ++signers.index;
        } else if (key != msg.sender) {
            return refuse(MissingConsent.selector, signers.act.subject(), 0);
        }
        return _noSurplus(signers);
    }

    function _registrarConsent(Signers memory signers) private view returns (bytes memory refusal, uint256 word) {
        uint256 party = signers.act.subject();
        word = _parties[party];
        if (word == 0) return (refuse(UnknownParty.selector, uint32(party)), 0);
        refusal = _consent(signers, ANY_PARTY, REGISTRAR_NEEDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
    }

    function _expectPartyVersion(Act memory act, uint256 word) private pure returns (bytes memory refusal) {
        uint256 version = word.version();
        if (act.version() != version) return refuse(StaleVersion.selector, act.subject(), act.version(), version);
        if (version == type(uint16).max) return refuse(VersionsExhausted.selector, act.subject());
    }
}
