// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../../contracts/Wire.sol";
import {ReceiptLaws} from "./ReceiptLaws.sol";

/// @title Every kind of act, held to the laws of receipts
/// @notice Behind the kind stand how many words and how many signatures such an act has.
contract ReceiptProofs is ReceiptLaws {
    /// @dev What this ledger is for, so it is shown for every number of signatures, the sender's key
    /// and one that speaks for two among them.
    function check_Pledge() external {
        obeys(Kind.Pledge, 0, anyUpTo(3, "signatures"));
    }

    function check_PledgeWithDocument() external {
        obeys(Kind.Pledge, 1, 3);
    }

    function check_Transfer() external {
        obeys(Kind.Transfer, 0, 1 + anyUpTo(1, "signatures"));
    }

    function check_Release() external {
        obeys(Kind.Release, 0, anyUpTo(1, "signatures"));
    }

    function check_Issue() external {
        obeysOutsider(Kind.Issue, 2 + anyUpTo(1, "words"), 2);
    }

    function check_Deliver() external {
        obeysOutsider(Kind.Deliver, 0, 2);
    }

    function check_DeliverPledged() external {
        obeysOutsider(Kind.Deliver, 0, 3);
    }

    function check_DeliverWithItemOrDocument() external {
        obeysOutsider(Kind.Deliver, 1, 2);
    }

    function check_PledgePortfolio() external {
        obeys(Kind.PledgePortfolio, 2, 3);
    }

    function check_ReleasePortfolio() external {
        obeysOutsider(Kind.ReleasePortfolio, 2, 1);
    }

    function check_TransferPortfolio() external {
        obeysOutsider(Kind.TransferPortfolio, 2, 2);
    }

    function check_Freeze() external {
        obeys(Kind.Freeze, 0, anyUpTo(1, "signatures"));
    }

    function check_Unfreeze() external {
        obeys(Kind.Unfreeze, 0, anyUpTo(1, "signatures"));
    }

    function check_AssignPledge() external {
        obeys(Kind.AssignPledge, 0, 1 + anyUpTo(1, "signatures"));
    }

    function check_Default() external {
        obeys(Kind.Default, 0, anyUpTo(1, "signatures"));
    }

    function check_Cure() external {
        obeys(Kind.Cure, 0, anyUpTo(1, "signatures"));
    }

    function check_Enforce() external {
        obeys(Kind.Enforce, 0, 1 + anyUpTo(1, "signatures"));
    }

    function check_Split() external {
        obeysOutsider(Kind.Split, 2, 2 + anyUpTo(1, "signatures"));
    }

    function check_Merge() external {
        obeysOutsider(Kind.Merge, 1, 2);
    }

    function check_MergePledged() external {
        obeysOutsider(Kind.Merge, 1, 3);
    }

    function check_Substitute() external {
        obeys(Kind.Substitute, 1, 2 + anyUpTo(1, "signatures"));
    }

    function check_ExtendStorage() external {
        obeysOutsider(Kind.ExtendStorage, 0, 2 + anyUpTo(1, "signatures"));
    }

    function check_Replace() external {
        obeysOutsider(Kind.Replace, 0, 2 + anyUpTo(1, "signatures"));
    }

    function check_Cancel() external {
        obeys(Kind.Cancel, anyUpTo(1, "words"), 1);
    }

    function check_WriteDown() external {
        obeysOutsider(Kind.WriteDown, anyUpTo(1, "words"), 1 + anyUpTo(1, "signatures"));
    }

    function check_ToPaper() external {
        obeysOutsider(Kind.ToPaper, 0, 2 + anyUpTo(1, "signatures"));
    }

    function check_FromPaper() external {
        obeysOutsider(Kind.FromPaper, 0, 2 + anyUpTo(1, "signatures"));
    }

    function check_Invalidate() external {
        obeys(Kind.Invalidate, 0, anyUpTo(1, "signatures"));
    }

    function check_NoteClaim() external {
        obeys(Kind.NoteClaim, 0, anyUpTo(1, "signatures"));
    }

    function check_LiftClaim() external {
        obeys(Kind.LiftClaim, 0, anyUpTo(1, "signatures"));
    }

    function check_OpenPool() external {
        obeys(Kind.OpenPool, 0, 2);
    }

    function check_Attest() external {
        obeys(Kind.Attest, 0, 1);
    }

    function check_Pause() external {
        obeys(Kind.Pause, 0, 1);
    }

    function check_Resume() external {
        obeys(Kind.Resume, 0, 1);
    }

    function check_Seal() external {
        obeys(Kind.Seal, 0, 2);
    }

    function check_Admit() external {
        obeys(Kind.Admit, 1, 2);
    }

    function check_Suspend() external {
        obeys(Kind.Suspend, 0, 1);
    }

    function check_Reinstate() external {
        obeys(Kind.Reinstate, 0, 1);
    }

    function check_BindKey() external {
        obeys(Kind.BindKey, 0, 2);
    }

    function check_RevokeKey() external {
        obeys(Kind.RevokeKey, 0, 1);
    }

    function check_Recover() external {
        obeys(Kind.Recover, 1, 3);
    }

    function check_VetoRecovery() external {
        obeys(Kind.VetoRecovery, 0, 1);
    }

    function check_CompleteRecovery() external {
        obeys(Kind.CompleteRecovery, 1, 1);
    }

    function check_ItemsOfIssue() external {
        leavesItems(3, 2);
    }

    function refute_Pledge() external {
        changesNothing(Kind.Pledge, 0, 3);
    }

    function refute_Transfer() external {
        changesNothing(Kind.Transfer, 0, 2);
    }

    function refute_Release() external {
        changesNothing(Kind.Release, 0, 1);
    }

    function refute_Issue() external {
        changesNothing(Kind.Issue, 2, 2);
    }

    function refute_Deliver() external {
        changesNothing(Kind.Deliver, 0, 2);
    }

    function refute_PledgePortfolio() external {
        changesNothing(Kind.PledgePortfolio, 2, 3);
    }

    function refute_ReleasePortfolio() external {
        changesNothing(Kind.ReleasePortfolio, 2, 1);
    }

    function refute_TransferPortfolio() external {
        changesNothing(Kind.TransferPortfolio, 2, 2);
    }

    function refute_Freeze() external {
        changesNothing(Kind.Freeze, 0, 1);
    }

    function refute_Unfreeze() external {
        changesNothing(Kind.Unfreeze, 0, 1);
    }

    function refute_AssignPledge() external {
        changesNothing(Kind.AssignPledge, 0, 2);
    }

    function refute_Default() external {
        changesNothing(Kind.Default, 0, 1);
    }

    function refute_Cure() external {
        changesNothing(Kind.Cure, 0, 1);
    }

    function refute_Enforce() external {
        changesNothing(Kind.Enforce, 0, 2);
    }

    function refute_Split() external {
        changesNothing(Kind.Split, 2, 2);
    }

    function refute_Merge() external {
        changesNothing(Kind.Merge, 1, 2);
    }

    function refute_Substitute() external {
        changesNothing(Kind.Substitute, 1, 2);
    }

    function refute_ExtendStorage() external {
        changesNothing(Kind.ExtendStorage, 0, 2);
    }

    function refute_Replace() external {
        changesNothing(Kind.Replace, 0, 2);
    }

    function refute_Cancel() external {
        changesNothing(Kind.Cancel, anyUpTo(1, "words"), 1);
    }

    function refute_WriteDown() external {
        changesNothing(Kind.WriteDown, 0, 2);
    }

    function refute_ToPaper() external {
        changesNothing(Kind.ToPaper, 0, 2);
    }

    function refute_FromPaper() external {
        changesNothing(Kind.FromPaper, 0, 2);
    }

    function refute_Invalidate() external {
        changesNothing(Kind.Invalidate, 0, 1);
    }

    function refute_NoteClaim() external {
        changesNothing(Kind.NoteClaim, 0, 1);
    }

    function refute_LiftClaim() external {
        changesNothing(Kind.LiftClaim, 0, 1);
    }
}
