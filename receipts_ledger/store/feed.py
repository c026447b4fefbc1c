"""The feed: everything that happened to the ledger, in one sequence without a gap.

What was applied and then taken back stands in it twice, the second time as reverted, in
reverse order: who replays it as a stack has what the events table has. An entry gets a
payload of its own when its event is taken back; until then the events table has it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import bindparam, exists, func, select, update

from receipts_ledger.domain.block import BlockRef, LedgerBlock
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.store.engine import JsonText, to_json
from receipts_ledger.store.reads.feed import payload_in
from receipts_ledger.store.tables import events, feed
from receipts_ledger.store.units import Found, Reader, Writer


class Entry(NamedTuple):
    """One row of the feed without its place in the sequence."""

    kind: str
    block_number: int
    block_hash: Hash32
    log_index: int | None = None
    event: str | None = None
    payload: JsonText | None = None


def publish(writer: Writer, entries: Iterable[Entry], now: datetime) -> None:
    """Append to the feed. The caller holds the cursor, so nobody else appends meanwhile."""
    last = writer.scalar(select(func.max(feed.c.seq))) or 0
    writer.insert_many(
        feed,
        [(seq, *entry, now) for seq, entry in enumerate(entries, last + 1)],
    )


def applied(block: LedgerBlock) -> list[Entry]:
    """Return the entries for a block's events."""
    return [
        Entry("applied", block.number, block.hash, logged.log_index, type(logged.event).__name__)
        for logged in block.events
    ]


def keep_payloads(writer: Writer, block: BlockRef, rows: Sequence[Found]) -> None:
    """Write the payload to each entry of a block whose rows leave the events table."""
    entry = (
        (feed.c.kind == "applied")
        & (feed.c.block_number == block.number)
        & feed.c.payload.is_(None)
        & (feed.c.log_index == bindparam("place"))
    )
    writer.run_many(
        update(feed).where(entry).values(payload=bindparam("kept")),
        [{"place": row.log_index, "kept": payload_in(row)} for row in rows],
    )


def reverted(block: BlockRef, rows: Sequence[Found]) -> list[Entry]:
    """Return the entries that take back a block's rows of the events table, the last first."""
    return [
        Entry(
            "reverted",
            block.number,
            block.hash,
            row.log_index,
            row.kind,
            JsonText(to_json(payload_in(row))),
        )
        for row in reversed(rows)
    ]


def finalized(reader: Reader, before: int, block: BlockRef) -> list[Entry]:
    """Return the entry that makes events final, if there are any since block `before`."""
    since = (events.c.block_number > before) & (events.c.block_number <= block.number)
    if not reader.scalar(select(exists().where(since))):
        return []
    return [Entry("finalized", block.number, block.hash)]
