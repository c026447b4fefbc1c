// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pair, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
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
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isNone()) refusal = _transferConsent(act, word);
        if (refusal.isNone()) refusal = _checkTransfer(receiptId, word, act.version(), transferee);
        if (refusal.isSome()) return refusal;

        uint256 nextWord = word.next().withHolder(transferee);
        _write(pair, words, receiptId, word, nextWord);
        emit Transferred(uint64(receiptId), uint128(nextWord), act.commitment());
    }

    /// @notice Holder and transferee, in this order.
    function _transferConsent(Act act, uint256 word) internal view returns (Refusal) {
        return
            _agreed(act, Demand.active(word.holder()), Demand.activeIn(PartyWord.HOLDER, act.counterparty()));
    }

    function _checkTransfer(uint256 receiptId, uint256 word, uint256 version, uint256 transferee)
        internal
        view
        returns (Refusal refusal)
    {
        if (word.holder() == transferee) return refuse(SelfTransfer.selector, receiptId, transferee);
        if (word.isEncumbered()) return refuse(Encumbered.selector, receiptId, word.pledgee());
        refusal = _expectFreeAndStored(receiptId, word);
        if (refusal.isNone()) refusal = _expectVersion(version, receiptId, word);
    }
}
