"""The receipts that a party had at a block: those that stand as they did, and those that changed.

What nothing has happened to since is read as it stands; for the others, the last event before is
asked. So the newest past costs least.
"""

from sqlalchemy import ColumnElement, select

from receipts_ledger.domain.books import Book, Capacity
from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.domain.party import INSTITUTION_MAX
from receipts_ledger.store.reads.past_events import RECEIPT_KINDS, end_of, words_at
from receipts_ledger.store.reads.ranges import stored_by
from receipts_ledger.store.tables import events, receipts
from receipts_ledger.store.units import Reader


def book(reader: Reader, party_id: PartyId, capacity: Capacity, block_number: int) -> Book:
    """Return what a party had in one capacity after a block."""
    if capacity is Capacity.WAREHOUSE and party_id > INSTITUTION_MAX:
        # No pool has room for its number.
        return Book(party_id, capacity)
    words = _unchanged(reader, party_id, capacity, block_number)
    changed = select(events.c.subject).where(
        events.c.block_number > block_number, events.c.kind.in_(RECEIPT_KINDS)
    )
    if capacity is Capacity.WAREHOUSE:
        changed = changed.where(stored_by(events.c.subject, party_id))
    since = reader.scalars(changed.distinct())
    words |= words_at(reader, since, end_of(block_number))
    return Book.of(party_id, capacity, words.items())


def _unchanged(
    reader: Reader, party_id: PartyId, capacity: Capacity, block_number: int
) -> dict[ReceiptId, int]:
    query = select(receipts.c.receipt_id, receipts.c.word).where(
        _has(party_id, capacity), receipts.c.block_number <= block_number
    )
    return {ReceiptId(row.receipt_id): row.word for row in reader.rows(query)}


def _has(party_id: PartyId, capacity: Capacity) -> ColumnElement[bool]:
    match capacity:
        case Capacity.HOLDER:
            return receipts.c.holder_id == party_id
        case Capacity.LENDER:
            return receipts.c.pledgee_id == party_id
        case Capacity.WAREHOUSE:
            return stored_by(receipts.c.receipt_id, party_id)
