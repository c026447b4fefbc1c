"""Items of a receipt: which ones it holds, and whose contents say what they are."""

from sqlalchemy import select

from receipts_ledger.domain.ids import Hash32, ReceiptId
from receipts_ledger.domain.item import Held
from receipts_ledger.store.bulk import among
from receipts_ledger.store.tables import events, items, page_items, receipts
from receipts_ledger.store.units import Reader

_PAGE_BYTES = 32


def held(reader: Reader, receipt_id: ReceiptId) -> Held:
    """Return the items that a receipt holds now."""
    keys = reader.rows(select(items.c.item_key).where(items.c.receipt_id == receipt_id))
    on_pages = reader.rows(
        select(page_items.c.place, page_items.c["items"].label("bits")).where(
            page_items.c.receipt_id == receipt_id
        )
    )
    return Held(
        frozenset(Hash32(row.item_key) for row in keys),
        {Hash32(row.place[:_PAGE_BYTES]): int.from_bytes(row.bits) for row in on_pages},
    )


def contents_that_name(reader: Reader, receipt_id: ReceiptId) -> list[Hash32]:
    """Return the contents of a receipt and of all that were merged into it, however often."""
    found = [receipt_id]
    for each in found:
        found += _absorbed(reader, each)
    return [
        Hash32(row.content)
        for condition in among(receipts.c.receipt_id, found)
        for row in reader.rows(
            select(receipts.c.content).where(condition).order_by(receipts.c.receipt_id)
        )
    ]


def _absorbed(reader: Reader, receipt_id: ReceiptId) -> list[ReceiptId]:
    absorbed = events.alias()
    # A merger leaves both events in one transaction; in a relay others may stand there too.
    rows = reader.rows(
        select(absorbed.c.subject, absorbed.c.body)
        .join(
            events,
            (events.c.block_number == absorbed.c.block_number)
            & (events.c.tx_hash == absorbed.c.tx_hash),
        )
        .where(
            events.c.subject == receipt_id,
            events.c.kind == "Merged",
            absorbed.c.kind == "Absorbed",
        )
    )
    return [ReceiptId(row.subject) for row in rows if row.body["into_id"] == receipt_id]
