// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Act, Kind, Wire} from "./Wire.sol";

/// @title What signers sign
/// @notice The EIP-712 struct of every kind of act, and where each member stands in the wire form.
/// @dev Days are counted from 1 January 2020 UTC, deadlines are Unix seconds, quantities are base units of the pool.
library Statements {
    using Wire for Act;

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
    bytes32 internal constant NEW_RECEIPT =
        keccak256("NewReceipt(uint32 holder,uint64 quantity,uint16 storageDay,uint16 itemCount,bytes32 content)");
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

    /// @notice The EIP-712 struct hash of an act, or 0 when its words do not fit its kind.
    function hash(Act memory act) internal pure returns (bytes32) {
        uint256 kind = act.kind();
        uint256 words = act.wordCount();
        if (kind == uint256(Kind.Issue)) {
            return words < 2 * uint256(act.a()) + act.b() ? bytes32(0) : _issue(act);
        }
        if (kind == uint256(Kind.Pledge)) return _pledge(act);
        if (kind == uint256(Kind.Deliver)) return _deliver(act);
        if (kind == uint256(Kind.PledgePortfolio)) {
            return words < uint16(act.b() >> 16) ? bytes32(0) : _pledgePortfolio(act);
        }
        if (kind == uint256(Kind.ReleasePortfolio)) return _releasePortfolio(act);
        if (kind == uint256(Kind.Admit)) return words == 1 ? _admit(act) : bytes32(0);
        if (words != 0) return 0;
        if (kind == uint256(Kind.Transfer)) return _transfer(act);
        if (kind == uint256(Kind.Release)) return _ofReceipt(RELEASE, act);
        if (kind == uint256(Kind.Freeze)) return _ofReceipt(FREEZE, act);
        if (kind == uint256(Kind.Unfreeze)) return _ofReceipt(UNFREEZE, act);
        if (kind == uint256(Kind.Attest)) return _attest(act);
        if (kind == uint256(Kind.OpenPool)) return _openPool(act);
        if (kind == uint256(Kind.Suspend)) return _ofParty(SUSPEND, act);
        if (kind == uint256(Kind.Reinstate)) return _ofParty(REINSTATE, act);
        if (kind == uint256(Kind.BindKey)) return _ofParty(BIND_KEY, act);
        if (kind == uint256(Kind.RevokeKey)) return _ofParty(REVOKE_KEY, act);
        return 0;
    }

    function _admit(Act memory act) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                ADMIT,
                uint32(act.subject()),
                uint16(act.a()),
                address(uint160(uint256(act.word(0)))),
                act.commitment,
                act.deadline()
            )
        );
    }

    /// @notice Suspend, Reinstate, BindKey and RevokeKey have one shape: party, version, one word, deadline.
    function _ofParty(bytes32 structType, Act memory act) private pure returns (bytes32) {
        return keccak256(
            abi.encode(structType, uint32(act.subject()), act.version(), act.commitment, act.deadline())
        );
    }

    function _openPool(Act memory act) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                OPEN_POOL,
                uint32(act.subject()),
                act.a(),
                uint8(act.b()),
                (act.b() >> 8) & 1,
                act.commitment,
                act.deadline()
            )
        );
    }

    function _attest(Act memory act) private pure returns (bytes32) {
        return keccak256(
            abi.encode(ATTEST, uint32(act.subject()), act.version(), act.a(), act.commitment, act.deadline())
        );
    }

    function _issue(Act memory act) private pure returns (bytes32) {
        uint256 receipts = act.a();
        uint256 items = act.b();
        uint256 documents = act.wordCount() - 2 * receipts - items;
        bytes32[] memory hashes = new bytes32[](receipts);
        bytes32 newReceipt = NEW_RECEIPT;
        for (uint256 i = 0; i < receipts; ++i) {
            uint256 packed = uint256(act.word(2 * i));
            bytes32 content = act.word(2 * i + 1);
            bytes32 item;
            assembly ("memory-safe") {
                let free := mload(0x40)
                mstore(free, newReceipt)
                mstore(add(free, 0x20), and(shr(96, packed), 0xffffffff))
                mstore(add(free, 0x40), and(shr(32, packed), 0xffffffffffffffff))
                mstore(add(free, 0x60), and(shr(16, packed), 0xffff))
                mstore(add(free, 0x80), and(packed, 0xffff))
                mstore(add(free, 0xa0), content)
                item := keccak256(free, 0xc0)
            }
            hashes[i] = item;
        }
        return keccak256(
            abi.encode(
                ISSUE,
                uint32(act.subject() >> 32),
                uint32(act.subject()),
                _hashArray(hashes),
                act.hashWords(2 * receipts, items),
                act.hashWords(2 * receipts + items, documents),
                act.commitment,
                act.deadline()
            )
        );
    }

    function _transfer(Act memory act) private pure returns (bytes32) {
        return keccak256(
            abi.encode(TRANSFER, act.subject(), act.version(), uint32(act.a()), act.commitment, act.deadline())
        );
    }

    function _pledge(Act memory act) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                PLEDGE,
                act.subject(),
                act.version(),
                uint32(act.a()),
                uint16(act.b()),
                act.commitment,
                act.hashWords(0, act.wordCount()),
                act.deadline()
            )
        );
    }

    /// @notice Release, Freeze and Unfreeze have one shape: receipt, version, one word, deadline.
    function _ofReceipt(bytes32 structType, Act memory act) private pure returns (bytes32) {
        return keccak256(abi.encode(structType, act.subject(), act.version(), act.commitment, act.deadline()));
    }

    function _deliver(Act memory act) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                DELIVER,
                act.subject(),
                act.version(),
                act.a(),
                act.hashWords(0, act.wordCount()),
                act.commitment,
                act.deadline()
            )
        );
    }

    function _pledgePortfolio(Act memory act) private pure returns (bytes32) {
        uint256 receipts = uint16(act.b() >> 16);
        return keccak256(
            abi.encode(
                PLEDGE_PORTFOLIO,
                _hashRefs(act, receipts),
                uint32(act.a()),
                uint16(act.b()),
                act.commitment,
                act.hashWords(receipts, act.wordCount() - receipts),
                act.deadline()
            )
        );
    }

    function _releasePortfolio(Act memory act) private pure returns (bytes32) {
        return keccak256(
            abi.encode(RELEASE_PORTFOLIO, _hashRefs(act, act.wordCount()), act.commitment, act.deadline())
        );
    }

    function _hashRefs(Act memory act, uint256 count) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](count);
        bytes32 receiptRef = RECEIPT_REF;
        for (uint256 i = 0; i < count; ++i) {
            uint256 packed = uint256(act.word(i));
            bytes32 item;
            assembly ("memory-safe") {
                let free := mload(0x40)
                mstore(free, receiptRef)
                mstore(add(free, 0x20), and(shr(16, packed), 0xffffffffffffffff))
                mstore(add(free, 0x40), and(packed, 0xffff))
                item := keccak256(free, 0x60)
            }
            hashes[i] = item;
        }
        return _hashArray(hashes);
    }

    function _hashArray(bytes32[] memory hashes) private pure returns (bytes32 root) {
        assembly ("memory-safe") {
            root := keccak256(add(hashes, 0x20), mul(mload(hashes), 0x20))
        }
    }
}
