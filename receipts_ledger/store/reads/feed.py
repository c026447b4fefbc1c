"""The feed as it is shown: each entry with its payload, wherever that is kept."""

from typing import Any

from sqlalchemy import select

from receipts_ledger.store.tables import events, feed
from receipts_ledger.store.units import Found, Reader


def page(reader: Reader, *, after: int, limit: int) -> list[Found]:
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
        .where(feed.c.seq > after)
        .order_by(feed.c.seq)
        .limit(limit)
    )
    return list(reader.rows(query))


def payload_of(entry: Found) -> dict[str, Any] | None:
    """Return the payload of an entry of `page`; None where it is of no event."""
    if entry.body is not None:
        return payload_in(entry)
    payload: dict[str, Any] | None = entry.payload
    return payload


def payload_in(event: Found) -> dict[str, Any]:
    """Return what the feed tells of a row of the events table: its members and transaction."""
    return {**event.body, "tx_hash": "0x" + event.tx_hash.hex()}
