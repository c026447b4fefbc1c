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
    /// @dev subject: pool. a: capacity. b: attestation days 8, serialised 1.
    bytes32 internal constant OPEN_POOL = keccak256(
        "OpenPool(uint32 pool,uint64 capacity,uint8 attestationDays,bool serialised,bytes32 description,uint40 deadline)"
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
    /// @dev subject: receipt. a: quantity. words: item keys.
    bytes32 internal constant DELIVER = keccak256(
        "Deliver(uint64 receiptId,uint16 version,uint64 quantity,bytes32[] itemKeys,bytes32 evidence,uint40 deadline)"
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

    /// @notice How many words of a pledge over a portfolio are receipts. The rest are documents.
    function refCount(Act act) internal pure returns (uint256) {
        return uint16(act.b() >> 16);
    }

    /// @notice The EIP-712 struct hash of an act, or 0 when its words do not fit its kind.
    function hash(Act act) internal pure returns (bytes32) {
        uint256 kind = act.kind();
        if (kind == uint256(Kind.Pledge)) return _pledge(act);
        uint256 words = act.wordCount();
        if (kind == uint256(Kind.PledgePortfolio)) {
            return words < refCount(act) ? bytes32(0) : _pledgePortfolio(act);
        }
        if (kind == uint256(Kind.ReleasePortfolio)) return _releasePortfolio(act);
        if (kind == uint256(Kind.Deliver)) return _deliver(act);
        if (kind == uint256(Kind.Issue)) return words < _issueWords(act) ? bytes32(0) : _issue(act);
        if (kind == uint256(Kind.Admit)) return words == 1 ? _admit(act) : bytes32(0);
        if (words != 0) return 0;
        if (kind == uint256(Kind.Release)) return _ofReceipt(RELEASE, act);
        if (kind == uint256(Kind.Transfer)) return _toParty(TRANSFER, act);
        if (kind == uint256(Kind.Freeze)) return _ofReceipt(FREEZE, act);
        if (kind == uint256(Kind.Unfreeze)) return _ofReceipt(UNFREEZE, act);
        if (kind == uint256(Kind.Default)) return _ofReceipt(DEFAULT, act);
        if (kind == uint256(Kind.Cure)) return _cure(act);
        if (kind == uint256(Kind.Enforce)) return _toParty(ENFORCE, act);
        if (kind == uint256(Kind.AssignPledge)) return _toParty(ASSIGN_PLEDGE, act);
        if (kind == uint256(Kind.Attest)) return _attest(act);
        if (kind == uint256(Kind.OpenPool)) return _openPool(act);
        if (kind == uint256(Kind.Suspend)) return _ofParty(SUSPEND, act, uint256(act.commitment()));
        if (kind == uint256(Kind.Reinstate)) return _ofParty(REINSTATE, act, uint256(act.commitment()));
        if (kind == uint256(Kind.BindKey)) return _ofParty(BIND_KEY, act, uint160(act.key()));
        if (kind == uint256(Kind.RevokeKey)) return _ofParty(REVOKE_KEY, act, uint160(act.key()));
        return 0;
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

    /// @notice Suspend, Reinstate, BindKey and RevokeKey have one shape: party, version, one word, deadline.
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

    function _cure(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            CURE, act.subject(), act.version(), act.maturityDay(), uint256(act.commitment()), act.deadline()
        );
    }

    function _deliver(Act act) private pure returns (bytes32) {
        return Hashing.ofStruct(
            DELIVER,
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
