// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Signers} from "./Consent.sol";
import {Receipts} from "./Receipts.sol";
import {refuse} from "./Refusal.sol";
import {Act, Wire} from "./Wire.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {PoolWord} from "./words/PoolWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title Receipts as security
/// @notice Pledge and Release, of one receipt or of a portfolio: one agreement over many receipts, all or none.
abstract contract Pledges is Receipts {
    using ReceiptWord for uint256;
    using Wire for Act;

    uint256 private constant LENDER_NEEDED = PartyWord.KEY_ACTIVE | (PartyWord.LENDER << 32);
    /// @notice Letting go harms nobody else, so a suspended pledgee can still do it.
    uint256 private constant EVEN_SUSPENDED = 0;

    function _actPledge(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 receiptId = act.subject();
        uint256 word = _receipt(receiptId);
        refusal = _expectOpen(receiptId, word);
        if (refusal.length == 0) refusal = _pledgeConsent(signers, receiptId, word);
        if (refusal.length == 0) refusal = _checkPledge(act, receiptId, word, act.version());
        if (refusal.length == 0) refusal = _useDocuments(act, 0);
        if (refusal.length != 0) return refusal;

        _writePledged(act, receiptId, word);
        _announceDocuments(act, 0);
    }

    function _actPledgePortfolio(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 count = uint16(act.b() >> 16);
        (uint256 first, uint256 word, bytes memory objection) = _expectPortfolio(act, count);
        if (objection.length != 0) return objection;
        refusal = _pledgeConsent(signers, first, word);
        if (refusal.length != 0) return refusal;

        uint256 warehouse = _warehouseOf(first >> 32);
        uint256 holder = word.holder();
        for (uint256 i = 0; i < count; ++i) {
            (uint256 receiptId, uint256 version) = _ref(act, i);
            word = _receipt(receiptId);
            if (word.holder() != holder || _warehouseOf(receiptId >> 32) != warehouse) {
                return refuse(MixedPortfolio.selector, receiptId);
            }
            refusal = _expectOpen(receiptId, word);
            if (refusal.length == 0) refusal = _checkPledge(act, receiptId, word, version);
            if (refusal.length != 0) return refusal;
        }
        refusal = _useDocuments(act, count);
        if (refusal.length != 0) return refusal;

        for (uint256 i = 0; i < count; ++i) {
            (uint256 receiptId,) = _ref(act, i);
            _writePledged(act, receiptId, _receipt(receiptId));
        }
        _announceDocuments(act, count);
    }

    function _actRelease(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 receiptId = act.subject();
        uint256 word = _receipt(receiptId);
        refusal = _expectPledged(receiptId, word);
        if (refusal.length == 0) refusal = _consent(signers, word.pledgee(), EVEN_SUSPENDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
        if (refusal.length == 0) refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.length != 0) return refusal;

        _writeReleased(act, receiptId, word);
    }

    function _actReleasePortfolio(Signers memory signers) internal returns (bytes memory refusal) {
        Act memory act = signers.act;
        uint256 count = act.wordCount();
        (uint256 first, uint256 word, bytes memory objection) = _expectPortfolio(act, count);
        if (objection.length != 0) return objection;
        uint256 pledgee = word.pledgee();
        refusal = _expectPledged(first, word);
        if (refusal.length == 0) refusal = _consent(signers, pledgee, EVEN_SUSPENDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
        if (refusal.length != 0) return refusal;

        for (uint256 i = 0; i < count; ++i) {
            (uint256 receiptId, uint256 version) = _ref(act, i);
            word = _receipt(receiptId);
            refusal = _expectPledged(receiptId, word);
            if (refusal.length != 0) return refusal;
            if (word.pledgee() != pledgee) return refuse(MixedPortfolio.selector, receiptId);
            refusal = _expectExitVersion(version, receiptId, word);
            if (refusal.length != 0) return refusal;
        }
        for (uint256 i = 0; i < count; ++i) {
            (uint256 receiptId,) = _ref(act, i);
            _writeReleased(act, receiptId, _receipt(receiptId));
        }
    }

    /// @notice Holder, warehouse and lender, in this order.
    function _pledgeConsent(Signers memory signers, uint256 receiptId, uint256 word)
        private
        view
        returns (bytes memory refusal)
    {
        refusal = _consent(signers, word.holder(), PartyWord.KEY_ACTIVE);
        if (refusal.length == 0) refusal = _consent(signers, _warehouseOf(receiptId >> 32), WAREHOUSE_NEEDED);
        if (refusal.length == 0) refusal = _consent(signers, signers.act.a(), LENDER_NEEDED);
        if (refusal.length == 0) refusal = _noSurplus(signers);
    }

    function _checkPledge(Act memory act, uint256 receiptId, uint256 word, uint256 version)
        private
        view
        returns (bytes memory refusal)
    {
        uint256 pledgee = act.a();
        uint256 maturityDay = uint16(act.b());
        uint256 pool = receiptId >> 32;
        if (pledgee == word.holder() || pledgee == _warehouseOf(pool)) {
            return refuse(SelfPledge.selector, receiptId, pledgee);
        }
        if (word & ReceiptWord.ENCUMBERED != 0) {
            return refuse(AlreadyEncumbered.selector, receiptId, word.pledgee());
        }
        refusal = _expectFreeAndStored(receiptId, word);
        if (refusal.length != 0) return refusal;
        if (maturityDay > word.storageDay()) {
            return refuse(MaturityAfterStorage.selector, receiptId, maturityDay, word.storageDay());
        }
        if (maturityDay < _today()) return refuse(MaturityPassed.selector, receiptId, maturityDay);
        if (act.commitment == 0) return refuse(NoTradeBackground.selector, receiptId);
        uint256 poolWord_ = _pools[pool];
        uint256 counted = PoolWord.attestationDay(poolWord_);
        if (counted + PoolWord.attestationDays(poolWord_) < _today()) {
            return refuse(StaleAttestation.selector, pool, counted);
        }
        return _expectVersion(version, receiptId, word);
    }

    function _writePledged(Act memory act, uint256 receiptId, uint256 word) private {
        word = word.next().withPledge(act.a(), uint16(act.b()));
        _write(receiptId, word);
        emit Pledged(uint64(receiptId), uint128(word), act.commitment);
    }

    function _writeReleased(Act memory act, uint256 receiptId, uint256 word) private {
        word = word.next().withoutPledge();
        _write(receiptId, word);
        emit Released(uint64(receiptId), uint128(word), act.commitment);
    }

    function _expectPledged(uint256 receiptId, uint256 word) private pure returns (bytes memory refusal) {
        refusal = _expectOpen(receiptId, word);
        if (refusal.length != 0) return refusal;
        if (word & ReceiptWord.ENCUMBERED == 0) return refuse(NotEncumbered.selector, receiptId);
    }

    /// @notice At least one receipt, strictly ascending (so none twice), the first being the act's subject and open.
    function _expectPortfolio(Act memory act, uint256 count)
        private
        view
        returns (uint256 first, uint256 word, bytes memory refusal)
    {
        if (count == 0) return (0, 0, refuse(EmptyAct.selector));
        (first,) = _ref(act, 0);
        if (first != act.subject()) return (0, 0, refuse(OutOfOrder.selector, first));
        uint256 previous = first;
        for (uint256 i = 1; i < count; ++i) {
            (uint256 receiptId,) = _ref(act, i);
            if (receiptId <= previous) return (0, 0, refuse(OutOfOrder.selector, receiptId));
            previous = receiptId;
        }
        word = _receipt(first);
        refusal = _expectOpen(first, word);
    }

    function _ref(Act memory act, uint256 index) private pure returns (uint256 receiptId, uint256 version) {
        uint256 packed = uint256(act.word(index));
        return (uint64(packed >> 16), uint16(packed));
    }
}
