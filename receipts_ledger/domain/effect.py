"""What an act does when it is carried out: the events that it must leave, to the last bit.

Whether it may be carried out is the contract's to judge. An auditor compares: an event that
differs from what the signers signed is not covered by their consent.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import assert_never

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.claim import DocumentUsed, ItemFreed, ItemReceipted
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import Day, Hash32, PartyId, ReceiptId, Version, receipt_id
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import (
    Admit,
    Admitted,
    BindKey,
    KeyBound,
    KeyRevoked,
    Party,
    Reinstate,
    Reinstated,
    RevokeKey,
    Suspend,
    Suspended,
)
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Cured,
    Default,
    Defaulted,
    Enforce,
    Enforced,
    Pledge,
    PledgeAssigned,
    Pledged,
    PledgePortfolio,
    Release,
    Released,
    ReleasePortfolio,
)
from receipts_ledger.domain.pool import Attest, Attested, OpenPool, Pool, PoolOpened
from receipts_ledger.domain.receipt import (
    ENCUMBERED_BIT,
    FROZEN_BIT,
    HOLDER_BITS,
    IN_DEFAULT_BIT,
    MATURITY_DAY_BITS,
    ONE_VERSION,
    PLEDGEE_BITS,
    QUANTITY_BITS,
    STATUS_BITS,
    Deliver,
    Delivered,
    Freeze,
    Issue,
    Issued,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Status,
    Transfer,
    Transferred,
    Unfreeze,
    quantity_in,
)

_PLEDGE_BITS = ENCUMBERED_BIT | IN_DEFAULT_BIT | PLEDGEE_BITS | MATURITY_DAY_BITS
_FIRST = Version(1)


def events_of(act: Act, before: Ledger, *, day: Day, inspector: PartyId | None) -> Iterator[Event]:
    """Yield the events of an act that is carried out on `day` in the state `before`.

    `inspector` is who has attested, where somebody has. Raises KeyError for an act on
    something unknown.
    """
    match act:
        case Admit() | Suspend() | Reinstate() | BindKey() | RevokeKey():
            yield _party_event(act, before)
        case OpenPool():
            opened = Pool(
                act.is_serialised,
                act.attestation_days,
                _FIRST,
                Day(0),
                1,
                act.quantity_capacity,
                0,
                0,
            )
            yield PoolOpened(act.pool, opened, act.description)
        case Attest():
            pool = before.pools[act.pool]
            counted = replace(
                pool,
                version=Version(pool.version + 1),
                attestation_day=day,
                quantity_attested=act.quantity,
            )
            yield Attested(act.pool, counted, inspector or PartyId(0), act.evidence)
        case Issue():
            yield from _issue(act)
        case Transfer():
            word = before.receipts[act.receipt_id] & ~HOLDER_BITS | act.transferee << 8
            yield Transferred(act.receipt_id, word + ONE_VERSION, act.terms)
        case Pledge():
            yield _pledged(act.receipt_id, act, before)
            yield from _documents(act.documents, act.receipt_id)
        case PledgePortfolio():
            for ref in act.receipts:
                yield _pledged(ref.receipt_id, act, before)
            yield from _documents(act.documents, act.receipts[0].receipt_id)
        case Release():
            yield _released(act.receipt_id, act.terms, before)
        case ReleasePortfolio():
            for ref in act.receipts:
                yield _released(ref.receipt_id, act.terms, before)
        case AssignPledge():
            word = before.receipts[act.receipt_id] & ~PLEDGEE_BITS | act.new_pledgee << 30
            yield PledgeAssigned(act.receipt_id, word + ONE_VERSION, act.terms)
        case Default():
            word = before.receipts[act.receipt_id] & ~MATURITY_DAY_BITS | day << 114
            yield Defaulted(act.receipt_id, (word | IN_DEFAULT_BIT) + ONE_VERSION, act.notice)
        case Cure():
            word = before.receipts[act.receipt_id] & ~(MATURITY_DAY_BITS | IN_DEFAULT_BIT)
            word |= act.maturity_day << 114
            yield Cured(act.receipt_id, word + ONE_VERSION, act.terms)
        case Enforce():
            word = before.receipts[act.receipt_id] & ~(_PLEDGE_BITS | HOLDER_BITS)
            yield Enforced(act.receipt_id, (word | act.transferee << 8) + ONE_VERSION, act.terms)
        case Deliver():
            yield from _deliver(act, before)
        case Freeze():
            word = before.receipts[act.receipt_id] | FROZEN_BIT
            yield ReceiptFrozen(act.receipt_id, word + ONE_VERSION, act.order)
        case Unfreeze():
            word = before.receipts[act.receipt_id] & ~FROZEN_BIT
            yield ReceiptUnfrozen(act.receipt_id, word + ONE_VERSION, act.order)
        case _:
            assert_never(act)


def _party_event(act: Admit | Suspend | Reinstate | BindKey | RevokeKey, before: Ledger) -> Event:
    if isinstance(act, Admit):
        admitted = Party(act.roles, is_active=True, key_count=1, version=_FIRST)
        return Admitted(act.party, admitted, act.key, act.profile)
    party = before.parties[act.party]
    after = replace(party, version=Version(party.version + 1))
    match act:
        case Suspend():
            return Suspended(act.party, replace(after, is_active=False), act.reason)
        case Reinstate():
            return Reinstated(act.party, replace(after, is_active=True), act.reason)
        case BindKey():
            return KeyBound(act.party, replace(after, key_count=after.key_count + 1), act.key)
        case RevokeKey():
            return KeyRevoked(act.party, replace(after, key_count=after.key_count - 1), act.key)
        case _:
            assert_never(act)


def _issue(act: Issue) -> Iterator[Event]:
    first = receipt_id(act.pool, act.first_serial)
    for place, new in enumerate(act.receipts):
        number = ReceiptId(first + place)
        word = Status.OPEN | new.holder << 8 | ONE_VERSION | new.quantity << 60
        yield Issued(number, word | new.storage_day << 100, new.content)
        for item_key in new.item_keys:
            yield ItemReceipted(item_key, number)
    yield from _documents(act.documents, first)


def _deliver(act: Deliver, before: Ledger) -> Iterator[Event]:
    for item_key in act.item_keys:
        yield ItemFreed(item_key, act.receipt_id)
    word = before.receipts[act.receipt_id]
    left = quantity_in(word) - act.quantity
    word = word & ~QUANTITY_BITS | left << 60
    if not left:
        word = word & ~(_PLEDGE_BITS | STATUS_BITS) | Status.DELIVERED
    yield Delivered(act.receipt_id, word + ONE_VERSION, act.evidence)


def _pledged(number: ReceiptId, act: Pledge | PledgePortfolio, before: Ledger) -> Pledged:
    word = before.receipts[number] | ENCUMBERED_BIT | act.pledgee << 30 | act.maturity_day << 114
    return Pledged(number, word + ONE_VERSION, act.terms)


def _released(number: ReceiptId, terms: Hash32, before: Ledger) -> Released:
    return Released(number, (before.receipts[number] & ~_PLEDGE_BITS) + ONE_VERSION, terms)


def _documents(documents: tuple[Hash32, ...], subject: ReceiptId) -> Iterator[Event]:
    for document in documents:
        yield DocumentUsed(document, subject)
