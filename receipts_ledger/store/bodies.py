"""Events as the JSON of a row and of the feed, and back. Words and hashes are in 0x-hex.

Everything of an event is in its body, so that the state can be folded again from rows.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, TypeAlias, assert_never, get_args

from receipts_ledger.domain.claim import DocumentUsed, ItemFreed, ItemReceipted
from receipts_ledger.domain.event import (
    ActRefused,
    ClaimEvent,
    Event,
    PartyEvent,
    PoolEvent,
    ReceiptEvent,
)
from receipts_ledger.domain.ids import Address, Hash32, PartyId, PoolId, ReceiptId
from receipts_ledger.domain.party import (
    Admitted,
    KeyBound,
    KeyRevoked,
    Party,
    Reinstated,
    Suspended,
)
from receipts_ledger.domain.pledge import (
    Cured,
    Defaulted,
    Enforced,
    PledgeAssigned,
    Pledged,
    Released,
)
from receipts_ledger.domain.pool import Attested, Pool, PoolOpened
from receipts_ledger.domain.receipt import (
    Delivered,
    Issued,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Transferred,
)
from receipts_ledger.store.engine import JsonText, to_json

Body: TypeAlias = dict[str, Any]


def subject_of(event: Event) -> int:
    """Return the number of the receipt, pool or party that the event is about."""
    subject: int = _SUBJECTS[type(event)](event)
    return subject


def text_of(event: Event) -> JsonText:
    """Return the event's members as JSON text, for the several columns that hold it."""
    match event:
        case Issued():
            return _receipt(event, "content", event.content)
        case Transferred() | Pledged() | Released() | PledgeAssigned() | Cured() | Enforced():
            return _receipt(event, "terms", event.terms)
        case Defaulted():
            return _receipt(event, "notice", event.notice)
        case Delivered():
            return _receipt(event, "evidence", event.evidence)
        case ReceiptFrozen() | ReceiptUnfrozen():
            return _receipt(event, "order", event.order)
        case _:
            return JsonText(to_json(_body(event)))


def event_of(kind: str, body: Mapping[str, Any]) -> Event:
    """Return the event of a row. Raises KeyError for a kind or member that is none of ours."""
    return _READERS[kind](body)


def _receipt(event: ReceiptEvent, name: str, commitment: Hash32) -> JsonText:
    # Written out by hand: events of receipts outnumber all others by far.
    return JsonText(
        f'{{"receipt_id":{event.receipt_id},"word":"0x{event.word:032x}",'
        f'"{name}":"0x{commitment.hex()}"}}'
    )


def _body(  # noqa: PLR0911  (one return for each kind)
    event: PartyEvent | PoolEvent | ClaimEvent | ActRefused,
) -> Body:
    match event:
        case Admitted():
            return _keyed(event) | {"profile": _hex(event.profile)}
        case KeyBound() | KeyRevoked():
            return _keyed(event)
        case Suspended() | Reinstated():
            return _party(event) | {"reason": _hex(event.reason)}
        case PoolOpened():
            return _pool(event) | {"description": _hex(event.description)}
        case Attested():
            attested = {"inspector_id": event.inspector, "evidence": _hex(event.evidence)}
            return _pool(event) | attested
        case ItemReceipted() | ItemFreed():
            return {"item_key": _hex(event.item_key), "receipt_id": event.receipt_id}
        case DocumentUsed():
            return {"document": _hex(event.document), "subject": event.subject}
        case ActRefused():
            return {
                "digest": _hex(event.digest),
                "subject": event.subject,
                "reason": _hex(event.reason),
            }
        case _:
            assert_never(event)


def _party(event: Admitted | Suspended | Reinstated | KeyBound | KeyRevoked) -> Body:
    return {"party_id": event.party, "word": f"0x{event.after.to_word():064x}"}


def _keyed(event: Admitted | KeyBound | KeyRevoked) -> Body:
    return _party(event) | {"key": _hex(event.key)}


