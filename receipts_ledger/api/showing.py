"""The answer that shows one receipt: how much of it, under which ETag, and whether again."""

from collections.abc import Callable
from typing import Any

from fastapi import Response

from receipts_ledger.api.answers.forms import AsOfThen
from receipts_ledger.api.answers.receipts import (
    ReceiptOut,
    full_receipt,
    is_its_own,
    public_receipt,
)
from receipts_ledger.api.routes.told import told
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.ids import PartyId
from receipts_ledger.store.reads import receipts as reads
from receipts_ledger.store.units import Found, Reader

IF_NONE_MATCH_LENGTH_MAX = 500

_NOT_MODIFIED = 304
_PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Authorization"}


def answer(
    row: Found,
    caller: Caller,
    *,
    shows_all: bool,
    if_none_match: str | None,
    with_contents: Callable[[ReceiptOut], ReceiptOut],
) -> Response:
    """Return the answer. What `with_contents` adds is looked for only when it is told."""
    tag = _tag(row, shows_all=shows_all)
    headers = {"ETag": tag, **_PRIVATE}
    if if_none_match is not None and _matches(tag, if_none_match):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    return told(with_contents(full_receipt(row)) if shows_all else public_receipt(row), headers)


def past(
    body: Callable[[], object], as_of: AsOfThen, view: str, if_none_match: str | None
) -> Response:
    """Return the answer about a block of the past, which stays the same while the block stands."""
    tag = f'"{as_of["block_hash"][2:18]}-{"final" if as_of["final"] else "mined"}-{view}"'
    headers = {"ETag": tag, **_PRIVATE}
    if if_none_match is not None and _matches(tag, if_none_match):
        return Response(status_code=_NOT_MODIFIED, headers=headers)
    return told(body(), headers)


def shows_all(row: Found, caller: Caller, *, is_offered: Callable[[PartyId], bool]) -> bool:
    """Its own, or one that its holder has put before the caller in an act under way."""
    return is_its_own(row, caller) or (caller.party_id is not None and is_offered(caller.party_id))


def shows_all_in(reader: Reader, row: Found, caller: Caller) -> bool:
    """The same, looked up."""
    return shows_all(
        row, caller, is_offered=lambda party: reads.is_offered(reader, row.receipt_id, party)
    )


def add_contents(
    shown: ReceiptOut, content: dict[str, Any] | None, terms: dict[str, Any] | None
) -> ReceiptOut:
    """Add what the commitments of a receipt and of its pledge stand for."""
    shown["content"] = content
    if (pledge := shown["pledge"]) is not None:
        pledge["terms"] = terms
    return shown


def _tag(row: Found, *, shows_all: bool) -> str:
    # After a reorganisation the same version can be another state: the transaction tells.
    view = "full" if shows_all else "public"
    return f'"{row.version}-{row.tx_hash.hex()[:16]}-{view}"'


def _matches(tag: str, if_none_match: str) -> bool:
    offered = [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return "*" in offered or tag in offered
