"""The feed as it is shown: each entry with its payload, wherever that is kept."""

from typing import Any

from sqlalchemy import ColumnElement, and_, select, true

from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.store.tables import cursor, events, feed
from receipts_ledger.store.units import Found, Reader


def page(
    reader: Reader, *, after: int, limit: int, finality: MinFinality = MinFinality.MINED
) -> list[Found]:
    """Return the next entries, with the events of those that have no payload of their own."""
    stands = (
        (events.c.block_number == feed.c.block_number)
        & (events.c.log_index == feed.c.log_index)
        & (feed.c.kind == "applied")
        & feed.c.payload.is_(None)
    )
    query = (
        select(feed, events.c.body, events.c.tx_hash)
        .outerjoin(events, stands)
        .where(feed.c.seq > after, _is_due(finality))
        .order_by(feed.c.seq)
        .limit(limit)
    )
    return list(reader.rows(query))


def last_seq(reader: Reader, finality: MinFinality) -> int:
    """Return the number of the newest entry that `page` would show, 0 where there is none."""
    # From the end: a maximum with a condition would look through all of it.
    query = select(feed.c.seq).where(_is_due(finality)).order_by(feed.c.seq.desc()).limit(1)
    return reader.scalar(query) or 0


def _is_due(finality: MinFinality) -> ColumnElement[bool]:
    """Return the condition for entries of which somebody wants to be told.

    Those that stand are in the order of their blocks: what becomes final later stands behind
    what is final now, and no reader who goes by numbers misses it.
    """
    if finality is MinFinality.MINED:
        return true()
    return and_(
        feed.c.kind == "applied",
        # It gets a payload of its own when it is taken back.
        feed.c.payload.is_(None),
        feed.c.block_number <= select(cursor.c.finalized_number).scalar_subquery(),
    )


def payload_of(entry: Found) -> dict[str, Any] | None:
    """Return the payload of an entry of `page`; None where it is of no event."""
    if entry.body is not None:
        return payload_in(entry)
    payload: dict[str, Any] | None = entry.payload
    return payload


def payload_in(event: Found) -> dict[str, Any]:
    """Return what the feed tells of a row of the events table: its members and transaction."""
    return {**event.body, "tx_hash": "0x" + event.tx_hash.hex()}
