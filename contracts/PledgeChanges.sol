// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pledges} from "./Pledges.sol";
import {Page, Pair} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Pledges that stay while lender or receipt changes
/// @notice AssignPledge and Substitute. At no moment is the claim without security.
abstract contract PledgeChanges is Pledges {
    using ReceiptWord for uint256;

    /// @notice The claim passes to another lender, and the pledge with it: the receipt is never free in between.
    /// @dev No exit, though it works after storage: two lenders could else hand the pledge to and fro until no version is
    /// left for release and delivery.
    function _actAssignPledge(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 newPledgee = act.counterparty();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectPledged(act, receiptId, word);
        if (refusal.isSome()) return refusal;
        uint256 pledgee = word.pledgee();
        refusal = _agreed(act, Demand.active(pledgee), Demand.activeIn(PartyWord.LENDER, newPledgee));
        if (refusal.isSome()) return refusal;

        if (newPledgee == word.holder() || newPledgee == _warehouseOf(receiptId >> 32)) {
            return refuse(SelfPledge.selector, receiptId, newPledgee);
        }
        if (newPledgee == pledgee) return refuse(SelfAssignment.selector, receiptId, newPledgee);
        refusal = _expectFree(receiptId, word);
        if (refusal.isNone()) refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(PledgeAssigned.selector, act, pair, words, word, word.next().withPledgee(newPledgee));
    }

    /// @notice Another receipt of the same holder takes the place of a pledged one: same pledgee, same maturity.
    function _actSubstitute(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 substituteId, uint256 version) = act.ref(0);
        Page memory page;
        uint256 substitute = _readOn(page, substituteId);
        uint256 word = _readOn(page, receiptId);
        refusal = _substituteConsent(act, receiptId, word, substituteId, substitute);
        if (refusal.isSome()) return refusal;

        uint256 pledgee = word.pledgee();
        uint256 maturityDay = word.maturityDay();
        refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (word.isInDefault()) return refuse(AlreadyInDefault.selector, receiptId, maturityDay);
        refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 poolWord_ = _pools[substituteId >> 32];
        if (PoolWord.isPaused(poolWord_)) return refuse(Paused.selector, substituteId >> 32);
        if (substitute.holder() != word.holder()) {
            return refuse(NotHolder.selector, substituteId, word.holder());
        }
        refusal = _checkPledge(act, pledgee, maturityDay, substituteId, substitute, version, poolWord_);
        if (refusal.isSome()) return refusal;

        uint256 freed = word.next().withoutPledge();
        _writeOn(page, receiptId, word, freed);
        uint256 pledged = substitute.next().withPledge(pledgee, maturityDay);
        _writeOn(page, substituteId, _turnTo(page, substituteId), pledged);
        _save(page);
        emit Substituted(uint64(receiptId), uint128(freed), uint64(substituteId), act.commitment());
        emit Pledged(uint64(substituteId), uint128(pledged), act.commitment());
    }

    /// @notice Holder, the substitute's warehouse and the pledgee, in this order. The warehouse that loses a pledge has
    /// nothing to say, as with a release.
    function _substituteConsent(
        Act act,
        uint256 receiptId,
        uint256 word,
        uint256 substituteId,
        uint256 substitute
    ) private view returns (Refusal refusal) {
        refusal = _expectPledged(act, receiptId, word);
        if (refusal.isNone()) refusal = _expectOpen(act, substituteId, substitute);
        if (refusal.isSome()) return refusal;
        return _agreed(
            act,
            Demand.active(word.holder()),
            Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(substituteId >> 32)),
            Demand.activeIn(PartyWord.LENDER, word.pledgee())
        );
    }
}
