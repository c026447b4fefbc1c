"""What can be claimed once: items, each in one open receipt; documents, each used once."""

from receipts_ledger.domain.fact import fact
from receipts_ledger.domain.ids import Hash32, ReceiptId


@fact(frozen=True, slots=True)
class ItemReceipted:
    item_key: Hash32
    receipt_id: ReceiptId


@fact(frozen=True, slots=True)
class ItemFreed:
    item_key: Hash32
    receipt_id: ReceiptId


@fact(frozen=True, slots=True)
class ItemsReceipted:
    page: Hash32
    receipt_id: ReceiptId
    items: int


@fact(frozen=True, slots=True)
class ItemsFreed:
    page: Hash32
    receipt_id: ReceiptId
    items: int


@fact(frozen=True, slots=True)
class DocumentUsed:
    document: Hash32
    subject: ReceiptId
