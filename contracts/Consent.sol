// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Parties} from "./Parties.sol";
import {Act, Wire} from "./Wire.sol";
import {refuse} from "./Refusal.sol";
import {PartyWord} from "./words/PartyWord.sol";

/// @notice The signatures of one act, read one by one in the order of the consent matrix.
struct Signers {
    Act act;
    bytes32 digest;
    /// Place of the next signature.
    uint256 index;
    /// Key word behind the last consent given.
    uint256 lastKeyWord;
}

/// @title Who has agreed
/// @notice Matches signatures with the parties whose consent an act needs. Signatures stand in the order of the
/// matrix; a party that has to agree in two roles signs once; the sender's key counts as one more signature.
abstract contract Consent is Parties, EIP712 {
    using Wire for Act;
    using PartyWord for uint256;

    /// @notice Any active key in this role will do.
    uint256 internal constant ANY_PARTY = 0;

    /// @notice Number of the party that agreed last.
    function _lastParty(Signers memory signers) internal pure returns (uint256) {
        return signers.lastKeyWord.partyOfKey();
    }

    /// @notice Demands the consent of `party` (or of anybody, for ANY_PARTY) by a key whose word has all bits of `needs`.
    function _consent(Signers memory signers, uint256 party, uint256 needs)
        internal
        view
        returns (bytes memory refusal)
    {
        if (signers.index < signers.act.signatureCount()) {
            (address key, bool valid) = _recover(signers);
            if (!valid) return refuse(BadSignature.selector, signers.index);
            uint256 word = _keys[key];
            if (_satisfies(word, party, needs)) {
                signers.lastKeyWord = word;
                ++signers.index;
                return "";
            }
            if (_isGivenOtherwise(signers, party, needs)) return "";
            if (word == 0) return refuse(UnknownKey.selector, uint160(key));
            if (party == ANY_PARTY || word.partyOfKey() == party) return _explain(word, needs);
        } else if (_isGivenOtherwise(signers, party, needs)) {
            return "";
        }
        return refuse(MissingConsent.selector, party, uint16(needs >> 32));
    }

    /// @notice Demands that every signature has been asked for.
    function _noSurplus(Signers memory signers) internal pure returns (bytes memory refusal) {
        uint256 surplus = signers.act.signatureCount() - signers.index;
        if (surplus != 0) return refuse(SurplusSignature.selector, surplus);
    }

    /// @notice Recovers the signer at the present place without judging it.
    function _recover(Signers memory signers) internal pure returns (address key, bool valid) {
        (bytes32 r, bytes32 vs) = signers.act.signature(signers.index);
        ECDSA.RecoverError error_;
        (key, error_,) = ECDSA.tryRecover(signers.digest, r, vs);
        valid = error_ == ECDSA.RecoverError.NoError;
    }

    /// @notice By the party that has just agreed in another role, or by the sender.
    function _isGivenOtherwise(Signers memory signers, uint256 party, uint256 needs) private view returns (bool) {
        if (_satisfies(signers.lastKeyWord, party, needs)) return true;
        uint256 word = _keys[msg.sender];
        if (!_satisfies(word, party, needs)) return false;
        signers.lastKeyWord = word;
        return true;
    }

    function _satisfies(uint256 word, uint256 party, uint256 needs) private pure returns (bool) {
        return word != 0 && (party == ANY_PARTY || word.partyOfKey() == party) && word & needs == needs;
    }

    function _explain(uint256 word, uint256 needs) private pure returns (bytes memory) {
        if (needs & PartyWord.KEY_ACTIVE != 0 && word & PartyWord.KEY_ACTIVE == 0) {
            return refuse(PartyNotActive.selector, word.partyOfKey());
        }
        return refuse(WrongRole.selector, word.partyOfKey(), uint16(needs >> 32));
    }
}
