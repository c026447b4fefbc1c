"""Events into their table, block by block, while something else is done with each block.

For PostgreSQL they become the lines that COPY reads: the same as copy_text.py makes of rows, in
half the time, since nothing that an event of a receipt says needs an escape. A test holds the
two together.
"""

from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import Any, TypeVar

from receipts_ledger.domain.block import LedgerBlock
from receipts_ledger.domain.event import Event
from receipts_ledger.store.blocks import event_row
from receipts_ledger.store.bodies import COMMITMENTS, worded
from receipts_ledger.store.copy_text import copy_text
from receipts_ledger.store.tables import events
from receipts_ledger.store.types import to_signed
from receipts_ledger.store.units import Writer

P = TypeVar("P")

_WORDED: dict[type[Event], tuple[str, str, Callable[[Any], tuple[int, int, bytes]]]] = {
    kind: (kind.__name__, name, attrgetter("receipt_id", "word", name))
    for kind, name in COMMITMENTS.items()
}


def write(
    writer: Writer, page: Iterable[LedgerBlock], *, along: Callable[[LedgerBlock], None]
) -> None:
    """Write the events of blocks. PostgreSQL takes in a block's while `along` is done with it.

    What is done along may not use the writer.
    """
    if writer.is_postgresql:
        writer.copy_lines(events, _parts(page, lines_of, along))
        return
    writer.insert_parts(events, _parts(page, _rows_of, along))


def _parts(
    page: Iterable[LedgerBlock],
    make: Callable[[LedgerBlock], P],
    along: Callable[[LedgerBlock], None],
) -> Iterator[P]:
    for block in page:
        yield make(block)
        along(block)


def _rows_of(block: LedgerBlock) -> list[tuple[object, ...]]:
    return [event_row(logged) for logged in block.events]


def lines_of(block: LedgerBlock) -> bytes:
    """Return the lines of a block's events, in order."""
    lines: list[str] = []
    number, tx_hash, tx_hex = block.number, None, ""
    for logged in block.events:
        found = _WORDED.get(type(logged.event))
        if found is None:
            lines.append(copy_text(events, [event_row(logged)]).decode())
            continue
        if logged.tx_hash is not tx_hash:
            tx_hash = logged.tx_hash
            tx_hex = tx_hash.hex()
        kind, name, members_of = found
        receipt_id, word, commitment = members_of(logged.event)
        lines.append(
            f"{number}\t{logged.log_index}\t\\\\x{tx_hex}\t{logged.tx_index}\t{kind}"
            f"\t{to_signed(receipt_id)}\t{worded(receipt_id, word, name, commitment)}\n"
        )
    return "".join(lines).encode()
