// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pledges} from "./Pledges.sol";
import {Pair} from "./Receipts.sol";
import {Refusal} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts that become security, and cease to be
/// @notice Pledge and Release of one receipt.
abstract contract Securities is Pledges {
    using ReceiptWord for uint256;

    function _actPledge(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        uint256 poolWord_ = _pools[receiptId >> 32];
        refusal = _pledgeConsent(act, receiptId, word, poolWord_);
        if (refusal.isSome()) return refusal;
        uint256 maturityDay = act.maturityDay();
        refusal =
            _checkPledge(act, act.counterparty(), maturityDay, receiptId, word, act.version(), poolWord_);
        if (refusal.isSome()) return refusal;
        bool hasDocuments = act.wordCount() != 0;
        if (hasDocuments) {
            refusal = _useDocuments(act, 0);
            if (refusal.isSome()) return refusal;
        }

        uint256 nextWord = word.next().withPledge(act.counterparty(), maturityDay);
        _write(pair, words, receiptId, word, nextWord);
        emit Pledged(uint64(receiptId), uint128(nextWord), act.commitment());
        if (hasDocuments) _announceDocuments(act, 0);
    }

    function _actRelease(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectPledged(act, receiptId, word);
        if (refusal.isNone()) refusal = _releaseConsent(act, word);
        if (refusal.isNone()) refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 nextWord = word.next().withoutPledge();
        _write(pair, words, receiptId, word, nextWord);
        emit Released(uint64(receiptId), uint128(nextWord), act.commitment());
    }
}
