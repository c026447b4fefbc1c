"""The ledger again, act by act: who signed, what it had to leave, what it did leave.

An act on record either left exactly the events that follow from it, or ActRefused with its
digest. Whatever else is in the logs is a finding. After one, the rest of its transaction is
taken as it stands, so that one difference is told once.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Protocol

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.carried import Carried
from receipts_ledger.domain.change import Absorbed, Replaced
from receipts_ledger.domain.claim import ItemFreed, ItemsFreed, ItemsReceipted
from receipts_ledger.domain.consent import INSPECTOR, Need, missing, needed
from receipts_ledger.domain.effect import events_of
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import RECEIPT_ID_MAX, Address, PartyId, day_at, receipt_id
from receipts_ledger.domain.ledger import Contradiction, Ledger
from receipts_ledger.domain.party import Admitted, KeyBound, KeyRevoked, Recovered, RecoveryBegun
from receipts_ledger.domain.pledge import Pledge, PledgePortfolio
from receipts_ledger.domain.pool import Attest
from receipts_ledger.domain.receipt import Deliver, Issue
from receipts_ledger.domain.record import ActOnRecord, BlockRecord, Call, Entry
from receipts_ledger.services.audit.bounds import overstepped
from receipts_ledger.services.audit.ports import Records
from receipts_ledger.services.audit.report import Finding, FindingKind, RefusedAct, Report
from receipts_ledger.services.audit.subjects import event_in_words, subject_of_act, subject_of_event

CLEARED_MAX = 64
"""So many of the words that were cleared last are remembered."""

_RECEIPT_BYTES, _SHORT_BYTES = 8, 4
_SHORT_MAX = 2 ** (8 * _SHORT_BYTES)
"""Above all numbers of parties and pools."""


class Witness(Protocol):
    """Somebody who has to see every event, after it has been applied."""

    def see(self, logged: LoggedEvent) -> None: ...


class Attendant(Protocol):
    """Somebody who has to know of every act on record, before what it has left is applied.

    Without an act: of events that none explains. `before` is the state that it meets.
    """

    def attend(self, act: ActOnRecord | None, call: Call, before: Ledger) -> None: ...


class _NotSigned(Exception):
    """What happened is not what was signed."""


class Replay:
    """Folds blocks into a ledger. Its memory is the ledger's live state."""

    def __init__(
        self,
        records: Records,
        report: Report,
        witnesses: Sequence[Witness],
        attendants: Sequence[Attendant] = (),
        ledger: Ledger | None = None,
    ) -> None:
        self.ledger = Ledger() if ledger is None else ledger
        self.keys_of: dict[PartyId, list[Address]] = {}
        self.cleared: deque[bytes] = deque(maxlen=CLEARED_MAX)
        self._records = records
        self._report = report
        self._witnesses = witnesses
        self._attendants = attendants

    def go_on_from(self, carried: Carried) -> None:
        """Begin with the state that an earlier replay has come to."""
        self.ledger = carried.ledger
        self.keys_of = {party: list(keys) for party, keys in carried.keys_of.items()}
        self.cleared.extend(carried.cleared)

    def carried(self) -> Carried:
        """Return the state for a later replay to begin with."""
        return Carried(self.ledger, self.keys_of, tuple(self.cleared))

    def add(self, block: BlockRecord) -> None:
        """Take in the next block."""
        self._report.blocks += 1
        if not block.are_transactions_proved:
            self._report.unproved_transaction_blocks += 1
        for call in block.calls:
            self._add_call(call, block.timestamp_seconds)

    def _add_call(self, call: Call, timestamp_seconds: int) -> None:
        self._report.calls += 1
        self._report.events += len(call.events)
        at = 0
        for act in call.acts:
            event = call.events[at].event if at < len(call.events) else None
            if isinstance(event, ActRefused) and _is_refusal_of(event, act):
                self._refuse(act, event, call, call.events[at])
                at += 1
                continue
            try:
                at += self._carry_out(act, call, at, timestamp_seconds)
            except _NotSigned as difference:
                where = call.events[min(at, len(call.events) - 1)]
                self._find_in(act, FindingKind.STATEMENT, str(difference), where)
                break
        else:
            if at < len(call.events):
                self._unexplained(call, at)
        if at < len(call.events):
            self._attend(None, call)
        self._apply(call.events[at:])

    def _refuse(
        self, on_record: ActOnRecord, refused: ActRefused, call: Call, logged: LoggedEvent
    ) -> None:
        kind, subject = subject_of_act(on_record.act, on_record.subject)
        reason = self._records.reason(refused.reason)
        self._report.refuse(
            RefusedAct(logged.block_number, logged.tx_hash, kind, subject, refused.digest, reason)
        )
        self.cleared.extend(_claims_of(on_record.act))
        # Nobody's keys, no pool, no party: the contract has looked for their words and found zeros.
        self.cleared.extend(_numbers_of(on_record))
        keys = (*self._signers(on_record), call.sender)
        self.cleared.extend(key for key in keys if key not in self.ledger.keys)
        self._attend(on_record, call)
        self._apply((logged,))

    def _carry_out(
        self, on_record: ActOnRecord, call: Call, at: int, timestamp_seconds: int
    ) -> int:
        """Apply the act's events and return how many. Raises _NotSigned for others."""
        act = on_record.act
        if act is None:
            raise _NotSigned("carried out, though its words say nothing that can be signed")
        kind = type(act).__name__
        signers = self._signers(on_record)
        is_founding = call.entry is Entry.CREATION
        day = day_at(timestamp_seconds)
        try:
            needs = () if is_founding else needed(act, self.ledger.receipts)
            inspector = self._inspector(signers, call) if isinstance(act, Attest) else None
            expected = list(events_of(act, self.ledger, day=day, inspector=inspector))
            bounds = () if is_founding else tuple(overstepped(act, self.ledger, timestamp_seconds))
        except KeyError as error:
            raise _NotSigned(f"{kind} names {error}, which is unknown") from error
        except IndexError as error:
            raise _NotSigned(f"{kind} was carried out, though it names no receipt") from error
        own = call.events[at : at + len(expected)]
        _expect_own(kind, expected, own)
        for how in bounds:
            told = f"{kind} was carried out {how}"
            self._find_in(on_record, FindingKind.STATEMENT, told, own[0])
        for need in self._unmet(needs, signers, call):
            told = f"{kind} was carried out without the consent of {need}"
            self._find_in(on_record, FindingKind.CONSENT, told, own[0])
        self._report.acts[kind] += 1
        self._attend(on_record, call)
        self._apply(own)
        return len(own)

    def _signers(self, on_record: ActOnRecord) -> tuple[Address, ...]:
        self._report.signatures += len(on_record.signers)
        return tuple([key for key in on_record.signers if key is not None])

    def _unmet(
        self, needs: Iterable[Need], signers: Sequence[Address], call: Call
    ) -> Iterable[Need]:
        """Return what neither those who signed nor the sender consents to."""
        unmet = [*missing(needs, signers, self.ledger)]
        return missing(unmet, (call.sender,), self.ledger) if unmet else ()

    def _inspector(self, signers: Iterable[Address], call: Call) -> PartyId | None:
        """Return the party whose key counted the goods."""
        for key in _in_turn(signers, call):
            if not any(missing((INSPECTOR,), (key,), self.ledger)):
                return self.ledger.keys[key]
        return None

    def _attend(self, act: ActOnRecord | None, call: Call) -> None:
        for attendant in self._attendants:
            attendant.attend(act, call, self.ledger)

    def _apply(self, events: Iterable[LoggedEvent]) -> None:
        apply = self.ledger.apply
        for logged in events:
            event = logged.event
            try:
                apply(event)
            except Contradiction as contradiction:
                subject = subject_of_event(event)
                self._find(FindingKind.CONTRADICTION, subject, str(contradiction), logged)
            else:
                if type(event) in _FOLLOWED:
                    self._follow(event)
            for witness in self._witnesses:
                witness.see(logged)

    def _follow(self, event: Event) -> None:
        """Keep each party's keys in the places of the contract's array, and what was cleared."""
        match event:
            case Admitted() | KeyBound():
                self.keys_of.setdefault(event.party, []).append(event.key)
            case Recovered():
                self.cleared.extend(self.keys_of[event.party])
                self.keys_of[event.party] = [event.key]
            case KeyRevoked():
                keys = self.keys_of[event.party]
                keys[keys.index(event.key)] = keys[-1]
                keys.pop()
                self.cleared.append(event.key)
            case RecoveryBegun():
                # The contract has looked for the key's word and found zero.
                self.cleared.append(event.key)
            case ItemFreed():
                self.cleared.append(event.item_key)
            case Absorbed() | Replaced():
                self.cleared.append(event.receipt_id.to_bytes(8))
            case ItemsFreed():
                self.cleared += (event.page, event.page + event.receipt_id.to_bytes(8))
            case ItemsReceipted() if self.ledger.origin is not None:
                self.cleared.append(event.page + self.ledger.origin.to_bytes(8))
            case _:
                pass

    def _unexplained(self, call: Call, at: int) -> None:
        events = call.events[at:]
        if call.entry is Entry.ELSEWHERE:
            detail = (
                f"{len(events)} events of acts sent through another contract: whose consent "
                "stands behind them is not to be seen in the transaction's calldata"
            )
            kind = FindingKind.INNER_CALL
        else:
            detail = f"{len(events)} events that no act in the transaction explains"
            kind = FindingKind.UNEXPLAINED
        self._find(kind, subject_of_event(events[0].event), detail, events[0])

    def _find_in(
        self, on_record: ActOnRecord, kind: FindingKind, detail: str, where: LoggedEvent
    ) -> None:
        _, subject = subject_of_act(on_record.act, on_record.subject)
        self._find(kind, subject, detail, where)

    def _find(self, kind: FindingKind, subject: str, detail: str, where: LoggedEvent) -> None:
        self._report.find(Finding(kind, subject, detail, where.block_number, where.tx_hash))


