// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Chronicle} from "./Chronicle.sol";

/// @title What is true of the ledger after every act
/// @notice Compares what stands on the ledger with what it has told, and with what has to hold in any case.
abstract contract Truths is Chronicle {
    using PartyWord for uint256;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    /// @notice I1, I2, I3: an open receipt has one holder and at most one pledge, and is encumbered exactly then.
    function expectOneHolderAndAtMostOnePledge() external view {
        for (uint256 i = 0; i < receipts.length; ++i) {
            uint256 word = ledger.receiptWord(receipts[i]);
            uint256 holder = ledger.partyWord(uint32(word.holder()));
            assertTrue(holder.roles() & PartyWord.HOLDER != 0, "I1: no holder");
            assertEq(word.isEncumbered(), livePledges[receipts[i]] == 1, "I2: pledges and the flag");
            assertLe(livePledges[receipts[i]], 1, "I2: two live pledges");
            assertEq(word.isEncumbered(), word.pledgee() != 0, "I3: pledgee and the flag");
            assertEq(word.isEncumbered(), word & (uint256(0x3fff) << 114) != 0, "I3: maturity and the flag");
            assertTrue(word.isEncumbered() || !word.isInDefault(), "I3: in default without a pledge");
            if (!word.isEncumbered()) continue;
            uint256 pledgee = ledger.partyWord(uint32(word.pledgee()));
            assertTrue(pledgee.roles() & PartyWord.LENDER != 0, "I3: a pledgee who lends nothing");
            assertTrue(word.isOpen(), "I3: pledged, and closed");
            assertTrue(word.pledgee() != word.holder(), "I3: pledged to the holder");
        }
    }

    /// @notice I4: receipted <= attested <= capacity, and receipted is what the open receipts stand for.
    function expectEveryReceiptCovered() external view {
        for (uint256 i = 0; i < pools.length; ++i) {
            uint256 pool = ledger.poolWord(pools[i]);
            uint256 quantity;
            for (uint32 serial = 1; serial < pool.nextSerial(); ++serial) {
                uint256 word = ledger.receiptWord(receiptIdOf(pools[i], serial));
                assertEq(word.isOpen(), word.quantity() != 0, "I4: open and empty, or closed and not empty");
                quantity += word.quantity();
            }
            assertEq(pool.receipted(), quantity, "I4: receipted is not the sum of the receipts");
            assertLe(pool.receipted(), pool.attested(), "I4: more receipted than attested");
            assertLe(pool.attested(), pool.capacity(), "I4: more attested than there is room");
        }
    }

    /// @notice I6, I10: an item is in at most one receipt, which is open; a document stays used.
    function expectEveryClaimHeldOnce() external view {
        for (uint256 i = 0; i < items.length; ++i) {
            uint64 receiptId = ledger.receiptOfItem(items[i]);
            assertEq(receiptId, receiptOf[items[i]], "I6: an item elsewhere than told");
            if (receiptId != 0) {
                assertTrue(uint256(ledger.receiptWord(receiptId)).isOpen(), "I6: an item in a closed receipt");
            }
        }
        for (uint256 i = 0; i < receipts.length; ++i) {
            assertEq(ledger.itemCount(receipts[i]), itemsIn[receipts[i]], "I6: the count of items");
        }
        for (uint256 i = 0; i < pages.length; ++i) {
            assertEq(ledger.itemsOnPage(pages[i]), _expectBitsApart(pages[i]), "I6: a page is not its parts");
        }
        for (uint256 i = 0; i < documents.length; ++i) {
            assertEq(
                ledger.subjectOfDocument(documents[i]),
                subjectOf[documents[i]],
                "I10: a document unused again"
            );
        }
    }

    /// @return all The bits of all receipts on this page.
    function _expectBitsApart(bytes32 page) private view returns (uint256 all) {
        for (uint256 i = 0; i < receipts.length; ++i) {
            uint256 bits = ledger.itemsOfReceipt(receipts[i], page);
            assertEq(bits, bitsOf[receipts[i]][page], "I6: items on a page elsewhere than told");
            if (bits == 0) continue;
            assertEq(all & bits, 0, "I6: an item in two open receipts");
            assertTrue(uint256(ledger.receiptWord(receipts[i])).isOpen(), "I6: an item in a closed receipt");
            all |= bits;
        }
        assertEq(all, bitsOn[page], "I6: items on a page that no receipt has");
    }

    /// @notice I7: every serial below the next one was issued, and none from there on.
    function expectNoGapInTheSerials() external view {
        uint256 issued_;
        for (uint256 i = 0; i < pools.length; ++i) {
            uint32 next = uint32(uint256(ledger.poolWord(pools[i])).nextSerial());
            for (uint32 serial = 1; serial < next; ++serial) {
                assertTrue(ledger.receiptWord(receiptIdOf(pools[i], serial)) != 0, "I7: a gap");
            }
            uint128[] memory beyond = ledger.receiptWords(receiptIdOf(pools[i], next), 3);
            assertEq(beyond[0] | beyond[1] | beyond[2], 0, "I7: a receipt beyond the last serial");
            assertEq(ledger.receiptWord(receiptIdOf(pools[i], 0)), 0, "I7: a receipt with the serial 0");
            issued_ += next - 1;
        }
        assertEq(issued_, receipts.length, "I7: receipts in a pool that nobody opened");
    }

    /// @notice I8, I11, I12: every word is the one told last, its version the number of events about it. A neighbour of
    /// which nothing was told has the word that it had.
    function expectWordsAsTold() external view {
        for (uint256 i = 0; i < receipts.length; ++i) {
            uint256 word = ledger.receiptWord(receipts[i]);
            assertEq(word, toldWord[receipts[i]], "I8: a receipt's word is not as told");
            assertEq(ReceiptWord.version(word), toldEvents[receipts[i]], "I11: version and number of events");
        }
        for (uint256 i = 0; i < pools.length; ++i) {
            assertEq(ledger.poolWord(pools[i]), toldPool[pools[i]], "I8: a pool's word is not as told");
        }
        assertEq(
            ledger.isSealed(), poolsSealed == pools.length, "I8: the ledger has stopped otherwise than told"
        );
        for (uint256 i = 0; i < parties.length; ++i) {
            assertEq(ledger.partyWord(parties[i]), toldParty[parties[i]], "I8: a party's word is not as told");
        }
    }

    /// @notice I8, I9: every key speaks for the party that it was bound to, with that party's roles and standing.
    function expectKeysToSpeakForTheirParties() external view {
        uint256 bound_;
        for (uint256 i = 0; i < keys.length; ++i) {
            uint32 party = partyOf[keys[i]];
            uint256 word = toldParty[party];
            uint256 expected = party == 0 ? 0 : party | (word.roles() << 32) | (word.isActive() ? 1 << 48 : 0);
            assertEq(ledger.keyWord(keys[i]), expected, "I8: a key's word is not as told");
            if (party != 0) ++bound_;
        }
        for (uint256 i = 0; i < parties.length; ++i) {
            address[] memory own = ledger.keysOf(parties[i]);
            assertEq(own.length, toldParty[parties[i]].keyCount(), "I8: the count of keys");
            for (uint256 j = 0; j < own.length; ++j) {
                assertEq(partyOf[own[j]], parties[i], "I8: a key on the list of another party");
            }
            bound_ -= own.length;
        }
        assertEq(bound_, 0, "I8: a key on no list");
    }
}
