// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Vm} from "forge-std/Test.sol";
import {PartyWord} from "../../../contracts/words/PartyWord.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {LedgerTest} from "../support/LedgerTest.sol";

/// @title The ledger as its events tell it
/// @notice Folds events into words, and objects to an event that no ledger in order could leave. Knows nothing of acts
/// and asks the ledger for nothing: what it has been told is what the ledger is compared with.
abstract contract Chronicle is LedgerTest {
    using PartyWord for uint256;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint256 private constant HOLDER_BITS = uint256(0x3fffff) << 8;
    uint256 private constant VERSION_BITS = uint256(0x3fff) << 46;
    uint256 private constant QUANTITY_BITS = uint256(0xffffffffff) << 60;
    uint256 private constant PLEDGE_BITS =
        (uint256(0x3) << 4) | (uint256(0xffff) << 30) | (uint256(0x3fff) << 114);
    uint256 private constant STATUS_BITS = 0x7;

    uint64[] internal receipts;
    uint32[] internal pools;
    uint32[] internal parties;
    address[] internal keys;
    bytes32[] internal items;
    bytes32[] internal documents;

    mapping(uint64 receiptId => uint256 word) internal toldWord;
    mapping(uint64 receiptId => uint256 count) internal toldEvents;
    mapping(uint64 receiptId => uint256 count) internal livePledges;
    mapping(uint64 receiptId => uint256 count) internal itemsIn;
    mapping(uint32 pool => uint256 word) internal toldPool;
    mapping(uint32 party => uint256 word) internal toldParty;
    mapping(address key => uint32 party) internal partyOf;
    mapping(address key => bool known) private _keyKnown;
    mapping(bytes32 itemKey => uint64 receiptId) internal receiptOf;
    mapping(bytes32 itemKey => bool known) private _itemKnown;
    mapping(bytes32 document => uint64 subject) internal subjectOf;

    /// @notice Takes in one event.
    function told(Vm.Log memory log) internal {
        assertEq(log.emitter, address(ledger), "an event of another contract");
        bytes32 kind = log.topics[0];
        bytes32 subject = log.topics[1];
        if (kind == ItemReceipted.selector) return _itemReceipted(subject, uint64(uint256(log.topics[2])));
        if (kind == ItemFreed.selector) return _itemFreed(subject, uint64(uint256(log.topics[2])));
        if (kind == DocumentUsed.selector) return _documentUsed(subject, uint64(uint256(log.topics[2])));
        (uint256 word, uint256 second) = abi.decode(log.data, (uint256, uint256));
        if (kind == Issued.selector) return _issued(uint64(uint256(subject)), word);
        if (isOfReceipt(kind)) return _changed(kind, uint64(uint256(subject)), word);
        if (kind == PoolOpened.selector || kind == Attested.selector) {
            return _pool(kind, uint32(uint256(subject)), word);
        }
        _party(kind, uint32(uint256(subject)), word, address(uint160(second)));
    }

    /// @notice True for the events that carry the word of a receipt which was there before.
    function isOfReceipt(bytes32 kind) internal pure returns (bool) {
        return kind == Transferred.selector || kind == Pledged.selector || kind == Released.selector
            || kind == Delivered.selector || kind == ReceiptFrozen.selector
            || kind == ReceiptUnfrozen.selector;
    }

    function _issued(uint64 receiptId, uint256 word) private {
        uint32 pool = uint32(receiptId >> 32);
        uint256 poolWord = toldPool[pool];
        assertEq(uint32(receiptId), poolWord.nextSerial(), "I7: a gap in the serials");
        assertEq(toldWord[receiptId], 0, "I7: a number issued twice");
        assertEq(ReceiptWord.version(word), 1, "I11: a first version that is not 1");
        assertEq(
            word & (STATUS_BITS | PLEDGE_BITS | ReceiptWord.FROZEN), ReceiptWord.OPEN, "issued, and not free"
        );
        receipts.push(receiptId);
        toldWord[receiptId] = word;
        toldEvents[receiptId] = 1;
        toldPool[pool] = poolWord + (1 << 48) + (word.quantity() << 192);
    }

    function _changed(bytes32 kind, uint64 receiptId, uint256 word) private {
        uint256 before = toldWord[receiptId];
        assertEq(before.status(), ReceiptWord.OPEN, "I11: a receipt that is not open has changed");
        assertEq(ReceiptWord.version(word), ReceiptWord.version(before) + 1, "I11: not one version on");
        uint256 mayChange = VERSION_BITS;
        if (kind == Transferred.selector) {
            assertFalse(before.isEncumbered() || before.isFrozen(), "transferred, and not free");
            mayChange |= HOLDER_BITS;
        } else if (kind == Pledged.selector) {
            assertFalse(before.isEncumbered(), "I2: pledged twice");
            assertTrue(word.isEncumbered(), "I3: pledged, and not encumbered");
            mayChange |= PLEDGE_BITS;
            ++livePledges[receiptId];
        } else if (kind == Released.selector) {
            assertTrue(before.isEncumbered(), "released, and not pledged");
            assertEq(word & PLEDGE_BITS, 0, "I3: released, and something of the pledge is left");
            mayChange |= PLEDGE_BITS;
            --livePledges[receiptId];
        } else if (kind == Delivered.selector) {
            mayChange |= QUANTITY_BITS | _delivered(receiptId, before, word);
        } else {
            assertEq(word.isFrozen(), kind == ReceiptFrozen.selector, "the flag contradicts the event");
            mayChange |= ReceiptWord.FROZEN;
        }
        assertEq((word ^ before) & ~mayChange, 0, "more has changed than the event says");
        toldWord[receiptId] = word;
        ++toldEvents[receiptId];
    }

    /// @return mayChange What a full delivery changes besides the quantity.
    function _delivered(uint64 receiptId, uint256 before, uint256 word) private returns (uint256 mayChange) {
        assertFalse(before.isFrozen(), "delivered, and frozen");
        assertLt(word.quantity(), before.quantity(), "I4: delivered, and nothing is gone");
        assertEq(word.isOpen(), word.quantity() != 0, "empty and open, or closed and not empty");
        uint256 quantity = before.quantity() - word.quantity();
        toldPool[uint32(receiptId >> 32)] -= (quantity << 192) + (quantity << 136);
        if (word.isOpen()) return 0;
        assertEq(word.status(), ReceiptWord.DELIVERED, "closed otherwise than by delivery");
        livePledges[receiptId] = 0;
        return STATUS_BITS | PLEDGE_BITS;
    }

    function _pool(bytes32 kind, uint32 pool, uint256 word) private {
        uint256 before = toldPool[pool];
        if (kind == PoolOpened.selector) {
            assertEq(before, 0, "opened twice");
            pools.push(pool);
        } else {
            assertEq(word.nextSerial(), before.nextSerial(), "I7: a count has changed the serials");
            assertEq(word.receipted(), before.receipted(), "I4: a count has changed what is receipted");
            assertEq(PoolWord.version(word), PoolWord.version(before) + 1, "not one version on");
        }
        toldPool[pool] = word;
    }

    function _party(bytes32 kind, uint32 party, uint256 word, address key) private {
        uint256 before = toldParty[party];
        if (kind == Admitted.selector) {
            assertEq(before, 0, "admitted twice");
            parties.push(party);
            _bound(party, key);
        } else {
            assertEq(PartyWord.version(word), PartyWord.version(before) + 1, "not one version on");
            assertEq(word.roles(), before.roles(), "a party has changed its roles");
            if (kind == KeyBound.selector) _bound(party, key);
            if (kind == KeyRevoked.selector) {
                assertEq(partyOf[key], party, "revoked, and not bound to the party");
                delete partyOf[key];
            }
        }
        toldParty[party] = word;
    }

    function _bound(uint32 party, address key) private {
        assertEq(partyOf[key], 0, "bound twice");
        partyOf[key] = party;
        if (!_keyKnown[key]) keys.push(key);
        _keyKnown[key] = true;
    }

    function _itemReceipted(bytes32 itemKey, uint64 receiptId) private {
        assertEq(receiptOf[itemKey], 0, "I6: an item in two open receipts");
        receiptOf[itemKey] = receiptId;
        ++itemsIn[receiptId];
        if (!_itemKnown[itemKey]) items.push(itemKey);
        _itemKnown[itemKey] = true;
    }

    function _itemFreed(bytes32 itemKey, uint64 receiptId) private {
        assertEq(receiptOf[itemKey], receiptId, "I6: freed from a receipt that did not hold it");
        delete receiptOf[itemKey];
        --itemsIn[receiptId];
    }

    function _documentUsed(bytes32 document, uint64 subject) private {
        assertEq(subjectOf[document], 0, "I10: a document used twice");
        subjectOf[document] = subject;
        documents.push(document);
    }
}
