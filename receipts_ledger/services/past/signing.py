"""Which of the acts in a transaction an event comes from, when only some events are at hand.

An act on a version happens once, and one that was refused has left a refusal with its digest: so
a receipt's version, or a new receipt's number, names the act.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.change import IssuedFrom, Merge, Replace, Split
from receipts_ledger.domain.event import ActRefused, Event, ReceiptEvent
from receipts_ledger.domain.ids import (
    NO_HASH,
    Address,
    Hash32,
    PartyId,
    ReceiptId,
    pool_of,
    serial_of,
)
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pledge import PledgePortfolio, ReleasePortfolio, Substitute
from receipts_ledger.domain.receipt import Issue, Issued, TransferPortfolio, version_in
from receipts_ledger.domain.record import ActOnRecord


def act_behind(
    logged: LoggedEvent, acts: Sequence[ActOnRecord], refusals: Sequence[LoggedEvent]
) -> ActOnRecord | None:
    """Return the act of a transaction that has left an event; None where it cannot be told.

    `acts` and `refusals` are all of the transaction, in order.
    """
    event = logged.event
    if isinstance(event, ActRefused):
        return _refused(logged, event, acts, refusals)
    for digest in dict.fromkeys(each.digest for each in acts):
        alike = [each for each in acts if each.digest == digest]
        refused = _refusals_of(digest, refusals)
        if len(alike) > len(refused) and alike[0].act and explains(alike[0].act, event):
            # Those refused before it stand before it.
            return alike[sum(each.log_index < logged.log_index for each in refused)]
    return None


def explains(act: Act, event: Event) -> bool:
    """Tell whether an act, if it is carried out, leaves this event of a receipt."""
    match event, act:
        case Issued(), Issue():
            place = serial_of(event.receipt_id) - act.first_serial
            return act.pool == pool_of(event.receipt_id) and 0 <= place < len(act.receipts)
        case IssuedFrom(), Split():
            place = serial_of(event.receipt_id) - act.first_serial
            return act.receipt_id == event.origin and 0 <= place < len(act.parts)
        case IssuedFrom(), Replace():
            return act.receipt_id == event.origin and act.serial == serial_of(event.receipt_id)
        case ((Issued() | IssuedFrom()), _):
            return False
        case _:
            pass
    if not isinstance(event, ReceiptEvent):
        return False
    return (event.receipt_id, version_in(event.word) - 1) in _versions(act)


def owners(
    asked: Sequence[tuple[LoggedEvent, Sequence[Address]]], of_parties: Iterable[LoggedEvent]
) -> list[Mapping[Address, tuple[PartyId, Role]]]:
    """Return for each event whose the keys were just before it. What was nobody's is left out.

    Both are in the order of the chain; `of_parties` is all that has happened to parties.
    """
    ledger = Ledger()
    waiting = deque(of_parties)
    found: list[Mapping[Address, tuple[PartyId, Role]]] = []
    for logged, keys in asked:
        while waiting and _place(waiting[0]) < _place(logged):
            ledger.apply(waiting.popleft().event)
        speakers = {key: ledger.keys[key] for key in keys if key in ledger.keys}
        found.append({key: (party, ledger.parties[party].roles) for key, party in speakers.items()})
    return found


def _place(logged: LoggedEvent) -> tuple[int, int]:
    return logged.block_number, logged.log_index


def _versions(act: Act) -> Iterator[tuple[ReceiptId, int]]:
    match act:
        case PledgePortfolio() | ReleasePortfolio() | TransferPortfolio():
            for ref in act.receipts:
                yield ref.receipt_id, ref.version
        case Merge():
            yield act.receipt_id, act.version
            yield act.absorbed_id, act.absorbed_version
        case Substitute():
            yield act.receipt_id, act.version
            yield act.substitute_id, act.substitute_version
        case _:
            receipt_id = getattr(act, "receipt_id", None)
            version = getattr(act, "version", None)
            if receipt_id is not None and version is not None:
                yield receipt_id, version


def _refused(
    logged: LoggedEvent,
    event: ActRefused,
    acts: Sequence[ActOnRecord],
    refusals: Sequence[LoggedEvent],
) -> ActOnRecord | None:
    if event.digest == NO_HASH:
        return None
    alike = [each for each in acts if each.digest == event.digest]
    before = sum(each.log_index < logged.log_index for each in _refusals_of(event.digest, refusals))
    # Of statements that are alike, the one that was carried out may stand before this one; with
    # more than one left, whose signatures these were cannot be told.
    is_sure = len(alike) == len(_refusals_of(event.digest, refusals))
    return alike[before] if is_sure and before < len(alike) else None


def _refusals_of(digest: Hash32, refusals: Sequence[LoggedEvent]) -> list[LoggedEvent]:
    return [
        each
        for each in refusals
        if isinstance(each.event, ActRefused) and each.event.digest == digest
    ]
