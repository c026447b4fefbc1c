// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Page, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Statements} from "./Statements.sol";
import {Act} from "./Wire.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts that become several, or one
/// @notice Split and Merge. Quantity is conserved, items move along, and a pledge binds every part.
/// @dev Whatever is written before a refusal is undone by the revert in RareActs.
abstract contract Divisions is Receipts {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    function _actSplit(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 pool = receiptId >> 32;
        uint256 poolWord_ = _pools[pool];
        Page memory page;
        uint256 word = _readOn(page, receiptId);
        refusal = _expectOpen(receiptId, word, poolWord_);
        if (refusal.isNone()) refusal = _ownersConsent(act, receiptId, word);
        if (refusal.isNone()) refusal = _expectParts(act, pool, poolWord_);
        if (refusal.isNone()) refusal = _expectSum(act, receiptId, word.quantity());
        if (refusal.isNone()) refusal = _expectFreeAndStored(receiptId, word);
        if (refusal.isNone()) refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isNone()) refusal = _divideItems(act, poolWord_);
        if (refusal.isSome()) return refusal;

        uint256 remainder = word.next().withQuantity(act.a());
        _writeOn(page, receiptId, word, remainder);
        emit Divided(uint64(receiptId), uint128(remainder), act.commitment());
        _writeParts(act, page, word, poolWord_.isPaged());
        _save(page);
        _pools[pool] = poolWord_.withIssued(Statements.partCount(act), 0);
    }

    function _actMerge(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 absorbedId, uint256 absorbedVersion) = act.ref(0);
        Page memory page;
        uint256 absorbed = _readOn(page, absorbedId);
        uint256 word = _readOn(page, receiptId);
        uint256 poolWord_ = _pools[receiptId >> 32];
        refusal = _expectOpen(receiptId, word, poolWord_);
        if (refusal.isNone()) refusal = _expectOpen(absorbedId, absorbed);
        if (refusal.isNone()) refusal = _ownersConsent(act, receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 sum = word.quantity() + absorbed.quantity();
        if (absorbedId == receiptId || absorbedId >> 32 != receiptId >> 32 || !word.isLike(absorbed)) {
            return refuse(MixedGoods.selector, absorbedId);
        }
        if (sum > ReceiptWord.QUANTITY_MAX) return refuse(QuantityOutOfRange.selector, receiptId, sum);
        if (poolWord_.isSerialised()) {
            uint256 held = _itemCount[absorbedId];
            if (_countItems(act, 1, act.wordCount(), poolWord_.isPaged()) != held) {
                return refuse(ItemsMissing.selector, absorbedId, held);
            }
        }
        refusal = _expectFreeAndStored(receiptId, word);
        if (refusal.isNone()) refusal = _expectFreeAndStored(absorbedId, absorbed);
        if (refusal.isNone()) refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isNone()) refusal = _expectExitVersion(absorbedVersion, absorbedId, absorbed);
        if (refusal.isNone()) {
            refusal = _moveItems(act, 1, act.wordCount(), absorbedId, receiptId, poolWord_.isPaged());
        }
        if (refusal.isSome()) return refusal;

        uint256 merged = word.next().withQuantity(sum);
        if (absorbed.storageDay() < word.storageDay()) merged = merged.withStorageDay(absorbed.storageDay());
        uint256 ended = absorbed.closed(ReceiptWord.MERGED);
        _writeOn(page, receiptId, word, merged);
        _writeOn(page, absorbedId, _turnTo(page, absorbedId), ended);
        _save(page);
        emit Merged(uint64(receiptId), uint128(merged), act.commitment());
        emit Absorbed(uint64(absorbedId), uint128(ended), uint64(receiptId));
        _announceItems(act, 1, act.wordCount(), receiptId, poolWord_.isPaged());
    }

    /// @notice At least one part, and the numbers that come next in the pool.
    function _expectParts(Act act, uint256 pool, uint256 poolWord_) private pure returns (Refusal refusal) {
        uint256 count = Statements.partCount(act);
        refusal = _expectNext(pool, poolWord_, act.b() >> 16, count);
        if (refusal.isNone() && count == 0) return refuse(EmptyAct.selector);
    }

    function _expectSum(Act act, uint256 receiptId, uint256 quantity) private pure returns (Refusal refusal) {
        uint256 count = Statements.partCount(act);
        uint256 sum = act.a();
        uint256 items;
        if (sum == 0) return refuse(ZeroQuantity.selector, receiptId);
        for (uint256 i = 0; i < count; ++i) {
            uint256 packed = act.word(2 * i);
            if (_quantityIn(packed) == 0) return refuse(ZeroQuantity.selector, receiptId);
            sum += _quantityIn(packed);
            items += uint16(packed);
        }
        if (items != act.wordCount() - 2 * count) return refuse(ItemsMissing.selector, receiptId, items);
        if (sum != quantity) return refuse(SumMismatch.selector, receiptId, sum, quantity);
    }

    /// @notice Gives every part its items. Where goods are serialised, each part has some and some remain.
    function _divideItems(Act act, uint256 poolWord_) private returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 count = Statements.partCount(act);
        uint256 partId = _firstPart(act);
        uint256 from = 2 * count;
        bool serialised = poolWord_.isSerialised();
        for (uint256 i = 0; i < count; ++i) {
            uint256 to = from + uint16(act.word(2 * i));
            refusal = _moveItems(act, from, to, receiptId, partId, poolWord_.isPaged());
            if (refusal.isSome()) return refusal;
            if (serialised && _itemCount[partId] == 0) return refuse(ItemsMissing.selector, partId, 1);
            from = to;
            ++partId;
        }
        if (serialised && _itemCount[receiptId] == 0) return refuse(ItemsMissing.selector, receiptId, 1);
    }

    function _writeParts(Act act, Page memory page, uint256 word, bool paged) private {
        uint256 count = Statements.partCount(act);
        uint256 partId = _firstPart(act);
        uint256 from = 2 * count;
        for (uint256 i = 0; i < count; ++i) {
            uint256 packed = act.word(2 * i);
            uint256 part = word.heir(_quantityIn(packed));
            _writeOn(page, partId, _turnTo(page, partId), part);
            emit IssuedFrom(
                uint64(partId), uint128(part), bytes32(act.word(2 * i + 1)), uint64(act.subject())
            );
            uint256 to = from + uint16(packed);
            _announceItems(act, from, to, partId, paged);
            from = to;
            ++partId;
        }
    }

    function _firstPart(Act act) private pure returns (uint256) {
        return ((act.subject() >> 32) << 32) | (act.b() >> 16);
    }

    function _quantityIn(uint256 packed) private pure returns (uint256) {
        return uint64(packed >> 16);
    }
}
