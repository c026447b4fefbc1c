"""What each event means, and which words cannot follow."""

from dataclasses import replace

import pytest

from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.event import ActRefused, Event
from receipts_ledger.domain.ids import (
    NO_HASH,
    Address,
    Day,
    Hash32,
    PartyId,
    ReceiptId,
    Version,
    pool_id,
    receipt_id,
)
from receipts_ledger.domain.invariants import breaches
from receipts_ledger.domain.ledger import Contradiction, Ledger
from receipts_ledger.domain.party import (
    Admitted,
    KeyBound,
    KeyRevoked,
    Party,
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
)
from receipts_ledger.domain.pool import Attested, Pool, PoolOpened
from receipts_ledger.domain.receipt import (
    Delivered,
    Flag,
    Issued,
    Receipt,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Status,
    Transferred,
)

WAREHOUSE, TRADER, OTHER_TRADER, BANK = PartyId(2), PartyId(70_001), PartyId(70_002), PartyId(5)
POOL = pool_id(WAREHOUSE, 1)
RECEIPT, NEIGHBOUR = receipt_id(POOL, 2), receipt_id(POOL, 3)
FIRST = receipt_id(POOL, 1)
KEY = Address(b"\x01" * 20)
ITEM = Hash32(b"\x02" * 32)

NEW = Receipt(
    status=Status.OPEN,
    flags=Flag(0),
    holder=TRADER,
    pledgee=None,
    version=Version(1),
    quantity=25_000,
    storage_day=Day(2_900),
    maturity_day=None,
)
TRANSFERRED = replace(NEW, version=Version(2), holder=OTHER_TRADER)
PLEDGED = replace(
    NEW, version=Version(2), flags=Flag.ENCUMBERED, pledgee=BANK, maturity_day=Day(2_800)
)
RELEASED = replace(NEW, version=Version(3))
ASSIGNED = replace(PLEDGED, version=Version(3), pledgee=PartyId(6))
IN_DEFAULT = replace(
    PLEDGED,
    version=Version(3),
    flags=Flag.ENCUMBERED | Flag.IN_DEFAULT,
    maturity_day=Day(2_801),
)
CURED = replace(PLEDGED, version=Version(4), maturity_day=Day(2_850))
ENFORCED = replace(NEW, version=Version(4), holder=OTHER_TRADER)
FROZEN = replace(NEW, version=Version(2), flags=Flag.FROZEN)
UNFROZEN = replace(NEW, version=Version(3))
PART_DELIVERED = replace(NEW, version=Version(2), quantity=5_000)
DELIVERED = replace(NEW, version=Version(2), quantity=0, status=Status.DELIVERED)


def pool(**changes: int) -> Pool:
    opened = Pool(
        is_serialised=False,
        attestation_days=30,
        version=Version(1),
        attestation_day=Day(0),
        next_serial=1,
        quantity_capacity=10**9,
        quantity_attested=0,
        quantity_receipted=0,
    )
    return replace(opened, **changes)  # type: ignore[arg-type]


def issued() -> Ledger:
    """Three receipts of 25 t in a pool of 75 t."""
    ledger = Ledger()
    ledger.apply(PoolOpened(POOL, pool(), NO_HASH))
    attested = pool(version=2, attestation_day=2_500, quantity_attested=75_000)
    ledger.apply(Attested(POOL, attested, PartyId(4), NO_HASH))
    for receipt in (FIRST, RECEIPT, NEIGHBOUR):
        ledger.apply(Issued(receipt, NEW.to_word(), NO_HASH))
    return ledger


def test_words_are_read_as_they_are_written() -> None:
    for receipt in (NEW, PLEDGED, FROZEN, DELIVERED):
        assert Receipt.from_word(receipt.to_word()) == receipt
    party = Party(Role.WAREHOUSE | Role.HOLDER, is_active=True, key_count=3, version=Version(9))
    assert Party.from_word(party.to_word()) == party
    full = pool(next_serial=2**32 - 1, quantity_receipted=2**56 - 1, attestation_days=255)
    assert Pool.from_word(full.to_word()) == full


