"""What has changed a receipt, as events with their blocks: up to a block, newest first."""

from typing import cast, get_args

from sqlalchemy import select

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.certificate import Change
from receipts_ledger.domain.event import ReceiptEvent
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.store.bodies import event_of
from receipts_ledger.store.tables import blocks, events
from receipts_ledger.store.units import Reader

_CHANGING = [event.__name__ for event in get_args(ReceiptEvent)]


def newest(reader: Reader, receipt_id: ReceiptId, *, until_block: int, limit: int) -> list[Change]:
    """Return the last changes of a receipt up to a block, newest first."""
    query = (
        select(events, blocks.c.hash.label("block_hash"), blocks.c.timestamp)
        .join(blocks, blocks.c.number == events.c.block_number)
        .where(
            events.c.subject == receipt_id,
            events.c.kind.in_(_CHANGING),
            events.c.block_number <= until_block,
        )
        .order_by(events.c.block_number.desc(), events.c.log_index.desc())
        .limit(limit)
    )
    return [
        Change(
            BlockRef(row.block_number, row.block_hash),
            row.timestamp,
            row.log_index,
            cast(ReceiptEvent, event_of(row.kind, row.body)),
        )
        for row in reader.rows(query)
    ]
