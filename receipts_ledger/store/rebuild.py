"""Projections thrown away and folded again from the stored events, row for row the same."""

from sqlalchemy import delete

from receipts_ledger.store import cursor
from receipts_ledger.store.blocks import events_after
from receipts_ledger.store.projections import TABLES, Fold
from receipts_ledger.store.units import Database, Writer


def rebuild(database: Database) -> int:
    """Fold all events again in one transaction, and return how many there were.

    Raises Contradiction, and changes nothing, when the events do not follow one another.
    """
    with database.writing() as writer:
        cursor.seize(writer)
        for table in TABLES:
            writer.run(delete(table))
        return _fold_all(writer)


def _fold_all(writer: Writer) -> int:
    count, place = 0, (-1, -1)
    while page := events_after(writer, *place):
        fold = Fold()
        fold.read(writer, [logged.event for logged in page])
        fold.apply(page)
        fold.save(writer)
        count += len(page)
        place = (page[-1].block_number, page[-1].log_index)
    return count
