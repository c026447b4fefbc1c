"""Acts and events by the names that people know: receipt numbers, pools, parties."""

from dataclasses import fields
from typing import Any

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.event import ActRefused, Event, PartyEvent, PoolEvent
from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_number, receipt_id, receipt_number
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
    Suspend,
    VetoRecovery,
)
from receipts_ledger.domain.pledge import PledgePortfolio, ReleasePortfolio
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import Issue, TransferPortfolio


def receipt(number: int) -> str:
    """Name a receipt."""
    return f"receipt {receipt_number(ReceiptId(number))}"


def pool(number: int) -> str:
    """Name a pool."""
    return f"pool {pool_number(PoolId(number))}"


def party(number: int) -> str:
    """Name a party."""
    return f"party {number}"


def subject_of_act(act: Act | None, subject: int) -> tuple[str, str]:
    """Return the kind of an act and the name of what it is about."""
    match act:
        case None:
            return "MalformedAct", f"number {subject}"
        case Admit() | Suspend() | Reinstate() | BindKey() | RevokeKey():
            name = party(act.party)
        case Recover() | VetoRecovery() | CompleteRecovery():
            name = party(act.party)
        case OpenPool() | Attest() | Pause() | Resume() | Seal():
            name = pool(act.pool)
        case Issue():
            name = receipt(receipt_id(PoolId(act.pool), act.first_serial))
            if len(act.receipts) > 1:
                name += f" and {len(act.receipts) - 1} more"
        case PledgePortfolio() | ReleasePortfolio() | TransferPortfolio():
            name = receipt(subject)
            if len(act.receipts) > 1:
                name += f" and {len(act.receipts) - 1} more"
        case _:
            name = receipt(subject)
    return type(act).__name__, name


def subject_of_event(event: Event) -> str:  # noqa: PLR0911  (one return for each kind of thing)
    """Return the name of what an event is about."""
    if isinstance(event, PartyEvent):
        return party(event.party)
    if isinstance(event, PoolEvent):
        return pool(event.pool)
    match event:
        case ItemReceipted() | ItemFreed():
            return f"item 0x{event.item_key.hex()}"
        case ItemsReceipted() | ItemsFreed():
            return f"page 0x{event.page.hex()}"
        case DocumentUsed():
            return f"document 0x{event.document.hex()}"
        case ActRefused():
            return f"act 0x{event.digest.hex()}"
        case _:
            return receipt(event.receipt_id)


def event_in_words(event: Event) -> str:
    """Return an event with all its members; words and commitments in hex."""
    members = [f"{each.name}={_shown(getattr(event, each.name))}" for each in fields(event)]
    return f"{type(event).__name__}({', '.join(members)})"


def number_of_event(event: Event) -> int:
    """Return the number of the receipt, pool or party that an event is about."""
    if isinstance(event, PartyEvent):
        return event.party
    if isinstance(event, PoolEvent):
        return event.pool
    match event:
        case DocumentUsed() | ActRefused():
            return event.subject
        case _:
            return event.receipt_id


def name_of_row(table: str, key: tuple[Any, ...]) -> str:
    """Return the name of what a row is about."""
    first = key[0]
    match table, first:
        case "receipts", int():
            return receipt(first)
        case "pools", int():
            return pool(first)
        case "events", _:
            return f"event {key[1]} of block {first}"
        case "page_items", bytes():
            number = int.from_bytes(first[32:])
            return f"items of page 0x{first[:32].hex()} in {receipt(number)}"
        case _, bytes():
            return f"{_SINGULAR[table]} 0x{first.hex()}"
        case _:
            # SQLite takes any value for a key: this may be one that no receipt or item can have.
            return f"{_SINGULAR[table]} {first}"


def _shown(value: object) -> str:
    if isinstance(value, bytes):
        return f"0x{value.hex()}"
    return hex(value) if isinstance(value, int) and value >= _LONG else str(value)


_LONG = 2**32
_SINGULAR = {
    "blocks": "block",
    "parties": "party",
    "receipts": "receipt",
    "pools": "pool",
    "party_keys": "key",
    "items": "item",
    "pages": "page",
    "page_items": "items of a page",
    "documents": "document",
}
