"""The feed: everything that happened to the ledger, in one sequence without a gap.

What was applied and then taken back stands in it twice, the second time as reverted, in
reverse order: who replays it as a stack has what the events table has. What is applied is
written by runs, since the events table has all else of it; what is taken back becomes a row
for each event, with a payload of its own.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from sqlalchemy import delete, exists, func, select

from receipts_ledger.domain.block import BlockRef, LedgerBlock
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.store.engine import JsonText, to_json
from receipts_ledger.store.reads.feed import parts, payload_in
from receipts_ledger.store.tables import events, feed
from receipts_ledger.store.units import Found, Reader, Writer


class Run(NamedTuple):
    """One row of the feed without its place in the sequence and its moment."""

    kind: str
    block_number: int
    block_hash: Hash32
    log_index: int | None = None
    event: str | None = None
    payload: JsonText | None = None
    entry_count: int = 1


def publish(writer: Writer, runs: Iterable[Run], now: datetime) -> None:
    """Append to the feed. The caller holds the cursor, so nobody else appends meanwhile."""
    seq = writer.scalar(select(func.max(feed.c.seq))) or 0
    rows = []
    for run in runs:
        seq += run.entry_count
        rows.append((seq, *run, now))
    writer.insert_many(feed, rows)


def applied(block: LedgerBlock) -> list[Run]:
    """Return the runs of a block's events: a log of another contract ends a run."""
    indexes = [logged.log_index for logged in block.events]
    begun = [
        place
        for place, (before, index) in enumerate(pairwise([-2, *indexes]))
        if index != before + 1
    ]
    return [
        Run("applied", block.number, block.hash, indexes[start], entry_count=end - start)
        for start, end in pairwise([*begun, len(indexes)])
    ]


def keep_payloads(writer: Writer, block: BlockRef, rows: Sequence[Found]) -> None:
    """Take apart the runs of a block whose rows leave the events table."""
    standing = (
        (feed.c.kind == "applied")
        & (feed.c.block_number == block.number)
        & feed.c.payload.is_(None)
    )
    runs = writer.rows(select(feed).where(standing).order_by(feed.c.seq))
    its_row = {row.log_index: row for row in rows}
    writer.run(delete(feed).where(standing))
    writer.insert_many(
        feed,
        [
            (seq, *_alone("applied", block, its_row[log_index]), part.run.at)
            for part in parts(runs, after=0, limit=len(rows))
            for seq, log_index in zip(part.seqs, part.log_indexes, strict=True)
        ],
    )


def reverted(block: BlockRef, rows: Sequence[Found]) -> list[Run]:
    """Return the entries that take back a block's rows of the events table, the last first."""
    return [_alone("reverted", block, row) for row in reversed(rows)]


def finalized(reader: Reader, before: int, block: BlockRef) -> list[Run]:
    """Return the entry that makes events final, if there are any since block `before`."""
    since = (events.c.block_number > before) & (events.c.block_number <= block.number)
    if not reader.scalar(select(exists().where(since))):
        return []
    return [Run("finalized", block.number, block.hash)]


def _alone(kind: str, block: BlockRef, row: Found) -> Run:
    """Return one entry that needs no row of the events table."""
    payload = JsonText(to_json(payload_in(row)))
    return Run(kind, block.number, block.hash, row.log_index, row.kind, payload)
