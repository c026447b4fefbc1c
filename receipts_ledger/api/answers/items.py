"""Items of a receipt over serialised goods, as the API tells them.

A receipt's content says what was in it at its issue; since then items may have been delivered,
split off or merged in. Which ones it holds now is the index's to say, what they are the contents'.
"""

from receipts_ledger.api.answers.receipts import ReceiptOut
from receipts_ledger.api.services import Services
from receipts_ledger.domain.ids import PoolId, ReceiptId
from receipts_ledger.services.draft.goods import listed_items
from receipts_ledger.store import contents
from receipts_ledger.store.reads import items, members
from receipts_ledger.store.standing import StoredStanding
from receipts_ledger.store.units import Reader


def tell_items(shown: ReceiptOut, reader: Reader, services: Services) -> None:
    """Add the items that a receipt holds, where its goods are serialised."""
    pool_id, receipt_id = PoolId(shown["pool_id"]), ReceiptId(shown["receipt_id"])
    pool = members.pool(reader, pool_id)
    if pool is None or not pool.is_serialised:
        return
    held = items.held(reader, receipt_id)
    shown["item_count"] = len(held)
    shown["items"] = []
    commodity = StoredStanding(reader).commodity_of(pool_id)
    if commodity is None or commodity not in services.profiles:
        return
    commitments = items.contents_that_name(reader, receipt_id)
    said = contents.find(reader, commitments)
    named = services.profiles[commodity].those_held(
        [item for one in commitments if one in said for item in listed_items(said[one].body)],
        held,
        document_key=services.document_key,
    )
    shown["items"] = [dict(item) for item in named]
