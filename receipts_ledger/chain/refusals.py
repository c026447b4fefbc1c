"""The rules of the contract as it encodes them, and as refusals with named details.

An `eth_call` that reverts and an `ActRefused` in a log hold the same bytes. Details carry
the names of the ABI in snake_case; bytes and addresses are 0x-hex.
"""

import re
from dataclasses import dataclass
from functools import cache

from eth_abi.abi import decode as decode_abi
from eth_abi.abi import encode as encode_abi
from eth_abi.exceptions import DecodingError

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_number, receipt_number
from receipts_ledger.errors import Detail, RefusalCode, Refused

_SELECTOR_BYTES = 4
_CODES = {code.value: code for code in RefusalCode}


@dataclass(frozen=True, slots=True)
class _Rule:
    code: RefusalCode
    selector: bytes
    names: tuple[str, ...]
    types: tuple[str, ...]


def decode(reason: bytes) -> Refused | None:
    """Return the refusal that the bytes encode, None when they are no rule of the contract."""
    rule = _by_selector().get(reason[:_SELECTOR_BYTES])
    if rule is None:
        return None
    try:
        values = decode_abi(rule.types, reason[_SELECTOR_BYTES:])
    except DecodingError:
        return None
    details = {name: _shown(value) for name, value in zip(rule.names, values, strict=True)}
    return Refused(rule.code, describe(details), details=details)


def encode(refusal: Refused) -> bytes:
    """Return the bytes by which the contract says this. Raises KeyError for a gateway's rule."""
    rule = _by_code()[refusal.code]
    values = [
        bytes.fromhex(value[2:]) if isinstance(value, str) else value
        for value in (refusal.details[name] for name in rule.names)
    ]
    return rule.selector + encode_abi(rule.types, values)


def describe(details: dict[str, Detail]) -> str:
    """Return `receipt 12-1-000345, pledgee 5`: receipts and pools by the numbers people know."""
    return ", ".join(_told(name, value) for name, value in details.items())


def _told(name: str, value: Detail) -> str:
    if name == "receipt_id" and isinstance(value, int):
        return f"receipt {receipt_number(ReceiptId(value))}"
    if name == "pool" and isinstance(value, int):
        return f"pool {pool_number(PoolId(value))}"
    return f"{name.replace('_', ' ')} {value}"


@cache
def _rules() -> tuple[_Rule, ...]:
    rules = []
    for entry in ledger_artifact().abi:
        # Errors of libraries are in the ABI too; no call of ours can meet them.
        if entry["type"] != "error" or entry["name"] not in _CODES:
            continue
        types = tuple(str(member["type"]) for member in entry["inputs"])
        names = tuple(_snake(str(member["name"])) for member in entry["inputs"])
        selector = keccak(f"{entry['name']}({','.join(types)})".encode())[:_SELECTOR_BYTES]
        rules.append(_Rule(_CODES[entry["name"]], selector, names, types))
    return tuple(rules)


@cache
def _by_selector() -> dict[bytes, _Rule]:
    return {rule.selector: rule for rule in _rules()}


@cache
def _by_code() -> dict[RefusalCode, _Rule]:
    return {rule.code: rule for rule in _rules()}


def _snake(name: str) -> str:
    return re.sub("[A-Z]", lambda letter: "_" + letter[0].lower(), name)


def _shown(value: object) -> Detail:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, (int, str)):
        return value
    raise TypeError(f"no rule has an argument like {value!r}")
