// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {Kind} from "../../../contracts/Wire.sol";
import {Crowd} from "./Crowd.sol";

/// @title Invariants of the ledger
/// @notice A crowd does at random what it likes; after each of its steps all this holds. What holds of single steps (I5:
/// nothing is lost on the way; I9: every change has all the signatures of its row; I11: one version on; which bits an
/// event may change) the crowd asserts as it goes: its revert fails the run.
contract LedgerInvariants is Test {
    uint256 private constant KINDS = uint256(type(Kind).max);
    uint256 private constant DAYS = 10;
    uint256 private constant STEPS = 400;

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
        _expectAllOf(_crowd);
    }

    /// @notice Invariants of a ledger on which nothing happens would tell nothing. And the same steps each time, so that what
    /// they would find is found by every run: every signature that any kind of act needs is left out here.
    function test_TheCrowdGetsEveryKindOfActThroughAndEveryKindRefused() public {
        vm.pauseGasMetering();
        uint256[] memory passed = new uint256[](KINDS + 1);
        uint256[] memory refused = new uint256[](KINDS + 1);
        for (uint256 day = 0; day < DAYS; ++day) {
            Crowd crowd = new Crowd();
            crowd.setUp();
            _lead(crowd, day);
            for (uint256 kind = 1; kind <= KINDS; ++kind) {
                passed[kind] += crowd.passed(Kind(kind));
                refused[kind] += crowd.refused(Kind(kind));
            }
        }
        for (uint256 kind = 1; kind <= KINDS; ++kind) {
            assertGt(passed[kind], 0, string.concat("never passed: kind ", vm.toString(kind)));
            assertGt(refused[kind], 0, string.concat("never refused: kind ", vm.toString(kind)));
        }
    }

    /// @notice As many steps as forge takes in a run, in the same proportions.
    function _lead(Crowd crowd, uint256 day) private {
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(day, i)));
            uint8[] memory kinds = new uint8[](3);
            for (uint256 j = 0; j < kinds.length; ++j) {
                kinds[j] = uint8(seed >> (8 * j));
            }
            if (i % 8 == 0) crowd.rest(seed);
            else if (i % 8 < 4) crowd.relay(kinds, seed);
            else crowd.execute(kinds[0], seed);
            if (i % 50 == 49) _expectAllOf(crowd);
        }
    }

    function _expectAllOf(Crowd crowd) private view {
        crowd.expectOneHolderAndAtMostOnePledge();
        crowd.expectEveryReceiptCovered();
        crowd.expectEveryClaimHeldOnce();
        crowd.expectNothingClaimedUntold();
        crowd.expectNoGapInTheSerials();
        crowd.expectWordsAsTold();
        crowd.expectKeysToSpeakForTheirParties();
    }
}
