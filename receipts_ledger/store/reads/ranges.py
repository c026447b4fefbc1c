"""Receipts of one pool or one warehouse: ranges of receipt numbers, which begin with both."""

from sqlalchemy import ColumnElement, false

from receipts_ledger.domain.ids import (
    INDEX_MAX,
    SERIAL_MAX,
    PartyId,
    PoolId,
    pool_id,
    receipt_id,
)
from receipts_ledger.domain.party import INSTITUTION_MAX


def in_pool(receipt: ColumnElement[int], pool: PoolId) -> ColumnElement[bool]:
    """Return the condition for receipts of a pool."""
    return receipt.between(receipt_id(pool, 0), receipt_id(pool, SERIAL_MAX))


def stored_by(receipt: ColumnElement[int], party: PartyId) -> ColumnElement[bool]:
    """Return the condition for receipts of a warehouse; none are of a party that is no such."""
    if party > INSTITUTION_MAX:
        # Only institutions have numbers for which a pool's has room.
        return false()
    first, last = pool_id(party, 0), pool_id(party, INDEX_MAX)
    return receipt.between(receipt_id(first, 0), receipt_id(last, SERIAL_MAX))
