// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title What has happened on the ledger
/// @notice Every event of a receipt carries its whole new word, so its last event is its state. Numbers are
/// indexed, text never is. Commitments are roots of Merkle trees of salted leaves over content kept off the chain.
interface ILedgerEvents {
    /// @notice A party was admitted with its first key.
    /// @param word Party word: roles 16, active 1, key count 8, version 16, in recovery 1, vetoed 1, last day of the notice
    /// 16, and from bit 64 the key that is to speak for the party, 160, least significant first.
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

    /// @notice All keys of the party are said to be lost. Unless one of them objects, the key in the word speaks for it alone
    /// once the notice has passed.
    event RecoveryBegun(uint32 indexed party, uint256 word, address key, bytes32 evidence);

    /// @notice A key of the party has objected: everything is as before.
    event RecoveryVetoed(uint32 indexed party, uint256 word, bytes32 reason);

    /// @notice All keys of the party have ended but this new one.
    event Recovered(uint32 indexed party, uint256 word, address key, bytes32 evidence);

    /// @notice A pool was opened. Its number holds its warehouse: warehouse 16, index 16.
    /// @param word Pool word: flags 8 (1 open, 2 serialised, 4 paged, 8 bonded, 16 paused, 32 sealed, 64 not negotiable), longest age of a count in days 8, version 16, day of the last count 16,
    /// next serial 32, capacity 56, attested 56, receipted 56, least significant first.
    event PoolOpened(uint32 indexed pool, uint256 word, bytes32 description);

    /// @notice An independent inspector has counted the pool.
    event Attested(uint32 indexed pool, uint256 word, uint32 inspector, bytes32 evidence);

    /// @notice Nothing is issued into the pool or pledged in it for now.
    event PoolPaused(uint32 indexed pool, uint256 word, bytes32 reason);

    /// @notice Receipts are issued and pledged again.
    event PoolResumed(uint32 indexed pool, uint256 word, bytes32 reason);

    /// @notice The pool has stopped for ever.
    event PoolSealed(uint32 indexed pool, uint256 word, bytes32 reason);

    /// @notice The pool came over from the predecessor, as it was there.
    event PoolBroughtOver(uint32 indexed pool, uint256 word);

    /// @notice A receipt came into being.
    /// @param word Receipt word: status 3, flags 5, holder 22, pledgee 16, version 14, quantity 40, storage day 14,
    /// maturity day 14, least significant first. Flags: 1 claimed by a third party, 2 encumbered, 4 in default, 8 frozen,
    /// 16 on paper. Status: 1 open, 2 delivered, 3 merged, 4 replaced, 5 cancelled, 6 written off. While in default, the day on which default was declared stands in the place of the maturity day.
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

    /// @notice The receipt was divided. Its parts follow, each with `IssuedFrom`.
    event Divided(uint64 indexed receiptId, uint128 word, bytes32 content);

    /// @notice A receipt came into being out of another: a part, or one that corrects it.
    event IssuedFrom(uint64 indexed receiptId, uint128 word, bytes32 content, uint64 indexed origin);

    /// @notice The receipt now stands for the goods of another too.
    event Merged(uint64 indexed receiptId, uint128 word, bytes32 content);

    /// @notice The receipt has ended: another stands for its goods.
    event Absorbed(uint64 indexed receiptId, uint128 word, uint64 indexed into);

    /// @notice The receipt has ended: another, without its error, stands for its goods.
    event Replaced(uint64 indexed receiptId, uint128 word, uint64 indexed by);

    /// @notice The warehouse ended a receipt that it held itself. The goods are still there.
    event Cancelled(uint64 indexed receiptId, uint128 word, bytes32 reason);

    /// @notice Goods were lost. A word with the status written off closes the receipt.
    event WrittenDown(uint64 indexed receiptId, uint128 word, bytes32 evidence);

    /// @notice The receipt is free, because another was pledged in its place.
    event Substituted(uint64 indexed receiptId, uint128 word, uint64 indexed substitute, bytes32 terms);

    /// @notice The goods may stay until the storage day in the word.
    event StorageExtended(uint64 indexed receiptId, uint128 word, bytes32 terms);

    /// @notice A paper receipt is outstanding for the same goods.
    event PutOnPaper(uint64 indexed receiptId, uint128 word, bytes32 paper);

    /// @notice The paper receipt was given up.
    event TakenOffPaper(uint64 indexed receiptId, uint128 word, bytes32 paper);

    /// @notice The holder made every act void that was signed for an earlier version.
    event Invalidated(uint64 indexed receiptId, uint128 word, bytes32 reason);

    /// @notice The warehouse knows of a third party's claim to the goods.
    event ClaimNoted(uint64 indexed receiptId, uint128 word, bytes32 claim);

    /// @notice The claim is settled.
    event ClaimLifted(uint64 indexed receiptId, uint128 word, bytes32 reason);

    /// @notice The receipt came over from the predecessor, as it was there.
    event ReceiptBroughtOver(uint64 indexed receiptId, uint128 word);

    /// @notice An authority froze the receipt.
    event ReceiptFrozen(uint64 indexed receiptId, uint128 word, bytes32 order);

    /// @notice The freeze is lifted.
    event ReceiptUnfrozen(uint64 indexed receiptId, uint128 word, bytes32 order);

    /// @notice The item is now in the receipt, and can be in no other open one.
    event ItemReceipted(bytes32 indexed itemKey, uint64 indexed receiptId);

    /// @notice The item has been delivered and may be receipted again.
    event ItemFreed(bytes32 indexed itemKey, uint64 indexed receiptId);

    /// @notice These items of a page are now in the receipt, and can be in no other open one.
    /// @param items A bit for each serial of the page.
    event ItemsReceipted(bytes32 indexed page, uint64 indexed receiptId, uint256 items);

    /// @notice These items of a page have left and may be receipted again.
    event ItemsFreed(bytes32 indexed page, uint64 indexed receiptId, uint256 items);

    /// @notice The document has backed an act and can back no other.
    event DocumentUsed(bytes32 indexed document, uint64 indexed subject);

    /// @notice An act in a relay was refused and changed nothing.
    /// @param digest EIP-712 digest of the act: what its signers signed.
    /// @param subject The receipt, pool or party that the act is about.
    /// @param reason The ABI-encoded error of ILedgerErrors.
    event ActRefused(bytes32 indexed digest, uint64 indexed subject, bytes reason);
}
