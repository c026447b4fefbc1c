// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Kind} from "../../../contracts/Wire.sol";
import {PoolWord} from "../../../contracts/words/PoolWord.sol";
import {ReceiptWord} from "../../../contracts/words/ReceiptWord.sol";
import {Draft, Drafts, NewPart, NewReceipt} from "../support/Draft.sol";
import {Chance} from "./Chance.sol";
import {Ideas} from "./Ideas.sol";

/// @title What the crowd thinks of doing with goods
/// @notice Draws the acts that make receipts, end them, or move quantities and items between them.
abstract contract Goods is Ideas {
    using Chance for uint256;
    using Drafts for *;
    using PoolWord for uint256;
    using ReceiptWord for uint256;

    uint256 internal constant ITEM_COUNT = 30;
    uint256 internal constant PAGE_COUNT = 2;
    uint256 private constant SERIALS = uint256(type(uint24).max);
    /// @notice Past this the comparison of every word would take the time that further acts are worth.
    uint256 private constant RECEIPTS_MAX = 100;

    function ofGoods(Kind kind, uint256 seed) internal view returns (Draft memory) {
        if (kind == Kind.Issue) return _issue(seed);
        if (kind == Kind.Split) return _split(seed);
        if (kind == Kind.Merge) return _merge(seed);
        if (kind == Kind.Substitute) return _substitution(seed);
        if (kind == Kind.Replace) return _replacement(seed);
        if (kind == Kind.Cancel) return _cancellation(seed);
        return _reduction(kind, seed);
    }

    function itemAt(uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode("item", index));
    }

    function pageAt(uint256 index) internal pure returns (bytes32) {
        return keccak256(abi.encode("page", index));
    }

    function _halfPledged(uint256 seed) private view returns (uint64) {
        (uint256 mask, uint256 flags) = halfPledged(seed);
        return chosen(seed, mask, flags);
    }

    function _isFull() private view returns (bool) {
        return receipts.length > RECEIPTS_MAX;
    }

    function _issue(uint256 seed) private view returns (Draft memory draft) {
        // Mostly into few pools, so that receipts have neighbours for a portfolio.
        uint32[6] memory usual = [POOL, POOL, COILS, SHEETS, TRADING_POOL, IN_BOND];
        uint32 pool = usual[seed.draw("pool", usual.length)];
        if (seed.isOne("far", 6)) pool = pools[seed.draw("pool", pools.length)];
        uint256 word = toldPool[pool];
        uint256 count = _isFull() ? 0 : 1 + seed.draw("count", 4);
        NewReceipt[] memory fresh = new NewReceipt[](count);
        bytes32[] memory named = word.isPaged() ? _freeBits(seed, count) : _freeItems(seed, 3 * count);
        for (uint256 i = 0; i < count; ++i) {
            uint32 holder = anyHolder(seed / (i + 1));
            if (pool == TRADING_POOL && seed.isOne("own", 2)) holder = TRADING_WAREHOUSE;
            fresh[i] = newReceipt(holder, uint64(1 + (seed + i).draw("quantity", ATTESTED / 16)));
            fresh[i].storageDay = uint16(dayNow() + (seed + i).draw("storage", 300));
            if (word.isSerialised()) fresh[i].itemCount = uint16(named.length / count);
        }
        if (count != 0 && seed.isOne("items", 16)) fresh[0].itemCount ^= 1;
        uint32 serial = uint32(word.nextSerial()) + (seed.isOne("gap", 16) ? 1 : 0);
        draft = issueOf(pool, serial, fresh);
        if (word.isSerialised()) {
            draft.words = _joined(draft.words, named);
            draft.b = uint48(named.length);
        }
        addDocuments(draft, seed);
    }

    /// @notice One part or two, with every other or every third item.
    function _split(uint256 seed) private view returns (Draft memory draft) {
        uint64 receiptId = _halfPledged(seed);
        uint256 quantity = toldWord[receiptId].quantity();
        NewPart[] memory parts = new NewPart[](_isFull() ? 0 : 1 + seed.draw("parts", 2));
        bytes32[] memory named = new bytes32[](0);
        uint256 remaining = quantity;
        for (uint256 i = 0; i < parts.length; ++i) {
            uint256 partQuantity = (seed + i).draw("quantity", quantity / 2);
            bytes32[] memory own = _everyNth(receiptId, parts.length + 1, i);
            parts[i] = newPart(uint64(partQuantity));
            parts[i].itemCount = uint16(own.length);
            named = _joined(named, own);
            remaining -= partQuantity;
        }
        if (seed.isOne("sum", 12)) ++remaining;
        draft = splitInto(receiptId, version(receiptId), uint64(remaining), parts);
        if (seed.isOne("gap", 16)) draft.b += 1 << 16;
        draft.words = _joined(draft.words, named);
    }

    function _merge(uint256 seed) private view returns (Draft memory draft) {
        uint64 receiptId = _halfPledged(seed);
        uint64 absorbedId = receiptId;
        uint256 start = seed.draw("absorbed", receipts.length);
        uint256 mayDiffer = VERSION_BITS | QUANTITY_BITS | STORAGE_DAY_BITS;
        bool isFound;
        // Most receipts have none that is like them, so the next that has one is as good.
        for (uint256 i = 0; i < receipts.length * 8 && !isFound; ++i) {
            if (i % receipts.length == 0 && i != 0) receiptId = _halfPledged(seed + i);
            absorbedId = receipts[(start + i) % receipts.length];
            bool isLike = (toldWord[absorbedId] ^ toldWord[receiptId]) & ~mayDiffer == 0;
            isFound = isLike && absorbedId != receiptId && absorbedId >> 32 == receiptId >> 32;
        }
        draft = merge(receiptId, version(receiptId), absorbedId, version(absorbedId));
        draft.words = _joined(draft.words, _mostlyAll(absorbedId, seed));
    }

    function _substitution(uint256 seed) private view returns (Draft memory draft) {
        uint256 mask = ReceiptWord.UNPLEDGEABLE | ReceiptWord.IN_DEFAULT;
        uint64 receiptId = chosen(seed, mask & ~ReceiptWord.CLAIMED, ReceiptWord.ENCUMBERED);
        uint256 word = toldWord[receiptId];
        uint64 substituteId = chosen(seed / 2, mask, 0);
        uint256 start = seed.draw("substitute", receipts.length);
        for (uint256 i = 0; i < receipts.length && seed.draw("fitting", 6) != 0; ++i) {
            uint64 other = receipts[(start + i) % receipts.length];
            uint256 word_ = toldWord[other];
            if (!word_.isOpen() || word_ & mask != 0 || word_.holder() != word.holder()) continue;
            if (word_.storageDay() < word.maturityDay()) continue;
            substituteId = other;
            break;
        }
        draft = draftOf(Kind.Substitute, receiptId, version(receiptId));
        draft.words = draft.words.append(Drafts.ref(substituteId, version(substituteId)));
    }

    function _replacement(uint256 seed) private view returns (Draft memory draft) {
        uint64 receiptId = _halfPledged(seed);
        uint256 quantity = toldWord[receiptId].quantity();
        uint256 right = quantity - seed.draw("error", quantity / 4);
        if (seed.isOne("more", 12)) right = quantity + 1;
        draft = replacement(receiptId, version(receiptId), _isFull() ? 0 : uint64(right));
        if (seed.isOne("gap", 16)) ++draft.b;
        draft.words = _mostlyAll(receiptId, seed);
    }

    /// @notice Mostly of a receipt that its warehouse holds.
    function _cancellation(uint256 seed) private view returns (Draft memory draft) {
        uint64 receiptId = chosen(seed, ReceiptWord.HELD | ReceiptWord.ENCUMBERED, 0);
        uint256 start = seed.draw("cancelled", receipts.length);
        for (uint256 i = 0; i < receipts.length && seed.draw("own", 5) != 0; ++i) {
            uint64 other = receipts[(start + i) % receipts.length];
            uint256 word = toldWord[other];
            if (word.isOpen() && !word.isEncumbered() && word.holder() == other >> 48) receiptId = other;
        }
        draft = cancellation(receiptId, version(receiptId));
        draft.words = _mostlyAll(receiptId, seed);
    }

    /// @notice Deliver and WriteDown, in full or in part, now and then of more than there is.
    function _reduction(Kind kind, uint256 seed) private view returns (Draft memory draft) {
        uint64 receiptId = _halfPledged(seed);
        uint256 available = toldWord[receiptId].quantity();
        bool isFull = seed.isOne("full", 3);
        uint256 quantity = isFull ? available : seed.draw("quantity", available + available / 8 + 1);
        draft = draftOf(kind, receiptId, version(receiptId));
        draft.a = uint56(quantity);
        draft.words = isFull ? _mostlyAll(receiptId, seed) : _everyNth(receiptId, 3, seed.draw("which", 3));
        if (kind == Kind.WriteDown) return draft;
        draft.b = uint48(draft.words.length);
        addDocuments(draft, seed);
        bool isCleared = !toldPool[uint32(receiptId >> 32)].isBonded() || seed.isOne("smuggled", 6);
        if (!isCleared) draft.words = draft.words.append(document(seed.draw("clearance", DOCUMENTS)));
    }

    // Items.

    /// @notice All items of a receipt, as an act names them; now and then without the last, or with one of another.
    function _mostlyAll(uint64 receiptId, uint256 seed) private view returns (bytes32[] memory named) {
        named = _everyNth(receiptId, 1, 0);
        if (named.length != 0 && seed.isOne("one missing", 10)) {
            assembly ("memory-safe") {
                mstore(named, sub(mload(named), 1))
            }
        }
        if (seed.isOne("of another", 20)) named = named.append(itemAt(seed.draw("item", ITEM_COUNT)));
    }

    /// @notice The items of a receipt that come `nth` when one counts to `count` over and over.
    function _everyNth(uint64 receiptId, uint256 count, uint256 nth)
        private
        view
        returns (bytes32[] memory named)
    {
        named = new bytes32[](0);
        uint256 seen;
        for (uint256 i = 0; i < ITEM_COUNT; ++i) {
            if (receiptOf[itemAt(i)] == receiptId && seen++ % count == nth) named = named.append(itemAt(i));
        }
        for (uint256 i = 0; i < PAGE_COUNT; ++i) {
            uint256 bits = bitsOf[receiptId][pageAt(i)];
            uint256 some;
            for (uint256 bit = 1; bit <= SERIALS; bit <<= 1) {
                if (bits & bit != 0 && seen++ % count == nth) some |= bit;
            }
            if (some != 0) named = named.append(pageAt(i)).append(bytes32(some));
        }
    }

    /// @notice Items that are in no receipt; now and then one that is.
    function _freeItems(uint256 seed, uint256 count) private view returns (bytes32[] memory named) {
        named = new bytes32[](count);
        uint256 start = seed.draw("item", ITEM_COUNT);
        uint256 found;
        for (uint256 i = 0; i < ITEM_COUNT && found < count; ++i) {
            bytes32 item = itemAt((start + i) % ITEM_COUNT);
            if (receiptOf[item] == 0) named[found++] = item;
        }
        if (count != 0 && seed.isOne("taken", 10)) named[0] = itemAt(start);
        for (; found < count; ++found) {
            named[found] = itemAt(found);
        }
    }

    /// @notice For each receipt a page and some serials on it that are in no receipt; now and then one that is.
    function _freeBits(uint256 seed, uint256 count) private view returns (bytes32[] memory named) {
        named = new bytes32[](2 * count);
        bytes32 page = pageAt(seed.draw("page", PAGE_COUNT));
        uint256 free = SERIALS & ~bitsOn[page];
        for (uint256 i = 0; i < count; ++i) {
            uint256 bits =
                free & (seed + i).draw("bits") & (seed + i).draw("fewer") & (seed + i).draw("fewest");
            if (bits == 0 && free != 0) bits = free & ~(free - 1);
            free &= ~bits;
            if ((seed + i).isOne("taken", 20)) bits |= 1;
            (named[2 * i], named[2 * i + 1]) = (page, bytes32(bits));
        }
    }

    function _joined(bytes32[] memory first, bytes32[] memory second)
        private
        pure
        returns (bytes32[] memory all)
    {
        all = new bytes32[](first.length + second.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = i < first.length ? first[i] : second[i - first.length];
        }
    }
}
