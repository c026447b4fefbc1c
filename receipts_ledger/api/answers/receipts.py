"""A receipt as the API tells it.

Anybody admitted sees that a receipt exists, its status, and whether it is pledged and since
when. Amounts, counterparties and documents are for its holder, its warehouse, its pledgee,
and those who oversee.
"""

from collections.abc import Sequence
from typing import Any, NotRequired, get_args

from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import (
    AsOf,
    Place,
    date_text,
    hexadecimal,
    place_of,
    seconds_text,
)
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.event import ActRefused, ClaimEvent, ReceiptEvent
from receipts_ledger.domain.ids import ReceiptId, pool_number, receipt_number
from receipts_ledger.domain.receipt import Receipt, holder_in, pledgee_in
from receipts_ledger.domain.state import Changed
from receipts_ledger.store.units import Found

_WAREHOUSE_SHIFT = 16
_PUBLIC_CHANGES = ("status", "encumbered", "frozen", "claimed", "version")
_PUBLIC_MEMBERS: tuple[str, ...] = ("receipt_id", "subject", "tx_hash")
_WORDED = frozenset(event.__name__ for event in get_args(ReceiptEvent))
_OF_RECEIPTS = frozenset(event.__name__ for event in (*get_args(ClaimEvent), ActRefused))


class Since(TypedDict):
    """When the receipt was pledged."""

    block_number: int
    at: str | None


class PledgeOut(TypedDict):
    """The claim that a receipt secures. In default, the day of that stands for the maturity."""

    pledgee_id: int
    maturity: str | None
    in_default: bool
    in_default_since: str | None
    terms_commitment: str
    terms: NotRequired[dict[str, Any] | None]


class ReceiptOut(TypedDict):
    """A receipt. With `view` public, what comes after it is left out.

    `content` is what was said at its issue. Of serialised goods, `items` are those that it holds
    now, as far as this gateway knows what they are; `item_count` is how many it holds.
    """

    receipt_id: int
    number: str
    pool_id: int
    pool_number: str
    serial: int
    status: str
    encumbered: bool
    encumbered_since: Since | None
    frozen: bool
    claimed: bool
    version: int
    view: str
    holder_id: NotRequired[int]
    pledgee_id: NotRequired[int | None]
    quantity: NotRequired[int]
    storage_until: NotRequired[str]
    maturity: NotRequired[str | None]
    paper: NotRequired[bool]
    origin: NotRequired[str | None]
    pledge: NotRequired[PledgeOut | None]
    content_commitment: NotRequired[str]
    content: NotRequired[dict[str, Any] | None]
    item_count: NotRequired[int]
    items: NotRequired[list[dict[str, Any]]]
    last_change: NotRequired[Place]


class ReceiptPage(TypedDict):
    """Receipts in the order of their numbers."""

    items: list[ReceiptOut]
    next_cursor: str | None
    as_of: AsOf | None


class ChangeOut(TypedDict):
    """A member of a receipt that is another than before; `before` is null for what is new."""

    member: str
    before: Any
    after: Any


class SignerOut(TypedDict):
    """A key that signed, and whose it was just before. Null: nobody's."""

    key: str
    party_id: int | None
    roles: list[str]


class SignedOut(TypedDict):
    """The act behind an event, and who signed it: as this gateway sent it, or as the chain has it.

    With `source` unknown, neither can tell, and nothing is guessed.
    """

    source: str
    act: str | None
    digest: str | None
    act_id: str | None
    signers: list[SignerOut]


class HistoryEntry(TypedDict):
    """One thing that has happened to a receipt. `signed` only where it is asked for."""

    event: str
    block_number: int
    block_hash: str
    log_index: int
    tx_hash: str
    at: str
    payload: dict[str, Any]
    changes: list[ChangeOut]
    signed: NotRequired[SignedOut]


class HistoryPage(TypedDict):
    """What has happened to a receipt, oldest first."""

    items: list[HistoryEntry]
    next_cursor: str | None


