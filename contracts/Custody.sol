// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Pair, Receipts} from "./Receipts.sol";
import {Refusal, refuse} from "./Refusal.sol";
import {Act} from "./Wire.sol";
import {Demand} from "./words/Demand.sol";
import {PartyWord} from "./words/PartyWord.sol";
import {ReceiptWord} from "./words/ReceiptWord.sol";

/// @title What changes while goods lie still
/// @notice ExtendStorage, ToPaper, FromPaper, NoteClaim and LiftClaim.
abstract contract Custody is Receipts {
    using ReceiptWord for uint256;

    function _actExtendStorage(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        uint256 day = uint16(act.b());
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isNone()) refusal = _ownersConsent(act, receiptId, word);
        if (refusal.isSome()) return refusal;

        if (day > ReceiptWord.DAY_MAX) return refuse(DayOutOfRange.selector, receiptId, day);
        refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (day <= word.storageDay()) {
            return refuse(StorageNotExtended.selector, receiptId, word.storageDay());
        }
        refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(StorageExtended.selector, act, pair, words, word, word.next().withStorageDay(day));
    }

    /// @notice A paper receipt takes over. Here nothing happens until it is given up.
    function _actToPaper(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isNone()) refusal = _ownersConsent(act, receiptId, word);
        if (refusal.isNone()) refusal = _expectFree(receiptId, word);
        if (refusal.isNone()) refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(PutOnPaper.selector, act, pair, words, word, word.next() | ReceiptWord.PAPER);
    }

    function _actFromPaper(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isNone()) refusal = _ownersConsent(act, receiptId, word);
        if (refusal.isSome()) return refusal;
        if (word.isFrozen()) return refuse(Frozen.selector, receiptId);
        if (!word.isOnPaper()) return refuse(NotOnPaper.selector, receiptId);
        refusal = _expectExitVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(TakenOffPaper.selector, act, pair, words, word, word.next() & ~ReceiptWord.PAPER);
    }

    /// @notice The warehouse has learnt that somebody else claims the goods. Nobody can lend against them until that is
    /// settled; what has been lent stays secured.
    function _actNoteClaim(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isNone()) refusal = _agreed(act, _warehouseDemand(receiptId));
        if (refusal.isNone()) refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (word.isClaimed()) return refuse(ThirdPartyClaim.selector, receiptId);
        refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(ClaimNoted.selector, act, pair, words, word, word.next() | ReceiptWord.CLAIMED);
    }

    /// @notice The warehouse that noted a claim takes it back, or an authority has decided.
    function _actLiftClaim(Act act) internal returns (Refusal refusal) {
        uint256 receiptId = act.subject();
        (uint256 word, Pair storage pair, uint256 words) = _receiptInPair(receiptId);
        refusal = _expectOpen(act, receiptId, word);
        if (refusal.isSome()) return refusal;
        refusal = _agreedBy(act, _warehouseDemand(receiptId), Demand.anyIn(PartyWord.AUTHORITY));
        if (refusal.isNone()) refusal = _expectFree(receiptId, word);
        if (refusal.isSome()) return refusal;
        if (!word.isClaimed()) return refuse(NoClaim.selector, receiptId);
        refusal = _expectVersion(act.version(), receiptId, word);
        if (refusal.isSome()) return refusal;

        _conclude(ClaimLifted.selector, act, pair, words, word, word.next() & ~ReceiptWord.CLAIMED);
    }

    function _warehouseDemand(uint256 receiptId) private pure returns (uint256) {
        return Demand.activeIn(PartyWord.WAREHOUSE, _warehouseOf(receiptId >> 32));
    }
}
