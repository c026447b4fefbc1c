// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../../contracts/Wire.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Draft} from "../support/Draft.sol";
import {Chronicle} from "./Chronicle.sol";

/// @notice An act as it was sent, with the keys whose signatures under it are true.
/// @param signers Who signed this very statement. Who signed another one, or nothing, is not here.
struct Attempt {
    Draft draft;
    bytes wire;
    bytes32 digest;
    address[] signers;
    address sender;
}

/// @title The consent matrix, written a second time
/// @notice Says of an act that was carried out whether everybody had agreed to it, by the standing that the parties
/// had just before. Knows the signatures that were given, which the ledger has to find out.
abstract contract Consents is Chronicle {
    using PartyWord for uint256;
    using ReceiptWord for uint256;

    uint256 private constant ANY_ROLE = 0;
    uint32 private constant ANYBODY = 0;

    function expectConsent(Attempt memory attempt) internal view {
        Draft memory draft = attempt.draft;
        Kind kind = draft.kind;
        if (kind == Kind.Issue) {
            _expect(attempt, uint32(draft.subject >> 48), PartyWord.WAREHOUSE);
            _expectIndependentInspector(attempt);
        } else if (kind == Kind.Attest) {
            _expect(attempt, ANYBODY, PartyWord.INSPECTOR);
        } else if (kind == Kind.Freeze || kind == Kind.Unfreeze) {
            _expect(attempt, ANYBODY, PartyWord.AUTHORITY);
        } else if (uint256(kind) <= uint256(Kind.OpenPool)) {
            _expectRegistry(attempt);
        } else {
            uint64[] memory subjects = subjectsOf(draft);
            for (uint256 i = 0; i < subjects.length; ++i) {
                _expectOfReceipt(attempt, subjects[i]);
            }
        }
    }

    /// @notice The receipts that an act names.
    function subjectsOf(Draft memory draft) internal pure returns (uint64[] memory subjects) {
        uint256 count = 1;
        if (draft.kind == Kind.Issue) count = draft.a;
        if (draft.kind == Kind.PledgePortfolio) count = draft.b >> 16;
        if (draft.kind == Kind.ReleasePortfolio) count = draft.words.length;
        bool isPortfolio = draft.kind == Kind.PledgePortfolio || draft.kind == Kind.ReleasePortfolio;
        subjects = new uint64[](count);
        for (uint64 i = 0; i < count; ++i) {
            subjects[i] = isPortfolio ? uint64(uint256(draft.words[i]) >> 16) : draft.subject + i;
        }
    }

    function _expectOfReceipt(Attempt memory attempt, uint64 receiptId) private view {
        uint256 word = toldWord[receiptId];
        uint32 warehouse = uint32(receiptId >> 48);
        Kind kind = attempt.draft.kind;
        if (kind == Kind.Release || kind == Kind.ReleasePortfolio) {
            assertTrue(
                _agreed(attempt, uint32(word.pledgee()), ANY_ROLE, false), "I9: the pledgee has not agreed"
            );
            return;
        }
        _expect(attempt, uint32(word.holder()), ANY_ROLE);
        if (kind == Kind.Transfer) return _expect(attempt, uint32(attempt.draft.a), PartyWord.HOLDER);
        _expect(attempt, warehouse, PartyWord.WAREHOUSE);
        if (kind == Kind.Deliver) {
            if (word.isEncumbered()) _expect(attempt, uint32(word.pledgee()), ANY_ROLE);
            return;
        }
        _expect(attempt, uint32(attempt.draft.a), PartyWord.LENDER);
    }

    function _expectRegistry(Attempt memory attempt) private view {
        uint32 party = uint32(attempt.draft.subject);
        Kind kind = attempt.draft.kind;
        if (kind == Kind.RevokeKey) {
            bool own = _agreed(attempt, party, ANY_ROLE, true);
            bool byRegistrar = _agreed(attempt, ANYBODY, PartyWord.REGISTRAR, true);
            assertTrue(own || byRegistrar, "I9: neither the party nor the registrar has agreed");
            return;
        }
        _expect(attempt, ANYBODY, PartyWord.REGISTRAR);
        if (kind == Kind.BindKey) _expect(attempt, party, ANY_ROLE);
        if (kind == Kind.OpenPool) _expect(attempt, party >> 16, PartyWord.WAREHOUSE);
        if (kind == Kind.Admit) {
            address key = address(uint160(uint256(attempt.draft.words[0])));
            assertTrue(_signed(attempt, key), "I9: the new key has not agreed");
        }
    }

    /// @notice An inspector has agreed who neither stores nor holds any of the goods.
    function _expectIndependentInspector(Attempt memory attempt) private view {
        Draft memory draft = attempt.draft;
        for (uint256 i = 0; i <= attempt.signers.length; ++i) {
            uint32 inspector = partyOf[_agreeing(attempt, i)];
            bool stands = _stands(inspector, PartyWord.INSPECTOR, true) && inspector != draft.subject >> 48;
            for (uint256 j = 0; j < draft.a; ++j) {
                if (uint32(uint256(draft.words[2 * j]) >> 96) == inspector) stands = false;
            }
            if (stands) return;
        }
        assertTrue(false, "I9: no independent inspector has agreed");
    }

    /// @notice This party, or anybody, has agreed who is active and in this role, or in any.
    function _expect(Attempt memory attempt, uint32 party, uint256 role) private view {
        assertTrue(_agreed(attempt, party, role, true), "I9: somebody has not agreed");
    }

    function _agreed(Attempt memory attempt, uint32 party, uint256 role, bool mustBeActive)
        private
        view
        returns (bool)
    {
        for (uint256 i = 0; i <= attempt.signers.length; ++i) {
            uint32 found = partyOf[_agreeing(attempt, i)];
            if ((party == ANYBODY || found == party) && _stands(found, role, mustBeActive)) return true;
        }
        return false;
    }

    function _stands(uint32 party, uint256 role, bool mustBeActive) private view returns (bool) {
        uint256 word = toldParty[party];
        return word != 0 && word.roles() & role == role && (word.isActive() || !mustBeActive);
    }

    function _signed(Attempt memory attempt, address key) private pure returns (bool) {
        for (uint256 i = 0; i <= attempt.signers.length; ++i) {
            if (_agreeing(attempt, i) == key) return true;
        }
        return false;
    }

    /// @notice The signers one after the other, and behind them the sender, who agrees by sending.
    function _agreeing(Attempt memory attempt, uint256 index) private pure returns (address) {
        return index < attempt.signers.length ? attempt.signers[index] : attempt.sender;
    }
}