_FOLLOWED = frozenset(
    (
        *(Admitted, KeyBound, Recovered, KeyRevoked, RecoveryBegun),
        *(ItemFreed, Absorbed, Replaced, ItemsFreed, ItemsReceipted),
    )
)


def _in_turn(signers: Iterable[Address], call: Call) -> Iterator[Address]:
    """Yield those who signed, and the sender when nobody of them will do."""
    yield from signers
    yield call.sender


def _expect_own(kind: str, expected: Sequence[Event], own: Sequence[LoggedEvent]) -> None:
    if not expected:
        raise _NotSigned(f"{kind} was carried out, though there is nothing in it to carry out")
    if expected == [logged.event for logged in own]:
        return
    for place, event in enumerate(expected):
        if place >= len(own) or own[place].event != event:
            found = event_in_words(own[place].event) if place < len(own) else "nothing more"
            raise _NotSigned(f"{kind} had to leave {event_in_words(event)}, but left {found}")


def _is_refusal_of(event: ActRefused, act: ActOnRecord) -> bool:
    if event.subject != act.subject:
        return False
    return act.act is None or event.digest == act.digest


def _numbers_of(on_record: ActOnRecord) -> Iterator[bytes]:
    """Yield the numbers that a refused act names, which may be nobody's."""
    subject = on_record.subject
    yield subject.to_bytes(_RECEIPT_BYTES)
    # Of a receipt, the number of its pool stands before it.
    yield (subject if subject < _SHORT_MAX else subject >> 8 * _SHORT_BYTES).to_bytes(_SHORT_BYTES)
    for member in () if on_record.act is None else fields(on_record.act):
        if member.type is PartyId:
            yield getattr(on_record.act, member.name).to_bytes(_SHORT_BYTES)


def _claims_of(act: Act | None) -> Iterator[bytes]:
    """Yield what a refused act may have claimed and given back."""
    if isinstance(act, Issue):
        for place, new in enumerate(act.receipts):
            yield from new.item_keys
            number = receipt_id(act.pool, act.first_serial + place) & RECEIPT_ID_MAX
            # Where the pool's items stand in pages, every other word is a page.
            yield from (page + number.to_bytes(8) for page in new.item_keys[::2])
    if isinstance(act, Issue | Pledge | PledgePortfolio | Deliver):
        yield from act.documents
