"""Refusals on record in words: the rule's name and its arguments, receipts by their numbers."""

from receipts_ledger.chain.refusals import decode
from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_number, receipt_number
from receipts_ledger.errors import Detail


def reason_text(refusal: bytes) -> str:
    """Return `AlreadyEncumbered(receipt 12-1-000345, pledgee 5)`; unknown bytes in hex."""
    refused = decode(refusal)
    if refused is None:
        return f"0x{refusal.hex()}"
    told = ", ".join(_told(name, value) for name, value in refused.details.items())
    return f"{refused.code}({told})"


def _told(name: str, value: Detail) -> str:
    if name == "receipt_id" and isinstance(value, int):
        return f"receipt {receipt_number(ReceiptId(value))}"
    if name == "pool" and isinstance(value, int):
        return f"pool {pool_number(PoolId(value))}"
    return f"{name.replace('_', ' ')} {value}"
