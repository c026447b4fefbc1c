"""Refusals on record in words: the rule's name and its arguments, receipts by their numbers."""

from receipts_ledger.chain.refusals import decode


def reason_text(refusal: bytes) -> str:
    """Return `AlreadyEncumbered(receipt 12-1-000345, pledgee 5)`; unknown bytes in hex."""
    refused = decode(refusal)
    if refused is None:
        return f"0x{refusal.hex()}"
    return f"{refused.code}({refused.detail})"
