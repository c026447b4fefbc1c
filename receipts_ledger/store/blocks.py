"""The blocks that have been read, and the events in them. Only what was written is read back."""

from collections.abc import Sequence

from sqlalchemy import delete, select, tuple_

from receipts_ledger.domain.block import BlockRef, LedgerBlock, LoggedEvent
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.store.bodies import event_of, told
from receipts_ledger.store.tables import blocks, events
from receipts_ledger.store.units import Found, Reader, Writer

PAGE_EVENTS = 5_000


def hash_at(reader: Reader, number: int) -> Hash32 | None:
    """Return the hash of our block of this height, None where we have none."""
    found: Hash32 | None = reader.scalar(select(blocks.c.hash).where(blocks.c.number == number))
    return found


def write(writer: Writer, page: Sequence[LedgerBlock]) -> None:
    """Write blocks, without their events."""
    writer.insert_many(
        blocks,
        [
            (
                block.number,
                block.hash,
                block.parent_hash,
                block.timestamp_seconds,
                block.receipts_root,
                len(block.events),
            )
            for block in page
        ],
    )


def event_row(logged: LoggedEvent) -> tuple[object, ...]:
    """Return the row of an event."""
    event, number, log_index, tx_hash, tx_index = logged
    return (number, log_index, tx_hash, tx_index, *told(event))


def event_rows(reader: Reader, number: int) -> Sequence[Found]:
    """Return the rows of a block's events, in order."""
    of_block = select(events).where(events.c.block_number == number)
    return reader.rows(of_block.order_by(events.c.log_index))


def remove(writer: Writer, number: int) -> BlockRef:
    """Delete a block with its events, and return its parent."""
    parent_hash = writer.scalar(select(blocks.c.parent_hash).where(blocks.c.number == number))
    writer.run(delete(events).where(events.c.block_number == number))
    writer.run(delete(blocks).where(blocks.c.number == number))
    return BlockRef(number - 1, parent_hash)


def events_after(reader: Reader, block_number: int, log_index: int) -> list[LoggedEvent]:
    """Return the next page of events behind a place; an empty one is the end."""
    query = (
        select(
            events.c.kind,
            events.c.body,
            events.c.block_number,
            events.c.log_index,
            events.c.tx_hash,
            events.c.tx_index,
        )
        .where(tuple_(events.c.block_number, events.c.log_index) > (block_number, log_index))
        .order_by(events.c.block_number, events.c.log_index)
        .limit(PAGE_EVENTS)
    )
    return [LoggedEvent(event_of(kind, body), *place) for kind, body, *place in reader.rows(query)]
