"""Transactions, built and signed: legacy (EIP-155) and fee market (EIP-1559).

Signing is local and deterministic (RFC 6979). Nothing is sent here.
"""

from dataclasses import dataclass
from enum import Enum

from receipts_ledger.chain import keys
from receipts_ledger.chain.roots import Rlp, integer, rlp
from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.lane import Fees, SignedTransaction

_EIP_155_OFFSET = 35
_HALF = 32
_PARITY_BIT = 1 << 255


class TransactionType(Enum):
    """How a transaction says what it pays. Chains without a base fee may know only the first."""

    LEGACY = 0
    FEE_MARKET = 2


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A call that transfers nothing. To nobody, it creates a contract."""

    chain_id: int
    nonce: int
    to: Address | None
    calldata: bytes
    gas_limit: int
    fees: Fees


def sign(
    call: Unsigned, private_key: bytes, transaction_type: TransactionType
) -> SignedTransaction:
    """Return the bytes to send and their hash."""
    match transaction_type:
        case TransactionType.LEGACY:
            raw = _legacy(call, private_key)
        case TransactionType.FEE_MARKET:
            raw = _fee_market(call, private_key)
    return SignedTransaction(keys.keccak(raw), raw, call.fees)


def _legacy(call: Unsigned, private_key: bytes) -> bytes:
    fields: list[Rlp] = [
        integer(call.nonce),
        integer(call.fees.max_fee_wei),
        integer(call.gas_limit),
        call.to or b"",
        b"",
        call.calldata,
    ]
    digest = keys.keccak(rlp([*fields, integer(call.chain_id), b"", b""]))
    parity, r, s = _signature(private_key, digest)
    v = _EIP_155_OFFSET + 2 * call.chain_id + parity
    return rlp([*fields, integer(v), integer(r), integer(s)])


def _fee_market(call: Unsigned, private_key: bytes) -> bytes:
    fields: list[Rlp] = [
        integer(call.chain_id),
        integer(call.nonce),
        integer(call.fees.priority_fee_wei),
        integer(call.fees.max_fee_wei),
        integer(call.gas_limit),
        call.to or b"",
        b"",
        call.calldata,
        [],
    ]
    prefix = bytes([TransactionType.FEE_MARKET.value])
    parity, r, s = _signature(private_key, keys.keccak(prefix + rlp(fields)))
    return prefix + rlp([*fields, integer(parity), integer(r), integer(s)])


def _signature(private_key: bytes, digest: bytes) -> tuple[int, int, int]:
    compact = keys.sign(private_key, digest)
    vs = int.from_bytes(compact[_HALF:])
    return int(vs >= _PARITY_BIT), int.from_bytes(compact[:_HALF]), vs & (_PARITY_BIT - 1)
