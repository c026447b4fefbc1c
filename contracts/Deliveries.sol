// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pair, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Statements} from "./Statements.sol";
import {Act} from "./Wire.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Goods that leave
/// @notice Deliver, in full or in part: against the receipt, and with the pledgee's consent while it is pledged.
abstract contract Deliveries is Receipts {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    function _actDeliver(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        uint256 poolWord_ = _pools[receiptId >> 32];
        refusal = _expectOpen(receiptId, word, poolWord_);
        if (refusal.isNone()) refusal = _ownersConsent(act, receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 quantity = act.a();
        uint256 available = word.quantity();
        if (quantity == 0) return refuse(ZeroQuantity.selector, receiptId);
        uint256 items = Statements.deliveredItemCount(act);
        refusal = _expectItems(act, items, receiptId, poolWord_, quantity >= available);
        if (refusal.isNone()) refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (poolWord_.isBonded() && act.wordCount() == items) {
            return refuse(CustomsNotCleared.selector, receiptId);
        }
        if (quantity > available) return refuse(OverDelivery.selector, receiptId, quantity, available);
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isNone()) refusal = _useDocuments(act, items);
        if (refusal.isSome()) return refusal;
        refusal = _freeItems(act, items, receiptId, poolWord_.isPaged());
        if (refusal.isSome()) {
            _unuseDocuments(act, items, act.wordCount());
            return refusal;
        }

        uint256 nextWord = word.next().withQuantity(available - quantity);
        if (quantity == available) nextWord = word.closed(ReceiptWord.DELIVERED);
        _write(pair, words, receiptId, word, nextWord);
        _pools[receiptId >> 32] = poolWord_.withDelivered(quantity);
        emit Delivered(uint64(receiptId), uint128(nextWord), act.commitment());
        _announceDocuments(act, items);
    }
}
