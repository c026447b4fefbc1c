"""The chain as the index has it: whose it is, and how far it has been read."""

from sqlalchemy import select

from receipts_ledger.domain.ids import Hash32
from receipts_ledger.store.tables import blocks, chain, cursor
from receipts_ledger.store.units import Found, Reader


def ledger(reader: Reader) -> Found | None:
    """Return which ledger this database is of, None before the index has begun."""
    return reader.first(select(chain))


def cursor_row(reader: Reader) -> Found | None:
    """Return how far the chain has been read, None before the index has begun."""
    return reader.first(select(cursor))


def block(reader: Reader, block_hash: Hash32) -> Found | None:
    """Return a block that has been read, None for one that is none of the chain's."""
    return reader.first(select(blocks).where(blocks.c.hash == block_hash))
