// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title Every way the ledger says no
/// @notice One error for each rule. `execute` reverts with it; `relay` skips the act and writes it into
/// `ActRefused`. The gateway's problem codes are these names. Within an act they are checked in the order
/// in which they stand here; an act over many receipts looks at one receipt after the other.
interface ILedgerErrors {
    /// @notice The bytes are not acts in the wire form: too short, too long, or of no known kind.
    /// @param position Where in the calldata argument the reading stopped, in bytes.
    error MalformedAct(uint256 position);

    /// @notice The act's deadline is in the past.
    /// @param deadline Last second at which the act could be carried out, Unix time.
    error DeadlinePassed(uint40 deadline);

    /// @notice No pool has this number.
    error UnknownPool(uint32 pool);

    /// @notice No receipt has this number.
    error UnknownReceipt(uint64 receiptId);

    /// @notice The receipt has come to its end: delivered, merged, replaced, cancelled or written off.
    /// @param status The receipt's final status, as in the receipt word.
    error NotOpen(uint64 receiptId, uint8 status);

    /// @notice The pool has stopped for ever, and with it its receipts: they are on the next ledger.
    error Sealed(uint32 pool);

    /// @notice No party has this number.
    error UnknownParty(uint32 party);

    /// @notice Nothing is pledged, so there is no pledge to release, to assign or to enforce.
    error NotEncumbered(uint64 receiptId);

    /// @notice A signature is not a low-s ECDSA signature over secp256k1.
    /// @param index Place of the signature in the act, from 0.
    error BadSignature(uint256 index);

    /// @notice The signature is valid, but its key belongs to no party: a forgery, a revoked key, or other content.
    /// @param key Address recovered from the signature.
    error UnknownKey(address key);

    /// @notice The party is suspended or was never admitted.
    error PartyNotActive(uint32 party);

    /// @notice The act lacks the consent of a party that has to sign it.
    /// @param party Number of the party, 0 when any party of the role would do.
    /// @param role Role in which the consent is needed, 0 when the number alone decides.
    error MissingConsent(uint32 party, uint16 role);

    /// @notice The act carries signatures that nobody asked for.
    error SurplusSignature(uint256 surplus);

    /// @notice The party does not hold the role that the act gives it.
    error WrongRole(uint32 party, uint16 role);

    /// @notice The party number is taken.
    error PartyExists(uint32 party);

    /// @notice The party number is zero, or too large for its roles.
    /// @param largest Largest number that these roles allow.
    error PartyNumberOutOfRange(uint32 party, uint32 largest);

    /// @notice No party may hold these roles together, or there are none.
    error ConflictingRoles(uint16 roles);

    /// @notice The key already speaks for a party.
    error KeyAlreadyBound(address key, uint32 party);

    /// @notice The key does not speak for this party.
    error KeyNotBound(address key, uint32 party);

    /// @notice The party has as many keys as a party may have.
    error TooManyKeys(uint32 party);

    /// @notice The party is active already.
    error PartyActive(uint32 party);

    /// @notice A registrar cannot suspend itself.
    error SelfSuspension(uint32 party);

    /// @notice One of the party's keys has objected to the recovery.
    error Vetoed(uint32 party);

    /// @notice No recovery of the party has begun.
    error NotInRecovery(uint32 party);

    /// @notice A recovery of the party has begun: until it ends, nothing else about the party changes.
    error InRecovery(uint32 party);

    /// @notice The pool number is taken, here or on the predecessor.
    error PoolExists(uint32 pool);

    /// @notice The ledger before this one still runs: until all its pools are sealed, goods and documents could be used
    /// there and here.
    error PredecessorNotSealed();

    /// @notice Items can stand in pages only where goods are serialised.
    error PagedNotSerialised(uint32 pool);

    /// @notice The inspector is the warehouse or one of the holders.
    error InspectorNotIndependent(uint32 inspector);

    /// @notice Receipt numbers of a pool run without a gap.
    /// @param next Serial that comes next in the pool.
    error NumberGap(uint32 pool, uint32 next, uint32 given);

    /// @notice An act over many receipts names none.
    error EmptyAct();

    /// @notice The receipts of a portfolio act are not in strictly ascending order.
    error OutOfOrder(uint64 receiptId);

    /// @notice The receipts of a portfolio act differ in holder, warehouse or pledgee.
    error MixedPortfolio(uint64 receiptId);

    /// @notice The two receipts differ in pool, holder, pledge or standing, or are one.
    error MixedGoods(uint64 receiptId);

    /// @notice The guardian has stopped new receipts and new pledges in this pool.
    error Paused(uint32 pool);

    /// @notice The pool is not paused.
    error NotPaused(uint32 pool);

    /// @notice A quantity is zero. The subject is a receipt or a pool.
    error ZeroQuantity(uint64 subject);

    /// @notice A quantity does not fit its field. The subject is a receipt or a pool.
    error QuantityOutOfRange(uint64 subject, uint256 quantity);

    /// @notice A day does not fit its field.
    error DayOutOfRange(uint64 receiptId, uint256 day);

