// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Test.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Holdings} from "./Holdings.sol";
import {Registry} from "./Registry.sol";

/// @title The ledger as its events tell it
/// @notice Folds events into words, and objects to an event that no ledger in order could leave. Knows nothing of acts
/// and asks the ledger for nothing: what it has been told is what the ledger is compared with.
abstract contract Chronicle is Holdings, Registry {
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint256 internal constant VERSION_BITS = uint256(0x3fff) << 46;
    uint256 internal constant QUANTITY_BITS = uint256(0xffffffffff) << 60;
    uint256 internal constant STORAGE_DAY_BITS = uint256(0x3fff) << 100;
    uint256 private constant HOLDER_BITS = uint256(0x3fffff) << 8;
    uint256 private constant PLEDGEE_BITS = uint256(0xffff) << 30;
    uint256 private constant MATURITY_BITS = uint256(0x3fff) << 114;
    uint256 private constant PLEDGE_BITS =
        ReceiptWord.ENCUMBERED | ReceiptWord.IN_DEFAULT | PLEDGEE_BITS | MATURITY_BITS;
    uint256 private constant STATUS_BITS = 0x7;

    uint64[] internal receipts;

    mapping(uint64 receiptId => uint256 word) internal toldWord;
    /// @notice The word before the last event.
    mapping(uint64 receiptId => uint256 word) internal wordBefore;
    mapping(uint64 receiptId => uint256 count) internal toldEvents;
    mapping(uint64 receiptId => uint256 count) internal livePledges;

    /// @notice Quantity that events of the present act have taken from receipts and not yet given to others.
    int256 private _inTransit;
    bool private _isCorrection;
    /// @notice Receipt that a pledge has been told to move to, until it is told to have arrived.
    uint64 private _pledgeMovesTo;
    uint256 private _pledgeMoved;

    /// @notice Takes in one event.
    function told(Vm.Log memory log) internal {
        assertEq(log.emitter, address(ledger), "an event of another contract");
        bytes32 kind = log.topics[0];
        if (isOfClaim(kind)) return claimTold(log);
        if (isOfPool(kind)) return poolTold(log);
        if (!isOfReceipt(kind)) return partyTold(log);
        uint64 receiptId = uint64(uint256(log.topics[1]));
        uint64 other = log.topics.length > 2 ? uint64(uint256(log.topics[2])) : 0;
        uint256 word = abi.decode(log.data, (uint256));
        if (kind == Issued.selector || kind == IssuedFrom.selector) _new(receiptId, word, other);
        else _changed(kind, receiptId, word, other);
    }

    /// @notice I5: behind the last event of an act nothing is on its way any more. Only a correction may lose something.
    function expectAllArrived() internal {
        assertTrue(_inTransit == 0 || (_isCorrection && _inTransit > 0), "I5: quantity is not conserved");
        assertEq(_pledgeMovesTo, 0, "a pledge has moved, and not arrived");
        (_inTransit, _isCorrection) = (0, false);
    }

    /// @notice True for the events that carry the word of a receipt.
    function isOfReceipt(bytes32 kind) internal pure returns (bool) {
        return kind == Issued.selector || kind == IssuedFrom.selector || kind == Transferred.selector
            || _isOfPledge(kind) || _isOfStock(kind) || _isOfCustody(kind);
    }

    function _isOfPledge(bytes32 kind) private pure returns (bool) {
        return kind == Pledged.selector || kind == Released.selector || kind == PledgeAssigned.selector
            || kind == Defaulted.selector || kind == Cured.selector || kind == Enforced.selector
            || kind == Substituted.selector;
    }

    function _isOfStock(bytes32 kind) private pure returns (bool) {
        return kind == Delivered.selector || kind == WrittenDown.selector || kind == Divided.selector
            || kind == Merged.selector || kind == Absorbed.selector || kind == Replaced.selector
            || kind == Cancelled.selector;
    }

    function _isOfCustody(bytes32 kind) private pure returns (bool) {
        return kind == StorageExtended.selector || kind == PutOnPaper.selector
            || kind == TakenOffPaper.selector || kind == Invalidated.selector || kind == ClaimNoted.selector
            || kind == ClaimLifted.selector || kind == ReceiptFrozen.selector
            || kind == ReceiptUnfrozen.selector;
    }

    /// @param origin The receipt that this one came out of, 0 for none.
    function _new(uint64 receiptId, uint256 word, uint64 origin) private {
        uint256 poolWord = toldPool[uint32(receiptId >> 32)];
        assertEq(uint32(receiptId), poolWord.nextSerial(), "I7: a gap in the serials");
        assertEq(toldWord[receiptId], 0, "I7: a number issued twice");
        assertEq(ReceiptWord.version(word), 1, "I11: a first version that is not 1");
        assertFalse(poolWord.isSealed(), "issued into a pool that has stopped for ever");
        if (origin == 0) {
            assertFalse(poolWord.isPaused(), "issued into a pool that is paused");
            uint256 subjectTo = PLEDGE_BITS | ReceiptWord.HELD | ReceiptWord.CLAIMED;
            assertEq(word & (STATUS_BITS | subjectTo), ReceiptWord.OPEN, "issued, and not free");
            _inTransit += int256(word.quantity());
        } else {
            assertEq(origin >> 32, receiptId >> 32, "I5: goods in another pool than before");
            // With all that its origin was subject to, whatever has become of the origin itself.
            expectOnly(wordBefore[origin], word, VERSION_BITS | QUANTITY_BITS);
            if (word.isEncumbered()) livePledges[receiptId] = 1;
        }
        originOf[receiptId] = origin;
        receipts.push(receiptId);
        toldEvents[receiptId] = 1;
        toldWord[receiptId] = word;
        toldPool[uint32(receiptId >> 32)] += 1 << 48;
        _moveStock(receiptId, 0, word.quantity());
    }

    function _changed(bytes32 kind, uint64 receiptId, uint256 word, uint64 other) private {
        uint256 before = toldWord[receiptId];
        assertEq(before.status(), ReceiptWord.OPEN, "I11: a receipt that is not open has changed");
        assertEq(ReceiptWord.version(word), ReceiptWord.version(before) + 1, "I11: not one version on");
        assertFalse(
            toldPool[uint32(receiptId >> 32)].isSealed(), "changed in a pool that has stopped for ever"
        );
        assertTrue(_worksOn(kind, before), "changed, and not free");
        wordBefore[receiptId] = before;
        toldWord[receiptId] = word;
        ++toldEvents[receiptId];
        uint256 mayChange = VERSION_BITS;
        if (kind == Transferred.selector) {
            assertFalse(before.isEncumbered(), "transferred, and pledged");
            mayChange |= HOLDER_BITS;
        } else if (_isOfPledge(kind)) {
            mayChange |= _pledgeChanged(kind, receiptId, before, word, other);
        } else if (_isOfStock(kind)) {
            mayChange |= _stockChanged(kind, receiptId, before, word, other);
        } else {
            mayChange |= _custodyChanged(kind, before, word);
        }
        expectOnly(before, word, mayChange);
    }

    /// @notice Whether a receipt that is frozen, on paper or past its storage period can have had this happen to it.
    function _worksOn(bytes32 kind, uint256 before) private view returns (bool) {
        bool isExit = kind == Released.selector;
        bool isFreeze = kind == ReceiptFrozen.selector || kind == ReceiptUnfrozen.selector;
        if (before.isFrozen() && !isExit && !isFreeze) return false;
        if (before.isOnPaper() && !isExit && !isFreeze && kind != TakenOffPaper.selector) return false;
        bool needsStorage = kind == Transferred.selector || kind == Pledged.selector
            || kind == Divided.selector || kind == Merged.selector || kind == Absorbed.selector;
        return !needsStorage || before.storageDay() >= dayNow();
    }

    /// @return mayChange What the event changes of the word.
    function _pledgeChanged(bytes32 kind, uint64 receiptId, uint256 before, uint256 word, uint64 other)
        private
        returns (uint256 mayChange)
    {
        assertEq(
            before.isEncumbered(), kind != Pledged.selector, "I2: pledged twice, or a pledge from nowhere"
        );
        if (kind == Pledged.selector) {
            _pledged(receiptId, before, word);
            return PLEDGE_BITS;
        }
        if (kind == PledgeAssigned.selector) {
            assertTrue(word.pledgee() != before.pledgee(), "assigned to the pledgee that had it");
            return PLEDGEE_BITS;
        }
        if (kind == Defaulted.selector) {
            assertTrue(!before.isInDefault() && word.isInDefault(), "the flag contradicts the event");
            assertGt(dayNow(), before.maturityDay(), "in default before the claim was due");
            assertEq(word.maturityDay(), dayNow(), "in default on another day");
            return ReceiptWord.IN_DEFAULT | MATURITY_BITS;
        }
        if (kind == Cured.selector) {
            assertTrue(before.isInDefault() && !word.isInDefault(), "the flag contradicts the event");
            return ReceiptWord.IN_DEFAULT | MATURITY_BITS;
        }
        assertEq(word & PLEDGE_BITS, 0, "I3: the pledge is over, and something of it is left");
        --livePledges[receiptId];
        if (kind == Enforced.selector) {
            assertTrue(before.isInDefault(), "enforced, and not in default");
            assertGt(dayNow(), before.maturityDay() + NOTICE_DAYS, "enforced before the notice had passed");
            return PLEDGE_BITS | HOLDER_BITS;
        }
        if (kind == Substituted.selector) {
            assertFalse(before.isInDefault(), "substituted, and in default");
            (_pledgeMovesTo, _pledgeMoved) = (other, before);
        }
        return PLEDGE_BITS;
    }

    function _pledged(uint64 receiptId, uint256 before, uint256 word) private {
        assertTrue(word.isEncumbered() && !word.isInDefault(), "I3: pledged, and not simply encumbered");
        assertFalse(before.isClaimed(), "pledged, and claimed by another");
        assertFalse(toldPool[uint32(receiptId >> 32)].isPaused(), "pledged in a pool that is paused");
        ++livePledges[receiptId];
        if (_pledgeMovesTo == 0) return;
        assertEq(receiptId, _pledgeMovesTo, "a pledge has moved elsewhere than told");
        assertEq((word ^ _pledgeMoved) & (PLEDGE_BITS | HOLDER_BITS), 0, "I5: another pledge has arrived");
        _pledgeMovesTo = 0;
    }

    /// @return mayChange What the event changes of the word.
    function _stockChanged(bytes32 kind, uint64 receiptId, uint256 before, uint256 word, uint64 other)
        private
        returns (uint256 mayChange)
    {
        bool isLoss = kind == Delivered.selector || kind == WrittenDown.selector;
        assertEq(word.isOpen(), word.quantity() != 0, "empty and open, or closed and not empty");
        _moveStock(receiptId, before.quantity(), word.quantity());
        if (kind == Merged.selector) {
            assertGt(word.quantity(), before.quantity(), "I5: merged, and nothing was added");
            assertLe(word.storageDay(), before.storageDay(), "merged, and stored longer");
            return QUANTITY_BITS | STORAGE_DAY_BITS;
        }
        assertLt(word.quantity(), before.quantity(), "I4: nothing is gone");
        uint256 gone = before.quantity() - word.quantity();
        if (isLoss) toldPool[uint32(receiptId >> 32)] -= gone << 136;
        if (isLoss || kind == Cancelled.selector) _inTransit -= int256(gone);
        if (kind == Cancelled.selector) {
            assertEq(before.holder(), receiptId >> 48, "cancelled, and held by another than the warehouse");
            assertFalse(before.isEncumbered(), "cancelled, and pledged");
        }
        if (kind == Absorbed.selector) _absorbed(receiptId, before, other);
        if (kind == Replaced.selector) _isCorrection = true;
        if (word.isOpen()) {
            assertTrue(isLoss || kind == Divided.selector, "open, and told to have ended");
            return QUANTITY_BITS;
        }
        assertEq(word.status(), _end(kind), "closed otherwise than told");
        assertEq(word & PLEDGE_BITS, 0, "I3: closed, and something of a pledge is left");
        livePledges[receiptId] = 0;
        return QUANTITY_BITS | STATUS_BITS | PLEDGE_BITS;
    }

    /// @notice The other receipt was told to have grown just before.
    function _absorbed(uint64 receiptId, uint256 before, uint64 into) private {
        uint256 heir = wordBefore[into];
        assertEq(receiptId >> 32, into >> 32, "I5: goods in another pool than before");
        expectOnly(heir, before, VERSION_BITS | QUANTITY_BITS | STORAGE_DAY_BITS);
        uint256 sooner = before.storageDay() < heir.storageDay() ? before.storageDay() : heir.storageDay();
        assertEq(toldWord[into].storageDay(), sooner, "merged goods are stored for another time");
        originOf[into] = receiptId;
    }

    function _end(bytes32 kind) private pure returns (uint256) {
        if (kind == Delivered.selector) return ReceiptWord.DELIVERED;
        if (kind == Absorbed.selector) return ReceiptWord.MERGED;
        if (kind == Replaced.selector) return ReceiptWord.REPLACED;
        if (kind == Cancelled.selector) return ReceiptWord.CANCELLED;
        return kind == WrittenDown.selector ? ReceiptWord.WRITTEN_OFF : ReceiptWord.OPEN;
    }

    /// @return mayChange What the event changes of the word.
    function _custodyChanged(bytes32 kind, uint256 before, uint256 word)
        private
        pure
        returns (uint256 mayChange)
    {
        if (kind == Invalidated.selector) return 0;
        if (kind == StorageExtended.selector) {
            assertGt(word.storageDay(), before.storageDay(), "extended, and stored no longer");
            return STORAGE_DAY_BITS;
        }
        if (kind == PutOnPaper.selector || kind == TakenOffPaper.selector) mayChange = ReceiptWord.PAPER;
        else if (kind == ClaimNoted.selector || kind == ClaimLifted.selector) mayChange = ReceiptWord.CLAIMED;
        else mayChange = ReceiptWord.FROZEN;
        bool isSet =
            kind == PutOnPaper.selector || kind == ClaimNoted.selector || kind == ReceiptFrozen.selector;
        assertEq(word & mayChange, isSet ? mayChange : 0, "the flag contradicts the event");
        assertEq(before & mayChange, isSet ? 0 : mayChange, "the flag has not changed");
    }

    function _moveStock(uint64 receiptId, uint256 from, uint256 to) private {
        _inTransit += int256(from) - int256(to);
        // Within an act less may be receipted than nothing; unchecked, it comes right again.
        unchecked {
            toldPool[uint32(receiptId >> 32)] += (to - from) << 192;
        }
    }
}
