// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What has happened on the ledger
/// @notice Every event of a receipt carries its whole new word, so its last event is its state. Numbers are
/// indexed, text never is. Commitments are roots of Merkle trees of salted leaves over content kept off the chain.
interface ILedgerEvents {
    /// @notice A party was admitted with its first key.
    /// @param word Party word: roles 16, active 1, key count 8, version 16, least significant first.
    /// @param profile Commitment to the party's particulars.
    event Admitted(uint32 indexed party, uint256 word, address key, bytes32 profile);

    /// @notice The party may start nothing new. Its pledges can still be released, and defaults on them cured.
    event Suspended(uint32 indexed party, uint256 word, bytes32 reason);

    /// @notice The suspension is lifted.
    event Reinstated(uint32 indexed party, uint256 word, bytes32 reason);

    /// @notice One more key speaks for the party.
    event KeyBound(uint32 indexed party, uint256 word, address key);

    /// @notice The key no longer speaks for the party.
    event KeyRevoked(uint32 indexed party, uint256 word, address key);

    /// @notice A pool was opened. Its number holds its warehouse: warehouse 16, index 16.
    /// @param word Pool word: flags 8, longest age of a count in days 8, version 16, day of the last count 16,
    /// next serial 32, capacity 56, attested 56, receipted 56, least significant first.
    event PoolOpened(uint32 indexed pool, uint256 word, bytes32 description);

    /// @notice An independent inspector has counted the pool.
    event Attested(uint32 indexed pool, uint256 word, uint32 inspector, bytes32 evidence);

    /// @notice A receipt came into being.
    /// @param word Receipt word: status 4, flags 4, holder 22, pledgee 16, version 14, quantity 40, storage day 14,
    /// maturity day 14, least significant first. Flags: 1 encumbered, 2 in default, 4 frozen, 8 paper. While in default,
    /// the day on which default was declared stands in the place of the maturity day.
    /// @param content Commitment to description, grade, marks, fees and the rest of the receipt.
    event Issued(uint64 indexed receiptId, uint128 word, bytes32 content);

    /// @notice The receipt has a new holder.
    event Transferred(uint64 indexed receiptId, uint128 word, bytes32 terms);

    /// @notice The receipt secures the claim of the pledgee in its word.
    event Pledged(uint64 indexed receiptId, uint128 word, bytes32 terms);

    /// @notice The pledgee has released the receipt.
    event Released(uint64 indexed receiptId, uint128 word, bytes32 terms);

    /// @notice The pledge has passed to the pledgee in the word, with all else as it was.
    event PledgeAssigned(uint64 indexed receiptId, uint128 word, bytes32 terms);

    /// @notice The pledgee has declared that the claim was not paid when it fell due. The days of notice begin to run.
    event Defaulted(uint64 indexed receiptId, uint128 word, bytes32 notice);

    /// @notice The default is made good: the claim is due on the maturity day in the word.
    event Cured(uint64 indexed receiptId, uint128 word, bytes32 terms);

    /// @notice The pledge has been enforced: it is over, and the receipt has a new holder.
    event Enforced(uint64 indexed receiptId, uint128 word, bytes32 terms);

    /// @notice Goods left the warehouse. A word with the status delivered closes the receipt.
    event Delivered(uint64 indexed receiptId, uint128 word, bytes32 evidence);

    /// @notice An authority froze the receipt.
    event ReceiptFrozen(uint64 indexed receiptId, uint128 word, bytes32 order);

    /// @notice The freeze is lifted.
    event ReceiptUnfrozen(uint64 indexed receiptId, uint128 word, bytes32 order);

    /// @notice The item is now in the receipt, and can be in no other open one.
    event ItemReceipted(bytes32 indexed itemKey, uint64 indexed receiptId);

    /// @notice The item has been delivered and may be receipted again.
    event ItemFreed(bytes32 indexed itemKey, uint64 indexed receiptId);

    /// @notice The document has backed an act and can back no other.
    event DocumentUsed(bytes32 indexed document, uint64 indexed subject);

    /// @notice An act in a relay was refused and changed nothing.
    /// @param digest EIP-712 digest of the act: what its signers signed.
    /// @param subject The receipt, pool or party that the act is about.
    /// @param reason The ABI-encoded error of ILedgerErrors.
    event ActRefused(bytes32 indexed digest, uint64 indexed subject, bytes reason);
}
