// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Deliveries} from "./Deliveries.sol";
import {IReceiptsLedger} from "./interfaces/IReceiptsLedger.sol";
import {Issues} from "./Issues.sol";
import {Portfolios} from "./Portfolios.sol";
import {RareActs} from "./RareActs.sol";
import {Readings} from "./Readings.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Securities} from "./Securities.sol";
import {Statements} from "./Statements.sol";
import {Succession} from "./Succession.sol";
import {Act, Kind, Wire} from "./Wire.sol";
import {PartyWord} from "./words/PartyWord.sol";

/// @title Receipts Ledger
/// @notice The table of everyday acts, and the doors. No owner, no proxy, no pause of exits. What is rare is done by
/// RareActs, on the storage of this contract; no other code is ever run, and only a sealed predecessor is ever asked.
contract ReceiptsLedger is Readings, Issues, Securities, Portfolios, Deliveries, EIP712 {
    uint256 private constant FIRST_PARTY = 1;
    /// @dev Selector of Panic(uint256), with which the compiler reports a fault of ours.
    uint256 private constant PANIC = 0x4e487b71;

    RareActs private immutable RARE_ACTS;

    /// @param registrarKey First key of the first party, the registrar.
    /// @param profile Commitment to the registrar's particulars.
    /// @param predecessor_ The ledger whose pools and receipts come over, 0 for none.
    constructor(address registrarKey, bytes32 profile, IReceiptsLedger predecessor_)
        EIP712("Receipts Ledger", "1")
        Succession(predecessor_)
    {
        if (registrarKey == address(0)) revert KeyNotBound(registrarKey, uint32(FIRST_PARTY));
        RARE_ACTS = new RareActs(predecessor_);
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

    function _perform(Act act) private returns (Refusal refusal) {
        uint256 deadline = act.deadline();
        if (deadline < block.timestamp) return refuse(DeadlinePassed.selector, deadline);
        refusal = _dispatch(act);
        if (refusal.isSome() && _hasPredecessor() && _isUnknown(refusal.rule()) && _bringOver(act)) {
            return _dispatch(act);
        }
    }

    function _dispatch(Act act) private returns (Refusal) {
        uint256 kind = act.kind();
        if (kind == uint256(Kind.Pledge)) return _actPledge(act);
        if (kind == uint256(Kind.Transfer)) return _actTransfer(act);
        if (kind == uint256(Kind.Release)) return _actRelease(act);
        if (kind == uint256(Kind.Issue)) return _actIssue(act);
        if (kind == uint256(Kind.Deliver)) return _actDeliver(act);
        if (kind == uint256(Kind.PledgePortfolio)) return _actPledgePortfolio(act);
        if (kind == uint256(Kind.ReleasePortfolio)) return _actReleasePortfolio(act);
        if (kind == uint256(Kind.TransferPortfolio)) return _actTransferPortfolio(act);
        if (kind == uint256(Kind.None)) return refuse(MalformedAct.selector, 0);
        (bool done, Refusal answer) = _askRareActs(RareActs.perform.selector, act);
        return done ? Refusal.wrap(0) : answer;
    }

    function _isUnknown(bytes4 rule) private pure returns (bool) {
        return rule == UnknownReceipt.selector || rule == UnknownPool.selector;
    }

    function _bringOver(Act act) private returns (bool) {
        (bool done, Refusal answer) = _askRareActs(RareActs.bringOver.selector, act);
        return done && bytes32(answer.encoded()) != 0;
    }

    /// @notice Has RareActs do something with an act, on the storage of this contract.
    /// @return done False when it reverted. All that it had written is undone then.
    /// @return answer What it returned, or the error that it reverted with.
    function _askRareActs(bytes4 selector, Act act) private returns (bool done, Refusal answer) {
        address rareActs = address(RARE_ACTS);
        act.forget();
        bytes32 digest = act.digest();
        uint256 start = act.words() - 0x40;
        uint256 size = act.signatures() + 0x40 * act.signatureCount() - start;
        assembly ("memory-safe") {
            answer := mload(0x40)
            mstore(answer, selector)
            mstore(add(answer, 0x04), digest)
            calldatacopy(add(answer, 0x24), start, size)
            done := delegatecall(gas(), rareActs, answer, add(size, 0x24), 0, 0)
            let length := returndatasize()
            let content := add(answer, 0x20)
            returndatacopy(content, 0, length)
            // Out of gas, or a fault of ours: neither is a rule, so nothing of the transaction may stand.
            if iszero(or(done, and(gt(length, 3), iszero(eq(shr(224, mload(content)), PANIC))))) {
                revert(content, length)
            }
            mstore(answer, length)
            mstore(0x40, add(content, and(add(length, 0x1f), not(0x1f))))
        }
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
