"""Events as the JSON of a row and of the feed, and back. Words and hashes are in 0x-hex.

Everything of an event is in its body, so that the state can be folded again from rows.
"""

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, TypeAlias, get_args

from receipts_ledger.domain.change import (
    Absorbed,
    Cancelled,
    Divided,
    IssuedFrom,
    Merged,
    Replaced,
    WrittenDown,
)
from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.event import (
    ActRefused,
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
    Recovered,
    RecoveryBegun,
    RecoveryVetoed,
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
    Substituted,
)
from receipts_ledger.domain.pool import (
    Attested,
    Pool,
    PoolBroughtOver,
    PoolOpened,
    PoolPaused,
    PoolResumed,
    PoolSealed,
)
from receipts_ledger.domain.receipt import (
    ClaimLifted,
    ClaimNoted,
    Delivered,
    Invalidated,
    Issued,
    PutOnPaper,
    ReceiptBroughtOver,
    ReceiptFrozen,
    ReceiptUnfrozen,
    StorageExtended,
    TakenOffPaper,
    Transferred,
)
from receipts_ledger.store.engine import JsonText, to_json

Body: TypeAlias = dict[str, Any]


def told(event: Any) -> tuple[str, int, JsonText]:
    """Return what a row says of an event: its kind, its subject (a number), its members as JSON."""
    kind = type(event)
    name = COMMITMENTS.get(kind)
    if name is None:
        return kind.__name__, _SUBJECTS[kind](event), JsonText(to_json(_body(event)))
    body = worded_form(name) % (event.receipt_id, event.word, getattr(event, name).hex())
    return kind.__name__, event.receipt_id, JsonText(body)


def worded_form(name: str) -> str:
    """Return the JSON of an event that says a receipt's word and one commitment.

    To be filled by `%` with the receipt's number, the word, and the commitment in hex.
    """
    # Written out by hand: events of receipts outnumber all others by far.
    return f'{{"receipt_id":%d,"word":"0x%032x","{name}":"0x%s"}}'


def event_of(kind: str, body: Mapping[str, Any]) -> Event:
    """Return the event of a row. Raises KeyError for a kind or member that is none of ours."""
    return _READERS[kind](body)


def _body(event: Event) -> Body:  # noqa: C901, PLR0911, PLR0912  (one return for each kind)
    match event:
        case Admitted():
            return _keyed(event) | {"profile": _hex(event.profile)}
        case KeyBound() | KeyRevoked():
            return _keyed(event)
        case RecoveryBegun() | Recovered():
            return _keyed(event) | {"evidence": _hex(event.evidence)}
        case Suspended() | Reinstated() | RecoveryVetoed():
            return _party(event) | {"reason": _hex(event.reason)}
        case PoolOpened():
            return _pool(event) | {"description": _hex(event.description)}
        case PoolPaused() | PoolResumed() | PoolSealed():
            return _pool(event) | {"reason": _hex(event.reason)}
        case PoolBroughtOver():
            return _pool(event)
        case Attested():
            attested = {"inspector_id": event.inspector, "evidence": _hex(event.evidence)}
            return _pool(event) | attested
        case IssuedFrom():
            origin = {"content": _hex(event.content), "origin_id": event.origin}
            return _worded(event) | origin
        case Absorbed():
            return _worded(event) | {"into_id": event.into}
        case Replaced():
            return _worded(event) | {"by_id": event.by}
        case Substituted():
            moved = {"substitute_id": event.substitute_id, "terms": _hex(event.terms)}
            return _worded(event) | moved
        case ReceiptBroughtOver():
            return _worded(event)
        case ItemReceipted() | ItemFreed():
            return {"item_key": _hex(event.item_key), "receipt_id": event.receipt_id}
        case ItemsReceipted() | ItemsFreed():
            return {
                "page": _hex(event.page),
                "receipt_id": event.receipt_id,
                "items": f"0x{event.items:064x}",
            }
        case DocumentUsed():
            return {"document": _hex(event.document), "subject": event.subject}
        case ActRefused():
            return {
                "digest": _hex(event.digest),
                "subject": event.subject,
                "reason": _hex(event.reason),
            }
        case _:
            raise KeyError(type(event).__name__)


def _worded(event: IssuedFrom | Absorbed | Replaced | Substituted | ReceiptBroughtOver) -> Body:
    return {"receipt_id": event.receipt_id, "word": f"0x{event.word:032x}"}