@pytest.mark.parametrize(
    ("events", "after"),
    [
        ([Transferred(RECEIPT, TRANSFERRED.to_word(), NO_HASH)], TRANSFERRED),
        ([Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH)], PLEDGED),
        (
            [
                Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH),
                Released(RECEIPT, RELEASED.to_word(), NO_HASH),
            ],
            RELEASED,
        ),
        (
            [
                Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH),
                PledgeAssigned(RECEIPT, ASSIGNED.to_word(), NO_HASH),
            ],
            ASSIGNED,
        ),
        (
            [
                Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH),
                Defaulted(RECEIPT, IN_DEFAULT.to_word(), NO_HASH),
            ],
            IN_DEFAULT,
        ),
        (
            [
                Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH),
                Defaulted(RECEIPT, IN_DEFAULT.to_word(), NO_HASH),
                Cured(RECEIPT, CURED.to_word(), NO_HASH),
            ],
            CURED,
        ),
        (
            [
                Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH),
                Defaulted(RECEIPT, IN_DEFAULT.to_word(), NO_HASH),
                Enforced(RECEIPT, ENFORCED.to_word(), NO_HASH),
            ],
            ENFORCED,
        ),
        (
            [
                Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH),
                Defaulted(RECEIPT, IN_DEFAULT.to_word(), NO_HASH),
                Released(RECEIPT, replace(NEW, version=Version(4)).to_word(), NO_HASH),
            ],
            replace(NEW, version=Version(4)),
        ),
        ([ReceiptFrozen(RECEIPT, FROZEN.to_word(), NO_HASH)], FROZEN),
        (
            [
                ReceiptFrozen(RECEIPT, FROZEN.to_word(), NO_HASH),
                ReceiptUnfrozen(RECEIPT, UNFROZEN.to_word(), NO_HASH),
            ],
            UNFROZEN,
        ),
        ([Delivered(RECEIPT, PART_DELIVERED.to_word(), NO_HASH)], PART_DELIVERED),
        ([Delivered(RECEIPT, DELIVERED.to_word(), NO_HASH)], DELIVERED),
    ],
)
def test_an_event_moves_its_receipt_and_no_other(events: list[Event], after: Receipt) -> None:
    ledger = issued()
    for event in events:
        ledger.apply(event)
    assert Receipt.from_word(ledger.receipts[RECEIPT]) == after
    assert Receipt.from_word(ledger.receipts[NEIGHBOUR]) == NEW
    assert not list(breaches(ledger))


@pytest.mark.parametrize(
    "marked",
    ["is_serialised", "is_paged", "is_bonded", "is_paused", "is_sealed", "is_non_negotiable"],
)
def test_a_pool_keeps_all_else_while_goods_move(marked: str) -> None:
    before = replace(Pool(False, 30, Version(7), Day(2_800), 4, 900, 80, 60), **{marked: True})  # type: ignore[arg-type]
    assert before.issued(5) == replace(before, next_serial=5, quantity_receipted=65)
    assert before.unreceipted(5) == replace(before, quantity_receipted=55)
    assert before.delivered(5) == replace(before, quantity_attested=75, quantity_receipted=55)


def test_delivery_lowers_what_is_receipted_and_attested() -> None:
    ledger = issued()
    ledger.apply(Delivered(RECEIPT, PART_DELIVERED.to_word(), NO_HASH))
    assert ledger.pools[POOL].quantity_receipted == 55_000
    assert ledger.pools[POOL].quantity_attested == 55_000


