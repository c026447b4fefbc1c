"""Items of serialised goods, as the ledger knows them: by a key each, or as bits of pages.

Where the goods of a pool are counted without gaps, as bales of a lot are, an act names a page of
256 serials and a bit for each item: as cheap for all of them as for one.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from receipts_ledger.domain.ids import Hash32

ITEMS_ON_PAGE = 256


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands on the ledger for one item. Without a bit, `key` is the item's own."""

    key: Hash32
    bit: int | None = None


def words_of(marks: Iterable[Mark]) -> tuple[Hash32, ...]:
    """Return the words by which an act names items; of one page the bits stand together."""
    words: dict[Hash32, int | None] = {}
    for mark in marks:
        bits = words.get(mark.key)
        words[mark.key] = None if mark.bit is None else (bits or 0) | 1 << mark.bit
    return tuple(word for key, bits in words.items() for word in _words(key, bits))


def count_on_pages(words: tuple[Hash32, ...]) -> int | None:
    """Return how many items words name that stand for pages; None when they cannot."""
    if len(words) % 2:
        return None
    return sum(int.from_bytes(bits).bit_count() for bits in words[1::2])


@dataclass(frozen=True, slots=True)
class Held:
    """The items that a receipt holds: keys of items, and bits of pages."""

    keys: frozenset[Hash32]
    pages: Mapping[Hash32, int]

    def __len__(self) -> int:
        """How many they are."""
        return len(self.keys) + sum(bits.bit_count() for bits in self.pages.values())

    def __contains__(self, mark: Mark) -> bool:
        """Tell whether the receipt holds this item."""
        if mark.bit is None:
            return mark.key in self.keys
        return bool(self.pages.get(mark.key, 0) >> mark.bit & 1)


def _words(key: Hash32, bits: int | None) -> Iterator[Hash32]:
    yield key
    if bits is not None:
        yield Hash32(bits.to_bytes(32))