def is_its_own(row: Found, caller: Caller) -> bool:
    """Tell whether amounts and names of this receipt are open to the caller."""
    return caller.sees_everything or caller.party_id in (
        row.holder_id,
        row.pledgee_id or row.holder_id,
        row.pool_id >> _WAREHOUSE_SHIFT,
    )


def public_receipt(row: Found) -> ReceiptOut:
    """Return what anybody admitted may see."""
    since = None
    if row.pledged_at_block is not None:
        since = Since(
            block_number=row.pledged_at_block,
            at=None if row.pledged_at is None else seconds_text(row.pledged_at),
        )
    return ReceiptOut(
        receipt_id=row.receipt_id,
        number=receipt_number(ReceiptId(row.receipt_id)),
        pool_id=row.pool_id,
        pool_number=pool_number(row.pool_id),
        serial=row.serial,
        status=row.status,
        encumbered=row.encumbered,
        encumbered_since=since,
        frozen=row.frozen,
        claimed=row.claimed,
        version=row.version,
        view="public",
    )


def full_receipt(row: Found) -> ReceiptOut:
    """Return what those concerned see, without contents."""
    told = public_receipt(row)
    told["view"] = "full"
    told["holder_id"] = row.holder_id
    told["pledgee_id"] = row.pledgee_id
    told["quantity"] = row.quantity
    told["storage_until"] = date_text(row.storage_day)
    day = None if row.maturity_day is None else date_text(row.maturity_day)
    told["maturity"] = None if row.in_default else day
    told["paper"] = row.paper
    origin = None if row.origin_id is None else receipt_number(ReceiptId(row.origin_id))
    told["origin"] = origin
    told["content_commitment"] = hexadecimal(row.content)
    told["last_change"] = place_of(row)
    told["pledge"] = None
    if row.encumbered:
        told["pledge"] = PledgeOut(
            pledgee_id=row.pledgee_id,
            maturity=told["maturity"],
            in_default=row.in_default,
            in_default_since=day if row.in_default else None,
            terms_commitment=hexadecimal(row.terms),
        )
    return told


def history_entry(row: Found, changes: Sequence[Changed], *, shows_all: bool) -> HistoryEntry:
    """Return one event of a receipt."""
    shown = [one for one in changes if shows_all or one.member in _PUBLIC_CHANGES]
    return HistoryEntry(
        event=row.kind,
        block_number=row.block_number,
        block_hash=hexadecimal(row.block_hash),
        log_index=row.log_index,
        tx_hash=hexadecimal(row.tx_hash),
        at=seconds_text(row.timestamp),
        payload=row.body if shows_all else public_payload(row.kind, row.body),
        changes=[ChangeOut(member=one.member, before=one.before, after=one.after) for one in shown],
    )


def public_payload(event: str, body: dict[str, Any]) -> dict[str, Any]:
    """Return what anybody admitted may see of an event."""
    if event not in _WORDED:
        if not _is_of_receipt(event):
            return body
        return {name: body[name] for name in _PUBLIC_MEMBERS if name in body}
    receipt = Receipt.from_word(int(body["word"], 16))
    told = {
        "receipt_id": body["receipt_id"],
        "status": receipt.status.name.lower(),
        "encumbered": receipt.pledgee is not None,
        "version": receipt.version,
    }
    return told if "tx_hash" not in body else {**told, "tx_hash": body["tx_hash"]}


def concerns(event: str, body: dict[str, Any], caller: Caller) -> bool:
    """Tell whether all of an event is open to the caller."""
    if caller.sees_everything or not (event in _WORDED or _is_of_receipt(event)):
        return True
    receipt_id = body.get("receipt_id", body.get("subject", 0))
    if receipt_id >> 48 == caller.party_id:
        return True
    if event not in _WORDED:
        return False
    return is_party_to(int(body["word"], 16), caller)


def is_party_to(word: int, caller: Caller) -> bool:
    """Tell whether a receipt word names the caller as holder or pledgee."""
    return caller.party_id is not None and caller.party_id in (holder_in(word), pledgee_in(word))


def _is_of_receipt(event: str) -> bool:
    return event in _OF_RECEIPTS
