"""The blocks that the index has, by number, hash and time: which of them a moment is."""

from sqlalchemy import Select, select

from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.moment import Moment, TimedBlock, block_of
from receipts_ledger.errors import Retryable
from receipts_ledger.store.tables import blocks, cursor
from receipts_ledger.store.units import Found, Reader

_COLUMNS = select(blocks.c.number, blocks.c.hash, blocks.c.timestamp)


class IndexBlocks:
    """The blocks of one moment of the database, linked when they were indexed."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def first(self) -> TimedBlock:
        """Return the block of the deployment. Raises Retryable before it has been indexed."""
        return self._expected(_COLUMNS.order_by(blocks.c.number).limit(1))

    def newest(self) -> TimedBlock:
        """Return the block at the cursor. Raises Retryable before the first."""
        return self._expected(_COLUMNS.join(cursor, cursor.c.number == blocks.c.number))

    def at(self, number: int) -> TimedBlock:
        """Return the block of a number, which the index must have."""
        return self._expected(_COLUMNS.where(blocks.c.number == number))

    def by_hash(self, block_hash: Hash32) -> TimedBlock | None:
        """Return the block with a hash, None where the index has none."""
        found = self._reader.first(_COLUMNS.where(blocks.c.hash == block_hash))
        return None if found is None else _timed(found)

    def _expected(self, query: Select[tuple[int, bytes, int]]) -> TimedBlock:
        found = self._reader.first(query)
        if found is None:
            raise Retryable("the index has not begun")
        return _timed(found)


def block_at(reader: Reader, moment: Moment | None) -> TimedBlock:
    """Return the block of the index that stood at a moment, the newest for none.

    Raises Refused for a moment of which the index knows nothing.
    """
    known = IndexBlocks(reader)
    return known.newest() if moment is None else block_of(moment, known)


def _timed(found: Found) -> TimedBlock:
    return TimedBlock(found.number, Hash32(found.hash), found.timestamp)
