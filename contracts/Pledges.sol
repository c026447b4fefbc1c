// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pair, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts as security
/// @notice Pledge, Release and AssignPledge of one receipt. What is checked of a pledge or a release is checked for
/// every receipt of a portfolio too.
abstract contract Pledges is Receipts {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    function _actPledge(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _pledgeConsent(act, receiptId, word);
        if (refusal.isSome()) return refusal;
        refusal = _checkPledge(act, receiptId, word, act.version(), _pools[receiptId >> 32]);
        if (refusal.isSome()) return refusal;
        bool hasDocuments = act.wordCount() != 0;
        if (hasDocuments) {
            refusal = _useDocuments(act, 0);
            if (refusal.isSome()) return refusal;
        }

        uint256 nextWord = word.next().withPledge(act.counterparty(), act.maturityDay());
        _write(pair, words, receiptId, word, nextWord);
        emit Pledged(uint64(receiptId), uint128(nextWord), act.commitment());
        if (hasDocuments) _announceDocuments(act, 0);
    }

    function _actRelease(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectPledged(receiptId, word);
        if (refusal.isNone()) refusal = _releaseConsent(act, word);
        if (refusal.isNone()) refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 nextWord = word.next().withoutPledge();
        _write(pair, words, receiptId, word, nextWord);
        emit Released(uint64(receiptId), uint128(nextWord), act.commitment());
    }

    /// @notice The claim passes to another lender, and the pledge with it: the receipt is never free in between.
    /// @dev No exit, though it works after storage: two lenders could else hand the pledge to and fro until no version is
    /// left for release and delivery.
    function _actAssignPledge(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 newPledgee = act.counterparty();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectPledged(receiptId, word);
        if (refusal.isSome()) return refusal;
        uint256 pledgee = word.pledgee();
        refusal = _agreed(act, Demand.active(pledgee), Demand.activeIn(PartyWord.LENDER, newPledgee));
        if (refusal.isSome()) return refusal;

        if (newPledgee == word.holder() || newPledgee == _warehouseOf(receiptId >> 32)) {
            return refuse(SelfPledge.selector, receiptId, newPledgee);
        }
        if (newPledgee == pledgee) return refuse(SelfAssignment.selector, receiptId, newPledgee);
        if (word.isFrozen()) return refuse(Frozen.selector, receiptId);
        refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 nextWord = word.next().withPledgee(newPledgee);
        _write(pair, words, receiptId, word, nextWord);
        emit PledgeAssigned(uint64(receiptId), uint128(nextWord), act.commitment());
    }

    /// @notice The receipt is open, and holder, warehouse and lender agree, in this order.
    function _pledgeConsent(Act act, uint256 receiptId, uint256 word) internal view returns (Refusal) {
        if (!word.isOpen()) return _notOpen(receiptId, word);
        return _agreed(
            act,
            Demand.active(word.holder()),
            Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(receiptId >> 32)),
            Demand.activeIn(PartyWord.LENDER, act.counterparty())
        );
    }

    /// @notice Letting go harms nobody else, so a suspended pledgee can still do it.
    function _releaseConsent(Act act, uint256 word) internal view returns (Refusal) {
        return _agreed(act, Demand.evenSuspended(word.pledgee()));
    }

    function _checkPledge(Act act, uint256 receiptId, uint256 word, uint256 version, uint256 poolWord_)
        internal
        view
        returns (Refusal refusal)
    {
        uint256 pledgee = act.counterparty();
        if (pledgee == word.holder()) return refuse(SelfPledge.selector, receiptId, pledgee);
        if (pledgee == _warehouseOf(receiptId >> 32)) return refuse(SelfPledge.selector, receiptId, pledgee);
        if (word.isEncumbered()) return refuse(AlreadyEncumbered.selector, receiptId, word.pledgee());
        if (word.isFrozen()) return refuse(Frozen.selector, receiptId);
        uint256 today = _today();
        uint256 storageDay = word.storageDay();
        uint256 maturityDay = act.maturityDay();
        if (storageDay < today) return refuse(StorageExpired.selector, receiptId, storageDay);
        if (maturityDay > storageDay) {
            return refuse(MaturityAfterStorage.selector, receiptId, maturityDay, storageDay);
        }
        if (maturityDay < today) return refuse(MaturityPassed.selector, receiptId, maturityDay);
        if (act.commitment() == 0) return refuse(NoTradeBackground.selector, receiptId);
        uint256 counted = poolWord_.attestationDay();
        unchecked {
            if (counted + poolWord_.attestationDays() < today) {
                return refuse(StaleAttestation.selector, receiptId >> 32, counted);
            }
        }
        return _expectVersion(version, receiptId, word);
    }

    function _expectPledged(uint256 receiptId, uint256 word) internal pure returns (Refusal refusal) {
        if (!word.isOpen()) return _notOpen(receiptId, word);
        if (!word.isEncumbered()) return refuse(NotEncumbered.selector, receiptId);
    }
}
