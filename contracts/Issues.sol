// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Page, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts that come into being
/// @notice Issue: any number of receipts of one pool by one warehouse, counted by one inspector, all or none.
/// @dev Arithmetic is unchecked where the wire form bounds it: an act has fewer than 2^16 words, and quantities
/// have 40 bits when they are added up.
abstract contract Issues is Receipts {
    using PoolWord for uint256;

    /// @notice No holder in the wire form has this number.
    uint256 private constant NOBODY = type(uint256).max;

    function _actIssue(Act act) internal returns (Refusal refusal) {
        uint256 pool = act.subject() >> 32;
        uint256 poolWord_ = _pools[pool];
        if (poolWord_ == 0) return refuse(UnknownPool.selector, pool);
        if (poolWord_.isSealed()) return refuse(Sealed.selector, pool);
        refusal = _agreed(
            act, Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(pool)), Demand.anyIn(PartyWord.INSPECTOR)
        );
        if (refusal.isNone()) refusal = _expectNumbers(act, pool, poolWord_);
        if (refusal.isNone() && poolWord_.isPaused()) return refuse(Paused.selector, pool);
        if (refusal.isSome()) return refusal;

        uint256 quantity;
        (refusal, quantity) = _checkNewReceipts(act, poolWord_);
        if (refusal.isNone()) refusal = _expectAttested(pool, poolWord_, quantity);
        if (refusal.isNone()) refusal = _claim(act, poolWord_.isPaged());
        if (refusal.isSome()) return refusal;

        _pools[pool] = poolWord_.withIssued(act.a(), quantity);
        _writeIssued(act, poolWord_.isPaged());
    }

    /// @notice At least one receipt, and the numbers that come next in the pool.
    function _expectNumbers(Act act, uint256 pool, uint256 poolWord_) private pure returns (Refusal refusal) {
        refusal = _expectNext(pool, poolWord_, uint32(act.subject()), act.a());
        if (refusal.isNone() && act.a() == 0) return refuse(EmptyAct.selector);
    }

    function _checkNewReceipts(Act act, uint256 poolWord_)
        private
        view
        returns (Refusal refusal, uint256 quantity)
    {
        unchecked {
            uint256 first = act.subject();
            uint256 count = act.a();
            uint256 holder = NOBODY;
            uint256 from = 2 * count;
            for (uint256 i = 0; i < count; ++i) {
                uint256 packed = act.word(2 * i);
                // Receipts of one act mostly have one holder, who need not be looked up twice.
                if (_holderIn(packed) != holder) {
                    holder = _holderIn(packed);
                    refusal = _expectHolder(holder, _lastParty(act));
                    if (refusal.isSome()) return (refusal, 0);
                }
                uint256 to = from + _itemsIn(packed);
                refusal = _checkNewReceipt(
                    first + i, packed, _countItems(act, from, to, poolWord_.isPaged()), poolWord_
                );
                if (refusal.isSome()) return (refusal, 0);
                quantity += _quantityIn(packed);
                from = to;
            }
            uint256 items = from - 2 * count;
            if (items != act.b()) refusal = refuse(ItemsMissing.selector, first, items);
        }
    }

    function _expectHolder(uint256 holder, uint256 inspector) private view returns (Refusal refusal) {
        uint256 party = _parties[holder];
        if (!PartyWord.isActive(party)) return refuse(PartyNotActive.selector, holder);
        if (PartyWord.roles(party) & PartyWord.HOLDER == 0) {
            return refuse(WrongRole.selector, holder, PartyWord.HOLDER);
        }
        if (holder == inspector) return refuse(InspectorNotIndependent.selector, inspector);
    }

    function _checkNewReceipt(uint256 receiptId, uint256 packed, uint256 named, uint256 poolWord_)
        private
        view
        returns (Refusal refusal)
    {
        uint256 quantity = _quantityIn(packed);
        uint256 storageDay = _storageDayIn(packed);
        if (quantity == 0) return refuse(ZeroQuantity.selector, receiptId);
        if (quantity > ReceiptWord.QUANTITY_MAX) {
            return refuse(QuantityOutOfRange.selector, receiptId, quantity);
        }
        if (storageDay > ReceiptWord.DAY_MAX) return refuse(DayOutOfRange.selector, receiptId, storageDay);
        if (poolWord_.isSerialised() == (named == 0)) {
            return refuse(ItemsMissing.selector, receiptId, 1);
        }
        if (storageDay < _today()) return refuse(StorageExpired.selector, receiptId, storageDay);
    }

    function _expectAttested(uint256 pool, uint256 poolWord_, uint256 quantity)
        private
        pure
        returns (Refusal refusal)
    {
        uint256 needed = poolWord_.receipted() + quantity;
        uint256 attested = poolWord_.attested();
        if (needed > attested) return refuse(OverAttested.selector, pool, attested, needed);
    }

    /// @notice Claims all documents and items, or nothing.
    function _claim(Act act, bool paged) private returns (Refusal refusal) {
        unchecked {
            uint256 from = 2 * act.a();
            uint256 documentsFrom = from + act.b();
            refusal = _useDocuments(act, documentsFrom);
            if (refusal.isSome() || act.b() == 0) return refusal;
            uint256 first = act.subject();
            uint256 claimed;
            for (; claimed < act.a(); ++claimed) {
                uint256 to = from + _itemsIn(act.word(2 * claimed));
                refusal = _claimItems(act, from, to, first + claimed, paged);
                if (refusal.isSome()) break;
                from = to;
            }
            if (refusal.isNone()) return refusal;
            while (claimed != 0) {
                uint256 items = _itemsIn(act.word(2 * --claimed));
                _unclaimItems(act, from - items, from, first + claimed, paged);
                from -= items;
            }
            _unuseDocuments(act, documentsFrom, act.wordCount());
        }
    }

    function _writeIssued(Act act, bool paged) private {
        unchecked {
            Page memory page;
            uint256 receiptId = act.subject();
            uint256 count = act.a();
            uint256 from = 2 * count;
            for (uint256 i = 0; i < count; ++i) {
                uint256 packed = act.word(2 * i);
                uint256 word =
                    ReceiptWord.opened(_holderIn(packed), _quantityIn(packed), _storageDayIn(packed));
                _writeOn(page, receiptId, _turnTo(page, receiptId), word);
                emit Issued(uint64(receiptId), uint128(word), bytes32(act.word(2 * i + 1)));
                uint256 items = _itemsIn(packed);
                if (items != 0) {
                    _itemCount[receiptId] = _countItems(act, from, from + items, paged);
                    _announceItems(act, from, from + items, receiptId, paged);
                }
                from += items;
                ++receiptId;
            }
            _save(page);
            _announceDocuments(act, from);
        }
    }

    function _holderIn(uint256 packed) private pure returns (uint256) {
        return uint32(packed >> 96);
    }

    function _quantityIn(uint256 packed) private pure returns (uint256) {
        return uint64(packed >> 32);
    }

    function _storageDayIn(uint256 packed) private pure returns (uint256) {
        return uint16(packed >> 16);
    }

    function _itemsIn(uint256 packed) private pure returns (uint256) {
        return uint16(packed);
    }
}
