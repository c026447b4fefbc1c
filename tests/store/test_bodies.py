"""Events into JSON and back, and into the tables that hold them."""

import json
from dataclasses import replace
from typing import get_args

import pytest

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
    ClaimEvent,
    Event,
    PartyEvent,
    PoolEvent,
    ReceiptEvent,
)
from receipts_ledger.domain.ids import Address, Day, Hash32, PartyId, PoolId, ReceiptId, Version
from receipts_ledger.domain.party import (
    Admitted,
    KeyBound,
    KeyRevoked,
    Party,
    Recovered,
    RecoveryBegun,
    RecoveryVetoed,
    Reinstated,
    Role,
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
from receipts_ledger.store.bodies import event_of, told

LAST = ReceiptId(2**64 - 1)
WORD = 2**128 - 1
HASH = Hash32(bytes(range(32)))
KEY = Address(bytes(range(20)))
PARTY = Party(Role.LENDER | Role.HOLDER, is_active=True, key_count=8, version=Version(65_535))
LOST = replace(PARTY, is_active=False, notice_day=Day(65_535), recovery_key=KEY)
POOL = Pool.from_word(2**248 - 1)

EVENTS: tuple[Event, ...] = (
    Issued(LAST, WORD, HASH),
    Transferred(LAST, WORD, HASH),
    Pledged(LAST, WORD, HASH),
    Released(LAST, WORD, HASH),
    PledgeAssigned(LAST, WORD, HASH),
    Defaulted(LAST, WORD, HASH),
    Cured(LAST, WORD, HASH),
    Enforced(LAST, WORD, HASH),
    Delivered(LAST, WORD, HASH),
    ReceiptFrozen(LAST, 0, HASH),
    ReceiptUnfrozen(ReceiptId(1), 1, HASH),
    Admitted(PartyId(2**22 - 1), PARTY, KEY, HASH),
    Suspended(PartyId(1), PARTY, HASH),
    Reinstated(PartyId(1), PARTY, HASH),
    KeyBound(PartyId(1), PARTY, KEY),
    KeyRevoked(PartyId(1), PARTY, KEY),
    PoolOpened(PoolId(2**32 - 1), POOL, HASH),
    Attested(PoolId(1), POOL, PartyId(4), HASH),
    ItemReceipted(HASH, LAST),
    ItemFreed(HASH, LAST),
    DocumentUsed(HASH, LAST),
    ActRefused(HASH, LAST, b""),
    Divided(LAST, WORD, HASH),
    IssuedFrom(LAST, WORD, HASH, ReceiptId(LAST - 1)),
    Merged(LAST, WORD, HASH),
    Absorbed(LAST, WORD, ReceiptId(1)),
    Replaced(LAST, WORD, ReceiptId(1)),
    Cancelled(LAST, WORD, HASH),
    WrittenDown(LAST, WORD, HASH),
    Substituted(LAST, WORD, ReceiptId(1), HASH),
    StorageExtended(LAST, WORD, HASH),
    PutOnPaper(LAST, WORD, HASH),
    TakenOffPaper(LAST, WORD, HASH),
    ClaimNoted(LAST, WORD, HASH),
    ClaimLifted(LAST, WORD, HASH),
    Invalidated(LAST, WORD, HASH),
    ReceiptBroughtOver(LAST, WORD),
    ItemsReceipted(HASH, LAST, 2**256 - 1),
    ItemsFreed(HASH, LAST, 1),
    RecoveryBegun(PartyId(1), LOST, KEY, HASH),
    RecoveryVetoed(PartyId(1), replace(PARTY, is_vetoed=True), HASH),
    Recovered(PartyId(1), PARTY, KEY, HASH),
    PoolPaused(PoolId(1), POOL, HASH),
    PoolResumed(PoolId(1), POOL, HASH),
    PoolSealed(PoolId(1), POOL, HASH),
    PoolBroughtOver(PoolId(1), POOL),
)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_event_comes_back_from_its_json(event: Event) -> None:
    kind, _, body = told(event)
    assert kind == type(event).__name__
    assert event_of(kind, json.loads(body)) == event


def test_every_kind_of_event_is_among_these() -> None:
    kinds = (ReceiptEvent, PartyEvent, PoolEvent, ClaimEvent)
    listed = {kind for union in kinds for kind in get_args(union)} | {ActRefused}
    assert {type(event) for event in EVENTS} == listed == set(get_args(Event))


def test_subject_is_the_number_that_the_event_is_about() -> None:
    assert [subject for _, subject, _ in map(told, EVENTS)] == [
        *[LAST] * 10,
        1,
        2**22 - 1,
        *[1] * 4,
        2**32 - 1,
        1,
        *[LAST] * 4,
        *[LAST] * 17,
        *[1] * 7,
    ]
