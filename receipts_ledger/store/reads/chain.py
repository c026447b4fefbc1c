"""The chain as the index has it: whose it is, how far it has been read, and the feed."""

from sqlalchemy import select

from receipts_ledger.store.tables import chain, cursor, feed
from receipts_ledger.store.units import Found, Reader


def ledger(reader: Reader) -> Found | None:
    """Return which ledger this database is of, None before the index has begun."""
    return reader.first(select(chain))


def cursor_row(reader: Reader) -> Found | None:
    """Return how far the chain has been read, None before the index has begun."""
    return reader.first(select(cursor))


def feed_page(reader: Reader, *, after: int, limit: int) -> list[Found]:
    """Return the next entries of the feed."""
    query = select(feed).where(feed.c.seq > after).order_by(feed.c.seq).limit(limit)
    return list(reader.rows(query))