def _party(event: PartyEvent) -> Body:
    return {"party_id": event.party, "word": f"0x{event.after.to_word():064x}"}


def _keyed(event: Admitted | KeyBound | KeyRevoked | RecoveryBegun | Recovered) -> Body:
    return _party(event) | {"key": _hex(event.key)}


def _pool(event: PoolEvent) -> Body:
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
    **dict.fromkeys(
        (ItemReceipted, ItemFreed, ItemsReceipted, ItemsFreed), attrgetter("receipt_id")
    ),
    **dict.fromkeys((DocumentUsed, ActRefused), attrgetter("subject")),
}

# Events of receipts that say a word and one commitment, and what that is called.
COMMITMENTS: dict[type[Event], str] = {
    Issued: "content",
    Divided: "content",
    Merged: "content",
    **dict.fromkeys(
        (Transferred, Pledged, Released, PledgeAssigned, Cured, Enforced, StorageExtended), "terms"
    ),
    Defaulted: "notice",
    Delivered: "evidence",
    WrittenDown: "evidence",
    ReceiptFrozen: "order",
    ReceiptUnfrozen: "order",
    PutOnPaper: "paper",
    TakenOffPaper: "paper",
    ClaimNoted: "claim",
    **dict.fromkeys((ClaimLifted, Invalidated, Cancelled), "reason"),
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


def _reads_recovery(event: Callable[[PartyId, Party, Address, Hash32], Event]) -> _Reader:
    return lambda body: event(
        PartyId(body["party_id"]),
        _after(body),
        Address(_bytes(body["key"])),
        _hash(body["evidence"]),
    )


def _reads_pool(event: Callable[[PoolId, Pool, Hash32], Event]) -> _Reader:
    return lambda body: event(*_pool_after(body), _hash(body["reason"]))


def _reads_page(event: Callable[[Hash32, ReceiptId, int], Event]) -> _Reader:
    return lambda body: event(
        _hash(body["page"]), ReceiptId(body["receipt_id"]), int(body["items"], 16)
    )


def _word_after(body: Mapping[str, Any]) -> tuple[ReceiptId, int]:
    return ReceiptId(body["receipt_id"]), int(body["word"], 16)


def _after(body: Mapping[str, Any]) -> Party:
    return Party.from_word(int(body["word"], 16))


def _pool_after(body: Mapping[str, Any]) -> tuple[PoolId, Pool]:
    return PoolId(body["pool_id"]), Pool.from_word(int(body["word"], 16))


_READERS: dict[str, _Reader] = {
    **{event.__name__: _reads_receipt(event, name) for event, name in COMMITMENTS.items()},
    "IssuedFrom": lambda body: IssuedFrom(
        *_word_after(body), _hash(body["content"]), ReceiptId(body["origin_id"])
    ),
    "Absorbed": lambda body: Absorbed(*_word_after(body), ReceiptId(body["into_id"])),
    "Replaced": lambda body: Replaced(*_word_after(body), ReceiptId(body["by_id"])),
    "Substituted": lambda body: Substituted(
        *_word_after(body), ReceiptId(body["substitute_id"]), _hash(body["terms"])
    ),
    "ReceiptBroughtOver": lambda body: ReceiptBroughtOver(*_word_after(body)),
    "Admitted": lambda body: Admitted(
        PartyId(body["party_id"]),
        _after(body),
        Address(_bytes(body["key"])),
        _hash(body["profile"]),
    ),
    "RecoveryBegun": _reads_recovery(RecoveryBegun),
    "RecoveryVetoed": _reads_party(RecoveryVetoed),
    "Recovered": _reads_recovery(Recovered),
    "PoolPaused": _reads_pool(PoolPaused),
    "PoolResumed": _reads_pool(PoolResumed),
    "PoolSealed": _reads_pool(PoolSealed),
    "PoolBroughtOver": lambda body: PoolBroughtOver(*_pool_after(body)),
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
    "ItemsReceipted": _reads_page(ItemsReceipted),
    "ItemsFreed": _reads_page(ItemsFreed),
    "DocumentUsed": lambda body: DocumentUsed(_hash(body["document"]), ReceiptId(body["subject"])),
    "ActRefused": lambda body: ActRefused(
        _hash(body["digest"]), body["subject"], _bytes(body["reason"])
    ),
}
