"""Events into their table, block by block, while something else is done with each block.

PostgreSQL takes them in COPY's binary form: it has no text to read, and the bytes of a row, but
for a few, are those of the row before it. A test holds it to the rows that SQLite is given.
"""

from binascii import hexlify
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, groupby
from operator import attrgetter, itemgetter
from struct import Struct
from typing import TypeVar

from receipts_ledger.domain.block import LedgerBlock, LoggedEvent
from receipts_ledger.store.blocks import event_row
from receipts_ledger.store.bodies import COMMITMENTS, told, worded_form
from receipts_ledger.store.tables import events
from receipts_ledger.store.units import Writer

P = TypeVar("P")

_EVENT, _LOG_INDEX, _TX_HASH = itemgetter(0), itemgetter(2), itemgetter(3)
_RECEIPT_ID, _WORD = attrgetter("receipt_id"), attrgetter("word")

# Of a row the number of its columns; of each column its length, then its value.
_COLUMNS = len(events.columns)
_TO_LOG_INDEX = Struct(">hiqi")
_TO_KIND = Struct(">i32siii")
_LENGTH = Struct(">i")
_pack_log_index = Struct(">i").pack
# The 64 bits that SQL reads as a signed number.
_pack_subject = Struct(">Q").pack


def write(
    writer: Writer, page: Iterable[LedgerBlock], *, along: Callable[[LedgerBlock], None]
) -> None:
    """Write the events of blocks. PostgreSQL takes in a block's while `along` is done with it.

    What is done along may not use the writer.
    """
    if writer.is_postgresql:
        writer.copy_binary(events, _parts(page, _binary_of, along))
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


def _binary_of(block: LedgerBlock) -> bytes:
    logged = block.events
    kinds = map(type, map(_EVENT, logged))
    rows: list[bytes] = []
    end = 0
    # What one transaction left is mostly of one kind.
    for (kind, _), same in groupby(zip(kinds, map(_TX_HASH, logged), strict=True)):
        start, end = end, end + len([*same])
        run = logged[start:end]
        name = COMMITMENTS.get(kind)
        if name is None:
            rows += map(_row, run)
        else:
            rows.append(_alike(run, kind.__name__, name))
    return b"".join(rows)


def _row(logged: LoggedEvent) -> bytes:
    kind, subject, body = told(logged.event)
    content = body.encode()
    form = _form(logged, kind, len(content), b"%b")
    return form % (_pack_log_index(logged.log_index), _pack_subject(subject), content)


def _alike(run: Sequence[LoggedEvent], kind: str, name: str) -> bytes:
    """Return the rows of one transaction's events of one kind, which say a word and a `name`."""
    of_kind = [*map(_EVENT, run)]
    receipts = [*map(_RECEIPT_ID, of_kind)]
    digits = len(str(receipts[0]))
    if not digits == len(str(min(receipts))) == len(str(max(receipts))):
        # Their bodies have not one length.
        return b"".join(map(_row, run))
    body = worded_form(name).encode()
    size = len(body % (receipts[0], 0, bytes(64)))
    values = zip(
        *(map(_pack_log_index, map(_LOG_INDEX, run)), map(_pack_subject, receipts), receipts),
        *(map(_WORD, of_kind), map(hexlify, map(attrgetter(name), of_kind))),
        strict=True,
    )
    return _form(run[0], kind, size, body) * len(run) % tuple(chain.from_iterable(values))


def _form(logged: LoggedEvent, kind: str, body_size: int, body: bytes) -> bytes:
    """Return the row of an event as a form to be filled: log index, subject, what `body` wants."""
    before = _TO_LOG_INDEX.pack(_COLUMNS, 8, logged.block_number, 4)
    between = _TO_KIND.pack(32, logged.tx_hash, 4, logged.tx_index, len(kind)) + kind.encode()
    # A hash may have a byte that a form would take for a place of its own.
    told_before, told_between = before.replace(b"%", b"%%"), between.replace(b"%", b"%%")
    end = _LENGTH.pack(body_size).replace(b"%", b"%%")
    return told_before + b"%b" + told_between + _LENGTH.pack(8) + b"%b" + end + body
