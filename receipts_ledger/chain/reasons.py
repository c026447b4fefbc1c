"""Refusals of the contract in words: the rule's name, and its arguments by name."""

from functools import cache
from typing import Any

from eth_abi.abi import decode
from eth_abi.exceptions import DecodingError

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.keys import keccak

_SELECTOR_BYTES = 4


def reason_text(refusal: bytes) -> str:
    """Return `AlreadyEncumbered(receiptId=..., pledgee=...)`, or the bytes of an unknown rule."""
    rule = _rules().get(refusal[:_SELECTOR_BYTES])
    if rule is None:
        return f"0x{refusal.hex()}"
    inputs = rule["inputs"]
    try:
        values = decode([each["type"] for each in inputs], refusal[_SELECTOR_BYTES:])
    except DecodingError:
        return f"{rule['name']}(0x{refusal[_SELECTOR_BYTES:].hex()})"
    told = (f"{each['name']}={_shown(value)}" for each, value in zip(inputs, values, strict=True))
    return f"{rule['name']}({', '.join(told)})"


@cache
def _rules() -> dict[bytes, dict[str, Any]]:
    rules = {}
    for entry in ledger_artifact().abi:
        if entry["type"] == "error":
            types = ",".join(each["type"] for each in entry["inputs"])
            rules[keccak(f"{entry['name']}({types})".encode())[:_SELECTOR_BYTES]] = entry
    return rules


def _shown(value: Any) -> str:
    return "0x" + value.hex() if isinstance(value, bytes) else str(value)
