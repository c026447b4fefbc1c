// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Kind} from "../../../contracts/Wire.sol";
import {Crowd} from "./Crowd.sol";

/// @title Invariants of the ledger
/// @notice A crowd does at random what it likes; after each of its steps all this holds. What holds of single steps (I9:
/// every change has all the signatures of its row; I11: one version on; which bits an event may change) the crowd
/// asserts as it goes: its revert fails the run.
contract LedgerInvariants is Test {
    Crowd private _crowd;

    function setUp() public {
        _crowd = new Crowd();
        _crowd.setUp();
        targetContract(address(_crowd));
        // Forge draws evenly; acts by themselves and in relays are to be frequent, and time is to go by slowly.
        bytes4[] memory steps = new bytes4[](8);
        for (uint256 i = 0; i < steps.length; ++i) {
            steps[i] = i < 4 ? Crowd.execute.selector : Crowd.relay.selector;
        }
        steps[7] = Crowd.rest.selector;
        targetSelector(FuzzSelector({addr: address(_crowd), selectors: steps}));
    }

    /// @dev One function for all: forge would lead a crowd of its own through the same steps for each.
    function invariant_TheLedgerIsAsItTellsAndAsItHasToBe() public view {
        _crowd.expectOneHolderAndAtMostOnePledge();
        _crowd.expectEveryReceiptCovered();
        _crowd.expectEveryClaimHeldOnce();
        _crowd.expectNothingClaimedUntold();
        _crowd.expectNoGapInTheSerials();
        _crowd.expectWordsAsTold();
        _crowd.expectKeysToSpeakForTheirParties();
    }

    /// @notice Invariants of a ledger on which nothing happens would tell nothing.
    function test_TheCrowdGetsEveryKindOfActThroughAndEveryKindRefused() public {
        for (uint256 i = 0; i < 600; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            uint8[] memory kinds = new uint8[](3);
            for (uint256 j = 0; j < kinds.length; ++j) {
                kinds[j] = uint8(seed >> (8 * j));
            }
            if (i % 16 == 0) _crowd.rest(seed);
            if (i % 3 == 0) _crowd.relay(kinds, seed);
            else _crowd.execute(kinds[0], seed);
        }
        for (uint8 kind = 1; kind <= uint8(type(Kind).max); ++kind) {
            assertGt(_crowd.passed(Kind(kind)), 0, string.concat("never passed: kind ", vm.toString(kind)));
            assertGt(_crowd.refused(Kind(kind)), 0, string.concat("never refused: kind ", vm.toString(kind)));
        }
    }
}
