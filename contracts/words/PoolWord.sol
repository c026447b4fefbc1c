// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The word of a pool
/// @notice The only place that knows the layout. Pure: no storage, no rules.
/// @dev Least significant first: flags 8 (1 open, 2 serialised goods, 4 items in pages, 8 bonded, 16 paused, 32 sealed,
/// 64 not negotiable), longest age of a count in days 8, version 16, day of the last count 16, next serial 32, capacity
/// 56, attested 56, receipted 56.
library PoolWord {
    uint256 internal constant OPEN = 1;
    uint256 internal constant SERIALISED = 2;
    uint256 internal constant PAGED = 4;
    uint256 internal constant BONDED = 8;
    uint256 internal constant PAUSED = 16;
    uint256 internal constant SEALED = 32;
    uint256 internal constant NON_NEGOTIABLE = 64;

    uint256 internal constant QUANTITY_MAX = type(uint56).max;

    uint256 private constant ATTESTATION_DAYS_AT = 8;
    uint256 private constant VERSION_AT = 16;
    uint256 private constant ATTESTATION_DAY_AT = 32;
    uint256 private constant NEXT_SERIAL_AT = 48;
    uint256 private constant CAPACITY_AT = 80;
    uint256 private constant ATTESTED_AT = 136;
    uint256 private constant RECEIPTED_AT = 192;

    function opened(uint256 flags, uint256 attestationDays_, uint256 capacity_)
        internal
        pure
        returns (uint256)
    {
        return OPEN | flags | (attestationDays_ << ATTESTATION_DAYS_AT) | (1 << VERSION_AT)
            | (1 << NEXT_SERIAL_AT) | (capacity_ << CAPACITY_AT);
    }

    function isSerialised(uint256 word) internal pure returns (bool) {
        return word & SERIALISED != 0;
    }

    /// @notice True when items are named by page and bits, not one by one.
    function isPaged(uint256 word) internal pure returns (bool) {
        return word & PAGED != 0;
    }

    /// @notice True when goods lie under customs and leave only against a clearance.
    function isBonded(uint256 word) internal pure returns (bool) {
        return word & BONDED != 0;
    }

    /// @notice True when receipts are made out to a person and not to order: nobody endorses them.
    function isNonNegotiable(uint256 word) internal pure returns (bool) {
        return word & NON_NEGOTIABLE != 0;
    }

    /// @notice True when nothing about the pool stands in the way of a transfer.
    function isFreelyTransferable(uint256 word) internal pure returns (bool) {
        return word & (SEALED | NON_NEGOTIABLE) == 0;
    }

    /// @notice True while nothing new is issued or pledged.
    function isPaused(uint256 word) internal pure returns (bool) {
        return word & PAUSED != 0;
    }

    /// @notice True when the pool has moved to the next ledger.
    function isSealed(uint256 word) internal pure returns (bool) {
        return word & SEALED != 0;
    }

    function attestationDays(uint256 word) internal pure returns (uint256) {
        return uint8(word >> ATTESTATION_DAYS_AT);
    }

    function version(uint256 word) internal pure returns (uint256) {
        return uint16(word >> VERSION_AT);
    }

    function attestationDay(uint256 word) internal pure returns (uint256) {
        return uint16(word >> ATTESTATION_DAY_AT);
    }

    function nextSerial(uint256 word) internal pure returns (uint256) {
        return uint32(word >> NEXT_SERIAL_AT);
    }

    function capacity(uint256 word) internal pure returns (uint256) {
        return uint56(word >> CAPACITY_AT);
    }

    function attested(uint256 word) internal pure returns (uint256) {
        return uint56(word >> ATTESTED_AT);
    }

    function receipted(uint256 word) internal pure returns (uint256) {
        return uint56(word >> RECEIPTED_AT);
    }

    function withAttestation(uint256 word, uint256 quantity, uint256 day) internal pure returns (uint256) {
        uint256 cleared =
            word & ~((QUANTITY_MAX << ATTESTED_AT) | (uint256(type(uint16).max) << ATTESTATION_DAY_AT));
        return (cleared | (quantity << ATTESTED_AT) | (day << ATTESTATION_DAY_AT)) + (1 << VERSION_AT);
    }

    /// @notice After `count` receipts over `quantity` in all. The caller has compared with what is attested.
    function withIssued(uint256 word, uint256 count, uint256 quantity) internal pure returns (uint256) {
        return word + (count << NEXT_SERIAL_AT) + (quantity << RECEIPTED_AT);
    }

    /// @notice As the next ledger takes it over: at the same version, and not sealed.
    function handedDown(uint256 word) internal pure returns (uint256) {
        return word & ~SEALED;
    }

    /// @notice After receipts ended, or were corrected, over goods that are still there.
    function withUnreceipted(uint256 word, uint256 quantity) internal pure returns (uint256) {
        return word - (quantity << RECEIPTED_AT);
    }

    function withFlag(uint256 word, uint256 flag) internal pure returns (uint256) {
        return (word | flag) + (1 << VERSION_AT);
    }

    function withoutFlag(uint256 word, uint256 flag) internal pure returns (uint256) {
        return (word & ~flag) + (1 << VERSION_AT);
    }

    /// @notice After goods left: they are neither receipted nor attested any more.
    function withDelivered(uint256 word, uint256 quantity) internal pure returns (uint256) {
        return word - (quantity << RECEIPTED_AT) - (quantity << ATTESTED_AT);
    }
}
