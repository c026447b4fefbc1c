// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Statements} from "../../contracts/Statements.sol";
import {Kind} from "../../contracts/Wire.sol";
import {Draft, Drafts, NewPart, NewReceipt} from "./support/Draft.sol";
import {LedgerTest} from "./support/LedgerTest.sol";

/// @notice The digests once more, by `abi.encode` and from the words of the struct types alone.
contract StatementsTest is LedgerTest {
    using Drafts for *;

    string private constant NEW_RECEIPT =
        "NewReceipt(uint32 holder,uint64 quantity,uint16 storageDay,uint16 itemCount,bytes32 content)";
    string private constant RECEIPT_REF = "ReceiptRef(uint64 receiptId,uint16 version)";
    string private constant NEW_PART = "NewPart(uint64 quantity,uint16 itemCount,bytes32 content)";

    function testFuzz_Admit(Fields memory f, address key) public view {
        Draft memory draft = filled(Kind.Admit, f);
        draft.words = draft.words.append(bytes32(uint256(uint160(key))));
        string memory type_ = "Admit(uint32 party,uint16 roles,address key,bytes32 profile,uint40 deadline)";
        check(draft, abi.encode(hashed(type_), uint32(f.subject), uint16(f.a), key, f.commitment, f.deadline));
    }

    function testFuzz_Suspend(Fields memory f) public view {
        checkParty(Kind.Suspend, f, "Suspend(uint32 party,uint16 version,bytes32 reason,uint40 deadline)");
    }

    function testFuzz_Reinstate(Fields memory f) public view {
        checkParty(Kind.Reinstate, f, "Reinstate(uint32 party,uint16 version,bytes32 reason,uint40 deadline)");
    }

    function testFuzz_BindKey(Fields memory f, address key) public view {
        checkKey(Kind.BindKey, f, key, "BindKey(uint32 party,uint16 version,address key,uint40 deadline)");
    }

    function testFuzz_RevokeKey(Fields memory f, address key) public view {
        checkKey(Kind.RevokeKey, f, key, "RevokeKey(uint32 party,uint16 version,address key,uint40 deadline)");
    }

    function testFuzz_OpenPool(Fields memory f) public view {
        string memory type_ =
            "OpenPool(uint32 pool,uint64 capacity,uint8 attestationDays,bool serialised,bool paged,bool bonded,bool nonNegotiable,bytes32 description,uint40 deadline)";
        check(
            filled(Kind.OpenPool, f),
            abi.encode(
                hashed(type_),
                uint32(f.subject),
                uint64(f.a),
                uint8(f.b),
                (f.b >> 8) & 1 == 1,
                (f.b >> 9) & 1 == 1,
                (f.b >> 10) & 1 == 1,
                (f.b >> 11) & 1 == 1,
                f.commitment,
                f.deadline
            )
        );
    }

    function testFuzz_Attest(Fields memory f) public view {
        string memory type_ =
            "Attest(uint32 pool,uint16 version,uint64 quantity,bytes32 evidence,uint40 deadline)";
        check(
            filled(Kind.Attest, f),
            abi.encode(hashed(type_), uint32(f.subject), f.version, uint64(f.a), f.commitment, f.deadline)
        );
    }

    function testFuzz_Issue(Fields memory f, NewReceipt[] memory receipts, bytes32[] memory rest, uint8 split)
        public
        view
    {
        uint256 items = rest.length == 0 ? 0 : split % (rest.length + 1);
        Draft memory draft = filled(Kind.Issue, f);
        draft.a = uint56(receipts.length);
        draft.b = uint48(items);
        draft.words = new bytes32[](2 * receipts.length + rest.length);
        bytes32[] memory hashes = new bytes32[](receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) {
            draft.words[2 * i] = receipts[i].packed();
            draft.words[2 * i + 1] = receipts[i].content;
            hashes[i] = keccak256(abi.encode(hashed(NEW_RECEIPT), receipts[i]));
        }
        bytes memory itemKeys;
        bytes memory documents;
        for (uint256 i = 0; i < rest.length; ++i) {
            draft.words[2 * receipts.length + i] = rest[i];
            if (i < items) itemKeys = bytes.concat(itemKeys, rest[i]);
            else documents = bytes.concat(documents, rest[i]);
        }
        string memory type_ = string.concat(
            "Issue(uint32 pool,uint32 firstSerial,NewReceipt[] receipts,bytes32[] itemKeys,bytes32[] documents,"
            "bytes32 evidence,uint40 deadline)",
            NEW_RECEIPT
        );
        check(
            draft,
            abi.encode(
                hashed(type_),
                uint32(f.subject >> 32),
                uint32(f.subject),
                keccak256(abi.encodePacked(hashes)),
                keccak256(itemKeys),
                keccak256(documents),
                f.commitment,
                f.deadline
            )
        );
    }

    function testFuzz_Transfer(Fields memory f) public view {
        checkToParty(
            Kind.Transfer,
            f,
            "Transfer(uint64 receiptId,uint16 version,uint32 transferee,bytes32 terms,uint40 deadline)"
        );
    }

    function testFuzz_AssignPledge(Fields memory f) public view {
        checkToParty(
            Kind.AssignPledge,
            f,
            "AssignPledge(uint64 receiptId,uint16 version,uint32 newPledgee,bytes32 terms,uint40 deadline)"
        );
    }

    function testFuzz_Enforce(Fields memory f) public view {
        checkToParty(
            Kind.Enforce,
            f,
            "Enforce(uint64 receiptId,uint16 version,uint32 transferee,bytes32 terms,uint40 deadline)"
        );
    }

    function testFuzz_Pledge(Fields memory f, bytes32[] memory documents) public view {
        Draft memory draft = filled(Kind.Pledge, f);
        draft.words = documents;
        string memory type_ =
            "Pledge(uint64 receiptId,uint16 version,uint32 pledgee,uint16 maturityDay,bytes32 terms,bytes32[] documents,uint40 deadline)";
        check(
            draft,
            abi.encode(
                hashed(type_),
                f.subject,
                f.version,
                uint32(f.a),
                uint16(f.b),
                f.commitment,
                keccak256(abi.encodePacked(documents)),
                f.deadline
            )
        );
    }

    function testFuzz_Release(Fields memory f) public view {
        checkReceipt(
            Kind.Release, f, "Release(uint64 receiptId,uint16 version,bytes32 terms,uint40 deadline)"
        );
    }

    function testFuzz_Default(Fields memory f) public view {
        checkReceipt(
            Kind.Default, f, "Default(uint64 receiptId,uint16 version,bytes32 notice,uint40 deadline)"
        );
    }

    function testFuzz_Cure(Fields memory f) public view {
        string memory type_ =
            "Cure(uint64 receiptId,uint16 version,uint16 maturityDay,bytes32 terms,uint40 deadline)";
        check(
            filled(Kind.Cure, f),
            abi.encode(hashed(type_), f.subject, f.version, uint16(f.b), f.commitment, f.deadline)
        );
    }

    function testFuzz_Freeze(Fields memory f) public view {
        checkReceipt(Kind.Freeze, f, "Freeze(uint64 receiptId,uint16 version,bytes32 order,uint40 deadline)");
    }

    function testFuzz_Unfreeze(Fields memory f) public view {
        checkReceipt(
            Kind.Unfreeze, f, "Unfreeze(uint64 receiptId,uint16 version,bytes32 order,uint40 deadline)"
        );
    }

    function testFuzz_Deliver(Fields memory f, bytes32[] memory itemKeys, bytes32[] memory documents)
        public
        view
    {
        Draft memory draft = filled(Kind.Deliver, f);
        draft.b = uint48(itemKeys.length);
        draft.words = itemKeys;
        for (uint256 i = 0; i < documents.length; ++i) {
            draft.words = draft.words.append(documents[i]);
        }
        string memory type_ =
            "Deliver(uint64 receiptId,uint16 version,uint64 quantity,bytes32[] itemKeys,bytes32[] documents,bytes32 evidence,uint40 deadline)";
        check(
            draft,
            abi.encode(
                hashed(type_),
                f.subject,
                f.version,
                uint64(f.a),
                keccak256(abi.encodePacked(itemKeys)),
                keccak256(abi.encodePacked(documents)),
                f.commitment,
                f.deadline
            )
        );
    }

    function testFuzz_PledgePortfolio(Fields memory f, uint80[] memory receipts, bytes32[] memory documents)
        public
        view
    {
        Draft memory draft = filled(Kind.PledgePortfolio, f);
        draft.b = uint48((receipts.length << 16) | uint16(f.b));
        draft.words = portfolio(receipts);
        bytes32 refsHash = hashOfRefs(receipts);
        for (uint256 i = 0; i < documents.length; ++i) {
            draft.words = draft.words.append(documents[i]);
        }
        string memory type_ = string.concat(
            "PledgePortfolio(ReceiptRef[] receipts,uint32 pledgee,uint16 maturityDay,bytes32 terms,bytes32[] documents,uint40 deadline)",
            RECEIPT_REF
        );
        check(
            draft,
            abi.encode(
                hashed(type_),
                refsHash,
                uint32(f.a),
                uint16(f.b),
                f.commitment,
                keccak256(abi.encodePacked(documents)),
                f.deadline
            )
        );
    }

    function testFuzz_ReleasePortfolio(Fields memory f, uint80[] memory receipts) public view {
        Draft memory draft = filled(Kind.ReleasePortfolio, f);
        draft.words = portfolio(receipts);
        string memory type_ = string.concat(
            "ReleasePortfolio(ReceiptRef[] receipts,bytes32 terms,uint40 deadline)", RECEIPT_REF
        );
        check(draft, abi.encode(hashed(type_), hashOfRefs(receipts), f.commitment, f.deadline));
    }

    function testFuzz_TransferPortfolio(Fields memory f, uint80[] memory receipts) public view {
        Draft memory draft = filled(Kind.TransferPortfolio, f);
        draft.words = portfolio(receipts);
        string memory type_ = string.concat(
            "TransferPortfolio(ReceiptRef[] receipts,uint32 transferee,bytes32 terms,uint40 deadline)",
            RECEIPT_REF
        );
        check(draft, abi.encode(hashed(type_), hashOfRefs(receipts), uint32(f.a), f.commitment, f.deadline));
    }

    /// @param strays Bits of the parts' words that nobody signs.
    function testFuzz_Split(
        Fields memory f,
        NewPart[] memory parts,
        bytes32[] memory itemKeys,
        uint128 strays
    ) public view {
        Draft memory draft = filled(Kind.Split, f);
        draft.b = (f.b & ~uint48(type(uint16).max)) | uint48(parts.length);
        draft.words = new bytes32[](2 * parts.length);
        bytes32[] memory hashes = new bytes32[](parts.length);
        for (uint256 i = 0; i < parts.length; ++i) {
            draft.words[2 * i] = parts[i].packed() | bytes32(uint256(strays) << 80);
            draft.words[2 * i + 1] = parts[i].content;
            hashes[i] = keccak256(abi.encode(hashed(NEW_PART), parts[i]));
        }
        draft.words = joined(draft.words, itemKeys);
        string memory type_ = string.concat(
            "Split(uint64 receiptId,uint16 version,uint64 remaining,uint32 firstSerial,NewPart[] parts,bytes32[] itemKeys,bytes32 content,uint40 deadline)",
            NEW_PART
        );
        check(
            draft,
            abi.encode(
                hashed(type_),
                f.subject,
                f.version,
                uint64(f.a),
                uint32(f.b >> 16),
                keccak256(abi.encodePacked(hashes)),
                keccak256(abi.encodePacked(itemKeys)),
                f.commitment,
                f.deadline
            )
        );
    }

    /// @param absorbed With bits that nobody signs.
    function testFuzz_Merge(Fields memory f, uint256 absorbed, bytes32[] memory itemKeys) public view {
        Draft memory draft = filled(Kind.Merge, f);
        draft.words = joined(draft.words.append(bytes32(absorbed)), itemKeys);
        string memory type_ =
            "Merge(uint64 receiptId,uint16 version,uint64 absorbedId,uint16 absorbedVersion,bytes32[] itemKeys,bytes32 content,uint40 deadline)";
        check(
            draft,
            abi.encode(
                hashed(type_),
                f.subject,
                f.version,
                uint64(absorbed >> 16),
                uint16(absorbed),
                keccak256(abi.encodePacked(itemKeys)),
                f.commitment,
                f.deadline
            )
        );
    }

    /// @param substitute With bits that nobody signs.
    function testFuzz_Substitute(Fields memory f, uint256 substitute) public view {
        Draft memory draft = filled(Kind.Substitute, f);
        draft.words = draft.words.append(bytes32(substitute));
        string memory type_ =
            "Substitute(uint64 receiptId,uint16 version,uint64 substituteId,uint16 substituteVersion,bytes32 terms,uint40 deadline)";
        check(
            draft,
            abi.encode(
                hashed(type_),
                f.subject,
                f.version,
                uint64(substitute >> 16),
                uint16(substitute),
                f.commitment,
                f.deadline
            )
        );
    }

    function testFuzz_ExtendStorage(Fields memory f) public view {
        string memory type_ =
            "ExtendStorage(uint64 receiptId,uint16 version,uint16 storageDay,bytes32 terms,uint40 deadline)";
        check(
            filled(Kind.ExtendStorage, f),
            abi.encode(hashed(type_), f.subject, f.version, uint16(f.b), f.commitment, f.deadline)
        );
    }

    function testFuzz_Replace(Fields memory f, bytes32[] memory itemKeys) public view {
        Draft memory draft = filled(Kind.Replace, f);
        draft.words = itemKeys;
        string memory type_ =
            "Replace(uint64 receiptId,uint16 version,uint32 serial,uint64 quantity,bytes32[] itemKeys,bytes32 content,uint40 deadline)";
        check(
            draft,
            abi.encode(
                hashed(type_),
                f.subject,
                f.version,
                uint32(f.b),
                uint64(f.a),
                keccak256(abi.encodePacked(itemKeys)),
                f.commitment,
                f.deadline
            )
        );
    }

    function testFuzz_Cancel(Fields memory f, bytes32[] memory itemKeys) public view {
        Draft memory draft = filled(Kind.Cancel, f);
        draft.words = itemKeys;
        string memory type_ =
            "Cancel(uint64 receiptId,uint16 version,bytes32[] itemKeys,bytes32 reason,uint40 deadline)";
        check(
            draft,
            abi.encode(
                hashed(type_),
                f.subject,
                f.version,
                keccak256(abi.encodePacked(itemKeys)),
                f.commitment,
                f.deadline
            )
        );
    }

    function testFuzz_WriteDown(Fields memory f, bytes32[] memory itemKeys) public view {
        Draft memory draft = filled(Kind.WriteDown, f);
        draft.words = itemKeys;
        string memory type_ =
            "WriteDown(uint64 receiptId,uint16 version,uint64 quantity,bytes32[] itemKeys,bytes32 evidence,uint40 deadline)";
        check(
            draft,
            abi.encode(
                hashed(type_),
                f.subject,
                f.version,
                uint64(f.a),
                keccak256(abi.encodePacked(itemKeys)),
                f.commitment,
                f.deadline
            )
        );
    }

    function testFuzz_ToPaper(Fields memory f) public view {
        checkReceipt(
            Kind.ToPaper, f, "ToPaper(uint64 receiptId,uint16 version,bytes32 paper,uint40 deadline)"
        );
    }

    function testFuzz_FromPaper(Fields memory f) public view {
        checkReceipt(
            Kind.FromPaper, f, "FromPaper(uint64 receiptId,uint16 version,bytes32 paper,uint40 deadline)"
        );
    }

    function testFuzz_Invalidate(Fields memory f) public view {
        checkReceipt(
            Kind.Invalidate, f, "Invalidate(uint64 receiptId,uint16 version,bytes32 reason,uint40 deadline)"
        );
    }

    function testFuzz_NoteClaim(Fields memory f) public view {
        checkReceipt(
            Kind.NoteClaim, f, "NoteClaim(uint64 receiptId,uint16 version,bytes32 claim,uint40 deadline)"
        );
    }

    function testFuzz_LiftClaim(Fields memory f) public view {
        checkReceipt(
            Kind.LiftClaim, f, "LiftClaim(uint64 receiptId,uint16 version,bytes32 reason,uint40 deadline)"
        );
    }

    function testFuzz_Recover(Fields memory f, uint256 key) public view {
        checkRecovery(
            Kind.Recover,
            f,
            key,
            "Recover(uint32 party,uint16 version,address key,bytes32 evidence,uint40 deadline)"
        );
    }

    function testFuzz_CompleteRecovery(Fields memory f, uint256 key) public view {
        checkRecovery(
            Kind.CompleteRecovery,
            f,
            key,
            "CompleteRecovery(uint32 party,uint16 version,address key,bytes32 evidence,uint40 deadline)"
        );
    }

    function testFuzz_VetoRecovery(Fields memory f) public view {
        checkParty(
            Kind.VetoRecovery, f, "VetoRecovery(uint32 party,uint16 version,bytes32 reason,uint40 deadline)"
        );
    }

    function testFuzz_Pause(Fields memory f) public view {
        checkParty(Kind.Pause, f, "Pause(uint32 pool,uint16 version,bytes32 reason,uint40 deadline)");
    }

    function testFuzz_Resume(Fields memory f) public view {
        checkParty(Kind.Resume, f, "Resume(uint32 pool,uint16 version,bytes32 reason,uint40 deadline)");
    }

    function testFuzz_Seal(Fields memory f) public view {
        checkParty(Kind.Seal, f, "Seal(uint32 pool,uint16 version,bytes32 reason,uint40 deadline)");
    }

    function test_ThePublishedTypesAreTheseTypes() public pure {
        assertEq(Statements.NEW_RECEIPT, hashed(NEW_RECEIPT));
        assertEq(Statements.RECEIPT_REF, hashed(RECEIPT_REF));
        assertEq(Statements.NEW_PART, hashed(NEW_PART));
    }

    struct Fields {
        uint64 subject;
        uint16 version;
        uint56 a;
        uint48 b;
        uint40 deadline;
        bytes32 commitment;
    }

    function filled(Kind kind, Fields memory f) private pure returns (Draft memory) {
        return Draft(kind, f.subject, f.version, f.a, f.b, f.deadline, f.commitment, new bytes32[](0));
    }

    function checkParty(Kind kind, Fields memory f, string memory type_) private view {
        bytes32 typeHash = hashed(type_);
        check(filled(kind, f), abi.encode(typeHash, uint32(f.subject), f.version, f.commitment, f.deadline));
    }

    function checkKey(Kind kind, Fields memory f, address key, string memory type_) private view {
        // The high bits belong to no address, and nobody can have signed them.
        f.commitment = bytes32(uint256(uint160(key)) | (uint256(f.commitment) << 160));
        check(filled(kind, f), abi.encode(hashed(type_), uint32(f.subject), f.version, key, f.deadline));
    }

    /// @param key With bits that belong to no address.
    function checkRecovery(Kind kind, Fields memory f, uint256 key, string memory type_) private view {
        Draft memory draft = filled(kind, f);
        draft.words = draft.words.append(bytes32(key));
        bytes32 typeHash = hashed(type_);
        address key_ = address(uint160(key));
        check(draft, abi.encode(typeHash, uint32(f.subject), f.version, key_, f.commitment, f.deadline));
    }

    function checkReceipt(Kind kind, Fields memory f, string memory type_) private view {
        check(filled(kind, f), abi.encode(hashed(type_), f.subject, f.version, f.commitment, f.deadline));
    }

    function checkToParty(Kind kind, Fields memory f, string memory type_) private view {
        check(
            filled(kind, f),
            abi.encode(hashed(type_), f.subject, f.version, uint32(f.a), f.commitment, f.deadline)
        );
    }

    function check(Draft memory draft, bytes memory encoded) private view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Receipts Ledger"),
                keccak256("1"),
                block.chainid,
                address(ledger)
            )
        );
        bytes32 expected = keccak256(abi.encodePacked(hex"1901", domain, keccak256(encoded)));
        assertEq(ledger.digestOf(draft.encode("")), expected);
    }

    function portfolio(uint80[] memory receipts) private pure returns (bytes32[] memory words) {
        words = new bytes32[](receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) {
            words[i] = bytes32(uint256(receipts[i]));
        }
    }

    function hashOfRefs(uint80[] memory receipts) private pure returns (bytes32) {
        bytes memory hashes;
        for (uint256 i = 0; i < receipts.length; ++i) {
            bytes32 one =
                keccak256(abi.encode(hashed(RECEIPT_REF), uint64(receipts[i] >> 16), uint16(receipts[i])));
            hashes = bytes.concat(hashes, one);
        }
        return keccak256(hashes);
    }

    function joined(bytes32[] memory words, bytes32[] memory behind) private pure returns (bytes32[] memory) {
        for (uint256 i = 0; i < behind.length; ++i) {
            words = words.append(behind[i]);
        }
        return words;
    }

    function hashed(string memory type_) private pure returns (bytes32) {
        return keccak256(bytes(type_));
    }
}
