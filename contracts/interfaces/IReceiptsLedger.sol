// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILedgerErrors} from "./ILedgerErrors.sol";
import {ILedgerEvents} from "./ILedgerEvents.sol";

/// @title Receipts Ledger
/// @notice A ledger of warehouse receipts. Everything that happens is an act: one typed statement (EIP-712), signed
/// by every party whose consent it needs. Who sends the transaction decides nothing, except that a sender who is a
/// party's key counts as one more signature of that party.
/// @dev Wire form of an act: head (32 bytes), commitment (32 bytes), words (32 bytes each), signatures (64 bytes each:
/// r and vs, EIP-2098), in the order of the consent matrix. Head, most significant first: kind 8, signature count 8,
/// word count 16, deadline 40, version 16, subject 64, a 56, b 48. What each kind puts into subject, a, b and the
/// words is said in Statements.sol, beside the struct that its signers see.
interface IReceiptsLedger is ILedgerErrors, ILedgerEvents {
    /// @notice Carries out one act, or reverts with the rule that refuses it.
    /// @param act One act in the wire form.
    function execute(bytes calldata act) external;

    /// @notice Carries out many acts one after the other. A refused act is skipped and leaves `ActRefused`.
    /// @param acts Acts in the wire form, one behind the other. Bytes that are no acts revert the whole call.
    /// @return refused How many acts were refused.
    function relay(bytes calldata acts) external returns (uint256 refused);

    /// @notice The EIP-712 digest that the signers of an act have signed.
    /// @param act One act in the wire form; its signatures may be missing.
    function digestOf(bytes calldata act) external view returns (bytes32);

    /// @notice So many whole days have to pass after the day on which default was declared before a pledge is enforced.
    function NOTICE_DAYS() external view returns (uint256);

    /// @notice So many whole days have to pass after the day on which a recovery began before the new key speaks.
    function RECOVERY_DAYS() external view returns (uint256);

    /// @notice The 128-bit word of a receipt, zero when there is none. Layout as in `Issued`.
    function receiptWord(uint64 receiptId) external view returns (uint128);

    /// @notice The words of receipts with neighbouring numbers.
    /// @param first First receipt number.
    /// @param count How many, limited by the caller's gas alone.
    function receiptWords(uint64 first, uint256 count) external view returns (uint128[] memory words);

    /// @notice How many items an open receipt over serialised goods still holds.
    function itemCount(uint64 receiptId) external view returns (uint256);

    /// @notice The word of a pool, zero when there is none. Layout as in `PoolOpened`.
    function poolWord(uint32 pool) external view returns (uint256);

    /// @notice The word of a party, zero when there is none. Layout as in `Admitted`.
    function partyWord(uint32 party) external view returns (uint256);

    /// @notice The word of a key: party 32, roles 16, active 1, least significant first; zero when it is bound to none.
    function keyWord(address key) external view returns (uint256);

    /// @notice All keys that speak for a party.
    function keysOf(uint32 party) external view returns (address[] memory);

    /// @notice The open receipt that an item is in, 0 when it is in none.
    function receiptOfItem(bytes32 itemKey) external view returns (uint64);

    /// @notice The items of a page that are in open receipts: a bit for each serial.
    function itemsOnPage(bytes32 page) external view returns (uint256);

    /// @notice The items of a page that are in this receipt.
    function itemsOfReceipt(uint64 receiptId, bytes32 page) external view returns (uint256);

    /// @notice True when every pool is sealed: nothing happens to a receipt here any more.
    function isSealed() external view returns (bool);

    /// @notice The ledger before this one, 0 when there was none.
    function predecessor() external view returns (address);

    /// @notice First receipt of the act that used a document, 0 when none did.
    function subjectOfDocument(bytes32 document) external view returns (uint64);
}
