// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pair, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts that change hands
/// @notice Transfer of one receipt, and what is checked for every receipt of a portfolio too. The transferee agrees: nobody
/// is made to hold goods that cost storage.
abstract contract Transfers is Receipts {
    using ReceiptWord for uint256;

    function _actTransfer(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 transferee = act.counterparty();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        uint256 poolWord_;
        (refusal, poolWord_) = _expectOpenToTransfer(act, receiptId, word);
        if (refusal.isNone()) refusal = _transferConsent(act, word);
        if (refusal.isNone()) {
            refusal = _checkTransfer(receiptId, word, act.version(), transferee, poolWord_);
        }
        if (refusal.isSome()) return refusal;

        uint256 nextWord = word.next().withHolder(transferee);
        _write(pair, words, receiptId, word, nextWord);
        emit Transferred(uint64(receiptId), uint128(nextWord), act.commitment());
    }

    /// @notice Open, and in a pool that is still on this ledger.
    /// @return refusal Of a receipt that is not.
    /// @return poolWord_ The pool's word, or 0 for one whose receipts can all be endorsed: transfers of a relay are mostly
    /// from one pool, which is looked up for the first of them.
    function _expectOpenToTransfer(Act act, uint256 receiptId, uint256 word)
        internal
        view
        returns (Refusal refusal, uint256 poolWord_)
    {
        uint256 pool = receiptId >> 32;
        if (act.freePool() == pool && word.isOpen()) return (refusal, 0);
        poolWord_ = _pools[pool];
        refusal = _expectOpen(receiptId, word, poolWord_);
        if (PoolWord.isFreelyTransferable(poolWord_)) act.setFreePool(pool);
    }

    /// @notice Holder and transferee, in this order.
    function _transferConsent(Act act, uint256 word) internal view returns (Refusal) {
        return
            _agreed(act, Demand.active(word.holder()), Demand.activeIn(PartyWord.HOLDER, act.counterparty()));
    }

    function _checkTransfer(
        uint256 receiptId,
        uint256 word,
        uint256 version,
        uint256 transferee,
        uint256 poolWord_
    ) internal view returns (Refusal refusal) {
        if (word.holder() == transferee) {
            return refuse(SelfTransfer.selector, receiptId, transferee);
        }
        // One look for the ordinary case, in which nothing stands in the way.
        if ((poolWord_ & PoolWord.NON_NEGOTIABLE) | (word & ReceiptWord.UNENDORSABLE) != 0) {
            return _unendorsable(receiptId, word, poolWord_);
        }
        if (word.storageDay() < _today()) {
            return refuse(StorageExpired.selector, receiptId, word.storageDay());
        }
        return _expectVersion(version, receiptId, word);
    }

    function _unendorsable(uint256 receiptId, uint256 word, uint256 poolWord_)
        private
        pure
        returns (Refusal)
    {
        if (PoolWord.isNonNegotiable(poolWord_)) {
            return refuse(NonNegotiable.selector, receiptId);
        }
        if (word.isEncumbered()) return refuse(Encumbered.selector, receiptId, word.pledgee());
        return _expectFree(receiptId, word);
    }
}
