// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Parties} from "./Parties.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act, Wire} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";

/// @title Who has agreed
/// @notice Matches signatures with the demands of an act. Signatures stand in the order of the consent matrix; a
/// party that has to agree in two roles, one after the other, signs once; the sender's key counts as one more
/// signature.
abstract contract Consent is Parties {
    using Demand for uint256;
    using PartyWord for uint256;
    using Wire for uint256;

    uint256 private constant S_MASK = type(uint256).max >> 1;
    /// @notice Half the order of secp256k1 (EIP-2).
    uint256 private constant S_MAX = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @notice Objects unless the demand is met and no signature is left over.
    /// @dev Here and below, first the ordinary case in a straight line: as many signatures as demands, each by the
    /// right key.
    function _agreed(Act act, uint256 demand) internal view returns (Refusal refusal) {
        if (act.signatureCount() == 1) {
            uint256 word = _keys[_signer(act.digest(), act.signatures())];
            if (demand.unmetBy(word) == 0) {
                act.setLastKeyWord(word);
                return refusal;
            }
        }
        return _agreedOtherwise(act, demand, Demand.NONE, Demand.NONE);
    }

    /// @notice Objects unless one of two demands is met, and no signature is left over. The objection is the second's.
    function _agreedBy(Act act, uint256 demand, uint256 otherwise) internal view returns (Refusal refusal) {
        refusal = _agreed(act, demand);
        // Too many signatures are too many whoever else may have agreed.
        if (refusal.isSome() && refusal.rule() != SurplusSignature.selector) {
            refusal = _agreed(act, otherwise);
        }
    }

    /// @notice Objects unless both demands are met, in this order, and no signature is left over.
    function _agreed(Act act, uint256 first, uint256 second) internal view returns (Refusal refusal) {
        if (act.signatureCount() == 2) {
            (bytes32 digest, uint256 start) = (act.digest(), act.signatures());
            uint256 unmet = first.unmetBy(_keys[_signer(digest, start)]);
            uint256 word = _keys[_signer(digest, start.nextSignature())];
            if (unmet | second.unmetBy(word) == 0) {
                act.setLastKeyWord(word);
                return refusal;
            }
        }
        return _agreedOtherwise(act, first, second, Demand.NONE);
    }

    /// @notice Objects unless all three demands are met, in this order, and no signature is left over.
    function _agreed(Act act, uint256 first, uint256 second, uint256 third)
        internal
        view
        returns (Refusal refusal)
    {
        if (act.signatureCount() == 3) {
            (bytes32 digest, uint256 start) = (act.digest(), act.signatures());
            uint256 unmet = first.unmetBy(_keys[_signer(digest, start)]);
            start = start.nextSignature();
            unmet |= second.unmetBy(_keys[_signer(digest, start)]);
            start = start.nextSignature();
            if (unmet | third.unmetBy(_keys[_signer(digest, start)]) == 0) return refusal;
        }
        return _agreedOtherwise(act, first, second, third);
    }

    /// @notice As `_agreed`, when a party signs once for two demands, the sender or a new key agrees, or somebody
    /// has not agreed.
    /// @dev The demands move up one by one instead of standing in an array, so that the loop needs no memory.
    function _agreedOtherwise(Act act, uint256 demand, uint256 second, uint256 third)
        private
        view
        returns (Refusal refusal)
    {
        uint256 index;
        uint256 start = act.signatures();
        uint256 agreed;
        for (; demand != Demand.NONE; (demand, second, third) = (second, third, Demand.NONE)) {
            address key;
            if (index < act.signatureCount()) {
                key = _signer(act.digest(), start);
                if (key == address(0)) return refuse(BadSignature.selector, index);
                uint256 word = _keys[key];
                if (demand.unmetBy(word) == 0 || (demand == Demand.NEW_KEY && key == act.newKey())) {
                    agreed = word;
                    ++index;
                    start = start.nextSignature();
                    continue;
                }
            } else if (demand == Demand.NEW_KEY && msg.sender == act.newKey()) {
                continue;
            }
            if (demand.unmetBy(agreed) == 0) continue;
            agreed = _keys[msg.sender];
            if (demand.unmetBy(agreed) != 0) return _objection(act, demand, key);
        }
        if (index < act.signatureCount()) {
            return refuse(SurplusSignature.selector, act.signatureCount() - index);
        }
        act.setLastKeyWord(agreed);
    }

    /// @notice Number of the party that agreed last.
    function _lastParty(Act act) internal pure returns (uint256) {
        return act.lastKeyWord().partyOfKey();
    }

    /// @notice The address behind the signature at calldata offset `start`, 0 when it is none.
    function _signer(bytes32 digest, uint256 start) private pure returns (address key) {
        (bytes32 r, bytes32 vs) = Wire.signatureAt(start);
        uint256 s = uint256(vs) & S_MASK;
        // Of the two signatures with one r, only the one with the low s is taken: nobody can make a second of a first.
        if (s > S_MAX) return address(0);
        unchecked {
            key = ecrecover(digest, uint8((uint256(vs) >> 255) + 27), r, bytes32(s));
        }
    }

    /// @notice Why this key, 0 for none, does not meet the demand.
    function _objection(Act act, uint256 demand, address key) private view returns (Refusal) {
        if (key != address(0)) {
            uint256 word = _keys[key];
            if (word == 0 || demand == Demand.NEW_KEY) return refuse(UnknownKey.selector, uint160(key));
            if (demand.concerns(word)) {
                if (demand.needsActive() && !word.isActiveKey()) {
                    return refuse(PartyNotActive.selector, word.partyOfKey());
                }
                return refuse(WrongRole.selector, word.partyOfKey(), demand.role());
            }
        }
        uint256 party = demand == Demand.NEW_KEY ? act.shortSubject() : demand.party();
        return refuse(MissingConsent.selector, party, demand.role());
    }
}
