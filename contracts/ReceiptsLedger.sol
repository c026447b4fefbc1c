// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Admissions} from "./Admissions.sol";
import {Defaults} from "./Defaults.sol";
import {Deliveries} from "./Deliveries.sol";
import {Freezes} from "./Freezes.sol";
import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Issues} from "./Issues.sol";
import {Portfolios} from "./Portfolios.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Statements} from "./Statements.sol";
import {Transfers} from "./Transfers.sol";
import {Act, Kind, Wire} from "./Wire.sol";
import {PartyWord} from "./words/PartyWord.sol";

/// @title Receipts Ledger
/// @notice The table of acts. No owner, no proxy, no pause of exits, no call to another contract.
contract ReceiptsLedger is Admissions, Issues, Transfers, Portfolios, Defaults, Deliveries, Freezes {
    uint256 private constant FIRST_PARTY = 1;

    /// @param registrarKey First key of the first party, the registrar.
    /// @param profile Commitment to the registrar's particulars.
    constructor(address registrarKey, bytes32 profile) EIP712("Receipts Ledger", "1") {
        if (registrarKey == address(0)) revert KeyNotBound(registrarKey, uint32(FIRST_PARTY));
        _admit(FIRST_PARTY, PartyWord.REGISTRAR, registrarKey, profile);
    }

    /// @inheritdoc IReceiptsLedger
    function execute(bytes calldata act) external {
        (uint256 start, uint256 limit) = _bounds(act);
        Act act_ = Wire.allocate();
        if (act_.read(start) != limit) revert MalformedAct(act.length);
        _setDigest(act_, _domainSeparatorV4());
        Refusal refusal = _perform(act_);
        if (refusal.isSome()) refusal.revertWith();
    }

    /// @inheritdoc IReceiptsLedger
    function relay(bytes calldata acts) external returns (uint256 refused) {
        (uint256 offset, uint256 limit) = _bounds(acts);
        bytes32 domain = _domainSeparatorV4();
        Act act = Wire.allocate();
        uint256 free = _freeMemory();
        while (offset < limit) {
            offset = act.read(offset);
            if (offset > limit) revert MalformedAct(acts.length);
            _setDigest(act, domain);
            Refusal refusal = _perform(act);
            if (refusal.isSome()) {
                unchecked {
                    ++refused;
                }
                emit ActRefused(act.digest(), uint64(act.subject()), refusal.encoded());
            }
            _freeMemoryFrom(free);
        }
    }

    /// @inheritdoc IReceiptsLedger
    function digestOf(bytes calldata act) external view returns (bytes32) {
        (uint256 start, uint256 limit) = _bounds(act);
        Act act_ = Wire.allocate();
        if (act_.read(start) > limit) revert MalformedAct(act.length);
        _setDigest(act_, _domainSeparatorV4());
        if (act_.digest() == 0) revert MalformedAct(0);
        return act_.digest();
    }

    /// @notice Hashes what the signers of an act have signed. An act whose kind and words say nothing that can be
    /// signed has the digest 0 and becomes one of no kind.
    /// @dev The domain is handed in, because it is the same for all acts of a relay.
    function _setDigest(Act act, bytes32 domain) private pure {
        bytes32 statement = Statements.hash(act);
        if (statement == 0) act.annul();
        else act.setDigest(MessageHashUtils.toTypedDataHash(domain, statement));
    }

    function _perform(Act act) private returns (Refusal) {
        uint256 kind = act.kind();
        uint256 deadline = act.deadline();
        if (deadline < block.timestamp) return refuse(DeadlinePassed.selector, deadline);
        if (kind == uint256(Kind.Pledge)) return _actPledge(act);
        if (kind == uint256(Kind.Release)) return _actRelease(act);
        if (kind == uint256(Kind.Transfer)) return _actTransfer(act);
        if (kind == uint256(Kind.Issue)) return _actIssue(act);
        if (kind == uint256(Kind.Deliver)) return _actDeliver(act);
        if (kind == uint256(Kind.PledgePortfolio)) return _actPledgePortfolio(act);
        if (kind == uint256(Kind.ReleasePortfolio)) return _actReleasePortfolio(act);
        if (kind == uint256(Kind.Freeze)) return _actFreeze(act);
        if (kind == uint256(Kind.Unfreeze)) return _actUnfreeze(act);
        if (kind == uint256(Kind.Default)) return _actDefault(act);
        if (kind == uint256(Kind.Cure)) return _actCure(act);
        if (kind == uint256(Kind.Enforce)) return _actEnforce(act);
        if (kind == uint256(Kind.AssignPledge)) return _actAssignPledge(act);
        if (kind == uint256(Kind.Attest)) return _actAttest(act);
        if (kind == uint256(Kind.OpenPool)) return _actOpenPool(act);
        if (kind == uint256(Kind.Admit)) return _actAdmit(act);
        if (kind == uint256(Kind.Suspend)) return _actSuspend(act);
        if (kind == uint256(Kind.Reinstate)) return _actReinstate(act);
        if (kind == uint256(Kind.BindKey)) return _actBindKey(act);
        if (kind == uint256(Kind.RevokeKey)) return _actRevokeKey(act);
        return refuse(MalformedAct.selector, 0);
    }

    function _bounds(bytes calldata input) private pure returns (uint256 start, uint256 end) {
        assembly ("memory-safe") {
            start := input.offset
            end := add(start, input.length)
        }
    }

    function _freeMemory() private pure returns (uint256 free) {
        assembly ("memory-safe") {
            free := mload(0x40)
        }
    }

    /// @dev Memory costs its square, and nothing of one act is needed for the next.
    function _freeMemoryFrom(uint256 free) private pure {
        assembly ("memory-safe") {
            mstore(0x40, free)
        }
    }
}
