// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pledges} from "./Pledges.sol";
import {Page} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Statements} from "./Statements.sol";
import {Transfers} from "./Transfers.sol";
import {Act} from "./Wire.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title One agreement over many receipts
/// @notice PledgePortfolio, ReleasePortfolio and TransferPortfolio: one set of signatures, all receipts or none.
/// @dev All receipts are checked before the first is written, because a refused act does not revert. Indices stay
/// below the word count, so their arithmetic is unchecked.
abstract contract Portfolios is Pledges, Transfers {
    using ReceiptWord for uint256;

    /// @notice No pool has this number.
    uint256 private constant NOWHERE = type(uint256).max;

    function _actPledgePortfolio(Act act) internal returns (Refusal refusal) {
        uint256 count = Statements.refCount(act);
        uint256 first = act.subject();
        uint256 word = _receipt(first);
        refusal = _pledgeConsent(act, first, word, _pools[first >> 32]);
        if (refusal.isNone()) refusal = _expectPortfolio(act, count);
        if (refusal.isNone()) refusal = _checkPledges(act, count, word.holder());
        if (refusal.isNone()) refusal = _useDocuments(act, count);
        if (refusal.isSome()) return refusal;

        Page memory page;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                (uint256 receiptId,) = act.ref(i);
                word = _turnTo(page, receiptId);
                uint256 nextWord = word.next().withPledge(act.counterparty(), act.maturityDay());
                _writeOn(page, receiptId, word, nextWord);
                emit Pledged(uint64(receiptId), uint128(nextWord), act.commitment());
            }
        }
        _save(page);
        _announceDocuments(act, count);
    }

    function _actReleasePortfolio(Act act) internal returns (Refusal refusal) {
        uint256 count = act.wordCount();
        uint256 first = act.subject();
        uint256 word = _receipt(first);
        refusal = _expectPledged(act, first, word);
        if (refusal.isNone()) refusal = _releaseConsent(act, word);
        if (refusal.isNone()) refusal = _expectPortfolio(act, count);
        if (refusal.isNone()) refusal = _checkReleases(act, count, word.pledgee());
        if (refusal.isSome()) return refusal;

        Page memory page;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                (uint256 receiptId,) = act.ref(i);
                word = _turnTo(page, receiptId);
                uint256 nextWord = word.next().withoutPledge();
                _writeOn(page, receiptId, word, nextWord);
                emit Released(uint64(receiptId), uint128(nextWord), act.commitment());
            }
        }
        _save(page);
    }

    function _actTransferPortfolio(Act act) internal returns (Refusal refusal) {
        uint256 count = act.wordCount();
        uint256 first = act.subject();
        uint256 word = _receipt(first);
        (refusal,) = _expectOpenToTransfer(act, first, word);
        if (refusal.isNone()) refusal = _transferConsent(act, word);
        if (refusal.isNone()) refusal = _expectPortfolio(act, count);
        if (refusal.isNone()) refusal = _checkTransfers(act, count, word.holder());
        if (refusal.isSome()) return refusal;

        Page memory page;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                (uint256 receiptId,) = act.ref(i);
                word = _turnTo(page, receiptId);
                uint256 nextWord = word.next().withHolder(act.counterparty());
                _writeOn(page, receiptId, word, nextWord);
                emit Transferred(uint64(receiptId), uint128(nextWord), act.commitment());
            }
        }
        _save(page);
    }

    /// @notice At least one receipt, strictly ascending (so none twice), the first being the act's subject.
    function _expectPortfolio(Act act, uint256 count) private pure returns (Refusal refusal) {
        if (count == 0) return refuse(EmptyAct.selector);
        (uint256 previous,) = act.ref(0);
        if (previous != act.subject()) return refuse(OutOfOrder.selector, previous);
        unchecked {
            for (uint256 i = 1; i < count; ++i) {
                (uint256 receiptId,) = act.ref(i);
                if (receiptId <= previous) return refuse(OutOfOrder.selector, receiptId);
                previous = receiptId;
            }
        }
    }

    function _checkPledges(Act act, uint256 count, uint256 holder) private view returns (Refusal refusal) {
        Page memory page;
        uint256 warehouse = _warehouseOf(act.subject() >> 32);
        uint256 pool = NOWHERE;
        uint256 poolWord_;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                (uint256 receiptId, uint256 version) = act.ref(i);
                uint256 word = _readOn(page, receiptId);
                if (receiptId >> 32 != pool) {
                    pool = receiptId >> 32;
                    poolWord_ = _pools[pool];
                }
                refusal = _expectOpen(receiptId, word, poolWord_);
                if (refusal.isSome()) return refusal;
                if (word.holder() != holder || _warehouseOf(pool) != warehouse) {
                    return refuse(MixedPortfolio.selector, receiptId);
                }
                refusal = _checkPledge(
                    act, act.counterparty(), act.maturityDay(), receiptId, word, version, poolWord_
                );
                if (refusal.isSome()) return refusal;
            }
        }
    }

    function _checkReleases(Act act, uint256 count, uint256 pledgee) private view returns (Refusal refusal) {
        Page memory page;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                (uint256 receiptId, uint256 version) = act.ref(i);
                uint256 word = _readOn(page, receiptId);
                refusal = _expectPledged(act, receiptId, word);
                if (refusal.isSome()) return refusal;
                if (word.pledgee() != pledgee) return refuse(MixedPortfolio.selector, receiptId);
                refusal = _expectExitVersion(version, receiptId, word);
                if (refusal.isSome()) return refusal;
            }
        }
    }

    function _checkTransfers(Act act, uint256 count, uint256 holder) private view returns (Refusal refusal) {
        Page memory page;
        unchecked {
            for (uint256 i = 0; i < count; ++i) {
                (uint256 receiptId, uint256 version) = act.ref(i);
                uint256 word = _readOn(page, receiptId);
                uint256 poolWord_;
                (refusal, poolWord_) = _expectOpenToTransfer(act, receiptId, word);
                if (refusal.isSome()) return refusal;
                if (word.holder() != holder) return refuse(MixedPortfolio.selector, receiptId);
                refusal = _checkTransfer(receiptId, word, version, act.counterparty(), poolWord_);
                if (refusal.isSome()) return refusal;
            }
        }
    }
}
