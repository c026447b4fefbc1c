// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../../contracts/Wire.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {AnyLedger} from "./AnyLedger.sol";

/// @title What no act does to any receipt
/// @notice One receipt, pool, document and item are looked at before and after; since each is any, this is said of all.
abstract contract ReceiptLaws is AnyLedger {
    using ReceiptWord for uint256;

    /// @notice An act of this kind, if it is carried out at all, breaks no law.
    function obeys(Kind kind, uint256 words, uint256 demands) internal {
        anything();
        uint256 signatures = anyUpTo(demands, "signatures");
        bytes memory act = anyAct(kind, words, signatures);
        uint256[] memory voices = voicesOf(act, words, signatures);
        uint256 receiptId = PROVER.createUint(64, "receipt");
        uint256 word = ledger.receiptWord(uint64(receiptId));
        uint256 pool = ledger.poolWord(uint32(receiptId >> 32));
        bytes32 thing = bytes32(PROVER.createUint(256, "item or document"));
        uint256 place = ledger.receiptOfItem(thing);
        uint256 use = ledger.subjectOfDocument(thing);
        vm.assume(isLawful(receiptId, word, pool));
        if (kind == Kind.Issue) assumeLawfulHolders(act);

        vm.prank(sender);
        ledger.execute(act);

        uint256 nextWord = ledger.receiptWord(uint64(receiptId));
        uint256 nextPool = ledger.poolWord(uint32(receiptId >> 32));
        assertTrue(isLawful(receiptId, nextWord, nextPool), "the books of a pool no longer agree");
        obeysOnPool(kind, pool, nextPool);
        if (words != 0) obeysOnItems(kind, thing, place, use);
        if (nextWord == word) return;
        assertTrue(names(kind, act, receiptId), "an act has changed a receipt that it does not name");
        if (word == 0) return obeysOnNew(kind, receiptId, nextWord, pool, voices);
        obeysOnChange(kind, word, nextWord, voices);
        obeysOnPledge(kind, receiptId, word, nextWord, pool, voices);
    }

    /// @notice Fails when such an act can change a receipt, so that what is said above is not said of nothing.
    function changesNothing(Kind kind, uint256 words, uint256 signatures) internal {
        anything();
        bytes memory act = anyAct(kind, words, signatures);
        uint64 receiptId = uint64(PROVER.createUint(64, "receipt"));
        uint256 word = ledger.receiptWord(receiptId);
        ledger.execute(act);
        assertEq(ledger.receiptWord(receiptId), word, "a receipt has changed");
    }

    /// @notice What is true of every stored word. It is assumed before an act and proved after it.
    function isLawful(uint256 receiptId, uint256 word, uint256 pool) private pure returns (bool) {
        bool numbered = either(word == 0, uint32(receiptId) < PoolWord.nextSerial(pool));
        bool secured = either(!word.isEncumbered(), word.pledgee() != 0);
        bool covered = both(
            PoolWord.receipted(pool) <= PoolWord.attested(pool),
            PoolWord.attested(pool) <= PoolWord.capacity(pool)
        );
        return both(both(numbered, secured), covered);
    }

    /// @dev Holders of new receipts sign nothing, so they are not among the voices.
    function assumeLawfulHolders(bytes memory act) private view {
        uint256 holder = uint32(wordOf(act, 0) >> 96);
        vm.assume(either(holder <= ReceiptWord.HOLDER_MAX, ledger.partyWord(uint32(holder)) == 0));
    }

    function obeysOnPool(Kind kind, uint256 pool, uint256 nextPool) private pure {
        if (nextPool == pool || kind == Kind.OpenPool) return;
        assertEq(PoolWord.capacity(nextPool), PoolWord.capacity(pool), "a pool has another capacity");
        assertTrue(PoolWord.nextSerial(nextPool) >= PoolWord.nextSerial(pool), "a number was given twice");
        assertTrue(!PoolWord.isSealed(pool), "a sealed pool has changed");
        bool counted = kind == Kind.Attest || PoolWord.attested(nextPool) <= PoolWord.attested(pool);
        assertTrue(counted, "more is attested than was counted");
    }

    function obeysOnItems(Kind kind, bytes32 thing, uint256 place, uint256 use) private view {
        if (use != 0) assertEq(ledger.subjectOfDocument(thing), use, "a document was used twice");
        if (kind == Kind.Issue && place != 0) {
            assertEq(ledger.receiptOfItem(thing), place, "an item was receipted twice");
        }
    }

    function obeysOnNew(Kind kind, uint256 receiptId, uint256 nextWord, uint256 pool, uint256[] memory voices)
        private
        pure
    {
        assertTrue(
            kind == Kind.Issue || kind == Kind.Split || kind == Kind.Replace,
            "a receipt has come from nowhere"
        );
        assertTrue(nextWord.isOpen() && nextWord.version() == 1, "a new receipt is not new");
        assertTrue(spoke(voices, receiptId >> 48), "a receipt was issued without its warehouse");
        if (kind != Kind.Issue) return;
        assertTrue(!nextWord.isEncumbered(), "a receipt was issued pledged");
        assertTrue(!PoolWord.isPaused(pool), "a receipt was issued in a paused pool");
    }

    function obeysOnChange(Kind kind, uint256 word, uint256 nextWord, uint256[] memory voices) private pure {
        assertTrue(word.isOpen(), "a receipt that had ended has changed");
        assertEq(nextWord.version(), word.version() + 1, "a receipt has changed and kept its version");
        bool lost = kind == Kind.WriteDown;
        if (nextWord.holder() != word.holder()) {
            bool enforced = kind == Kind.Enforce && word.isInDefault() && spoke(voices, word.pledgee());
            assertTrue(enforced || spoke(voices, word.holder()), "a receipt has left its holder unasked");
            assertTrue(spoke(voices, nextWord.holder()), "a receipt has come to a holder unasked");
            assertTrue(!word.isHeld(), "a receipt was moved while it was frozen or on paper");
        }
        if (nextWord.quantity() == word.quantity()) return;
        assertTrue(
            kind == Kind.Merge || nextWord.quantity() < word.quantity(), "goods have come from nowhere"
        );
        assertTrue(lost || spoke(voices, word.holder()), "goods have gone without their holder");
        assertTrue(!word.isHeld(), "goods have gone while they were frozen or on paper");
        if (!word.isEncumbered()) return;
        assertTrue(lost || spoke(voices, word.pledgee()), "goods have gone without their pledgee");
    }

    function obeysOnPledge(
        Kind kind,
        uint256 receiptId,
        uint256 word,
        uint256 nextWord,
        uint256 pool,
        uint256[] memory voices
    ) private pure {
        if (word.isEncumbered()) {
            if (nextWord.isEncumbered() && nextWord.pledgee() == word.pledgee()) return;
            assertTrue(kind == Kind.AssignPledge || !nextWord.isEncumbered(), "a receipt was pledged twice");
            bool isLost = kind == Kind.WriteDown && nextWord.quantity() == 0;
            assertTrue(isLost || spoke(voices, word.pledgee()), "a pledge has gone without its pledgee");
            return;
        }
        if (!nextWord.isEncumbered()) return;
        assertTrue(spoke(voices, word.holder()), "a receipt was pledged without its holder");
        assertTrue(spoke(voices, receiptId >> 48), "a receipt was pledged without its warehouse");
        assertTrue(spoke(voices, nextWord.pledgee()), "a receipt was pledged without its pledgee");
        assertTrue(word.isPledgeable(), "a receipt was pledged that is frozen, on paper or claimed");
        assertTrue(!PoolWord.isPaused(pool), "a receipt was pledged in a paused pool");
    }

    /// @notice True when the act says that it is about this receipt.
    function names(Kind kind, bytes memory act, uint256 receiptId) private pure returns (bool) {
        uint256 head = headOf(act);
        uint256 subject = uint64(head >> 104);
        if (kind == Kind.Issue) return receiptId - subject < uint56(head >> 48);
        if (receiptId == subject) return true;
        if (kind == Kind.Merge || kind == Kind.Substitute) return receiptId == refIn(act, 0);
        uint256 pool = subject >> 32;
        if (kind == Kind.Replace) return receiptId == (pool << 32 | uint32(head));
        if (kind == Kind.Split) return receiptId - (pool << 32 | uint32(head >> 16)) < uint16(head);
        uint256 refs = kind == Kind.PledgePortfolio ? uint16(head >> 16) : uint16(head >> 224);
        if (kind != Kind.PledgePortfolio && kind != Kind.ReleasePortfolio && kind != Kind.TransferPortfolio) {
            return false;
        }
        for (uint256 i = 0; i < refs; ++i) {
            if (refIn(act, i) == receiptId) return true;
        }
        return false;
    }

    function refIn(bytes memory act, uint256 index) private pure returns (uint256) {
        return uint64(wordOf(act, index) >> 16);
    }
}
