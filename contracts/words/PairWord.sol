// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

/// @title The storage word of two receipts
/// @notice The only place that knows which half is whose. Pure: no storage, no rules.
/// @dev The receipt with the even number has the low 128 bits.
library PairWord {
    /// @notice Number of the pair that a receipt is in.
    function pairOf(uint256 receiptId) internal pure returns (uint256) {
        return receiptId >> 1;
    }

    /// @dev Two shifts, because a mask of 128 bits is dearer.
    function half(uint256 words, uint256 receiptId) internal pure returns (uint256) {
        return (words << _shift(~receiptId)) >> 128;
    }

    /// @notice The same pair with the next word for this receipt.
    /// @dev Flips the bits in which the two words differ. Words have 128 bits, so the neighbour's half stays as it is.
    function withHalf(uint256 words, uint256 receiptId, uint256 word, uint256 nextWord)
        internal
        pure
        returns (uint256)
    {
        return words ^ ((word ^ nextWord) << _shift(receiptId));
    }

    function _shift(uint256 receiptId) private pure returns (uint256) {
        return (receiptId & 1) << 7;
    }
}