@pytest.mark.parametrize(
    "event",
    [
        Issued(receipt_id(POOL, 5), NEW.to_word(), NO_HASH),
        Issued(receipt_id(POOL, 3), NEW.to_word(), NO_HASH),
        Issued(receipt_id(pool_id(WAREHOUSE, 9), 1), NEW.to_word(), NO_HASH),
        Issued(receipt_id(POOL, 4), PLEDGED.to_word(), NO_HASH),
        Issued(receipt_id(POOL, 4), replace(NEW, version=Version(2)).to_word(), NO_HASH),
        Transferred(receipt_id(POOL, 9), TRANSFERRED.to_word(), NO_HASH),
        Transferred(RECEIPT, replace(TRANSFERRED, version=Version(3)).to_word(), NO_HASH),
        Transferred(RECEIPT, replace(TRANSFERRED, version=Version(1)).to_word(), NO_HASH),
        Transferred(RECEIPT, replace(TRANSFERRED, quantity=26_000).to_word(), NO_HASH),
        Transferred(RECEIPT, TRANSFERRED.to_word() | 1 << 128, NO_HASH),
        Pledged(RECEIPT, replace(NEW, version=Version(2)).to_word(), NO_HASH),
        Pledged(RECEIPT, replace(PLEDGED, holder=OTHER_TRADER).to_word(), NO_HASH),
        Released(RECEIPT, replace(NEW, version=Version(2)).to_word(), NO_HASH),
        PledgeAssigned(RECEIPT, replace(NEW, version=Version(2)).to_word(), NO_HASH),
        PledgeAssigned(RECEIPT, replace(PLEDGED, flags=Flag(0)).to_word(), NO_HASH),
        Defaulted(RECEIPT, replace(IN_DEFAULT, version=Version(2)).to_word(), NO_HASH),
        Cured(RECEIPT, replace(NEW, version=Version(2)).to_word(), NO_HASH),
        Enforced(RECEIPT, replace(ENFORCED, version=Version(2)).to_word(), NO_HASH),
        Delivered(RECEIPT, replace(NEW, version=Version(2)).to_word(), NO_HASH),
        Delivered(RECEIPT, replace(NEW, version=Version(2), quantity=26_000).to_word(), NO_HASH),
        Delivered(RECEIPT, replace(DELIVERED, status=Status.OPEN).to_word(), NO_HASH),
        Delivered(RECEIPT, replace(PART_DELIVERED, status=Status.DELIVERED).to_word(), NO_HASH),
        ReceiptFrozen(RECEIPT, replace(NEW, version=Version(2)).to_word(), NO_HASH),
        ReceiptUnfrozen(RECEIPT, replace(NEW, version=Version(2)).to_word(), NO_HASH),
        PoolOpened(POOL, pool(), NO_HASH),
        PoolOpened(pool_id(WAREHOUSE, 9), pool(quantity_attested=1), NO_HASH),
        PoolOpened(pool_id(WAREHOUSE, 9), pool(next_serial=2), NO_HASH),
        Attested(pool_id(WAREHOUSE, 9), pool(version=2), PartyId(4), NO_HASH),
        Attested(POOL, pool(version=3, next_serial=9), PartyId(4), NO_HASH),
        ItemFreed(ITEM, RECEIPT),
    ],
)
def test_a_word_that_cannot_follow_is_a_contradiction(event: Event) -> None:
    ledger = issued()
    before = dict(ledger.receipts), dict(ledger.pools), dict(ledger.receipt_of_item)
    with pytest.raises(Contradiction):
        ledger.apply(event)
    assert (ledger.receipts, ledger.pools, ledger.receipt_of_item) == before


def test_a_second_pledge_is_a_contradiction() -> None:
    ledger = issued()
    ledger.apply(Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH))
    second = replace(PLEDGED, version=Version(3), pledgee=PartyId(6))
    with pytest.raises(Contradiction, match="while it is encumbered"):
        ledger.apply(Pledged(RECEIPT, second.to_word(), NO_HASH))


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        (PledgeAssigned(RECEIPT, replace(PLEDGED, version=Version(3)).to_word(), NO_HASH), "its p"),
        (PledgeAssigned(RECEIPT, replace(ASSIGNED, pledgee=None).to_word(), NO_HASH), "to nobody"),
        (PledgeAssigned(RECEIPT, replace(ASSIGNED, holder=BANK).to_word(), NO_HASH), "turned"),
        (Defaulted(RECEIPT, replace(PLEDGED, version=Version(3)).to_word(), NO_HASH), "but not in"),
        (Defaulted(RECEIPT, replace(IN_DEFAULT, pledgee=TRADER).to_word(), NO_HASH), "turned"),
        (Cured(RECEIPT, replace(PLEDGED, version=Version(3)).to_word(), NO_HASH), "is not in"),
        (Enforced(RECEIPT, replace(ENFORCED, version=Version(3)).to_word(), NO_HASH), "is not in"),
    ],
)
def test_what_cannot_follow_a_pledge_is_a_contradiction(event: Event, complaint: str) -> None:
    ledger = issued()
    ledger.apply(Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH))
    with pytest.raises(Contradiction, match=complaint):
        ledger.apply(event)
    assert ledger.receipts[RECEIPT] == PLEDGED.to_word()


