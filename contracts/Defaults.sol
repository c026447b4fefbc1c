// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {NOTICE_DAYS} from "./Periods.sol";
import {Pledges} from "./Pledges.sol";
import {Pair} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Claims that are not paid when they are due
/// @notice Default, Cure and Enforce. Default gives notice; when that has run, the pledgee may have the receipt or sell it.
/// @dev Exits, so few versions left do not stop them. They cannot use those up either: between a cure and the next default
/// lies a night.
abstract contract Defaults is Pledges {
    using ReceiptWord for uint256;

    function _actDefault(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectPledged(act, receiptId, word);
        if (refusal.isNone()) refusal = _agreed(act, Demand.active(word.pledgee()));
        if (refusal.isSome()) return refusal;

        uint256 today = _today();
        if (today > ReceiptWord.DAY_MAX) return refuse(DayOutOfRange.selector, receiptId, today);
        refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (word.isInDefault()) return refuse(AlreadyInDefault.selector, receiptId, word.maturityDay());
        if (today <= word.maturityDay()) return refuse(NotDue.selector, receiptId, word.maturityDay());
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(Defaulted.selector, act, pair, words, word, word.next().defaulted(today));
    }

    function _actCure(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 maturityDay = act.maturityDay();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectPledged(act, receiptId, word);
        // As a release, it harms nobody but the pledgee.
        if (refusal.isNone()) refusal = _releaseConsent(act, word);
        if (refusal.isNone()) refusal = _expectDefault(receiptId, word);
        if (refusal.isSome()) return refusal;

        if (maturityDay > word.storageDay()) {
            return refuse(MaturityAfterStorage.selector, receiptId, maturityDay, word.storageDay());
        }
        if (maturityDay < _today()) return refuse(MaturityPassed.selector, receiptId, maturityDay);
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(Cured.selector, act, pair, words, word, word.next().cured(maturityDay));
    }

    /// @notice The transferee may be the pledgee itself, which then signs once.
    function _actEnforce(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 transferee = act.counterparty();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectPledged(act, receiptId, word);
        if (refusal.isSome()) return refusal;
        refusal = _agreed(act, Demand.active(word.pledgee()), Demand.activeIn(PartyWord.HOLDER, transferee));
        if (refusal.isSome()) return refusal;

        if (transferee == word.holder()) return refuse(SelfTransfer.selector, receiptId, transferee);
        refusal = _expectDefault(receiptId, word);
        if (refusal.isSome()) return refusal;
        uint256 lastDay = word.maturityDay() + NOTICE_DAYS;
        if (_today() <= lastDay) return refuse(NoticeRunning.selector, receiptId, lastDay);
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(
            Enforced.selector, act, pair, words, word, word.next().withoutPledge().withHolder(transferee)
        );
    }

    function _expectDefault(uint256 receiptId, uint256 word) private pure returns (Refusal refusal) {
        refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (!word.isInDefault()) return refuse(NotInDefault.selector, receiptId);
    }
}
