"""Mined transactions as nodes give them, back into the bytes that were signed and hashed.

Sending transactions is done elsewhere; here is only what an auditor needs to prove that a
transaction is the one in the block, and who sent it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import rlp as rlp_reader

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.roots import integer, rlp
from receipts_ledger.chain.signers import Signed
from receipts_ledger.domain.ids import Address

_FEES_BY_TYPE: dict[int, tuple[str, ...]] = {
    1: ("gasPrice",),
    2: ("maxPriorityFeePerGas", "maxFeePerGas"),
    3: ("maxPriorityFeePerGas", "maxFeePerGas"),
    4: ("maxPriorityFeePerGas", "maxFeePerGas"),
}
_LEGACY, _BLOB, _SET_CODE = 0, 3, 4
_V_BEFORE_EIP_155 = (27, 28)
_V_OF_EIP_155 = 35
_LEGACY_TO_AT = 3
_LISTS_FROM = b"\xc0"
_Fields = list[Any]


class UnknownTransactionType(ValueError):
    """A transaction of a type that this release cannot write out."""


def raw_transaction(transaction: Mapping[str, Any]) -> bytes:
    """Return the transaction's bytes: their Keccak is its hash. Raises UnknownTransactionType."""
    kind = _type(transaction)
    if kind == _LEGACY:
        return rlp([*_legacy_fields(transaction), *_numbers(transaction, "v", "r", "s")])
    signature = [integer(_parity(transaction)), *_numbers(transaction, "r", "s")]
    return bytes((kind,)) + rlp([*_typed_fields(kind, transaction), *signature])


def signed_in(transaction: Mapping[str, Any]) -> Signed:
    """Return what the sender signed, and the signature. Raises UnknownTransactionType."""
    kind = _type(transaction)
    if kind == _LEGACY:
        fields = _legacy_fields(transaction)
        v = int(transaction["v"], 16)
        # The hash covers v alone: a yParity that a node gives beside it is proved by nothing.
        parity = _parity_in(v)
        if v not in _V_BEFORE_EIP_155:
            fields += [integer((v - _V_OF_EIP_155) // 2), b"", b""]
        signed = rlp(fields)
    else:
        parity = _parity(transaction)
        signed = bytes((kind,)) + rlp(_typed_fields(kind, transaction))
    r, s = int(transaction["r"], 16), int(transaction["s"], 16)
    return keccak(signed), r.to_bytes(32) + (s | parity << 255).to_bytes(32)


def read_transaction(raw: bytes) -> tuple[Address | None, bytes]:
    """Return to whom the bytes of a transaction go, and its calldata.

    Raises UnknownTransactionType, and ValueError for bytes that are no transaction.
    """
    kind, (*unsigned, _, _, _) = _read(raw)
    to_at = _LEGACY_TO_AT
    if kind != _LEGACY:
        # Chain id and nonce, its fees, and the gas limit stand before it.
        to_at += len(_FEES_BY_TYPE[kind])
    to, calldata = unsigned[to_at], unsigned[to_at + 2]
    return Address(to) if to else None, calldata


def signed_in_raw(raw: bytes) -> Signed | None:
    """Return what the sender of a transaction signed, and the signature, out of its bytes.

    None where it is unsigned by any rule we know. Raises as read_transaction does.
    """
    kind, (*unsigned, last, r, s) = _read(raw)
    parity = v = int.from_bytes(last)
    try:
        if kind == _LEGACY:
            parity = _parity_in(v)
            if v not in _V_BEFORE_EIP_155:
                unsigned += [integer((v - _V_OF_EIP_155) // 2), b"", b""]
        signed = bytes((kind,)) * bool(kind) + rlp(unsigned)
        return keccak(signed), _compact(r, s, parity)
    except (ValueError, OverflowError):
        return None


def _read(raw: bytes) -> tuple[int, _Fields]:
    """Return the type and the fields of a transaction's bytes."""
    kind = raw[0] if raw[:1] < _LISTS_FROM else _LEGACY
    try:
        fields = rlp_reader.decode(raw[1:] if kind else raw, strict=True)
    except rlp_reader.DecodingError as error:
        raise ValueError("a transaction that is no RLP") from error
    if kind != _LEGACY and kind not in _FEES_BY_TYPE:
        raise UnknownTransactionType(f"a transaction is of type {kind}")
    return kind, fields


def _compact(r: bytes, s: bytes, parity: int) -> bytes:
    if parity not in (0, 1):
        raise ValueError("a signature has no such parity")
    return r.rjust(32, b"\0") + (int.from_bytes(s) | parity << 255).to_bytes(32)


def type_of(transaction: Mapping[str, Any]) -> int:
    """Return the type that a node gives for a transaction."""
    return int(transaction.get("type") or "0x0", 16)


def _type(transaction: Mapping[str, Any]) -> int:
    kind = type_of(transaction)
    if kind != _LEGACY and kind not in _FEES_BY_TYPE:
        raise UnknownTransactionType(f"transaction {transaction['hash']} is of type {kind}")
    return kind


def _parity(transaction: Mapping[str, Any]) -> int:
    given = transaction.get("yParity")
    return _parity_in(int(transaction["v"] if given is None else given, 16))


def _parity_in(v: int) -> int:
    if v in _V_BEFORE_EIP_155:
        return v - _V_BEFORE_EIP_155[0]
    return (v - _V_OF_EIP_155) % 2 if v >= _V_OF_EIP_155 else v


def _legacy_fields(transaction: Mapping[str, Any]) -> _Fields:
    return [*_numbers(transaction, "nonce", "gasPrice", "gas"), *_call(transaction)]


def _typed_fields(kind: int, transaction: Mapping[str, Any]) -> _Fields:
    fields = [
        *_numbers(transaction, "chainId", "nonce", *_FEES_BY_TYPE[kind], "gas"),
        *_call(transaction),
        [
            [_bytes(entry["address"]), [_bytes(key) for key in entry["storageKeys"]]]
            for entry in transaction["accessList"]
        ],
    ]
    if kind == _BLOB:
        fields += _numbers(transaction, "maxFeePerBlobGas")
        fields.append([_bytes(blob) for blob in transaction["blobVersionedHashes"]])
    if kind == _SET_CODE:
        fields.append([_authorization(entry) for entry in transaction["authorizationList"]])
    return fields


def _authorization(entry: Mapping[str, Any]) -> _Fields:
    (chain_id,) = _numbers(entry, "chainId")
    return [
        chain_id,
        _bytes(entry["address"]),
        *_numbers(entry, "nonce"),
        integer(_parity(entry)),
        *_numbers(entry, "r", "s"),
    ]


def _call(transaction: Mapping[str, Any]) -> Sequence[bytes]:
    to = transaction["to"]
    return (
        b"" if to is None else _bytes(to),
        *_numbers(transaction, "value"),
        _bytes(transaction["input"]),
    )


def _numbers(source: Mapping[str, Any], *names: str) -> list[bytes]:
    return [integer(int(source[name], 16)) for name in names]


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