@pytest.mark.parametrize(
    ("event", "complaint"),
    [
        (Defaulted(RECEIPT, replace(IN_DEFAULT, version=Version(4)).to_word(), NO_HASH), "from"),
        (Cured(RECEIPT, replace(IN_DEFAULT, version=Version(4)).to_word(), NO_HASH), "still in"),
        (Cured(RECEIPT, replace(CURED, holder=OTHER_TRADER).to_word(), NO_HASH), "turned"),
        (Enforced(RECEIPT, replace(CURED, holder=OTHER_TRADER).to_word(), NO_HASH), "still encum"),
        (Enforced(RECEIPT, replace(ENFORCED, holder=TRADER).to_word(), NO_HASH), "own holder"),
        (Enforced(RECEIPT, replace(ENFORCED, quantity=9).to_word(), NO_HASH), "turned"),
    ],
)
def test_what_cannot_follow_a_default_is_a_contradiction(event: Event, complaint: str) -> None:
    ledger = issued()
    ledger.apply(Pledged(RECEIPT, PLEDGED.to_word(), NO_HASH))
    ledger.apply(Defaulted(RECEIPT, IN_DEFAULT.to_word(), NO_HASH))
    with pytest.raises(Contradiction, match=complaint):
        ledger.apply(event)
    assert ledger.receipts[RECEIPT] == IN_DEFAULT.to_word()


def test_nothing_happens_to_a_delivered_receipt() -> None:
    ledger = issued()
    ledger.apply(Delivered(RECEIPT, DELIVERED.to_word(), NO_HASH))
    after = replace(DELIVERED, version=Version(3), holder=OTHER_TRADER)
    with pytest.raises(Contradiction, match="after its end"):
        ledger.apply(Transferred(RECEIPT, after.to_word(), NO_HASH))


def test_an_item_is_in_one_receipt_at_a_time() -> None:
    ledger = issued()
    ledger.apply(ItemReceipted(ITEM, RECEIPT))
    with pytest.raises(Contradiction, match="twice"):
        ledger.apply(ItemReceipted(ITEM, NEIGHBOUR))
    with pytest.raises(Contradiction, match="was not there"):
        ledger.apply(ItemFreed(ITEM, NEIGHBOUR))
    ledger.apply(ItemFreed(ITEM, RECEIPT))
    ledger.apply(ItemReceipted(ITEM, NEIGHBOUR))
    assert ledger.receipt_of_item == {ITEM: NEIGHBOUR}


def test_items_that_stay_on_a_page_stay_in_their_receipt_when_others_leave() -> None:
    ledger = issued()
    ledger.apply(ItemsReceipted(ITEM, RECEIPT, 0b111))
    ledger.apply(ItemsFreed(ITEM, RECEIPT, 0b001))
    with pytest.raises(Contradiction, match="receipted twice"):
        ledger.apply(ItemsReceipted(ITEM, NEIGHBOUR, 0b010))
    ledger.apply(ItemsReceipted(ITEM, NEIGHBOUR, 0b001))


def test_a_document_is_used_once() -> None:
    ledger = issued()
    ledger.apply(DocumentUsed(ITEM, RECEIPT))
    for receipt in (RECEIPT, NEIGHBOUR):
        with pytest.raises(Contradiction, match="used twice"):
            ledger.apply(DocumentUsed(ITEM, receipt))


