// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts as security
/// @notice What is checked of a pledge or a release, be it of one receipt or of a portfolio.
abstract contract Pledges is Receipts {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    /// @notice The receipt is open, and holder, warehouse and lender agree, in this order.
    function _pledgeConsent(Act act, uint256 receiptId, uint256 word, uint256 poolWord_)
        internal
        view
        returns (Refusal refusal)
    {
        refusal = _expectOpen(receiptId, word, poolWord_);
        if (refusal.isSome()) return refusal;
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

    function _checkPledge(
        Act act,
        uint256 pledgee,
        uint256 maturityDay,
        uint256 receiptId,
        uint256 word,
        uint256 version,
        uint256 poolWord_
    ) internal view returns (Refusal refusal) {
        if (poolWord_.isPaused()) return refuse(Paused.selector, receiptId >> 32);
        if (pledgee == word.holder()) return refuse(SelfPledge.selector, receiptId, pledgee);
        if (pledgee == _warehouseOf(receiptId >> 32)) return refuse(SelfPledge.selector, receiptId, pledgee);
        if (!word.isPledgeable()) return _unpledgeable(receiptId, word);
        uint256 today = _today();
        uint256 storageDay = word.storageDay();
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

    function _unpledgeable(uint256 receiptId, uint256 word) private pure returns (Refusal refusal) {
        if (word.isEncumbered()) return refuse(AlreadyEncumbered.selector, receiptId, word.pledgee());
        refusal = _expectFree(receiptId, word);
        if (refusal.isNone()) return refuse(ThirdPartyClaim.selector, receiptId);
    }

    function _expectPledged(Act act, uint256 receiptId, uint256 word)
        internal
        view
        returns (Refusal refusal)
    {
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isSome()) return refusal;
        if (!word.isEncumbered()) return refuse(NotEncumbered.selector, receiptId);
    }
}
