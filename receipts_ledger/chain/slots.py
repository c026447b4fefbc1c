"""Where the contract keeps what: every storage word that a ledger's state makes.

The places come from the compiler's storage layout in the artifact; the words from domain.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from receipts_ledger.chain.artifact import Artifact
from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.ids import (
    Address,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    pool_number,
    receipt_number,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.receipt import STATUS_BITS, Status

_HASH_BYTES = 32
_RECEIPT_BYTES = 8
_LABELS_OF = {
    4: ("_parties", "_pools"),
    8: ("_itemCount",),
    20: ("_keys",),
    _HASH_BYTES: ("_receiptOfItem", "_subjectOfDocument", "_itemsOnPage"),
}
"""What a name may be the key of, by its length in bytes."""
_HALF_BITS = 128
_HALF = (1 << _HALF_BITS) - 1


@dataclass(frozen=True, slots=True)
class SlotWord:
    """A storage slot, the word that belongs there, and what the word is about."""

    slot: Hash32
    word: int
    label: str
    key: int

    @property
    def receipts_open(self) -> int:
        """How many open receipts the word holds: none, one or two."""
        if self.label != "_pairs":
            return 0
        halves = (self.word & _HALF, self.word >> _HALF_BITS)
        return sum(bool(half) and half & STATUS_BITS == Status.OPEN for half in halves)

    @property
    def pools(self) -> int:
        """1 for the word of a pool."""
        return int(self.label == "_pools")

    def subject(self, found: int) -> str:  # noqa: PLR0911  (one return for each kind of thing)
        """Name what the word is about; of two receipts in a word, those that differ from it."""
        if self.label == "_pairs":
            differs = self.word ^ found
            names = [
                f"receipt {receipt_number(ReceiptId(2 * self.key + half))}"
                for half in (0, 1)
                if differs >> half * _HALF_BITS & _HALF
            ]
            return " and ".join(names)
        if self.label == "_pools":
            return f"pool {pool_number(PoolId(self.key))}"
        if self.label in ("_parties", "_keysOf"):
            return f"party {self.key}" + (" (list of keys)" if self.label == "_keysOf" else "")
        if self.label in ("_itemCount", "_itemsOfReceipt"):
            what = "count of items" if self.label == "_itemCount" else "items on a page"
            return f"receipt {receipt_number(ReceiptId(self.key))} ({what})"
        if self.label == "_ledgerWord":
            return "the ledger (pools in use)"
        if self.label == "_itemsOnPage":
            return f"page 0x{self.key:064x}"
        if self.label == "_keys":
            return f"key 0x{self.key:040x}"
        name = "item" if self.label == "_receiptOfItem" else "document"
        return f"{name} 0x{self.key:064x}"


class Slots:
    """The storage layout of one artifact."""

    def __init__(self, artifact: Artifact) -> None:
        self._artifact = artifact

    def words(
        self, ledger: Ledger, keys_of: Mapping[PartyId, Sequence[Address]]
    ) -> Iterator[SlotWord]:
        """Yield every word that is not zero. `keys_of` holds each party's keys in place."""
        yield from self._mapping("_parties", {k: p.to_word() for k, p in ledger.parties.items()})
        yield from self._mapping(
            "_keys",
            {
                int.from_bytes(key): ledger.parties[party].key_word(party)
                for key, party in ledger.keys.items()
            },
        )
        yield from self._key_lists(keys_of)
        yield from self._mapping("_pools", {k: p.to_word() for k, p in ledger.pools.items()})
        yield from self._mapping(
            "_receiptOfItem",
            {int.from_bytes(item): receipt for item, receipt in ledger.receipt_of_item.items()},
        )
        counts: Counter[int] = Counter(ledger.receipt_of_item.values())
        for (_, receipt), items in ledger.items_of_receipt.items():
            counts[receipt] += items.bit_count()
        yield from self._mapping("_itemCount", counts)
        yield from self._mapping(
            "_itemsOnPage",
            {int.from_bytes(page): items for page, items in ledger.items_on_page.items()},
        )
        yield from self._items_of_receipts(ledger)
        yield from self._ledger_word(ledger)
        yield from self._mapping(
            "_subjectOfDocument",
            {int.from_bytes(name): subject for name, subject in ledger.subject_of_document.items()},
        )
        yield from self._pairs(ledger.receipts)

    def of_pair(self, receipt: ReceiptId) -> Hash32:
        """Return the slot of the word that a receipt shares with its neighbour."""
        return self._at("_pairs", receipt >> 1)

    def of_pool(self, pool: PoolId) -> Hash32:
        """Return the slot of a pool's word."""
        return self._at("_pools", pool)

    def of_keys(self, names: Iterable[bytes]) -> Iterator[Hash32]:
        """Yield the slots of keys (20 bytes), items, documents and pages (32 bytes).

        A page and a receipt behind it (40 bytes) are the receipt's items on the page, a receipt
        alone (8 bytes) its word and the count of its items, a number of 4 bytes a party or pool.
        """
        for name in names:
            if len(name) > _HASH_BYTES:
                receipt = ReceiptId(int.from_bytes(name[_HASH_BYTES:]))
                yield self._items_at(Hash32(name[:_HASH_BYTES]), receipt)
                continue
            if len(name) == _RECEIPT_BYTES:
                yield self.of_pair(ReceiptId(int.from_bytes(name)))
            for label in _LABELS_OF[len(name)]:
                yield keccak(name.rjust(32, b"\0") + self._artifact.slot(label).to_bytes(32))

    def _at(self, label: str, key: int) -> Hash32:
        return keccak(key.to_bytes(32) + self._artifact.slot(label).to_bytes(32))

    def _mapping(self, label: str, words: Mapping[int, int]) -> Iterator[SlotWord]:
        base = self._artifact.slot(label).to_bytes(32)
        for key, word in words.items():
            yield SlotWord(keccak(key.to_bytes(32) + base), word, label, key)

    def _items_of_receipts(self, ledger: Ledger) -> Iterator[SlotWord]:
        for (page, receipt), items in ledger.items_of_receipt.items():
            yield SlotWord(self._items_at(page, receipt), items, "_itemsOfReceipt", receipt)

    def _items_at(self, page: Hash32, receipt: ReceiptId) -> Hash32:
        base = self._artifact.slot("_itemsOfReceipt").to_bytes(32)
        return keccak(page + keccak(receipt.to_bytes(32) + base))

    def _ledger_word(self, ledger: Ledger) -> Iterator[SlotWord]:
        """Yield the word of the ledger itself: pools in use 32 bits, sealing 1."""
        in_use = sum(1 for pool in ledger.pools.values() if not pool.is_sealed)
        word = in_use | (in_use < len(ledger.pools)) << 32
        if word:
            slot = Hash32(self._artifact.slot("_ledgerWord").to_bytes(32))
            yield SlotWord(slot, word, "_ledgerWord", 0)

    def _key_lists(self, keys_of: Mapping[PartyId, Sequence[Address]]) -> Iterator[SlotWord]:
        base = self._artifact.slot("_keysOf").to_bytes(32)
        for party, keys in keys_of.items():
            at = keccak(party.to_bytes(32) + base)
            if keys:
                yield SlotWord(at, len(keys), "_keysOf", party)
            first = int.from_bytes(keccak(at))
            for place, key in enumerate(keys):
                slot = Hash32((first + place).to_bytes(32))
                yield SlotWord(slot, int.from_bytes(key), "_keysOf", party)

    def _pairs(self, receipts: Mapping[ReceiptId, int]) -> Iterator[SlotWord]:
        """Two receipts to a word: the even number in the lower half."""
        base = self._artifact.slot("_pairs").to_bytes(32)
        for receipt, word in receipts.items():
            neighbour = receipts.get(ReceiptId(receipt ^ 1), 0)
            if receipt & 1 and neighbour:
                continue
            both = word << _HALF_BITS if receipt & 1 else word | neighbour << _HALF_BITS
            pair = receipt >> 1
            yield SlotWord(keccak(pair.to_bytes(32) + base), both, "_pairs", pair)