    /// @notice A receipt over serialised goods names no items, or a delivery leaves items out.
    /// @param needed How many items have to be named.
    error ItemsMissing(uint64 receiptId, uint256 needed);

    /// @notice The parts of a split do not add up to the receipt.
    error SumMismatch(uint64 receiptId, uint64 sum, uint64 quantity);

    /// @notice The party is not the receipt's holder.
    error NotHolder(uint64 receiptId, uint32 party);

    /// @notice Holder and transferee are one party.
    error SelfTransfer(uint64 receiptId, uint32 party);

    /// @notice The receipt is made out to a person and not to order: it cannot be endorsed.
    error NonNegotiable(uint64 receiptId);

    /// @notice The pledgee is the pledgor or the warehouse itself.
    error SelfPledge(uint64 receiptId, uint32 party);

    /// @notice The pledge would be assigned to the pledgee that has it.
    error SelfAssignment(uint64 receiptId, uint32 party);

    /// @notice The receipt already secures a claim; it can secure no second one.
    error AlreadyEncumbered(uint64 receiptId, uint32 pledgee);

    /// @notice The receipt is pledged, and the act needs it free.
    error Encumbered(uint64 receiptId, uint32 pledgee);

    /// @notice An authority has frozen the receipt.
    error Frozen(uint64 receiptId);

    /// @notice A paper receipt is outstanding for the same goods: nothing happens here until it is given up.
    error PaperOutstanding(uint64 receiptId);

    /// @notice No paper receipt is outstanding.
    error NotOnPaper(uint64 receiptId);

    /// @notice A third party claims the goods.
    error ThirdPartyClaim(uint64 receiptId);

    /// @notice No claim of a third party has been noted.
    error NoClaim(uint64 receiptId);

    /// @notice The receipt is not frozen.
    error NotFrozen(uint64 receiptId);

    /// @notice Default has been declared already.
    /// @param defaultDay Day on which it was declared.
    error AlreadyInDefault(uint64 receiptId, uint16 defaultDay);

    /// @notice No default has been declared, so there is none to cure and nothing to enforce.
    error NotInDefault(uint64 receiptId);

    /// @notice The claim can still be paid on time.
    /// @param maturityDay Last day on which it can.
    error NotDue(uint64 receiptId, uint16 maturityDay);

    /// @notice The days of notice have not passed: the pledgor can still cure the default, the party still veto.
    /// @param subject The receipt, or the party.
    /// @param lastDay Last day of the notice.
    error NoticeRunning(uint64 subject, uint16 lastDay);

    /// @notice The storage period is over: only exits are left.
    error StorageExpired(uint64 receiptId, uint16 storageDay);

    /// @notice The day named is no later than the one until which goods are stored already.
    error StorageNotExtended(uint64 receiptId, uint16 storageDay);

    /// @notice The claim would fall due after the storage period.
    error MaturityAfterStorage(uint64 receiptId, uint16 maturityDay, uint16 storageDay);

    /// @notice The claim would already be due.
    error MaturityPassed(uint64 receiptId, uint16 maturityDay);

    /// @notice The pledge commits to no terms and so to no trade: no finance without a real trade behind it.
    error NoTradeBackground(uint64 receiptId);

    /// @notice The last count of the pool is too old to lend against.
    error StaleAttestation(uint32 pool, uint16 attestationDay);

    /// @notice Goods under customs leave only against a clearance, named among the documents.
    error CustomsNotCleared(uint64 receiptId);

    /// @notice A correction would make the receipt stand for more goods.
    error QuantityIncreased(uint64 receiptId, uint64 quantity, uint64 present);

    /// @notice More would be delivered than the receipt stands for.
    error OverDelivery(uint64 receiptId, uint64 quantity, uint64 available);

    /// @notice More would be receipted than an independent inspector has attested.
    error OverAttested(uint32 pool, uint64 attested, uint64 needed);

    /// @notice More would be attested than the place can hold.
    error OverCapacity(uint32 pool, uint64 capacity, uint64 needed);

    /// @notice Less would be attested than receipts are open for.
    error BelowReceipted(uint32 pool, uint64 receipted, uint64 attested);

    /// @notice The act names another version than the present one.
    /// @param subject The receipt, pool or party.
    error StaleVersion(uint64 subject, uint16 named, uint16 present);

    /// @notice The last versions are kept for exits: release, delivery, default and what follows it, freeze and its end.
    error VersionsExhausted(uint64 subject);

    /// @notice The document has backed an issue, a pledge or a delivery before.
    /// @param subject First receipt of the act that used it.
    error DocumentAlreadyUsed(bytes32 document, uint64 subject);

    /// @notice The item is in an open receipt already, here or in another warehouse.
    /// @param itemKey The item, or the page that it stands on.
    /// @param receiptId That receipt, 0 when the item stands on a page.
    error ItemAlreadyReceipted(bytes32 itemKey, uint64 receiptId);

    /// @notice The item is not among the goods of this receipt.
    /// @param itemKey The item, or the page that it stands on.
    error ItemNotInReceipt(bytes32 itemKey, uint64 receiptId);
}
