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
}
