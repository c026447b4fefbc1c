"""A report that somebody hands over, read with suspicion: whole, unaltered, in one piece.

Nothing of it is believed here. That its members agree with one another, and who has signed
them, is all that can be said of a report without the chain.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from receipts_ledger.services.audit.document import (
    EXIT_CODES,
    FORMAT,
    FORMAT_VERSION,
    SIGNATURE,
    Document,
    as_bytes,
    digest,
)
from receipts_ledger.services.audit.report import LISTED_MAX, ListDigest

REPORT_BYTES_MAX = 64 * 2**20
_HASH_BYTES, _ADDRESS_BYTES, _SIGNATURE_BYTES = 32, 20, 65


class BadReport(ValueError):
    """No report, or one that has been altered. Says where."""


def read(content: bytes) -> Document:
    """Return the document in a file. Raises BadReport."""
    if len(content) > REPORT_BYTES_MAX:
        raise BadReport(f"larger than {REPORT_BYTES_MAX:,} bytes")
    try:
        told = orjson.loads(content)
        is_canonical = as_bytes(told) == content
    except (ValueError, RecursionError) as error:
        raise BadReport(f"no JSON of the form that a report has: {error}") from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise BadReport(f"its format is not {FORMAT}")
    if told.get("format_version") != FORMAT_VERSION:
        raise BadReport(f"its format version is not {FORMAT_VERSION}, which this release reads")
    if not is_canonical:
        raise BadReport("altered: it is not written in the one form that a report has (RFC 8785)")
    _expect_shape(told)
    _expect_signature(told)
    _expect_consistency(told)
    return told


def _expect_shape(told: Mapping[str, Any]) -> None:
    """Raise BadReport unless all is there that is signed or compared."""
    _expect("verdict", told.get("verdict") in EXIT_CODES)
    _expect("audited_at", _is_moment(told.get("audited_at")))
    _expect("difference_count", _is_count(told.get("difference_count")))
    is_decided = told["verdict"] != "undecided"
    if is_decided or told.get("ledger") is not None:
        ledger = _members(told, "ledger")
        _expect("ledger.chain_id", _is_count(ledger.get("chain_id")))
        _expect("ledger.contract", _is_hex(_ADDRESS_BYTES)(ledger.get("contract")))
    if is_decided:
        _expect_findings(told)
        return
    _expect("reason", isinstance(told.get("reason"), str))
    for name in ("head", "counts", "digests"):
        _expect(name, told.get(name) is None)


def _expect_findings(told: Mapping[str, Any]) -> None:
    head = _members(told, "head")
    _expect("head.number", _is_count(head.get("number")))
    _expect("head.hash", _is_hex(_HASH_BYTES)(head.get("hash")))
    counts = _members(told, "counts")
    for name in ("events", "receipts_open", "receipts_encumbered"):
        _expect(f"counts.{name}", _is_count(counts.get(name)))
    digests = _members(told, "digests")
    for name in ("events", "state", "refusals", "differences"):
        _expect(f"digests.{name}", _is_hex(_HASH_BYTES)(digests.get(name)))
    for name in ("refusals", "differences"):
        listed = told.get(name)
        _expect(name, isinstance(listed, list) and all(isinstance(one, dict) for one in listed))


def _expect_signature(told: Mapping[str, Any]) -> None:
    if told.get("auditor") is not None:
        _expect("auditor.key", _is_hex(_ADDRESS_BYTES)(_members(told, "auditor").get("key")))
    if told.get(SIGNATURE) is not None:
        signature = _members(told, SIGNATURE)
        _expect("signature.scheme", signature.get("scheme") == "EIP-712")
        _expect("signature.signature", _is_hex(_SIGNATURE_BYTES)(signature.get("signature")))


def _expect_consistency(told: Mapping[str, Any]) -> None:
    """Raise BadReport where members of the document contradict one another."""
    verdict, count = told["verdict"], told["difference_count"]
    _expect("exit_code", told.get("exit_code") == EXIT_CODES[verdict])
    _expect("difference_count", (count > 0) == (verdict == "different"))
    if verdict != "undecided":
        _expect_listed(told, "differences", count)
        _expect_listed(told, "refusals", _refused(told))
    signature = told.get(SIGNATURE)
    if signature is not None:
        _expect("ledger", told.get("ledger") is not None)
        _expect("signature.digest", signature.get("digest") == "0x" + digest(told).hex())
        _expect("signature.signer", signature.get("signer") == _members(told, "auditor")["key"])


def _expect_listed(told: Mapping[str, Any], name: str, total: int) -> None:
    listed = told[name]
    _expect(name, len(listed) == min(total, LISTED_MAX))
    if len(listed) < total:
        # Of a longer list only the first are in the document, and the digest is of all.
        return
    found = ListDigest()
    for member in listed:
        found.add(member)
    _expect(f"digests.{name}", told["digests"][name] == found.hexdigest())


def _refused(told: Mapping[str, Any]) -> int:
    refused = told["counts"].get("refused")
    is_counted = isinstance(refused, dict) and all(_is_count(each) for each in refused.values())
    _expect("counts.refused", is_counted)
    return sum(refused.values())


def _members(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = told.get(name)
    _expect(name, isinstance(found, dict))
    return dict(found or {})


def _expect(name: str, is_so: bool) -> None:
    if not is_so:
        raise BadReport(
            f"altered, or no report: {name} is missing, malformed or contradicts the rest"
        )


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_hex(length_bytes: int) -> Callable[[object], bool]:
    form = re.compile(f"0x[0-9a-f]{{{2 * length_bytes}}}")
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


def _is_moment(value: object) -> bool:
    form = r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-6]\dZ"
    return isinstance(value, str) and re.fullmatch(form, value, re.ASCII) is not None
