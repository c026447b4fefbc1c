// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The word of a party, and the word of a key
/// @notice The only place that knows the two layouts, the roles, and which roles exclude one another.
/// @dev Party, least significant first: roles 16, active 1, key count 8, version 16, in recovery 1, vetoed 1, last day of
/// the notice 16, and from bit 64 the key that is to speak for it, 160. Key: party 32, roles 16, active 1.
/// A key carries its party's roles and standing, so that a signature costs one read.
library PartyWord {
    uint256 internal constant REGISTRAR = 1;
    uint256 internal constant WAREHOUSE = 2;
    uint256 internal constant HOLDER = 4;
    uint256 internal constant LENDER = 8;
    uint256 internal constant INSPECTOR = 16;
    uint256 internal constant AUTHORITY = 32;
    uint256 internal constant AUDITOR = 64;
    uint256 internal constant GUARDIAN = 128;
    uint256 internal constant BUSINESS = WAREHOUSE | HOLDER | LENDER | INSPECTOR;
    uint256 internal constant ALL = 255;

    uint256 private constant ACTIVE = 1 << 16;
    uint256 private constant KEY_COUNT_AT = 17;
    uint256 private constant VERSION_AT = 25;
    uint256 private constant IN_RECOVERY = 1 << 41;
    uint256 private constant VETOED = 1 << 42;
    uint256 private constant NOTICE_DAY_AT = 43;
    uint256 private constant RECOVERY_KEY_AT = 64;
    /// @notice All that says nothing of a recovery.
    uint256 private constant LASTING = IN_RECOVERY - 1;

    uint256 private constant KEY_ROLES_AT = 32;
    /// @notice Bit of a key word that says that its party is active.
    uint256 internal constant KEY_ACTIVE = 1 << 48;

    function admitted(uint256 roles_) internal pure returns (uint256) {
        return roles_ | ACTIVE | (1 << KEY_COUNT_AT) | (1 << VERSION_AT);
    }

    function roles(uint256 word) internal pure returns (uint256) {
        return uint16(word);
    }

    function isActive(uint256 word) internal pure returns (bool) {
        return word & ACTIVE != 0;
    }

    function keyCount(uint256 word) internal pure returns (uint256) {
        return uint8(word >> KEY_COUNT_AT);
    }

    function version(uint256 word) internal pure returns (uint256) {
        return uint16(word >> VERSION_AT);
    }

    function next(uint256 word) internal pure returns (uint256) {
        return word + (1 << VERSION_AT);
    }

    function suspended(uint256 word) internal pure returns (uint256) {
        return word & ~ACTIVE;
    }

    function reinstated(uint256 word) internal pure returns (uint256) {
        return word | ACTIVE;
    }

    function isInRecovery(uint256 word) internal pure returns (bool) {
        return word & IN_RECOVERY != 0;
    }

    /// @notice True when one of its keys has spoken against the last recovery.
    function isVetoed(uint256 word) internal pure returns (bool) {
        return word & VETOED != 0;
    }

    /// @notice Last day on which a key of the party can veto.
    function noticeDay(uint256 word) internal pure returns (uint256) {
        return uint16(word >> NOTICE_DAY_AT);
    }

    function recoveryKey(uint256 word) internal pure returns (address) {
        return address(uint160(word >> RECOVERY_KEY_AT));
    }

    /// @notice Not active until the notice has passed or been vetoed.
    function recovering(uint256 word, address key, uint256 lastDay) internal pure returns (uint256) {
        return (word & LASTING & ~ACTIVE) | IN_RECOVERY | (lastDay << NOTICE_DAY_AT)
            | (uint256(uint160(key)) << RECOVERY_KEY_AT);
    }

    function vetoed(uint256 word) internal pure returns (uint256) {
        return (word & LASTING) | ACTIVE | VETOED;
    }

    /// @notice Active again, with one key.
    function recovered(uint256 word) internal pure returns (uint256) {
        uint256 keys = uint256(type(uint8).max) << KEY_COUNT_AT;
        return (word & LASTING & ~keys) | ACTIVE | (1 << KEY_COUNT_AT);
    }

    function withKey(uint256 word) internal pure returns (uint256) {
        return word + (1 << KEY_COUNT_AT);
    }

    function withoutKey(uint256 word) internal pure returns (uint256) {
        return word - (1 << KEY_COUNT_AT);
    }

    /// @notice The word of a key of this party.
    function keyOf(uint256 party, uint256 word) internal pure returns (uint256) {
        return party | (roles(word) << KEY_ROLES_AT) | (isActive(word) ? KEY_ACTIVE : 0);
    }

    function partyOfKey(uint256 keyWord) internal pure returns (uint256) {
        return uint32(keyWord);
    }

    /// @notice The bits of a key word that stand for these roles.
    function inKey(uint256 roles_) internal pure returns (uint256) {
        return roles_ << KEY_ROLES_AT;
    }

    function isActiveKey(uint256 keyWord) internal pure returns (bool) {
        return keyWord & KEY_ACTIVE != 0;
    }

    function rolesOfKey(uint256 keyWord) internal pure returns (uint256) {
        return uint16(keyWord >> KEY_ROLES_AT);
    }

    /// @notice True when one party may hold these roles: whoever counts stores nothing, whoever decides trades nothing.
    function areCompatible(uint256 roles_) internal pure returns (bool) {
        if (roles_ == 0 || roles_ > ALL) return false;
        if (roles_ & REGISTRAR != 0) return roles_ == REGISTRAR;
        if (roles_ & AUTHORITY != 0 && roles_ & BUSINESS != 0) return false;
        return roles_ & (WAREHOUSE | INSPECTOR) != (WAREHOUSE | INSPECTOR);
    }
}
