"""What is carried on from one audit to the next: the ledger's state as of a block, entry by entry.

An entry is its kind in one byte, a key of one or two words, and a word. Their order is fixed, so
that two who have replayed the same chain come to the same bytes.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from receipts_ledger.domain.ids import Address, Hash32, PartyId, PoolId, ReceiptId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Party
from receipts_ledger.domain.pool import Pool

WORD_BYTES = 32


class _Kind(IntEnum):
    """What an entry is about."""

    PARTY = 1
    KEY = 2
    POOL = 3
    RECEIPT = 4
    ITEM = 5
    ITEMS_OF_RECEIPT = 6
    ITEMS_ON_PAGE = 7
    DOCUMENT = 8
    KEY_IN_PLACE = 9
    CLEARED = 10


_PAGED = (_Kind.ITEMS_OF_RECEIPT, _Kind.KEY_IN_PLACE)
"""Kinds whose key has two words."""
_ADDRESS_BYTES = 20
_NAMES_BYTES = (4, 8, 20, 32, 40)
"""Of a party or pool, a receipt, a key, an item, document or page, a page and a receipt."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A ledger, each party's keys in the places of the contract's array, what was last cleared."""

    ledger: Ledger
    keys_of: Mapping[PartyId, Sequence[Address]]
    cleared: Sequence[bytes]

    def entries(self) -> Iterator[bytes]:
        """Yield all of it."""
        yield from ledger_entries(self.ledger)
        for party in sorted(self.keys_of):
            for place, key in enumerate(self.keys_of[party]):
                where = _number(party) + _number(place)
                yield _entry(_Kind.KEY_IN_PLACE, where, int.from_bytes(key))
        for name in self.cleared:
            yield bytes((_Kind.CLEARED,)) + name

    def digest(self) -> Hash32:
        """Return the SHA-256 of all entries."""
        return digest_of(self.entries())

    @classmethod
    def of(cls, entries: Iterable[bytes]) -> "Carried":
        """Read entries. Raises ValueError for what is none."""
        ledger = Ledger()
        keys_of: dict[PartyId, list[Address]] = {}
        cleared: list[bytes] = []
        for entry in entries:
            kind, rest = entry[0] if entry else 0, entry[1:]
            if kind == _Kind.CLEARED:
                _expect(len(rest) in _NAMES_BYTES)
                cleared.append(rest)
                continue
            _expect(len(rest) == (3 if kind in _PAGED else 2) * WORD_BYTES)
            key, word = rest[:-WORD_BYTES], int.from_bytes(rest[-WORD_BYTES:])
            if kind == _Kind.KEY_IN_PLACE:
                party = PartyId(int.from_bytes(key[:WORD_BYTES]))
                keys_of.setdefault(party, []).append(Address(word.to_bytes(_ADDRESS_BYTES)))
            else:
                _put(ledger, kind, key, word)
        return cls(ledger, keys_of, cleared)


def ledger_entries(ledger: Ledger) -> Iterator[bytes]:
    """Yield each word of the state behind its kind and its key, in the order of both."""
    for party in sorted(ledger.parties):
        yield _entry(_Kind.PARTY, _number(party), ledger.parties[party].to_word())
    for key in sorted(ledger.keys):
        yield _entry(_Kind.KEY, key.rjust(WORD_BYTES, b"\0"), ledger.keys[key])
    for pool in sorted(ledger.pools):
        yield _entry(_Kind.POOL, _number(pool), ledger.pools[pool].to_word())
    for receipt in sorted(ledger.receipts):
        yield _entry(_Kind.RECEIPT, _number(receipt), ledger.receipts[receipt])
    for item in sorted(ledger.receipt_of_item):
        yield _entry(_Kind.ITEM, item, ledger.receipt_of_item[item])
    for page, receipt in sorted(ledger.items_of_receipt):
        items = ledger.items_of_receipt[page, receipt]
        yield _entry(_Kind.ITEMS_OF_RECEIPT, page + _number(receipt), items)
    for page in sorted(ledger.items_on_page):
        yield _entry(_Kind.ITEMS_ON_PAGE, page, ledger.items_on_page[page])
    for document in sorted(ledger.subject_of_document):
        yield _entry(_Kind.DOCUMENT, document, ledger.subject_of_document[document])


def digest_of(entries: Iterable[bytes]) -> Hash32:
    """Return the SHA-256 of entries, one after the other."""
    sha256 = hashlib.sha256()
    for entry in entries:
        sha256.update(entry)
    return Hash32(sha256.digest())


def _put(ledger: Ledger, kind: int, key: bytes, word: int) -> None:
    number = int.from_bytes(key)
    match kind:
        case _Kind.PARTY:
            ledger.parties[PartyId(number)] = Party.from_word(word)
        case _Kind.KEY:
            ledger.keys[Address(key[-_ADDRESS_BYTES:])] = PartyId(word)
        case _Kind.POOL:
            ledger.pools[PoolId(number)] = Pool.from_word(word)
        case _Kind.RECEIPT:
            ledger.receipts[ReceiptId(number)] = word
        case _Kind.ITEM:
            ledger.receipt_of_item[Hash32(key)] = ReceiptId(word)
        case _Kind.ITEMS_OF_RECEIPT:
            receipt = ReceiptId(int.from_bytes(key[WORD_BYTES:]))
            ledger.items_of_receipt[Hash32(key[:WORD_BYTES]), receipt] = word
        case _Kind.ITEMS_ON_PAGE:
            ledger.items_on_page[Hash32(key)] = word
        case _Kind.DOCUMENT:
            ledger.subject_of_document[Hash32(key)] = ReceiptId(word)
        case _:
            raise ValueError(f"there are no entries of kind {kind}")


def _expect(is_so: bool) -> None:
    if not is_so:
        raise ValueError("an entry has not its length")


def _entry(kind: int, key: bytes, word: int) -> bytes:
    return bytes((kind,)) + key + word.to_bytes(WORD_BYTES)


def _number(number: int) -> bytes:
    return number.to_bytes(WORD_BYTES)
