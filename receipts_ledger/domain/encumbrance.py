"""The evidence that a receipt is pledged."""

from dataclasses import dataclass

from receipts_ledger.domain.ids import Hash32, PartyId, ReceiptId


@dataclass(frozen=True, slots=True)
class Encumbrance:
    """A pledge that stands, and where on the chain it was made."""

    receipt_id: ReceiptId
    pledgee: PartyId
    block_number: int
    block_hash: Hash32
    tx_hash: Hash32
    log_index: int
    is_final: bool
