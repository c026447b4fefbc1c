// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";

/// @title The ledger before this one
/// @notice Immutable, and for a first ledger 0. It is asked only once it is sealed, so it always gives the same answers.
abstract contract Succession {
    IReceiptsLedger internal immutable PREDECESSOR;

    constructor(IReceiptsLedger predecessor_) {
        PREDECESSOR = predecessor_;
    }

    function _hasPredecessor() internal view returns (bool) {
        return address(PREDECESSOR) != address(0);
    }

    function _isPredecessorSealed() internal view returns (bool) {
        return _ask(address(PREDECESSOR), IReceiptsLedger.isSealed.selector, 0) != 0;
    }

    /// @notice What the predecessor has a number or a fingerprint stand for.
    function _askPredecessor(bytes4 reading, uint256 subject) internal view returns (uint256 word) {
        return _ask(address(PREDECESSOR), reading, subject);
    }

    /// @notice The latest of all the ledgers before this one that knows the subject, and what it says of it; 0 and 0 when
    /// none does.
    /// @dev The predecessor may have left something with its own: nothing comes over before an act names it.
    function _askAll(bytes4 reading, uint256 subject) internal view returns (address ledger, uint256 word) {
        ledger = address(PREDECESSOR);
        while (ledger != address(0)) {
            word = _ask(ledger, reading, subject);
            if (word != 0) return (ledger, word);
            ledger = address(uint160(_ask(ledger, IReceiptsLedger.predecessor.selector, 0)));
        }
    }

    /// @dev By hand, because every reading asked for here takes and gives one word, and code size is scarce.
    function _ask(address ledger, bytes4 reading, uint256 subject) internal view returns (uint256 word) {
        assembly ("memory-safe") {
            mstore(0x00, reading)
            mstore(0x04, subject)
            // Arguments are evaluated from the last to the first.
            if iszero(and(eq(returndatasize(), 0x20), staticcall(gas(), ledger, 0x00, 0x24, 0x00, 0x20))) {
                revert(0x00, 0x00)
            }
            word := mload(0x00)
        }
    }
}
