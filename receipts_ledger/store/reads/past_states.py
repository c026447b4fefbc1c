"""Rows of receipts, pools and parties as they were after a block, folded from their events.

A row is made by the functions that make it for the index, so that it is the row that was there
then. Only what belongs to the one subject is read.
"""

from types import SimpleNamespace
from typing import Any, cast

from sqlalchemy import Table, select

from receipts_ledger.domain.change import IssuedFrom
from receipts_ledger.domain.event import ReceiptEvent
from receipts_ledger.domain.ids import Address, PartyId, PoolId, ReceiptId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.store.reads.past_events import (
    PARTY_KINDS,
    POOL_KINDS,
    RECEIPT_KINDS,
    Place,
    end_of,
    issues_before,
    of_pools_receipts,
    of_subject,
    words_at,
)
from receipts_ledger.store.rows import (
    Columns,
    extras_after,
    party_row,
    pool_row,
    receipt_row,
)
from receipts_ledger.store.tables import blocks, parties, pools, receipts
from receipts_ledger.store.units import Found, Reader


def receipt(reader: Reader, receipt_id: ReceiptId, block_number: int) -> Found | None:
    """Return a receipt's row, with the moment of its pledge; None where it was not there yet."""
    until = end_of(block_number)
    found = of_subject(reader, receipt_id, RECEIPT_KINDS, until)
    if not found:
        return None
    extras: Columns = _inherited(reader, found[0].event)
    for logged in found:
        extras = extras_after(logged, extras)
    last = cast(ReceiptEvent, found[-1].event)
    row = receipt_row(receipt_id, last.word, extras, found[-1])
    pledged_at_block = row[list(receipts.c.keys()).index("pledged_at_block")]
    pledged_at = None
    if pledged_at_block is not None:
        query = select(blocks.c.timestamp).where(blocks.c.number == pledged_at_block)
        pledged_at = reader.scalar(query)
    return _named(receipts, row, pledged_at=pledged_at)


def pool(reader: Reader, pool_id: PoolId, block_number: int) -> Found | None:
    """Return a pool's row, None where it was not there yet.

    An event of the pool itself says how the pool stood; only what happened to its receipts after
    the last of these is folded.
    """
    until = end_of(block_number)
    own = of_subject(reader, pool_id, POOL_KINDS, until)
    if not own:
        return None
    row: Columns | None = None
    for logged in own:
        after = cast(Any, logged.event).after
        row = pool_row(pool_id, after, logged, row)
    last = own[-1]
    since: Place = (last.block_number, last.log_index)
    later = of_pools_receipts(reader, pool_id, since, until)
    ledger = Ledger(
        pools={pool_id: cast(Any, last.event).after},
        receipts=dict(words_at(reader, set(issues_before(later)), since)),
    )
    for logged in later:
        before = ledger.pools[pool_id]
        ledger.apply(logged.event)
        if ledger.pools[pool_id] != before:
            last = logged
    if last is not own[-1]:
        row = pool_row(pool_id, ledger.pools[pool_id], last, row)
    return _named(pools, cast(Columns, row))


def party(
    reader: Reader, party_id: PartyId, block_number: int
) -> tuple[Found, list[Address]] | None:
    """Return a party's row and its keys in order, None where it was not there yet."""
    found = of_subject(reader, party_id, PARTY_KINDS, end_of(block_number))
    if not found:
        return None
    ledger = Ledger()
    row: Columns | None = None
    for logged in found:
        ledger.apply(logged.event)
        row = party_row(party_id, ledger.parties[party_id], logged, row)
    return _named(parties, cast(Columns, row)), sorted(ledger.keys)


def _inherited(reader: Reader, first: object) -> Columns:
    """Return what a receipt's row takes over from the receipt that it came out of.

    That one may have come out of another: they are gone back through first, and folded after.
    """
    line = []
    while isinstance(first, IssuedFrom):
        number = first.receipt_id
        origin = first.origin
        (issued,) = of_subject(reader, number, ("IssuedFrom",), end_of(_ANY_BLOCK))
        # Both events are of one act, the origin's before the heir's.
        found = of_subject(reader, origin, RECEIPT_KINDS, (issued.block_number, issued.log_index))
        line.append(found)
        first = found[0].event
    extras: Columns = ()
    for found in reversed(line):
        for logged in found:
            extras = extras_after(logged, extras)
    return extras


def _named(table: Table, row: Columns, **more: object) -> Found:
    # Read like a row that SQL gives: by the names of its columns.
    named = dict(zip(table.c.keys(), row, strict=True))
    return cast(Found, SimpleNamespace(**named, **more))


_ANY_BLOCK = 2**63 - 1
