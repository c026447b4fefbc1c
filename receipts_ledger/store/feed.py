"""The feed: everything that happened to the ledger, in one sequence without a gap.

What was applied and then taken back stands in it twice, the second time as reverted, in
reverse order: who replays it as a stack has what the events table has.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, select

from receipts_ledger.domain.block import BlockRef, LedgerBlock
from receipts_ledger.store.bodies import Body
from receipts_ledger.store.tables import events, feed
from receipts_ledger.store.units import Found, Reader, Writer


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the feed without its place in the sequence."""

    kind: str
    block: BlockRef
    log_index: int | None = None
    event: str | None = None
    payload: dict[str, Any] | None = None


def publish(writer: Writer, entries: Iterable[Entry], now: datetime) -> None:
    """Append to the feed. The caller holds the cursor, so nobody else appends meanwhile."""
    last = writer.scalar(select(func.max(feed.c.seq))) or 0
    writer.insert_many(
        feed,
        [
            (
                seq,
                entry.kind,
                entry.block.number,
                entry.block.hash,
                entry.log_index,
                entry.event,
                entry.payload,
                now,
            )
            for seq, entry in enumerate(entries, last + 1)
        ],
    )


def applied(block: LedgerBlock, bodies: Sequence[Body]) -> list[Entry]:
    """Return the entries for a block's events."""
    ref = block.ref()
    return [
        Entry(
            "applied",
            ref,
            logged.log_index,
            type(logged.event).__name__,
            body | {"tx_hash": "0x" + logged.tx_hash.hex()},
        )
        for logged, body in zip(block.events, bodies, strict=True)
    ]


def reverted(block: BlockRef, rows: Sequence[Found]) -> list[Entry]:
    """Return the entries that take back a block's rows of the events table, the last first."""
    return [
        Entry(
            "reverted",
            block,
            row.log_index,
            row.kind,
            row.body | {"tx_hash": "0x" + row.tx_hash.hex()},
        )
        for row in reversed(rows)
    ]


def finalized(reader: Reader, before: int, block: BlockRef) -> list[Entry]:
    """Return the entry that makes events final, if there are any since block `before`."""
    since = (events.c.block_number > before) & (events.c.block_number <= block.number)
    return [Entry("finalized", block)] if reader.scalar(select(exists().where(since))) else []
