// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @dev So many whole days have to pass after the day on which default was declared before a pledge is enforced.
uint256 constant NOTICE_DAYS = 10;

/// @dev So many whole days have to pass after the day on which a recovery began before the new key speaks.
uint256 constant RECOVERY_DAYS = 30;
