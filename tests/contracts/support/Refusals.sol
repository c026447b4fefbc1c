// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {ILedgerErrors as E} from "../../../contracts/interfaces/ILedgerErrors.sol";

/// @title Every refusal, and how long it is
library Refusals {
    /// @notice True for an error of ILedgerErrors whose arguments all fit their types.
    function isTyped(bytes memory refusal) internal pure returns (bool) {
        if (refusal.length < 4 || refusal.length % 32 != 4) return false;
        (bytes4[] memory selectors, uint16[] memory widths) = all();
        for (uint256 i = 0; i < selectors.length; ++i) {
            if (selectors[i] == bytes4(refusal)) return fits(refusal, widths[i]);
        }
        return false;
    }

    /// @dev Widths have four bits for each argument, the first lowest: its type's width in bits, divided by 16
    /// (1, 2, 4) or a mark (5 for 40 bits, 8 for 8, 10 for an address, 15 for a whole word).
    function fits(bytes memory refusal, uint16 widths) private pure returns (bool) {
        uint256 count = (refusal.length - 4) / 32;
        for (uint256 i = 0; i < 4; ++i) {
            uint256 mark = (widths >> (4 * i)) & 15;
            if ((mark == 0) != (i >= count)) return false;
            if (mark == 0) continue;
            uint256 argument;
            assembly ("memory-safe") {
                argument := mload(add(add(refusal, 0x24), mul(i, 0x20)))
            }
            uint256 bits = mark == 15 ? 256 : mark == 10 ? 160 : mark == 8 ? 8 : mark == 5 ? 40 : 16 * mark;
            if (bits < 256 && argument >> bits != 0) return false;
        }
        return true;
    }

    function all() private pure returns (bytes4[] memory selectors, uint16[] memory widths) {
        selectors = new bytes4[](74);
        widths = new uint16[](74);
        uint256 n;
        (selectors[n], widths[n++]) = (E.MalformedAct.selector, 0x00f);
        (selectors[n], widths[n++]) = (E.DeadlinePassed.selector, 0x005);
        (selectors[n], widths[n++]) = (E.UnknownPool.selector, 0x002);
        (selectors[n], widths[n++]) = (E.UnknownReceipt.selector, 0x004);
        (selectors[n], widths[n++]) = (E.NotOpen.selector, 0x084);
        (selectors[n], widths[n++]) = (E.UnknownParty.selector, 0x002);
        (selectors[n], widths[n++]) = (E.NotEncumbered.selector, 0x004);
        (selectors[n], widths[n++]) = (E.BadSignature.selector, 0x00f);
        (selectors[n], widths[n++]) = (E.UnknownKey.selector, 0x00a);
        (selectors[n], widths[n++]) = (E.PartyNotActive.selector, 0x002);
        (selectors[n], widths[n++]) = (E.MissingConsent.selector, 0x012);
        (selectors[n], widths[n++]) = (E.SurplusSignature.selector, 0x00f);
        (selectors[n], widths[n++]) = (E.WrongRole.selector, 0x012);
        (selectors[n], widths[n++]) = (E.PartyExists.selector, 0x002);
        (selectors[n], widths[n++]) = (E.PartyNumberOutOfRange.selector, 0x022);
        (selectors[n], widths[n++]) = (E.ConflictingRoles.selector, 0x001);
        (selectors[n], widths[n++]) = (E.KeyAlreadyBound.selector, 0x02a);
        (selectors[n], widths[n++]) = (E.KeyNotBound.selector, 0x02a);
        (selectors[n], widths[n++]) = (E.TooManyKeys.selector, 0x002);
        (selectors[n], widths[n++]) = (E.PartyActive.selector, 0x002);
        (selectors[n], widths[n++]) = (E.SelfSuspension.selector, 0x002);
        (selectors[n], widths[n++]) = (E.PoolExists.selector, 0x002);
        (selectors[n], widths[n++]) = (E.InspectorNotIndependent.selector, 0x002);
        (selectors[n], widths[n++]) = (E.NumberGap.selector, 0x222);
        (selectors[n], widths[n++]) = (E.EmptyAct.selector, 0x000);
        (selectors[n], widths[n++]) = (E.OutOfOrder.selector, 0x004);
        (selectors[n], widths[n++]) = (E.MixedPortfolio.selector, 0x004);
        (selectors[n], widths[n++]) = (E.ZeroQuantity.selector, 0x004);
        (selectors[n], widths[n++]) = (E.QuantityOutOfRange.selector, 0x0f4);
        (selectors[n], widths[n++]) = (E.DayOutOfRange.selector, 0x0f4);
        (selectors[n], widths[n++]) = (E.ItemsMissing.selector, 0x0f4);
        (selectors[n], widths[n++]) = (E.SelfTransfer.selector, 0x024);
        (selectors[n], widths[n++]) = (E.SelfPledge.selector, 0x024);
        (selectors[n], widths[n++]) = (E.SelfAssignment.selector, 0x024);
        (selectors[n], widths[n++]) = (E.AlreadyEncumbered.selector, 0x024);
        (selectors[n], widths[n++]) = (E.Encumbered.selector, 0x024);
        (selectors[n], widths[n++]) = (E.Frozen.selector, 0x004);
        (selectors[n], widths[n++]) = (E.NotFrozen.selector, 0x004);
        (selectors[n], widths[n++]) = (E.AlreadyInDefault.selector, 0x014);
        (selectors[n], widths[n++]) = (E.NotInDefault.selector, 0x004);
        (selectors[n], widths[n++]) = (E.NotDue.selector, 0x014);
        (selectors[n], widths[n++]) = (E.NoticeRunning.selector, 0x014);
        (selectors[n], widths[n++]) = (E.StorageExpired.selector, 0x014);
        (selectors[n], widths[n++]) = (E.MaturityAfterStorage.selector, 0x114);
        (selectors[n], widths[n++]) = (E.MaturityPassed.selector, 0x014);
        (selectors[n], widths[n++]) = (E.NoTradeBackground.selector, 0x004);
        (selectors[n], widths[n++]) = (E.StaleAttestation.selector, 0x012);
        (selectors[n], widths[n++]) = (E.OverDelivery.selector, 0x444);
        (selectors[n], widths[n++]) = (E.OverAttested.selector, 0x442);
        (selectors[n], widths[n++]) = (E.OverCapacity.selector, 0x442);
        (selectors[n], widths[n++]) = (E.BelowReceipted.selector, 0x442);
        (selectors[n], widths[n++]) = (E.StaleVersion.selector, 0x114);
        (selectors[n], widths[n++]) = (E.VersionsExhausted.selector, 0x004);
        (selectors[n], widths[n++]) = (E.ItemAlreadyReceipted.selector, 0x04f);
        (selectors[n], widths[n++]) = (E.ItemNotInReceipt.selector, 0x04f);
        (selectors[n], widths[n++]) = (E.DocumentAlreadyUsed.selector, 0x04f);
        (selectors[n], widths[n++]) = (E.Sealed.selector, 0x002);
        (selectors[n], widths[n++]) = (E.Vetoed.selector, 0x002);
        (selectors[n], widths[n++]) = (E.NotInRecovery.selector, 0x002);
        (selectors[n], widths[n++]) = (E.InRecovery.selector, 0x002);
        (selectors[n], widths[n++]) = (E.PredecessorNotSealed.selector, 0x000);
        (selectors[n], widths[n++]) = (E.PagedNotSerialised.selector, 0x002);
        (selectors[n], widths[n++]) = (E.Paused.selector, 0x002);
        (selectors[n], widths[n++]) = (E.NotPaused.selector, 0x002);
        (selectors[n], widths[n++]) = (E.SumMismatch.selector, 0x444);
        (selectors[n], widths[n++]) = (E.MixedGoods.selector, 0x004);
        (selectors[n], widths[n++]) = (E.NotHolder.selector, 0x024);
        (selectors[n], widths[n++]) = (E.PaperOutstanding.selector, 0x004);
        (selectors[n], widths[n++]) = (E.NotOnPaper.selector, 0x004);
        (selectors[n], widths[n++]) = (E.ThirdPartyClaim.selector, 0x004);
        (selectors[n], widths[n++]) = (E.NoClaim.selector, 0x004);
        (selectors[n], widths[n++]) = (E.StorageNotExtended.selector, 0x014);
        (selectors[n], widths[n++]) = (E.CustomsNotCleared.selector, 0x004);
        (selectors[n], widths[n++]) = (E.QuantityIncreased.selector, 0x444);
    }
}