def _pool(event: PoolOpened | Attested) -> Body:
    return {"pool_id": event.pool, "word": f"0x{event.after.to_word():064x}"}


def _hex(content: bytes) -> str:
    return "0x" + content.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def _hash(text: str) -> Hash32:
    return Hash32(_bytes(text))


_SUBJECTS: dict[type[Event], Callable[[Any], int]] = {
    **dict.fromkeys(get_args(ReceiptEvent), attrgetter("receipt_id")),
    **dict.fromkeys(get_args(PartyEvent), attrgetter("party")),
    **dict.fromkeys(get_args(PoolEvent), attrgetter("pool")),
    **dict.fromkeys((ItemReceipted, ItemFreed), attrgetter("receipt_id")),
    **dict.fromkeys((DocumentUsed, ActRefused), attrgetter("subject")),
}

_Reader: TypeAlias = Callable[[Mapping[str, Any]], Event]


def _reads_receipt(event: Callable[[ReceiptId, int, Hash32], Event], name: str) -> _Reader:
    return lambda body: event(
        ReceiptId(body["receipt_id"]), int(body["word"], 16), _hash(body[name])
    )


def _reads_party(event: Callable[[PartyId, Party, Hash32], Event]) -> _Reader:
    return lambda body: event(PartyId(body["party_id"]), _after(body), _hash(body["reason"]))


def _reads_key(event: Callable[[PartyId, Party, Address], Event]) -> _Reader:
    return lambda body: event(PartyId(body["party_id"]), _after(body), Address(_bytes(body["key"])))


def _reads_item(event: Callable[[Hash32, ReceiptId], Event]) -> _Reader:
    return lambda body: event(_hash(body["item_key"]), ReceiptId(body["receipt_id"]))


def _after(body: Mapping[str, Any]) -> Party:
    return Party.from_word(int(body["word"], 16))


def _pool_after(body: Mapping[str, Any]) -> tuple[PoolId, Pool]:
    return PoolId(body["pool_id"]), Pool.from_word(int(body["word"], 16))


_READERS: dict[str, _Reader] = {
    "Issued": _reads_receipt(Issued, "content"),
    "Transferred": _reads_receipt(Transferred, "terms"),
    "Pledged": _reads_receipt(Pledged, "terms"),
    "Released": _reads_receipt(Released, "terms"),
    "PledgeAssigned": _reads_receipt(PledgeAssigned, "terms"),
    "Defaulted": _reads_receipt(Defaulted, "notice"),
    "Cured": _reads_receipt(Cured, "terms"),
    "Enforced": _reads_receipt(Enforced, "terms"),
    "Delivered": _reads_receipt(Delivered, "evidence"),
    "ReceiptFrozen": _reads_receipt(ReceiptFrozen, "order"),
    "ReceiptUnfrozen": _reads_receipt(ReceiptUnfrozen, "order"),
    "Admitted": lambda body: Admitted(
        PartyId(body["party_id"]),
        _after(body),
        Address(_bytes(body["key"])),
        _hash(body["profile"]),
    ),
    "Suspended": _reads_party(Suspended),
    "Reinstated": _reads_party(Reinstated),
    "KeyBound": _reads_key(KeyBound),
    "KeyRevoked": _reads_key(KeyRevoked),
    "PoolOpened": lambda body: PoolOpened(*_pool_after(body), _hash(body["description"])),
    "Attested": lambda body: Attested(
        *_pool_after(body), PartyId(body["inspector_id"]), _hash(body["evidence"])
    ),
    "ItemReceipted": _reads_item(ItemReceipted),
    "ItemFreed": _reads_item(ItemFreed),
    "DocumentUsed": lambda body: DocumentUsed(_hash(body["document"]), ReceiptId(body["subject"])),
    "ActRefused": lambda body: ActRefused(
        _hash(body["digest"]), body["subject"], _bytes(body["reason"])
    ),
}
