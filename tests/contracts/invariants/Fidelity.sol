// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../../contracts/Wire.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Draft} from "../support/Draft.sol";
import {Consents} from "./Consents.sol";

/// @title That what was done is what was signed
/// @notice Compares an act that was carried out with what the chronicle has been told before and of it. Consent to one thing
/// is none to another.
abstract contract Fidelity is Consents {
    using PartyWord for uint256;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    /// @notice The act names the versions that are, so it cannot have been carried out before.
    function expectVersions(Draft memory draft) internal view {
        Kind kind = draft.kind;
        uint64[] memory subjects = subjectsOf(draft);
        if (kind == Kind.Admit || kind == Kind.OpenPool || kind == Kind.Issue) {
            // These make what they are about, and can do so once.
            return assertEq(_versionOf(kind, subjects[0]), 0, "made again");
        }
        for (uint256 i = 0; i < subjects.length; ++i) {
            uint256 named = draft.version;
            if (isPortfolio(kind)) named = uint16(uint256(draft.words[i]));
            else if (i > 0 && (kind == Kind.Split || kind == Kind.Replace)) named = 0;
            else if (i > 0) named = uint16(uint256(draft.words[0]));
            assertEq(named, _versionOf(kind, subjects[i]), "carried out at another version");
        }
    }

    function _versionOf(Kind kind, uint64 subject) private view returns (uint256) {
        if (isOnParty(kind)) return PartyWord.version(toldParty[uint32(subject)]);
        if (isOnPool(kind)) return PoolWord.version(toldPool[uint32(subject)]);
        return ReceiptWord.version(toldWord[subject]);
    }

    /// @notice One for each receipt, pool or party, item or page of items, and document.
    function eventCount(Draft memory draft) internal view returns (uint256 count) {
        (uint256 from, uint256 to) = _itemWords(draft);
        count = to - from;
        if (toldPool[uint32(draft.subject >> 32)].isPaged()) count /= 2;
        Kind kind = draft.kind;
        bool hasDocuments =
            kind == Kind.Issue || kind == Kind.Pledge || kind == Kind.Deliver || kind == Kind.PledgePortfolio;
        if (kind == Kind.PledgePortfolio) to = draft.b >> 16;
        if (hasDocuments) count += draft.words.length - to;
        return count + subjectsOf(draft).length;
    }

    function isOnGoods(Kind kind) internal pure returns (bool) {
        return kind == Kind.Issue || kind == Kind.Deliver || kind == Kind.Split || kind == Kind.Merge
            || kind == Kind.Substitute || kind == Kind.Replace || kind == Kind.Cancel
            || kind == Kind.WriteDown;
    }

    /// @notice Which words of the act name items.
    function _itemWords(Draft memory draft) private pure returns (uint256 from, uint256 to) {
        Kind kind = draft.kind;
        if (kind == Kind.Issue) return (2 * draft.a, 2 * draft.a + draft.b);
        if (kind == Kind.Deliver) return (0, draft.b);
        if (!isOnGoods(kind) || kind == Kind.Substitute) return (0, 0);
        if (kind == Kind.Split) from = 2 * uint16(draft.b);
        if (kind == Kind.Merge) from = 1;
        return (from, draft.words.length);
    }

    /// @notice Whom, what, how much and until when: as the words stand behind the act.
    function expectAsSigned(Draft memory draft) internal view {
        if (isOnParty(draft.kind)) return;
        if (isOnPool(draft.kind)) return _expectPoolAsSigned(draft);
        uint64[] memory subjects = subjectsOf(draft);
        for (uint256 i = 0; i < subjects.length; ++i) {
            _expectReceiptAsSigned(draft, subjects[i]);
        }
        if (draft.kind == Kind.Issue) _expectNewReceipts(draft, subjects);
        if (draft.kind == Kind.Split) _expectParts(draft, subjects);
        if (draft.kind == Kind.Replace) {
            assertEq(toldWord[subjects[1]].quantity(), draft.a, "another quantity than signed");
        }
    }

    function _expectPoolAsSigned(Draft memory draft) private view {
        uint256 word = toldPool[uint32(draft.subject)];
        if (draft.kind == Kind.Attest) assertEq(word.attested(), draft.a, "another count than signed");
        if (draft.kind != Kind.OpenPool) return;
        assertEq(word.capacity(), draft.a, "another capacity than signed");
        assertEq(word.attestationDays(), uint8(draft.b), "another age of a count than signed");
        assertEq(uint8(word), 1 | (((draft.b >> 8) & 7) << 1), "another kind of pool than signed");
    }

    function _expectReceiptAsSigned(Draft memory draft, uint64 receiptId) private view {
        Kind kind = draft.kind;
        uint256 word = toldWord[receiptId];
        if (kind == Kind.Transfer || kind == Kind.TransferPortfolio || kind == Kind.Enforce) {
            assertEq(word.holder(), draft.a, "another transferee than signed");
        }
        bool isPledge = kind == Kind.Pledge || kind == Kind.PledgePortfolio;
        if (isPledge || kind == Kind.AssignPledge) {
            assertEq(word.pledgee(), draft.a, "another pledgee than signed");
        }
        if (isPledge || kind == Kind.Cure) {
            assertEq(word.maturityDay(), uint16(draft.b), "another maturity than signed");
        }
        if (kind == Kind.ExtendStorage) {
            assertEq(word.storageDay(), uint16(draft.b), "another storage day than signed");
        }
        if (kind == Kind.Deliver || kind == Kind.WriteDown) {
            uint256 before = wordBefore[receiptId];
            assertEq(before.quantity() - word.quantity(), draft.a, "another quantity than signed");
        }
    }

    function _expectNewReceipts(Draft memory draft, uint64[] memory subjects) private view {
        for (uint256 i = 0; i < subjects.length; ++i) {
            uint256 packed = uint256(draft.words[2 * i]);
            uint256 word = toldWord[subjects[i]];
            assertEq(word.holder(), uint32(packed >> 96), "another holder than signed");
            assertEq(word.quantity(), uint64(packed >> 32), "another quantity than signed");
            assertEq(word.storageDay(), uint16(packed >> 16), "another storage day than signed");
        }
    }

    function _expectParts(Draft memory draft, uint64[] memory subjects) private view {
        assertEq(toldWord[subjects[0]].quantity(), draft.a, "another remainder than signed");
        for (uint256 i = 1; i < subjects.length; ++i) {
            uint256 packed = uint256(draft.words[2 * (i - 1)]);
            assertEq(toldWord[subjects[i]].quantity(), uint64(packed >> 16), "another part than signed");
        }
    }
}
