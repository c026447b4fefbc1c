"""An auditor's statement as EIP-712 typed data: signed by a key, and recovered from a signature.

It is signed in the ledger's own domain, under a struct that no act has: a report is worth
nothing on another ledger, and its signature is no consent to anything.
"""

from typing import Any

from receipts_ledger.chain import keys
from receipts_ledger.chain.typed_data import DOMAIN_FIELDS, SigningDomain
from receipts_ledger.domain.audit_statement import AuditStatement
from receipts_ledger.domain.ids import Address, Hash32

STRUCT = "AuditReport"
MEMBERS = (
    ("headNumber", "uint64"),
    ("headHash", "bytes32"),
    ("verdict", "string"),
    ("differences", "uint64"),
    ("events", "uint64"),
    ("receiptsOpen", "uint64"),
    ("receiptsPledged", "uint64"),
    ("auditedAt", "string"),
    ("reportDigest", "bytes32"),
)
_TYPE = f"{STRUCT}({','.join(f'{kind} {name}' for name, kind in MEMBERS)})"
_TYPE_HASH = keys.keccak(_TYPE.encode())
_WALLET_BYTES = 65
_V_EVEN, _V_ODD = 27, 28


def typed_data(statement: AuditStatement, domain: SigningDomain) -> dict[str, Any]:
    """Return the whole eth_signTypedData_v4 document."""
    return {
        "types": {
            STRUCT: [{"name": name, "type": kind} for name, kind in MEMBERS],
            "EIP712Domain": [{"name": name, "type": kind} for name, kind in DOMAIN_FIELDS],
        },
        "primaryType": STRUCT,
        "domain": domain.to_json(),
        "message": {
            name: "0x" + value.hex() if isinstance(value, bytes) else value
            for (name, _), value in zip(MEMBERS, _values(statement), strict=True)
        },
    }


def digest(statement: AuditStatement, domain: SigningDomain) -> Hash32:
    """Return the 32 bytes that are signed."""
    words = b"".join(_word(value) for value in _values(statement))
    return keys.keccak(b"\x19\x01" + domain.separator() + keys.keccak(_TYPE_HASH + words))


def sign(private_key: bytes, statement: AuditStatement, domain: SigningDomain) -> bytes:
    """Return the signature as wallets write it: r, s, v of 27 or 28."""
    compact = keys.sign(private_key, digest(statement, domain))
    is_odd = compact[32] >> 7
    return (
        compact[:32]
        + bytes((compact[32] & 0x7F,))
        + compact[33:]
        + bytes((_V_ODD if is_odd else _V_EVEN,))
    )


def signer(statement: AuditStatement, domain: SigningDomain, signature: bytes) -> Address:
    """Return who signed. Raises BadSignature for any other form than the one that `sign` gives.

    A signature has several forms that recover to one key. A report has one.
    """
    if len(signature) != _WALLET_BYTES or signature[-1] not in (_V_EVEN, _V_ODD):
        raise keys.BadSignature("a report's signature is r, s, v (65 bytes, v 27 or 28)")
    return keys.recover(digest(statement, domain), keys.compact_signature(signature))


def _values(statement: AuditStatement) -> tuple[int | str | bytes, ...]:
    return (
        statement.head_number,
        statement.head_hash,
        statement.verdict,
        statement.differences,
        statement.events,
        statement.receipts_open,
        statement.receipts_pledged,
        statement.audited_at,
        statement.report_digest,
    )


def _word(value: int | str | bytes) -> bytes:
    match value:
        case int():
            return value.to_bytes(32)
        case str():
            return keys.keccak(value.encode())
        case bytes():
            return value