def test_a_party_and_its_keys_live() -> None:
    ledger = Ledger()
    party = Party(Role.LENDER, is_active=True, key_count=1, version=Version(1))
    second = Address(b"\x03" * 20)
    ledger.apply(Admitted(BANK, party, KEY, NO_HASH))
    two_keys = replace(party, key_count=2, version=Version(2))
    ledger.apply(KeyBound(BANK, two_keys, second))
    suspended = replace(two_keys, is_active=False, version=Version(3))
    ledger.apply(Suspended(BANK, suspended, NO_HASH))
    ledger.apply(Reinstated(BANK, replace(two_keys, version=Version(4)), NO_HASH))
    one_key = replace(two_keys, key_count=1, version=Version(5))
    ledger.apply(KeyRevoked(BANK, one_key, KEY))
    assert ledger.keys == {second: BANK}
    assert ledger.parties == {BANK: one_key}


@pytest.mark.parametrize(
    "event",
    [
        Admitted(BANK, Party(Role.LENDER, True, 1, Version(1)), Address(b"\x09" * 20), NO_HASH),
        Admitted(PartyId(6), Party(Role.LENDER, True, 1, Version(1)), KEY, NO_HASH),
        Admitted(PartyId(6), Party(Role.LENDER, False, 1, Version(1)), KEY, NO_HASH),
        KeyBound(BANK, Party(Role.LENDER, True, 2, Version(2)), KEY),
        KeyBound(BANK, Party(Role.LENDER, True, 1, Version(2)), Address(b"\x09" * 20)),
        KeyRevoked(BANK, Party(Role.LENDER, True, 0, Version(2)), Address(b"\x09" * 20)),
        Suspended(BANK, Party(Role.LENDER, True, 1, Version(2)), NO_HASH),
        Suspended(PartyId(6), Party(Role.LENDER, False, 1, Version(2)), NO_HASH),
        Reinstated(BANK, Party(Role.HOLDER, True, 1, Version(2)), NO_HASH),
    ],
)
def test_a_party_word_that_cannot_follow_is_a_contradiction(event: Event) -> None:
    ledger = Ledger()
    ledger.apply(Admitted(BANK, Party(Role.LENDER, True, 1, Version(1)), KEY, NO_HASH))
    with pytest.raises(Contradiction):
        ledger.apply(event)
    assert ledger.keys == {KEY: BANK}


def test_a_refused_act_changes_nothing() -> None:
    ledger = issued()
    before = dict(ledger.receipts)
    ledger.apply(ActRefused(ITEM, RECEIPT, b""))
    assert ledger.receipts == before


@pytest.mark.parametrize(
    ("invariant", "broken"),
    [
        ("I1", replace(NEW, holder=PartyId(0))),
        ("I2", replace(DELIVERED, quantity=1)),
        ("I3", replace(NEW, flags=Flag.ENCUMBERED)),
        ("I3", replace(NEW, pledgee=BANK)),
        ("I3", replace(NEW, flags=Flag.IN_DEFAULT)),
        ("I4", replace(NEW, quantity=24_999)),
    ],
)
def test_a_broken_invariant_is_found(invariant: str, broken: Receipt) -> None:
    ledger = issued()
    assert not list(breaches(ledger))
    ledger.receipts[RECEIPT] = broken.to_word()
    assert invariant in {breach.invariant for breach in breaches(ledger)}


def test_broken_pools_items_and_parties_are_found() -> None:
    ledger = issued()
    ledger.pools[POOL] = replace(ledger.pools[POOL], quantity_attested=74_999)
    ledger.receipt_of_item[ITEM] = ReceiptId(1)
    del ledger.receipts[NEIGHBOUR]
    both = Role.WAREHOUSE | Role.INSPECTOR
    ledger.parties[PartyId(9)] = Party(both, True, 1, Version(1))
    found = {breach.invariant for breach in breaches(ledger)}
    assert {"I4", "I6", "I7", "I9"} <= found
