// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Admissions} from "./Admissions.sol";
import {Corrections} from "./Corrections.sol";
import {Custody} from "./Custody.sol";
import {Defaults} from "./Defaults.sol";
import {Divisions} from "./Divisions.sol";
import {Freezes} from "./Freezes.sol";
import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Imports} from "./Imports.sol";
import {Places} from "./Places.sol";
import {PledgeChanges} from "./PledgeChanges.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Succession} from "./Succession.sol";
import {Act, Kind, Wire} from "./Wire.sol";

/// @title The table of rare acts
/// @notice Code of the ledger that does not fit into one contract. The ledger creates it, keeps its address for ever and
/// runs it on its own storage by DELEGATECALL. By itself it is an empty ledger to which nobody was ever admitted.
/// @dev A refusal reverts, which undoes what the act has written; the ledger goes on from there.
contract RareActs is
    Admissions,
    Places,
    Freezes,
    Defaults,
    PledgeChanges,
    Divisions,
    Corrections,
    Custody,
    Imports
{
    constructor(IReceiptsLedger predecessor_) Succession(predecessor_) {}

    /// @notice Carries out the act behind the argument, in the wire form, or reverts with the rule that refuses it.
    /// @param digest What the signers have signed.
    function perform(bytes32 digest) external {
        Refusal refusal = _perform(_actBehind(digest));
        if (refusal.isSome()) refusal.revertWith();
    }

    /// @notice Brings over what the act behind the argument names and the predecessor has.
    /// @return brought False when there was nothing to bring.
    function bringOver(bytes32 digest) external returns (bool brought) {
        return _bringOver(_actBehind(digest));
    }

    function _actBehind(bytes32 digest) private pure returns (Act act) {
        act = Wire.allocate();
        // Behind the selector and one word.
        act.read(0x24);
        act.setDigest(digest);
    }

    function _perform(Act act) private returns (Refusal) {
        uint256 kind = act.kind();
        if (kind == uint256(Kind.Attest)) return _actAttest(act);
        if (kind == uint256(Kind.Freeze)) return _actFreeze(act);
        if (kind == uint256(Kind.Unfreeze)) return _actUnfreeze(act);
        if (kind == uint256(Kind.Split)) return _actSplit(act);
        if (kind == uint256(Kind.Merge)) return _actMerge(act);
        if (kind == uint256(Kind.Substitute)) return _actSubstitute(act);
        if (kind == uint256(Kind.AssignPledge)) return _actAssignPledge(act);
        if (kind == uint256(Kind.Default)) return _actDefault(act);
        if (kind == uint256(Kind.Cure)) return _actCure(act);
        if (kind == uint256(Kind.Enforce)) return _actEnforce(act);
        if (kind == uint256(Kind.ExtendStorage)) return _actExtendStorage(act);
        if (kind == uint256(Kind.Replace)) return _actReplace(act);
        if (kind == uint256(Kind.Cancel)) return _actCancel(act);
        if (kind == uint256(Kind.WriteDown)) return _actWriteDown(act);
        if (kind == uint256(Kind.ToPaper)) return _actToPaper(act);
        if (kind == uint256(Kind.FromPaper)) return _actFromPaper(act);
        if (kind == uint256(Kind.Invalidate)) return _actInvalidate(act);
        if (kind == uint256(Kind.NoteClaim)) return _actNoteClaim(act);
        if (kind == uint256(Kind.LiftClaim)) return _actLiftClaim(act);
        if (kind == uint256(Kind.OpenPool)) return _actOpenPool(act);
        if (kind == uint256(Kind.Pause)) return _actPause(act);
        if (kind == uint256(Kind.Resume)) return _actResume(act);
        if (kind == uint256(Kind.Seal)) return _actSeal(act);
        if (kind == uint256(Kind.Admit)) return _actAdmit(act);
        if (kind == uint256(Kind.Suspend)) return _actSuspend(act);
        if (kind == uint256(Kind.Reinstate)) return _actReinstate(act);
        if (kind == uint256(Kind.BindKey)) return _actBindKey(act);
        if (kind == uint256(Kind.RevokeKey)) return _actRevokeKey(act);
        if (kind == uint256(Kind.Recover)) return _actRecover(act);
        if (kind == uint256(Kind.VetoRecovery)) return _actVetoRecovery(act);
        if (kind == uint256(Kind.CompleteRecovery)) return _actCompleteRecovery(act);
        return refuse(MalformedAct.selector, 0);
    }
}
