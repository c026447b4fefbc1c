// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {RECOVERY_DAYS} from "./Periods.sol";
import {Pools} from "./Pools.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Succession} from "./Succession.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Acts on parties
/// @notice Admit, Suspend, Reinstate, BindKey, RevokeKey, Recover, VetoRecovery, CompleteRecovery. The registrar alone can
/// neither move a receipt nor give itself a party's voice: a key is bound only with the consent of a key that the party
/// has, or, when all are lost, with an authority's and after days in which any of them can object.
abstract contract Admissions is Pools, Succession {
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
        if (refusal.isNone()) refusal = _expectSameParty(party, key);
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
        refusal = _agreedBy(act, Demand.active(party), Demand.anyIn(PartyWord.REGISTRAR));
        if (refusal.isSome()) return refusal;

        address key = act.key();
        if (_keys[key].partyOfKey() != party) return refuse(KeyNotBound.selector, uint160(key), party);
        refusal = _expectPartyVersion(act, party, word);
        if (refusal.isSome()) return refusal;

        _revokeKey(party, key);
    }

    /// @notice From here to the end of the notice the party's keys do nothing but veto and release.
    function _actRecover(Act act) internal returns (Refusal refusal) {
        uint256 party = act.shortSubject();
        uint256 word = _parties[party];
        address key = act.newKey();
        if (word == 0) return refuse(UnknownParty.selector, party);
        refusal = _agreed(
            act, Demand.anyIn(PartyWord.REGISTRAR), Demand.anyIn(PartyWord.AUTHORITY), Demand.NEW_KEY
        );
        if (refusal.isSome()) return refusal;
        if (!word.isActive() && !word.isInRecovery()) return refuse(PartyNotActive.selector, party);
        refusal = _expectUnbound(key);
        if (refusal.isNone()) refusal = _expectPartyVersion(act, party, word);
        if (refusal.isSome()) return refusal;

        word = word.next().recovering(key, _today() + RECOVERY_DAYS);
        _setStanding(party, word);
        emit RecoveryBegun(uint32(party), word, key, act.commitment());
    }

    function _actVetoRecovery(Act act) internal returns (Refusal refusal) {
        uint256 party = act.shortSubject();
        uint256 word = _parties[party];
        if (word == 0) return refuse(UnknownParty.selector, party);
        refusal = _agreed(act, Demand.evenSuspended(party));
        if (refusal.isNone()) refusal = _expectRecovery(party, word);
        if (refusal.isNone()) refusal = _expectVersionOfParty(act, party, word);
        if (refusal.isSome()) return refusal;

        word = word.next().vetoed();
        _setStanding(party, word);
        emit RecoveryVetoed(uint32(party), word, act.commitment());
    }

    function _actCompleteRecovery(Act act) internal returns (Refusal refusal) {
        uint256 party = act.shortSubject();
        uint256 word = _parties[party];
        address key = act.newKey();
        if (word == 0) return refuse(UnknownParty.selector, party);
        refusal = _agreed(act, Demand.NEW_KEY);
        if (refusal.isNone()) refusal = _expectUnbound(key);
        if (refusal.isSome()) return refusal;
        if (word.isInRecovery() && key != word.recoveryKey()) {
            return refuse(KeyNotBound.selector, uint160(key), party);
        }
        refusal = _expectRecovery(party, word);
        if (refusal.isSome()) return refusal;
        if (_today() <= word.noticeDay()) return refuse(NoticeRunning.selector, party, word.noticeDay());
        refusal = _expectVersionOfParty(act, party, word);
        if (refusal.isSome()) return refusal;

        word = word.next().recovered();
        _replaceKeys(party, word, key);
        emit Recovered(uint32(party), word, key, act.commitment());
    }

    function _expectRecovery(uint256 party, uint256 word) private pure returns (Refusal refusal) {
        if (word.isVetoed()) return refuse(Vetoed.selector, party);
        if (!word.isInRecovery()) return refuse(NotInRecovery.selector, party);
    }

    /// @notice A number that an earlier ledger knows goes to whoever has it there: its receipts will come too. One that none
    /// knows yet could still be given away on the predecessor, and receipts with it, until all is sealed there.
    function _expectSameParty(uint256 party, address key) private view returns (Refusal refusal) {
        if (!_hasPredecessor()) return refusal;
        (address ledger,) = _askAll(IReceiptsLedger.partyWord.selector, party);
        if (ledger == address(0)) {
            if (!_isPredecessorSealed()) return refuse(PredecessorNotSealed.selector);
            return refusal;
        }
        if (_ask(ledger, IReceiptsLedger.keyWord.selector, uint160(key)).partyOfKey() != party) {
            return refuse(KeyNotBound.selector, uint160(key), party);
        }
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
        if (word.isInRecovery()) return refuse(InRecovery.selector, party);
        return _expectVersionOfParty(act, party, word);
    }

    function _expectVersionOfParty(Act act, uint256 party, uint256 word)
        private
        pure
        returns (Refusal refusal)
    {
        uint256 version = word.version();
        if (act.version() != version) return refuse(StaleVersion.selector, party, act.version(), version);
        if (version == type(uint16).max) return refuse(VersionsExhausted.selector, party);
    }
}
