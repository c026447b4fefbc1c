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
/// @dev Whatever is written or told before a refusal is undone by the revert in RareActs. Arithmetic is unchecked where
/// the wire form bounds it: an act has fewer than 2^16 words.
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
        if (refusal.isNone()) refusal = _expectSum(act, receiptId, word.quantity(), poolWord_);
        if (refusal.isNone()) refusal = _expectFreeAndStored(receiptId, word);
        if (refusal.isNone()) refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        uint256 remainder = word.next().withQuantity(act.a());
        _writeOn(page, receiptId, word, remainder);
        emit Divided(uint64(receiptId), uint128(remainder), act.commitment());
        refusal = _writeParts(act, page, word, poolWord_.isPaged());
        if (refusal.isSome()) return refusal;
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
        if (refusal.isNone()) refusal = _expectOpen(act, absorbedId, absorbed);
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

    /// @notice The parts and what remains add up to the receipt, and where goods are serialised each of them has items.
    function _expectSum(Act act, uint256 receiptId, uint256 quantity, uint256 poolWord_)
        private
        view
        returns (Refusal refusal)
    {
        unchecked {
            uint256 held = poolWord_.isSerialised() ? _itemCount[receiptId] : 0;
            uint256 sum = act.a();
            bool isEmpty = sum == 0;
            bool isItemless;
            uint256 items;
            uint256 count = Statements.partCount(act);
            uint256 from = 2 * count;
            for (uint256 i = 0; i < count; ++i) {
                uint256 packed = act.word(2 * i);
                uint256 to = from + uint16(packed);
                uint256 named = _countItems(act, from, to, poolWord_.isPaged());
                if (_quantityIn(packed) == 0) isEmpty = true;
                if (named == 0) isItemless = true;
                sum += _quantityIn(packed);
                items += named;
                from = to;
            }
            if (isEmpty) return refuse(ZeroQuantity.selector, receiptId);
            if (sum > ReceiptWord.QUANTITY_MAX) return refuse(QuantityOutOfRange.selector, receiptId, sum);
            if (from != act.wordCount() || (poolWord_.isSerialised() && (isItemless || items >= held))) {
                return refuse(ItemsMissing.selector, receiptId, held);
            }
            if (sum != quantity) return refuse(SumMismatch.selector, receiptId, sum, quantity);
        }
    }

    /// @notice Writes and tells every part, and gives it its items.
    function _writeParts(Act act, Page memory page, uint256 word, bool paged)
        private
        returns (Refusal refusal)
    {
        unchecked {
            uint256 receiptId = act.subject();
            uint256 count = Statements.partCount(act);
            uint256 partId = _firstPart(act);
            uint256 from = 2 * count;
            for (uint256 i = 0; i < count; ++i) {
                uint256 packed = act.word(2 * i);
                uint256 to = from + uint16(packed);
                refusal = _moveItems(act, from, to, receiptId, partId, paged);
                if (refusal.isSome()) return refusal;
                uint256 part = word.heir(_quantityIn(packed));
                _writeOn(page, partId, _turnTo(page, partId), part);
                emit IssuedFrom(
                    uint64(partId), uint128(part), bytes32(act.word(2 * i + 1)), uint64(receiptId)
                );
                _announceItems(act, from, to, partId, paged);
                from = to;
                ++partId;
            }
        }
    }

    function _firstPart(Act act) private pure returns (uint256) {
        return ((act.subject() >> 32) << 32) | (act.b() >> 16);
    }

    function _quantityIn(uint256 packed) private pure returns (uint256) {
        return uint64(packed >> 16);
    }
}
