// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Hashing} from "./Hashing.sol";
import {Act, Kind} from "./Wire.sol";

/// @title What signers sign
/// @notice The EIP-712 struct of every kind of act, and where each member stands in the wire form.
/// @dev Days are counted from 1 January 2020 UTC, deadlines are Unix seconds, quantities are base units of the pool.
library Statements {
    /// @dev subject: party. a: roles. word 0: key.
    bytes32 internal constant ADMIT =
        keccak256("Admit(uint32 party,uint16 roles,address key,bytes32 profile,uint40 deadline)");
    /// @dev subject: party.
    bytes32 internal constant SUSPEND =
        keccak256("Suspend(uint32 party,uint16 version,bytes32 reason,uint40 deadline)");
    /// @dev subject: party.
    bytes32 internal constant REINSTATE =
        keccak256("Reinstate(uint32 party,uint16 version,bytes32 reason,uint40 deadline)");
    /// @dev subject: party. commitment: key.
    bytes32 internal constant BIND_KEY =
        keccak256("BindKey(uint32 party,uint16 version,address key,uint40 deadline)");
    /// @dev subject: party. commitment: key.
    bytes32 internal constant REVOKE_KEY =
        keccak256("RevokeKey(uint32 party,uint16 version,address key,uint40 deadline)");
    /// @dev subject: pool. a: capacity. b: attestation days 8, serialised 1, paged 1, bonded 1, not
    /// negotiable 1.
    bytes32 internal constant OPEN_POOL = keccak256(
        "OpenPool(uint32 pool,uint64 capacity,uint8 attestationDays,bool serialised,bool paged,bool bonded,"
        "bool nonNegotiable,bytes32 description,uint40 deadline)"
    );
    /// @dev subject: pool. a: quantity.
    bytes32 internal constant ATTEST =
        keccak256("Attest(uint32 pool,uint16 version,uint64 quantity,bytes32 evidence,uint40 deadline)");
    bytes32 internal constant NEW_RECEIPT = keccak256(
        "NewReceipt(uint32 holder,uint64 quantity,uint16 storageDay,uint16 itemCount,bytes32 content)"
    );
    /// @dev subject: first receipt. a: receipt count. b: item key count. words: two for each receipt (item count 16,
    /// storage day 16, quantity 64, holder 32, least significant first; content), then item keys, then documents.
    bytes32 internal constant ISSUE = keccak256(
        "Issue(uint32 pool,uint32 firstSerial,NewReceipt[] receipts,bytes32[] itemKeys,bytes32[] documents,"
        "bytes32 evidence,uint40 deadline)"
        "NewReceipt(uint32 holder,uint64 quantity,uint16 storageDay,uint16 itemCount,bytes32 content)"
    );
    /// @dev subject: receipt. a: transferee.
    bytes32 internal constant TRANSFER = keccak256(
        "Transfer(uint64 receiptId,uint16 version,uint32 transferee,bytes32 terms,uint40 deadline)"
    );
    /// @dev subject: receipt. a: pledgee. b: maturity day. words: documents.
    bytes32 internal constant PLEDGE = keccak256(
        "Pledge(uint64 receiptId,uint16 version,uint32 pledgee,uint16 maturityDay,bytes32 terms,bytes32[] documents,"
        "uint40 deadline)"
    );
    /// @dev subject: receipt.
    bytes32 internal constant RELEASE =
        keccak256("Release(uint64 receiptId,uint16 version,bytes32 terms,uint40 deadline)");
    /// @dev subject: receipt. a: quantity. b: item key count. words: item keys, then documents.
    bytes32 internal constant DELIVER = keccak256(
        "Deliver(uint64 receiptId,uint16 version,uint64 quantity,bytes32[] itemKeys,bytes32[] documents,"
        "bytes32 evidence,uint40 deadline)"
    );
    /// @dev subject: receipt.
    bytes32 internal constant FREEZE =
        keccak256("Freeze(uint64 receiptId,uint16 version,bytes32 order,uint40 deadline)");
    /// @dev subject: receipt.
    bytes32 internal constant UNFREEZE =
        keccak256("Unfreeze(uint64 receiptId,uint16 version,bytes32 order,uint40 deadline)");
    bytes32 internal constant RECEIPT_REF = keccak256("ReceiptRef(uint64 receiptId,uint16 version)");
    /// @dev subject: first receipt. a: pledgee. b: maturity day 16, receipt count 16. words: receipts (version 16,
    /// receipt id 64), then documents.
    bytes32 internal constant PLEDGE_PORTFOLIO = keccak256(
        "PledgePortfolio(ReceiptRef[] receipts,uint32 pledgee,uint16 maturityDay,bytes32 terms,bytes32[] documents,"
        "uint40 deadline)" "ReceiptRef(uint64 receiptId,uint16 version)"
    );
    /// @dev subject: first receipt. words: receipts (version 16, receipt id 64).
    bytes32 internal constant RELEASE_PORTFOLIO = keccak256(
        "ReleasePortfolio(ReceiptRef[] receipts,bytes32 terms,uint40 deadline)"
        "ReceiptRef(uint64 receiptId,uint16 version)"
    );
    /// @dev subject: receipt. a: new pledgee.
    bytes32 internal constant ASSIGN_PLEDGE = keccak256(
        "AssignPledge(uint64 receiptId,uint16 version,uint32 newPledgee,bytes32 terms,uint40 deadline)"
    );
    /// @dev subject: receipt.
    bytes32 internal constant DEFAULT =
        keccak256("Default(uint64 receiptId,uint16 version,bytes32 notice,uint40 deadline)");
    /// @dev subject: receipt. b: maturity day.
    bytes32 internal constant CURE =
        keccak256("Cure(uint64 receiptId,uint16 version,uint16 maturityDay,bytes32 terms,uint40 deadline)");
    /// @dev subject: receipt. a: transferee.
    bytes32 internal constant ENFORCE =
        keccak256("Enforce(uint64 receiptId,uint16 version,uint32 transferee,bytes32 terms,uint40 deadline)");
    /// @dev subject: first receipt. a: transferee. words: receipts (version 16, receipt id 64).
    bytes32 internal constant TRANSFER_PORTFOLIO = keccak256(
        "TransferPortfolio(ReceiptRef[] receipts,uint32 transferee,bytes32 terms,uint40 deadline)"
        "ReceiptRef(uint64 receiptId,uint16 version)"
    );
    bytes32 internal constant NEW_PART =
        keccak256("NewPart(uint64 quantity,uint16 itemCount,bytes32 content)");
    /// @dev subject: receipt. a: remaining quantity. b: part count 16, first serial 32. words: two for each part (item
    /// count 16, quantity 64, least significant first; content), then item keys.
    bytes32 internal constant SPLIT = keccak256(
        "Split(uint64 receiptId,uint16 version,uint64 remaining,uint32 firstSerial,NewPart[] parts,bytes32[] itemKeys,"
        "bytes32 content,uint40 deadline)" "NewPart(uint64 quantity,uint16 itemCount,bytes32 content)"
    );
    /// @dev subject: receipt. words: absorbed receipt (version 16, receipt id 64), then item keys.
    bytes32 internal constant MERGE = keccak256(
        "Merge(uint64 receiptId,uint16 version,uint64 absorbedId,uint16 absorbedVersion,bytes32[] itemKeys,"
        "bytes32 content,uint40 deadline)"
    );
    /// @dev subject: receipt. word 0: substitute (version 16, receipt id 64).
    bytes32 internal constant SUBSTITUTE = keccak256(
        "Substitute(uint64 receiptId,uint16 version,uint64 substituteId,uint16 substituteVersion,bytes32 terms,"
        "uint40 deadline)"
    );
    /// @dev subject: receipt. b: storage day.
    bytes32 internal constant EXTEND_STORAGE = keccak256(
        "ExtendStorage(uint64 receiptId,uint16 version,uint16 storageDay,bytes32 terms,uint40 deadline)"
    );
    /// @dev subject: receipt. a: quantity. b: serial. words: item keys.
    bytes32 internal constant REPLACE = keccak256(
        "Replace(uint64 receiptId,uint16 version,uint32 serial,uint64 quantity,bytes32[] itemKeys,bytes32 content,"
        "uint40 deadline)"
    );
    /// @dev subject: receipt. words: item keys.
    bytes32 internal constant CANCEL = keccak256(
        "Cancel(uint64 receiptId,uint16 version,bytes32[] itemKeys,bytes32 reason,uint40 deadline)"
    );
    /// @dev subject: receipt. a: quantity. words: item keys.
    bytes32 internal constant WRITE_DOWN = keccak256(
        "WriteDown(uint64 receiptId,uint16 version,uint64 quantity,bytes32[] itemKeys,bytes32 evidence,uint40 deadline)"
    );
    /// @dev subject: receipt.
    bytes32 internal constant TO_PAPER =
        keccak256("ToPaper(uint64 receiptId,uint16 version,bytes32 paper,uint40 deadline)");
    /// @dev subject: receipt.
    bytes32 internal constant FROM_PAPER =
        keccak256("FromPaper(uint64 receiptId,uint16 version,bytes32 paper,uint40 deadline)");
    /// @dev subject: receipt.
    bytes32 internal constant INVALIDATE =
        keccak256("Invalidate(uint64 receiptId,uint16 version,bytes32 reason,uint40 deadline)");
    /// @dev subject: receipt.
    bytes32 internal constant NOTE_CLAIM =
        keccak256("NoteClaim(uint64 receiptId,uint16 version,bytes32 claim,uint40 deadline)");
    /// @dev subject: receipt.
    bytes32 internal constant LIFT_CLAIM =
        keccak256("LiftClaim(uint64 receiptId,uint16 version,bytes32 reason,uint40 deadline)");
    /// @dev subject: party. word 0: key.
    bytes32 internal constant RECOVER =
        keccak256("Recover(uint32 party,uint16 version,address key,bytes32 evidence,uint40 deadline)");
    /// @dev subject: party.
    bytes32 internal constant VETO_RECOVERY =
        keccak256("VetoRecovery(uint32 party,uint16 version,bytes32 reason,uint40 deadline)");
    /// @dev subject: party. word 0: key.
    bytes32 internal constant COMPLETE_RECOVERY = keccak256(
        "CompleteRecovery(uint32 party,uint16 version,address key,bytes32 evidence,uint40 deadline)"
    );
    /// @dev subject: pool.
    bytes32 internal constant PAUSE =
        keccak256("Pause(uint32 pool,uint16 version,bytes32 reason,uint40 deadline)");
    /// @dev subject: pool.
    bytes32 internal constant RESUME =
        keccak256("Resume(uint32 pool,uint16 version,bytes32 reason,uint40 deadline)");
    /// @dev subject: pool.
    bytes32 internal constant SEAL =
        keccak256("Seal(uint32 pool,uint16 version,bytes32 reason,uint40 deadline)");

    /// @notice How many words of a pledge over a portfolio are receipts. The rest are documents.
    function refCount(Act act) internal pure returns (uint256) {
        return uint16(act.b() >> 16);
    }

    /// @notice How many parts a split makes.
    function partCount(Act act) internal pure returns (uint256) {
        return uint16(act.b());
    }

    /// @notice How many words of a delivery are item keys. The rest are documents.
    function deliveredItemCount(Act act) internal pure returns (uint256) {
        return uint16(act.b());
    }

    /// @notice The EIP-712 struct hash of an act, or 0 when its words do not fit its kind.
    function hash(Act act) internal pure returns (bytes32) {
        uint256 kind = act.kind();
        if (kind == uint256(Kind.Pledge)) return _pledge(act);
        uint256 words = act.wordCount();
        if (words == 0) {
            if (kind == uint256(Kind.Transfer)) return _toParty(TRANSFER, act);
            if (kind == uint256(Kind.Release)) return _ofReceipt(RELEASE, act);
        }
        if (kind == uint256(Kind.PledgePortfolio)) {
            return words < refCount(act) ? bytes32(0) : _pledgePortfolio(act);
        }
        if (kind == uint256(Kind.ReleasePortfolio)) return _releasePortfolio(act);
        if (kind == uint256(Kind.Deliver)) {
            return words < deliveredItemCount(act) ? bytes32(0) : _deliver(act);
        }
        if (kind == uint256(Kind.Issue)) return words < _issueWords(act) ? bytes32(0) : _issue(act);
        return words == 0 ? _wordless(act, kind) : _worded(act, kind, words);
    }

    /// @notice The rarer kinds with words. Some may have none too.
    function _worded(Act act, uint256 kind, uint256 words) private pure returns (bytes32) {
        if (kind == uint256(Kind.TransferPortfolio)) return _transferPortfolio(act);
        if (kind == uint256(Kind.Split)) return words < 2 * partCount(act) ? bytes32(0) : _split(act);
        if (kind == uint256(Kind.Merge)) return words == 0 ? bytes32(0) : _merge(act);
        if (kind == uint256(Kind.Replace)) return _replace(act);
        if (kind == uint256(Kind.Cancel)) return _cancel(act);
        if (kind == uint256(Kind.WriteDown)) return _writeDown(act);
        if (words != 1) return 0;
        if (kind == uint256(Kind.Admit)) return _admit(act);
        if (kind == uint256(Kind.Substitute)) return _substitute(act);
        if (kind == uint256(Kind.Recover)) return _recovery(RECOVER, act);
        if (kind == uint256(Kind.CompleteRecovery)) return _recovery(COMPLETE_RECOVERY, act);
        return 0;
    }

    function _wordless(Act act, uint256 kind) private pure returns (bytes32) {
        if (kind == uint256(Kind.Freeze)) return _ofReceipt(FREEZE, act);
        if (kind == uint256(Kind.Unfreeze)) return _ofReceipt(UNFREEZE, act);
        if (kind == uint256(Kind.Default)) return _ofReceipt(DEFAULT, act);
        if (kind == uint256(Kind.Cure)) return _untilDay(CURE, act);
        if (kind == uint256(Kind.Enforce)) return _toParty(ENFORCE, act);
        if (kind == uint256(Kind.AssignPledge)) return _toParty(ASSIGN_PLEDGE, act);
        if (kind == uint256(Kind.Attest)) return _attest(act);
        if (kind == uint256(Kind.OpenPool)) return _openPool(act);
        if (kind == uint256(Kind.Suspend)) return _ofParty(SUSPEND, act, uint256(act.commitment()));
        if (kind == uint256(Kind.Reinstate)) return _ofParty(REINSTATE, act, uint256(act.commitment()));
        if (kind == uint256(Kind.BindKey)) return _ofParty(BIND_KEY, act, uint160(act.key()));
        if (kind == uint256(Kind.RevokeKey)) return _ofParty(REVOKE_KEY, act, uint160(act.key()));
        if (kind == uint256(Kind.ExtendStorage)) return _untilDay(EXTEND_STORAGE, act);
        if (kind == uint256(Kind.ToPaper)) return _ofReceipt(TO_PAPER, act);
        if (kind == uint256(Kind.FromPaper)) return _ofReceipt(FROM_PAPER, act);
        if (kind == uint256(Kind.Invalidate)) return _ofReceipt(INVALIDATE, act);
        if (kind == uint256(Kind.NoteClaim)) return _ofReceipt(NOTE_CLAIM, act);
        if (kind == uint256(Kind.LiftClaim)) return _ofReceipt(LIFT_CLAIM, act);
        if (kind == uint256(Kind.VetoRecovery)) {
            return _ofParty(VETO_RECOVERY, act, uint256(act.commitment()));
        }
        if (kind == uint256(Kind.Pause)) return _ofParty(PAUSE, act, uint256(act.commitment()));
        if (kind == uint256(Kind.Resume)) return _ofParty(RESUME, act, uint256(act.commitment()));
        if (kind == uint256(Kind.Seal)) return _ofParty(SEAL, act, uint256(act.commitment()));
        return _worded(act, kind, 0);
    }

    function _admit(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            ADMIT,
            act.shortSubject(),
            uint16(act.a()),
            uint160(act.newKey()),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    /// @notice Recover and CompleteRecovery have one shape: party, version, key, one word, deadline.
    function _recovery(bytes32 structType, Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            structType,
            act.shortSubject(),
            act.version(),
            uint160(act.newKey()),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    /// @notice Acts on a party's or a pool's standing have one shape: number, version, one word, deadline.
    function _ofParty(bytes32 structType, Act act, uint256 member) private pure returns (bytes32) {
        return Hashing.ofStruct(structType, act.shortSubject(), act.version(), member, act.deadline());
    }

    function _openPool(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            OPEN_POOL,
            act.shortSubject(),
            act.a(),
            uint8(act.b()),
            (act.b() >> 8) & 1,
            (act.b() >> 9) & 1,
            (act.b() >> 10) & 1,
            (act.b() >> 11) & 1,
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _attest(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            ATTEST, act.shortSubject(), act.version(), act.a(), uint256(act.commitment()), act.deadline()
        );
    }

    /// @dev Unchecked: the addends have 57 and 48 bits.
    function _issueWords(Act act) private pure returns (uint256) {
        unchecked {
            return 2 * act.a() + act.b();
        }
    }

    function _issue(Act act) private pure returns (bytes32) {
        uint256 documentsFrom = _issueWords(act);
        return Hashing.ofStruct(
            ISSUE,
            act.subject() >> 32,
            uint32(act.subject()),
            Hashing.ofNewReceipts(NEW_RECEIPT, act, act.a()),
            Hashing.ofWords(act, documentsFrom - act.b(), act.b()),
            Hashing.ofWords(act, documentsFrom, act.wordCount() - documentsFrom),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    /// @notice Transfer, AssignPledge and Enforce have one shape: receipt, version, party, one word, deadline.
    function _toParty(bytes32 structType, Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            structType,
            act.subject(),
            act.version(),
            act.counterparty(),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _pledge(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            PLEDGE,
            act.subject(),
            act.version(),
            act.counterparty(),
            act.maturityDay(),
            uint256(act.commitment()),
            Hashing.ofWords(act, 0, act.wordCount()),
            act.deadline()
        );
    }

    /// @notice Release, Freeze, Unfreeze and Default have one shape: receipt, version, one word, deadline.
    function _ofReceipt(bytes32 structType, Act act) private pure returns (bytes32) {
        return
            Hashing.ofStruct(
                structType, act.subject(), act.version(), uint256(act.commitment()), act.deadline()
            );
    }

    /// @notice Cure and ExtendStorage have one shape: receipt, version, day, one word, deadline.
    function _untilDay(bytes32 structType, Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            structType,
            act.subject(),
            act.version(),
            act.maturityDay(),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _deliver(Act act) private pure returns (bytes32) {
        uint256 items = deliveredItemCount(act);
        return Hashing.ofStruct(
            DELIVER,
            act.subject(),
            act.version(),
            act.a(),
            Hashing.ofWords(act, 0, items),
            Hashing.ofWords(act, items, act.wordCount() - items),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _transferPortfolio(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            TRANSFER_PORTFOLIO,
            Hashing.ofRefs(RECEIPT_REF, act, act.wordCount()),
            act.counterparty(),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _split(Act act) private pure returns (bytes32) {
        uint256 parts = partCount(act);
        return Hashing.ofStruct(
            SPLIT,
            act.subject(),
            act.version(),
            act.a(),
            act.b() >> 16,
            Hashing.ofNewParts(NEW_PART, act, parts),
            Hashing.ofWords(act, 2 * parts, act.wordCount() - 2 * parts),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _merge(Act act) private pure returns (bytes32) {
        (uint256 absorbedId, uint256 absorbedVersion) = act.ref(0);
        return Hashing.ofStruct(
            MERGE,
            act.subject(),
            act.version(),
            absorbedId,
            absorbedVersion,
            Hashing.ofWords(act, 1, act.wordCount() - 1),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _substitute(Act act) private pure returns (bytes32) {
        (uint256 substituteId, uint256 substituteVersion) = act.ref(0);
        return Hashing.ofStruct(
            SUBSTITUTE,
            act.subject(),
            act.version(),
            substituteId,
            substituteVersion,
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _replace(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            REPLACE,
            act.subject(),
            act.version(),
            uint32(act.b()),
            act.a(),
            Hashing.ofWords(act, 0, act.wordCount()),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _cancel(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            CANCEL,
            act.subject(),
            act.version(),
            Hashing.ofWords(act, 0, act.wordCount()),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _writeDown(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            WRITE_DOWN,
            act.subject(),
            act.version(),
            act.a(),
            Hashing.ofWords(act, 0, act.wordCount()),
            uint256(act.commitment()),
            act.deadline()
        );
    }

    function _pledgePortfolio(Act act) private pure returns (bytes32) {
        uint256 refs = refCount(act);
        return Hashing.ofStruct(
            PLEDGE_PORTFOLIO,
            Hashing.ofRefs(RECEIPT_REF, act, refs),
            act.counterparty(),
            act.maturityDay(),
            uint256(act.commitment()),
            Hashing.ofWords(act, refs, act.wordCount() - refs),
            act.deadline()
        );
    }

    function _releasePortfolio(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            RELEASE_PORTFOLIO,
            Hashing.ofRefs(RECEIPT_REF, act, act.wordCount()),
            uint256(act.commitment()),
            act.deadline()
        );
    }
}
