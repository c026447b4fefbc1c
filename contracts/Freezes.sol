// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pair, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts that a court or regulator holds fast
/// @notice Freeze and Unfreeze. Both work whatever else the receipt is in, pledged or past its storage period.
abstract contract Freezes is Receipts {
    using ReceiptWord for uint256;

    function _actFreeze(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _authorityConsent(act, receiptId, word);
        if (refusal.isSome()) return refusal;
        if (word.isFrozen()) return refuse(Frozen.selector, receiptId);
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(ReceiptFrozen.selector, act, pair, words, word, word.next() | ReceiptWord.FROZEN);
    }

    function _actUnfreeze(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _authorityConsent(act, receiptId, word);
        if (refusal.isSome()) return refusal;
        if (!word.isFrozen()) return refuse(NotFrozen.selector, receiptId);
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(ReceiptUnfrozen.selector, act, pair, words, word, word.next() & ~ReceiptWord.FROZEN);
    }

    function _authorityConsent(Act act, uint256 receiptId, uint256 word)
        private
        view
        returns (Refusal refusal)
    {
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isNone()) refusal = _agreed(act, Demand.anyIn(PartyWord.AUTHORITY));
    }
}
