// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Admissions} from "./Admissions.sol";
import {Signers} from "./Consent.sol";
import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Pledges} from "./Pledges.sol";
import {refuse} from "./Refusal.sol";
import {Statements} from "./Statements.sol";
import {Act, Kind, Wire} from "./Wire.sol";
import {PartyWord} from "./words/PartyWord.sol";

/// @title Receipts Ledger
/// @notice The table of acts. No owner, no proxy, no pause of exits, no call to another contract.
contract ReceiptsLedger is Admissions, Pledges {
    using Wire for Act;

    uint256 private constant FIRST_PARTY = 1;

    /// @param registrarKey First key of the first party, the registrar.
    /// @param profile Commitment to the registrar's particulars.
    constructor(address registrarKey, bytes32 profile) EIP712("Receipts Ledger", "1") {
        if (registrarKey == address(0)) revert KeyNotBound(registrarKey, uint32(FIRST_PARTY));
        _admit(FIRST_PARTY, PartyWord.REGISTRAR, registrarKey, profile);
    }

    /// @inheritdoc IReceiptsLedger
    function execute(bytes calldata act) external {
        (Signers memory signers, uint256 next, uint256 end) = _read(act);
        if (next != end) revert MalformedAct(act.length);
        bytes memory refusal = _perform(signers);
        if (refusal.length != 0) {
            assembly ("memory-safe") {
                revert(add(refusal, 0x20), mload(refusal))
            }
        }
    }

    /// @inheritdoc IReceiptsLedger
    function relay(bytes calldata acts) external returns (uint256 refused) {
        uint256 offset;
        while (offset < acts.length) {
            (Signers memory signers, uint256 next, uint256 end) = _read(acts[offset:]);
            bytes memory refusal = _perform(signers);
            if (refusal.length != 0) {
                ++refused;
                emit ActRefused(signers.digest, signers.act.subject(), refusal);
            }
            offset = acts.length - (end - next);
        }
    }

    /// @inheritdoc IReceiptsLedger
    function digestOf(bytes calldata act) external view returns (bytes32) {
        (Signers memory signers,,) = _read(act);
        if (signers.digest == 0) revert MalformedAct(0);
        return signers.digest;
    }

    /// @notice Reads the act at the start of `input` and hashes what its signers have signed.
    /// @return signers The act with its digest, which is 0 when kind and words say nothing that can be signed.
    /// @return next Calldata offset behind the act.
    /// @return end Calldata offset behind `input`.
    function _read(bytes calldata input) private view returns (Signers memory signers, uint256 next, uint256 end) {
        uint256 start;
        assembly ("memory-safe") {
            start := input.offset
        }
        end = start + input.length;
        (signers.act, next) = Wire.read(start, end);
        if (next == 0) revert MalformedAct(input.length);
        bytes32 statement = Statements.hash(signers.act);
        if (statement != 0) signers.digest = _hashTypedDataV4(statement);
    }

    function _perform(Signers memory signers) private returns (bytes memory) {
        if (signers.digest == 0) return refuse(MalformedAct.selector, 0);
        uint256 kind = signers.act.kind();
        uint40 deadline = signers.act.deadline();
        if (deadline < block.timestamp) return refuse(DeadlinePassed.selector, deadline);
        if (kind == uint256(Kind.Pledge)) return _actPledge(signers);
        if (kind == uint256(Kind.Release)) return _actRelease(signers);
        if (kind == uint256(Kind.Issue)) return _actIssue(signers);
        if (kind == uint256(Kind.Transfer)) return _actTransfer(signers);
        if (kind == uint256(Kind.Deliver)) return _actDeliver(signers);
        if (kind == uint256(Kind.PledgePortfolio)) return _actPledgePortfolio(signers);
        if (kind == uint256(Kind.ReleasePortfolio)) return _actReleasePortfolio(signers);
        if (kind == uint256(Kind.Freeze)) return _actFreeze(signers);
        if (kind == uint256(Kind.Unfreeze)) return _actUnfreeze(signers);
        if (kind == uint256(Kind.Attest)) return _actAttest(signers);
        if (kind == uint256(Kind.OpenPool)) return _actOpenPool(signers);
        if (kind == uint256(Kind.Admit)) return _actAdmit(signers);
        if (kind == uint256(Kind.Suspend)) return _actSuspend(signers);
        if (kind == uint256(Kind.Reinstate)) return _actReinstate(signers);
        if (kind == uint256(Kind.BindKey)) return _actBindKey(signers);
        return _actRevokeKey(signers);
    }
}
