"""A block as the ledger sees it: its place in the chain and what it did to us."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from itertools import repeat
from typing import NamedTuple

from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import Hash32


@dataclass(frozen=True, slots=True)
class BlockRef:
    """A block by number and hash. The number alone names nothing above finality."""

    number: int
    hash: Hash32


class LoggedEvent(NamedTuple):
    """An event and where it stands. `log_index` counts within the block."""

    event: Event
    block_number: int
    log_index: int
    tx_hash: Hash32
    tx_index: int


def logged(
    events: Iterable[Event],
    block_number: int,
    log_indices: Iterable[int],
    tx_hash: Hash32,
    tx_index: int,
) -> list[LoggedEvent]:
    """Return the events that one transaction left, each with its place."""
    places = zip(
        events, repeat(block_number), log_indices, repeat(tx_hash), repeat(tx_index), strict=False
    )
    return [*map(_placed, places)]


# Events come by the thousand, and a named tuple's own way of being made is a call in Python.
_placed = partial(tuple.__new__, LoggedEvent)


@dataclass(frozen=True, slots=True)
class LedgerBlock:
    """A block with the ledger's events in it, in order. Empty blocks count too."""

    number: int
    hash: Hash32
    parent_hash: Hash32
    timestamp_seconds: int
    receipts_root: Hash32
    events: tuple[LoggedEvent, ...]

    def ref(self) -> BlockRef:
        """Return number and hash."""
        return BlockRef(self.number, self.hash)
