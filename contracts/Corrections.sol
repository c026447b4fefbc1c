// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Page, Pair, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts that are no longer right
/// @notice Replace, Cancel, WriteDown and Invalidate. None of them can make a receipt stand for more goods.
/// @dev Whatever is written before a refusal is undone by the revert in RareActs.
abstract contract Corrections is Receipts {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    /// @notice A receipt with the next number takes the place of one that was in error, with all that it is subject to.
    function _actReplace(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 pool = receiptId >> 32;
        uint256 poolWord_ = _pools[pool];
        Page memory page;
        uint256 word = _readOn(page, receiptId);
        refusal = _expectOpen(receiptId, word, poolWord_);
        if (refusal.isNone()) refusal = _ownersConsent(act, receiptId, word);
        if (refusal.isNone()) refusal = _expectNext(pool, poolWord_, uint32(act.b()), 1);
        if (refusal.isSome()) return refusal;

        uint256 quantity = act.a();
        if (quantity == 0) return refuse(ZeroQuantity.selector, receiptId);
        refusal = _expectItems(act, act.wordCount(), receiptId, poolWord_, true);
        if (refusal.isNone()) refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (quantity > word.quantity()) {
            return refuse(QuantityIncreased.selector, receiptId, quantity, word.quantity());
        }
        refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 heirId = (pool << 32) | uint32(act.b());
        refusal = _moveItems(act, 0, act.wordCount(), receiptId, heirId, poolWord_.isPaged());
        if (refusal.isSome()) return refusal;
        uint256 ended = word.closed(ReceiptWord.REPLACED);
        uint256 heir = word.heir(quantity);
        _writeOn(page, receiptId, word, ended);
        _writeOn(page, heirId, _turnTo(page, heirId), heir);
        _save(page);
        _pools[pool] = poolWord_.withIssued(1, 0).withUnreceipted(word.quantity() - quantity);
        emit Replaced(uint64(receiptId), uint128(ended), uint64(heirId));
        emit IssuedFrom(uint64(heirId), uint128(heir), act.commitment(), uint64(receiptId));
        _announceItems(act, 0, act.wordCount(), heirId, poolWord_.isPaged());
    }

    /// @notice A warehouse ends a receipt that it holds itself, over goods that are still there.
    function _actCancel(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 pool = receiptId >> 32;
        uint256 warehouse = _warehouseOf(pool);
        uint256 poolWord_ = _pools[pool];
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectOpen(receiptId, word, poolWord_);
        if (refusal.isNone()) refusal = _agreed(act, Demand.activeIn(PartyWord.WAREHOUSE, warehouse));
        if (refusal.isNone()) refusal = _expectItems(act, act.wordCount(), receiptId, poolWord_, true);
        if (refusal.isSome()) return refusal;

        if (word.holder() != warehouse) return refuse(NotHolder.selector, receiptId, warehouse);
        if (word.isEncumbered()) return refuse(Encumbered.selector, receiptId, word.pledgee());
        refusal = _expectFree(receiptId, word);
        if (refusal.isNone()) refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isNone()) refusal = _freeItems(act, act.wordCount(), receiptId, poolWord_.isPaged());
        if (refusal.isSome()) return refusal;

        uint256 ended = word.closed(ReceiptWord.CANCELLED);
        _pools[pool] = poolWord_.withUnreceipted(word.quantity());
        _conclude(Cancelled.selector, act, pair, words, word, ended);
    }

    /// @notice Goods are lost. The holder and the pledgee need not agree: a loss does not ask.
    function _actWriteDown(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 pool = receiptId >> 32;
        uint256 poolWord_ = _pools[pool];
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectOpen(receiptId, word, poolWord_);
        if (refusal.isSome()) return refusal;
        refusal = _agreed(
            act, Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(pool)), Demand.anyIn(PartyWord.INSPECTOR)
        );
        if (refusal.isSome()) return refusal;

        uint256 quantity = act.a();
        uint256 available = word.quantity();
        if (_lastParty(act) == word.holder()) {
            return refuse(InspectorNotIndependent.selector, word.holder());
        }
        if (quantity == 0) return refuse(ZeroQuantity.selector, receiptId);
        if (quantity > available) return refuse(QuantityOutOfRange.selector, receiptId, quantity);
        refusal = _expectItems(act, act.wordCount(), receiptId, poolWord_, quantity == available);
        if (refusal.isNone()) refusal = _expectFree(receiptId, word);
        if (refusal.isNone()) refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isNone()) refusal = _freeItems(act, act.wordCount(), receiptId, poolWord_.isPaged());
        if (refusal.isSome()) return refusal;

        uint256 nextWord = quantity == available
            ? word.closed(ReceiptWord.WRITTEN_OFF)
            : word.next().withQuantity(available - quantity);
        _pools[pool] = poolWord_.withDelivered(quantity);
        _conclude(WrittenDown.selector, act, pair, words, word, nextWord);
    }

    /// @notice The holder raises the version: no act that was signed for an earlier one can be carried out any more.
    function _actInvalidate(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isNone()) refusal = _agreed(act, Demand.active(word.holder()));
        if (refusal.isNone()) refusal = _expectFree(receiptId, word);
        if (refusal.isNone()) refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(Invalidated.selector, act, pair, words, word, word.next());
    }
}
