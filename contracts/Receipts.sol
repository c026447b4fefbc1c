// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Claims} from "./Claims.sol";
import {Signers} from "./Consent.sol";
import {Pools} from "./Pools.sol";
import {refuse} from "./Refusal.sol";
import {Act, Wire} from "./Wire.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title The life of a receipt
/// @notice Issue, Transfer, Deliver, Freeze, Unfreeze, and the one place where receipt words are read and written.
abstract contract Receipts is Pools, Claims {
    using ReceiptWord for uint256;
    using Wire for Act;

    /// @notice So many last versions of a receipt are kept for exits, so that nobody can brick it.
    uint256 internal constant EXIT_VERSIONS = 16;

    uint256 private constant AUTHORITY_NEEDED = PartyWord.KEY_ACTIVE | (PartyWord.AUTHORITY << 32);

    /// @dev Two receipts to a storage word: neighbours in number are neighbours in storage.
    mapping(uint256 pair => uint128[2] words) private _pairs;

    function receiptWord(uint64 receiptId) external view returns (uint128) {
        return uint128(_receipt(receiptId));
    }

    function receiptWords(uint64 first, uint256 count) external view returns (uint128[] memory words) {
        words = new uint128[](count);
        for (uint256 i = 0; i < count; ++i) {
            words[i] = uint128(_receipt(uint256(first) + i));
        }
    }

    function _actIssue(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 pool = act.subject() >> 32;
        uint256 word = _pools[pool];
        if (word == 0) return refuse(UnknownPool.selector, pool);
        refusal = _consent(signers, _warehouseOf(pool), WAREHOUSE_NEEDED);
        if (refusal.length != 0) return refusal;
        refusal = _consent(signers, ANY_PARTY, INSPECTOR_NEEDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
        if (refusal.length != 0) return refusal;

        uint256 quantity;
        (refusal, quantity) = _checkIssue(act, word, _lastParty(signers));
        if (refusal.length == 0) refusal = _claim(act);
        if (refusal.length != 0) return refusal;

        _pools[pool] = PoolWord.withIssued(word, act.a(), quantity);
        _writeIssued(act);
    }

    function _actTransfer(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 receiptId = act.subject();
        uint256 transferee = act.a();
        uint256 word = _receipt(receiptId);
        refusal = _expectOpen(receiptId, word);
        if (refusal.length != 0) return refusal;
        refusal = _consent(signers, word.holder(), PartyWord.KEY_ACTIVE);
        if (refusal.length != 0) return refusal;
        refusal = _consent(signers, transferee, PartyWord.KEY_ACTIVE | (PartyWord.HOLDER << 32));
        if (refusal.length == 0) refusal = _noSurplus(signers);
        if (refusal.length != 0) return refusal;

        if (word.holder() == transferee) return refuse(SelfTransfer.selector, receiptId, transferee);
        if (word & ReceiptWord.ENCUMBERED != 0) return refuse(Encumbered.selector, receiptId, word.pledgee());
        refusal = _expectFreeAndStored(receiptId, word);
        if (refusal.length == 0) refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.length != 0) return refusal;

        word = word.next().withHolder(transferee);
        _write(receiptId, word);
        emit Transferred(uint64(receiptId), uint128(word), act.commitment);
    }

    function _actDeliver(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 receiptId = act.subject();
        uint256 word = _receipt(receiptId);
        refusal = _expectOpen(receiptId, word);
        if (refusal.length != 0) return refusal;
        refusal = _consent(signers, word.holder(), PartyWord.KEY_ACTIVE);
        if (refusal.length != 0) return refusal;
        refusal = _consent(signers, _warehouseOf(receiptId >> 32), WAREHOUSE_NEEDED);
        if (refusal.length != 0) return refusal;
        if (word & ReceiptWord.ENCUMBERED != 0) {
            refusal = _consent(signers, word.pledgee(), PartyWord.KEY_ACTIVE);
            if (refusal.length != 0) return refusal;
        }
        refusal = _noSurplus(signers);
        if (refusal.length != 0) return refusal;

        uint256 quantity = act.a();
        uint256 available = word.quantity();
        if (quantity == 0) return refuse(ZeroQuantity.selector, receiptId);
        if (word & ReceiptWord.FROZEN != 0) return refuse(Frozen.selector, receiptId);
        if (quantity > available) return refuse(OverDelivery.selector, receiptId, quantity, available);
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.length == 0) refusal = _expectItems(act, receiptId, quantity == available);
        if (refusal.length == 0) refusal = _freeItems(act, receiptId);
        if (refusal.length != 0) return refusal;

        word = word.next().withQuantity(available - quantity);
        if (quantity == available) word = word.withoutPledge().withStatus(ReceiptWord.DELIVERED);
        _write(receiptId, word);
        uint256 pool = receiptId >> 32;
        _pools[pool] = PoolWord.withDelivered(_pools[pool], quantity);
        emit Delivered(uint64(receiptId), uint128(word), act.commitment);
    }

    function _actFreeze(Signers memory signers) internal returns (bytes memory refusal) {
        uint256 word;
        (refusal, word) = _authorityConsent(signers);
        if (refusal.length != 0) return refusal;
        uint256 receiptId = signers.act.subject();
        if (word & ReceiptWord.FROZEN != 0) return refuse(Frozen.selector, receiptId);
        refusal = _expectExitVersion(signers.act.version(), receiptId, word);
        if (refusal.length != 0) return refusal;

        word = word.next() | ReceiptWord.FROZEN;
        _write(receiptId, word);
        emit ReceiptFrozen(uint64(receiptId), uint128(word), signers.act.commitment);
    }

    function _actUnfreeze(Signers memory signers) internal returns (bytes memory refusal) {
        uint256 word;
        (refusal, word) = _authorityConsent(signers);
        if (refusal.length != 0) return refusal;
        uint256 receiptId = signers.act.subject();
        if (word & ReceiptWord.FROZEN == 0) return refuse(NotFrozen.selector, receiptId);
        refusal = _expectExitVersion(signers.act.version(), receiptId, word);
        if (refusal.length != 0) return refusal;

        word = word.next() & ~ReceiptWord.FROZEN;
        _write(receiptId, word);
        emit ReceiptUnfrozen(uint64(receiptId), uint128(word), signers.act.commitment);
    }

    function _receipt(uint256 receiptId) internal view returns (uint256) {
        return _pairs[receiptId >> 1][receiptId & 1];
    }

    function _write(uint256 receiptId, uint256 word) internal {
        _pairs[receiptId >> 1][receiptId & 1] = uint128(word);
    }

    function _expectOpen(uint256 receiptId, uint256 word) internal pure returns (bytes memory refusal) {
        uint256 status = word.status();
        if (status == ReceiptWord.OPEN) return "";
        if (status == 0) return refuse(UnknownReceipt.selector, receiptId);
        return refuse(NotOpen.selector, receiptId, status);
    }

    /// @notice Not frozen, and its storage period not over: what every act needs that is no exit.
    function _expectFreeAndStored(uint256 receiptId, uint256 word) internal view returns (bytes memory refusal) {
        if (word & ReceiptWord.FROZEN != 0) return refuse(Frozen.selector, receiptId);
        if (word.storageDay() < _today()) return refuse(StorageExpired.selector, receiptId, word.storageDay());
    }

    function _expectVersion(uint256 named, uint256 receiptId, uint256 word)
        internal
        pure
        returns (bytes memory refusal)
    {
        if (named != word.version()) return refuse(StaleVersion.selector, receiptId, named, word.version());
        if (named >= ReceiptWord.VERSION_MAX - EXIT_VERSIONS) return refuse(VersionsExhausted.selector, receiptId);
    }

    function _expectExitVersion(uint256 named, uint256 receiptId, uint256 word)
        internal
        pure
        returns (bytes memory refusal)
    {
        if (named != word.version()) return refuse(StaleVersion.selector, receiptId, named, word.version());
        if (named == ReceiptWord.VERSION_MAX) return refuse(VersionsExhausted.selector, receiptId);
    }

    function _authorityConsent(Signers memory signers) private view returns (bytes memory refusal, uint256 word) {
        uint256 receiptId = signers.act.subject();
        word = _receipt(receiptId);
        refusal = _expectOpen(receiptId, word);
        if (refusal.length != 0) return (refusal, word);
        refusal = _consent(signers, ANY_PARTY, AUTHORITY_NEEDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
    }

    function _checkIssue(Act memory act, uint256 pool, uint256 inspector)
        private
        view
        returns (bytes memory refusal, uint256 quantity)
    {
        uint256 count = act.a();
        uint256 first = act.subject();
        if (count == 0) return (refuse(EmptyAct.selector), 0);
        if (inspector == _warehouseOf(first >> 32)) {
            return (refuse(InspectorNotIndependent.selector, inspector), 0);
        }
        if (uint32(first) != PoolWord.nextSerial(pool) || PoolWord.nextSerial(pool) + count > type(uint32).max) {
            return (refuse(NumberGap.selector, first >> 32, PoolWord.nextSerial(pool), uint32(first)), 0);
        }
        for (uint256 i = 0; i < count; ++i) {
            uint256 packed = uint256(act.word(2 * i));
            refusal = _checkNew(first + i, packed, pool, inspector);
            if (refusal.length != 0) return (refusal, 0);
            quantity += uint64(packed >> 32);
        }
        uint256 needed = PoolWord.receipted(pool) + quantity;
        if (needed > PoolWord.attested(pool)) {
            return (refuse(OverAttested.selector, first >> 32, PoolWord.attested(pool), needed), 0);
        }
    }

    function _checkNew(uint256 receiptId, uint256 packed, uint256 pool, uint256 inspector)
        private
        view
        returns (bytes memory)
    {
        uint256 holder = uint32(packed >> 96);
        uint256 quantity = uint64(packed >> 32);
        uint256 storageDay = uint16(packed >> 16);
        if (quantity == 0) return refuse(ZeroQuantity.selector, receiptId);
        if (quantity > ReceiptWord.QUANTITY_MAX) return refuse(QuantityOutOfRange.selector, receiptId, quantity);
        if (storageDay > ReceiptWord.DAY_MAX) return refuse(DayOutOfRange.selector, receiptId, storageDay);
        if (storageDay < _today()) return refuse(StorageExpired.selector, receiptId, storageDay);
        if (holder == inspector) return refuse(InspectorNotIndependent.selector, inspector);
        uint256 party = _parties[holder];
        if (!PartyWord.isActive(party)) return refuse(PartyNotActive.selector, holder);
        if (PartyWord.roles(party) & PartyWord.HOLDER == 0) return refuse(WrongRole.selector, holder, PartyWord.HOLDER);
        if (PoolWord.isSerialised(pool) == (uint16(packed) == 0)) return refuse(ItemsMissing.selector, receiptId, 1);
        return "";
    }

    /// @notice Claims all items and documents of an issue, or nothing.
    function _claim(Act memory act) private returns (bytes memory refusal) {
        uint256 count = act.a();
        uint256 first = act.subject();
        uint256 itemsFrom = 2 * count;
        uint256 named;
        for (uint256 i = 0; i < count; ++i) {
            named += uint16(uint256(act.word(2 * i)));
        }
        if (named != act.b()) return refuse(ItemsMissing.selector, first, named);
        if (named != 0) {
            uint256 from = itemsFrom;
            for (uint256 i = 0; i < count; ++i) {
                uint256 items = uint16(uint256(act.word(2 * i)));
                refusal = _claimItems(act, from, items, first + i);
                if (refusal.length != 0) {
                    _unclaimItems(act, itemsFrom, from - itemsFrom);
                    return refusal;
                }
                from += items;
            }
        }
        refusal = _useDocuments(act, itemsFrom + named);
        if (refusal.length != 0) _unclaimItems(act, itemsFrom, named);
    }

    function _writeIssued(Act memory act) private {
        uint256 count = act.a();
        uint256 first = act.subject();
        uint256 from = 2 * count;
        for (uint256 i = 0; i < count; ++i) {
            uint256 packed = uint256(act.word(2 * i));
            uint256 word = ReceiptWord.opened(uint32(packed >> 96), uint64(packed >> 32), uint16(packed >> 16));
            _write(first + i, word);
            emit Issued(uint64(first + i), uint128(word), act.word(2 * i + 1));
            uint256 items = uint16(packed);
            _announceItems(act, from, items, first + i);
            from += items;
        }
        _announceDocuments(act, from);
    }

    /// @notice Full delivery frees every item of the receipt, part delivery leaves at least one.
    function _expectItems(Act memory act, uint256 receiptId, bool isFull) private view returns (bytes memory) {
        if (!PoolWord.isSerialised(_pools[receiptId >> 32])) {
            if (act.wordCount() == 0) return "";
            return refuse(ItemNotInReceipt.selector, uint256(act.word(0)), receiptId);
        }
        uint256 held = _itemCount[receiptId];
        if (isFull ? act.wordCount() != held : act.wordCount() >= held) {
            return refuse(ItemsMissing.selector, receiptId, held);
        }
        return "";
    }
}
