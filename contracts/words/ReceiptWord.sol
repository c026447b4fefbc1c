// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The 128 bits of a receipt
/// @notice The only place that knows the layout. Pure: no storage, no rules.
/// @dev Least significant first: status 3, flags 5, holder 22, pledgee 16, version 14, quantity 40, storage day 14,
/// maturity day 14. Days are counted from 1 January 2020 UTC. While in default, the day on which default was declared
/// stands in the place of the maturity day: the claim is due, and what counts is how long ago that was said.
library ReceiptWord {
    uint256 internal constant OPEN = 1;
    uint256 internal constant DELIVERED = 2;
    uint256 internal constant MERGED = 3;
    uint256 internal constant REPLACED = 4;
    uint256 internal constant CANCELLED = 5;
    uint256 internal constant WRITTEN_OFF = 6;

    uint256 internal constant CLAIMED = 1 << 3;
    uint256 internal constant ENCUMBERED = 1 << 4;
    uint256 internal constant IN_DEFAULT = 1 << 5;
    uint256 internal constant FROZEN = 1 << 6;
    uint256 internal constant PAPER = 1 << 7;
    /// @notice While one of these is set, hardly anything can be done.
    uint256 internal constant HELD = FROZEN | PAPER;
    /// @notice With one of these set, a receipt cannot be pledged.
    uint256 internal constant UNPLEDGEABLE = ENCUMBERED | HELD | CLAIMED;

    /// @notice With one of these set, a receipt cannot be endorsed.
    uint256 internal constant UNENDORSABLE = ENCUMBERED | HELD;

    uint256 internal constant HOLDER_MAX = type(uint24).max >> 2;
    uint256 internal constant QUANTITY_MAX = type(uint40).max;
    uint256 internal constant DAY_MAX = type(uint16).max >> 2;
    uint256 internal constant VERSION_MAX = type(uint16).max >> 2;

    uint256 private constant STATUS_MASK = 0x7;
    uint256 private constant HOLDER_AT = 8;
    uint256 private constant PLEDGEE_AT = 30;
    uint256 private constant VERSION_AT = 46;
    uint256 private constant QUANTITY_AT = 60;
    uint256 private constant STORAGE_DAY_AT = 100;
    uint256 private constant MATURITY_DAY_AT = 114;

    function opened(uint256 holder_, uint256 quantity_, uint256 storageDay_) internal pure returns (uint256) {
        return OPEN | (holder_ << HOLDER_AT) | (1 << VERSION_AT) | (quantity_ << QUANTITY_AT)
            | (storageDay_ << STORAGE_DAY_AT);
    }

    function status(uint256 word) internal pure returns (uint256) {
        return word & STATUS_MASK;
    }

    function isOpen(uint256 word) internal pure returns (bool) {
        return word & STATUS_MASK == OPEN;
    }

    function isEncumbered(uint256 word) internal pure returns (bool) {
        return word & ENCUMBERED != 0;
    }

    function isInDefault(uint256 word) internal pure returns (bool) {
        return word & IN_DEFAULT != 0;
    }

    function isFrozen(uint256 word) internal pure returns (bool) {
        return word & FROZEN != 0;
    }

    /// @notice True while a paper receipt for the same goods is outstanding.
    function isOnPaper(uint256 word) internal pure returns (bool) {
        return word & PAPER != 0;
    }

    /// @notice True while the warehouse knows of somebody else's claim to the goods.
    function isClaimed(uint256 word) internal pure returns (bool) {
        return word & CLAIMED != 0;
    }

    function isHeld(uint256 word) internal pure returns (bool) {
        return word & HELD != 0;
    }

    function isPledgeable(uint256 word) internal pure returns (bool) {
        return word & UNPLEDGEABLE == 0;
    }

    /// @notice True when two receipts differ in nothing but version, quantity and storage day.
    function isLike(uint256 word, uint256 other) internal pure returns (bool) {
        uint256 free =
            (VERSION_MAX << VERSION_AT) | (QUANTITY_MAX << QUANTITY_AT) | (DAY_MAX << STORAGE_DAY_AT);
        return (word ^ other) & ~free == 0;
    }

    function holder(uint256 word) internal pure returns (uint256) {
        return (word >> HOLDER_AT) & HOLDER_MAX;
    }

    function pledgee(uint256 word) internal pure returns (uint256) {
        return uint16(word >> PLEDGEE_AT);
    }

    function version(uint256 word) internal pure returns (uint256) {
        return (word >> VERSION_AT) & VERSION_MAX;
    }

    function quantity(uint256 word) internal pure returns (uint256) {
        return uint40(word >> QUANTITY_AT);
    }

    function storageDay(uint256 word) internal pure returns (uint256) {
        return (word >> STORAGE_DAY_AT) & DAY_MAX;
    }

    /// @notice Day on which the claim is due, or on which default was declared while in default.
    function maturityDay(uint256 word) internal pure returns (uint256) {
        return (word >> MATURITY_DAY_AT) & DAY_MAX;
    }

    /// @notice The same receipt one version on. The caller has made sure that a version is left.
    function next(uint256 word) internal pure returns (uint256) {
        unchecked {
            return word + (1 << VERSION_AT);
        }
    }

    function withHolder(uint256 word, uint256 holder_) internal pure returns (uint256) {
        return (word & ~(HOLDER_MAX << HOLDER_AT)) | (holder_ << HOLDER_AT);
    }

    function withPledge(uint256 word, uint256 pledgee_, uint256 maturityDay_)
        internal
        pure
        returns (uint256)
    {
        return word | ENCUMBERED | (pledgee_ << PLEDGEE_AT) | (maturityDay_ << MATURITY_DAY_AT);
    }

    /// @notice The same pledge in the hands of another pledgee.
    function withPledgee(uint256 word, uint256 pledgee_) internal pure returns (uint256) {
        return (word & ~(uint256(type(uint16).max) << PLEDGEE_AT)) | (pledgee_ << PLEDGEE_AT);
    }

    /// @notice In default since `day`, which takes the place of the maturity.
    function defaulted(uint256 word, uint256 day) internal pure returns (uint256) {
        return _withMaturity(word, day) | IN_DEFAULT;
    }

    /// @notice No longer in default, and due on another day.
    function cured(uint256 word, uint256 maturityDay_) internal pure returns (uint256) {
        return _withMaturity(word, maturityDay_) & ~IN_DEFAULT;
    }

    /// @notice Without pledgee, maturity, and the flags encumbered and in default.
    function withoutPledge(uint256 word) internal pure returns (uint256) {
        return word
            & ~((uint256(0x3) << 4)
                | (uint256(type(uint16).max) << PLEDGEE_AT)
                | (DAY_MAX << MATURITY_DAY_AT));
    }

    function withStorageDay(uint256 word, uint256 day) internal pure returns (uint256) {
        return (word & ~(DAY_MAX << STORAGE_DAY_AT)) | (day << STORAGE_DAY_AT);
    }

    function withQuantity(uint256 word, uint256 quantity_) internal pure returns (uint256) {
        return (word & ~(QUANTITY_MAX << QUANTITY_AT)) | (quantity_ << QUANTITY_AT);
    }

    function withStatus(uint256 word, uint256 status_) internal pure returns (uint256) {
        return (word & ~STATUS_MASK) | status_;
    }

    /// @notice The first version of a receipt that comes out of this one, with all that it is subject to.
    function heir(uint256 word, uint256 quantity_) internal pure returns (uint256) {
        return (withQuantity(word, quantity_) & ~(VERSION_MAX << VERSION_AT)) | (1 << VERSION_AT);
    }

    /// @notice The last version: over nothing, securing nothing.
    function closed(uint256 word, uint256 status_) internal pure returns (uint256) {
        return withStatus(withoutPledge(withQuantity(next(word), 0)), status_);
    }

    function _withMaturity(uint256 word, uint256 day) private pure returns (uint256) {
        return (word & ~(DAY_MAX << MATURITY_DAY_AT)) | (day << MATURITY_DAY_AT);
    }
}
