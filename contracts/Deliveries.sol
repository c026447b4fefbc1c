// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pair, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
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
        if (!word.isOpen()) return _notOpen(receiptId, word);
        refusal = _deliveryConsent(act, receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 pool = receiptId >> 32;
        uint256 poolWord_ = _pools[pool];
        uint256 quantity = act.a();
        uint256 available = word.quantity();
        if (quantity == 0) return refuse(ZeroQuantity.selector, receiptId);
        if (poolWord_.isSerialised()) refusal = _expectItems(act, receiptId, quantity >= available);
        if (refusal.isSome()) return refusal;
        if (word.isFrozen()) return refuse(Frozen.selector, receiptId);
        if (quantity > available) return refuse(OverDelivery.selector, receiptId, quantity, available);
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isNone()) refusal = _freeItems(act, receiptId);
        if (refusal.isSome()) return refusal;

        uint256 nextWord = word.next().withQuantity(available - quantity);
        if (quantity == available) nextWord = nextWord.withoutPledge().withStatus(ReceiptWord.DELIVERED);
        _write(pair, words, receiptId, word, nextWord);
        _pools[pool] = poolWord_.withDelivered(quantity);
        emit Delivered(uint64(receiptId), uint128(nextWord), act.commitment());
    }

    /// @notice Holder, warehouse and, while the receipt is pledged, the pledgee, in this order.
    function _deliveryConsent(Act act, uint256 receiptId, uint256 word) private view returns (Refusal) {
        uint256 holder = Demand.active(word.holder());
        uint256 warehouse = Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(receiptId >> 32));
        if (!word.isEncumbered()) return _agreed(act, holder, warehouse);
        return _agreed(act, holder, warehouse, Demand.active(word.pledgee()));
    }

    /// @notice Full delivery frees every item of the receipt, part delivery leaves at least one.
    function _expectItems(Act act, uint256 receiptId, bool isFull) private view returns (Refusal refusal) {
        uint256 named = act.wordCount();
        uint256 held = _itemCount[receiptId];
        if (isFull ? named != held : named >= held) return refuse(ItemsMissing.selector, receiptId, held);
    }
}
