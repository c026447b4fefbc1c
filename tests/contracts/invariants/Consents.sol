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

    /// @dev A receipt that an act names is there before it; one that it makes is not, and nobody can agree for it.
    function expectConsent(Attempt memory attempt) internal view {
        Draft memory draft = attempt.draft;
        if (isOnParty(draft.kind)) return _expectOfParty(attempt, uint32(draft.subject));
        if (isOnPool(draft.kind)) return _expectOfPool(attempt, uint32(draft.subject));
        if (draft.kind == Kind.Issue) {
            _expect(attempt, uint32(draft.subject >> 48), PartyWord.WAREHOUSE);
            return _expectIndependentInspector(attempt);
        }
        uint64[] memory subjects = subjectsOf(draft);
        if (draft.kind == Kind.Substitute) return _expectOfSubstitute(attempt, subjects[0], subjects[1]);
        for (uint256 i = 0; i < subjects.length; ++i) {
            if (toldWord[subjects[i]] != 0) _expectOfReceipt(attempt, subjects[i]);
        }
    }

    function isOnParty(Kind kind) internal pure returns (bool) {
        return kind == Kind.Admit || kind == Kind.Suspend || kind == Kind.Reinstate || kind == Kind.BindKey
            || kind == Kind.RevokeKey || kind == Kind.Recover || kind == Kind.VetoRecovery
            || kind == Kind.CompleteRecovery;
    }

    function isOnPool(Kind kind) internal pure returns (bool) {
        return kind == Kind.OpenPool || kind == Kind.Attest || kind == Kind.Pause || kind == Kind.Resume
            || kind == Kind.Seal;
    }

    function isPortfolio(Kind kind) internal pure returns (bool) {
        return kind == Kind.PledgePortfolio || kind == Kind.ReleasePortfolio || kind == Kind.TransferPortfolio;
    }

    /// @notice The party, the pool or the receipts of which an act tells something, in this order.
    function subjectsOf(Draft memory draft) internal pure returns (uint64[] memory subjects) {
        Kind kind = draft.kind;
        uint64 inPool = (draft.subject >> 32) << 32;
        uint256 count = 1;
        if (kind == Kind.Issue) count = draft.a;
        if (kind == Kind.Split) count = 1 + uint16(draft.b);
        if (kind == Kind.Merge || kind == Kind.Substitute || kind == Kind.Replace) count = 2;
        if (isPortfolio(kind)) count = kind == Kind.PledgePortfolio ? draft.b >> 16 : draft.words.length;
        subjects = new uint64[](count);
        for (uint64 i = 0; i < count; ++i) {
            subjects[i] = draft.subject;
            if (isPortfolio(kind)) subjects[i] = receiptIn(draft.words[i]);
            else if (kind == Kind.Issue) subjects[i] += i;
            else if (i > 0 && kind == Kind.Split) subjects[i] = inPool | (uint32(draft.b >> 16) + i - 1);
            else if (i > 0 && kind == Kind.Replace) subjects[i] = inPool | uint32(draft.b);
            else if (i > 0) subjects[i] = receiptIn(draft.words[0]);
        }
    }

    /// @notice The receipt in a word that names one at a version.
    function receiptIn(bytes32 ref) internal pure returns (uint64) {
        return uint64(uint256(ref) >> 16);
    }

    function _expectOfParty(Attempt memory attempt, uint32 party) private view {
        Kind kind = attempt.draft.kind;
        if (kind == Kind.CompleteRecovery) {
            return _expectKey(attempt, toldParty[party].recoveryKey());
        }
        if (kind == Kind.VetoRecovery) {
            return assertTrue(_agreed(attempt, party, ANY_ROLE, false), "I9: no key of the party has vetoed");
        }
        if (kind == Kind.RevokeKey) {
            bool own = _agreed(attempt, party, ANY_ROLE, true);
            bool byRegistrar = _agreed(attempt, ANYBODY, PartyWord.REGISTRAR, true);
            return assertTrue(own || byRegistrar, "I9: neither the party nor the registrar has agreed");
        }
        _expect(attempt, ANYBODY, PartyWord.REGISTRAR);
        if (kind == Kind.BindKey) _expect(attempt, party, ANY_ROLE);
        if (kind == Kind.Recover) _expect(attempt, ANYBODY, PartyWord.AUTHORITY);
        if (kind == Kind.Admit || kind == Kind.Recover) {
            _expectKey(attempt, address(uint160(uint256(attempt.draft.words[0]))));
        }
    }

    function _expectOfPool(Attempt memory attempt, uint32 pool) private view {
        Kind kind = attempt.draft.kind;
        if (kind == Kind.Attest) return _expect(attempt, ANYBODY, PartyWord.INSPECTOR);
        if (kind == Kind.Pause) return _expect(attempt, ANYBODY, PartyWord.GUARDIAN);
        _expect(attempt, ANYBODY, PartyWord.REGISTRAR);
        if (kind == Kind.OpenPool) _expect(attempt, pool >> 16, PartyWord.WAREHOUSE);
        if (kind == Kind.Seal) _expect(attempt, ANYBODY, PartyWord.AUTHORITY);
    }

    function _expectOfReceipt(Attempt memory attempt, uint64 receiptId) private view {
        Kind kind = attempt.draft.kind;
        uint256 word = toldWord[receiptId];
        (uint32 holder, uint32 pledgee) = (uint32(word.holder()), uint32(word.pledgee()));
        (uint32 warehouse, uint32 counterparty) = (uint32(receiptId >> 48), uint32(attempt.draft.a));
        if (kind == Kind.Freeze || kind == Kind.Unfreeze) {
            return _expect(attempt, ANYBODY, PartyWord.AUTHORITY);
        }
        if (kind == Kind.Release || kind == Kind.ReleasePortfolio || kind == Kind.Cure) {
            return assertTrue(_agreed(attempt, pledgee, ANY_ROLE, false), "I9: the pledgee has not agreed");
        }
        if (kind == Kind.Default) return _expect(attempt, pledgee, ANY_ROLE);
        if (kind == Kind.AssignPledge) {
            _expect(attempt, pledgee, ANY_ROLE);
            return _expect(attempt, counterparty, PartyWord.LENDER);
        }
        if (kind == Kind.Enforce) {
            _expect(attempt, pledgee, ANY_ROLE);
            return _expect(attempt, counterparty, PartyWord.HOLDER);
        }
        if (kind == Kind.LiftClaim) {
            bool byWarehouse = _agreed(attempt, warehouse, PartyWord.WAREHOUSE, true);
            bool byAuthority = _agreed(attempt, ANYBODY, PartyWord.AUTHORITY, true);
            return assertTrue(byWarehouse || byAuthority, "I9: neither warehouse nor authority has agreed");
        }
        if (kind == Kind.NoteClaim || kind == Kind.Cancel || kind == Kind.WriteDown) {
            _expect(attempt, warehouse, PartyWord.WAREHOUSE);
            if (kind == Kind.Cancel) assertEq(holder, warehouse, "I9: cancelled, and held by another");
            if (kind == Kind.WriteDown) _expectIndependentInspector(attempt);
            return;
        }
        _expect(attempt, holder, ANY_ROLE);
        if (kind == Kind.Invalidate) return;
        if (kind == Kind.Transfer || kind == Kind.TransferPortfolio) {
            return _expect(attempt, counterparty, PartyWord.HOLDER);
        }
        _expect(attempt, warehouse, PartyWord.WAREHOUSE);
        if (kind == Kind.Pledge || kind == Kind.PledgePortfolio) {
            return _expect(attempt, counterparty, PartyWord.LENDER);
        }
        // Deliver, Split, Merge, ExtendStorage, Replace, ToPaper, FromPaper.
        if (word.isEncumbered()) _expect(attempt, pledgee, ANY_ROLE);
    }

    function _expectOfSubstitute(Attempt memory attempt, uint64 receiptId, uint64 substituteId) private view {
        uint256 word = toldWord[receiptId];
        _expect(attempt, uint32(word.holder()), ANY_ROLE);
        _expect(attempt, uint32(uint256(toldWord[substituteId]).holder()), ANY_ROLE);
        _expect(attempt, uint32(substituteId >> 48), PartyWord.WAREHOUSE);
        _expect(attempt, uint32(word.pledgee()), PartyWord.LENDER);
    }

    /// @notice An inspector has agreed who neither stores nor holds any of the goods.
    function _expectIndependentInspector(Attempt memory attempt) private view {
        Draft memory draft = attempt.draft;
        for (uint256 i = 0; i <= attempt.signers.length; ++i) {
            uint32 inspector = partyOf[_agreeing(attempt, i)];
            bool stands = _stands(inspector, PartyWord.INSPECTOR, true) && inspector != draft.subject >> 48;
            if (draft.kind == Kind.WriteDown && inspector == uint256(toldWord[draft.subject]).holder()) {
                stands = false;
            }
            for (uint256 j = 0; draft.kind == Kind.Issue && j < draft.a; ++j) {
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

    function _expectKey(Attempt memory attempt, address key) private pure {
        for (uint256 i = 0; i <= attempt.signers.length; ++i) {
            if (_agreeing(attempt, i) == key) return;
        }
        assertTrue(false, "I9: the new key has not agreed");
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

    /// @notice The signers one after the other, and behind them the sender, who agrees by sending.
    function _agreeing(Attempt memory attempt, uint256 index) private pure returns (address) {
        return index < attempt.signers.length ? attempt.signers[index] : attempt.sender;
    }
}
