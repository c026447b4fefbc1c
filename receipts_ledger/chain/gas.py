"""What acts may cost: a bound for each kind, known without asking a node.

Estimates of nodes differ and some engines cannot give any. These bounds are half as much
again as what was measured; the judge simulates with exactly the bound, so that an act that
needs more shows before it is sent and cannot take the others of its batch with it.
"""

from receipts_ledger.domain.act import Kind

TRANSACTION_GAS_MAX = 16_777_216
"""More than this no transaction may ask for (EIP-7825)."""
TRANSFER_GAS = 21_000
_BATCH_GAS = 50_000
_ACT_GAS = 30_000
_SIGNATURE_GAS = 10_000
_WORD_GAS = 30_000
_RECEIPT_WORDS = 2
_GAS_OF_KIND = {
    Kind.ADMIT: 90_000,
    Kind.BIND_KEY: 60_000,
    Kind.REVOKE_KEY: 40_000,
    # Up to eight keys are told.
    Kind.SUSPEND: 90_000,
    Kind.REINSTATE: 90_000,
    Kind.OPEN_POOL: 25_000,
}


def act_gas(wire: bytes) -> int:
    """Return the bound for an act in the wire form, its share of the calldata included."""
    head = int.from_bytes(wire[:32])
    kind, signatures, words = head >> 248, head >> 240 & 0xFF, head >> 224 & 0xFFFF
    gas = _ACT_GAS + _SIGNATURE_GAS * signatures + _GAS_OF_KIND.get(Kind(kind), 0)
    if kind != Kind.ISSUE:
        return gas + _WORD_GAS * words
    receipts, items = head >> 48 & (1 << 56) - 1, head & (1 << 48) - 1
    counters = receipts if items else 0
    return gas + _WORD_GAS * (words - _RECEIPT_WORDS * receipts + receipts + counters)


def batch_gas(gas_of_acts: int) -> int:
    """Return the gas limit of a transaction that relays acts with these bounds."""
    return TRANSFER_GAS + _BATCH_GAS + gas_of_acts
