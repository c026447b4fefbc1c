"""Stock is conserved event by event, and where it is not, the event is named."""

from dataclasses import replace

from receipts_ledger.domain.change import Absorbed, Merged
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import Day, Hash32, PartyId, Version, pool_id, receipt_id
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.pool import Attested, Pool, PoolOpened
from receipts_ledger.domain.receipt import (
    Delivered,
    Flag,
    Issued,
    Receipt,
    Status,
    Transferred,
)
from receipts_ledger.domain.stock import Step, Stock

NOTHING = Hash32(bytes(32))
POOL = pool_id(PartyId(2), 1)
FIRST, SECOND = receipt_id(POOL, 1), receipt_id(POOL, 2)
OPENED = Pool(False, 30, Version(1), Day(0), 1, 1_000, 0, 0)
COUNTED = replace(OPENED, version=Version(2), attestation_day=Day(5), quantity_attested=200)
RECEIPT = Receipt(Status.OPEN, Flag(0), PartyId(7), None, Version(1), 100, Day(9), None)


def word(version: int, quantity: int, status: Status = Status.OPEN) -> int:
    return replace(RECEIPT, version=Version(version), quantity=quantity, status=status).to_word()


HISTORY: tuple[Event, ...] = (
    PoolOpened(POOL, OPENED, NOTHING),
    Attested(POOL, COUNTED, PartyId(4), NOTHING),
    Issued(FIRST, word(1, 100), NOTHING),
    Issued(SECOND, word(1, 100), NOTHING),
    Transferred(FIRST, replace(RECEIPT, version=Version(2), holder=PartyId(8)).to_word(), NOTHING),
    Transferred(FIRST, word(3, 100), NOTHING),
    Merged(FIRST, word(4, 200), NOTHING),
    Absorbed(SECOND, word(2, 0, Status.MERGED), FIRST),
    Delivered(FIRST, word(5, 50), NOTHING),
)


def steps(*events: Event, bent: Pool | None = None) -> list[Step]:
    ledger, stock = Ledger(), Stock(POOL)
    found = []
    for place, event in enumerate(events):
        ledger.apply(event)
        if bent is not None and place == len(events) - 1:
            ledger.pools[POOL] = bent
        step = stock.follow(event, ledger)
        if step is not None:
            found.append(step)
    return found


def test_each_event_that_changes_the_stock_is_a_step() -> None:
    found = steps(*HISTORY)
    assert [(step.attested, step.receipted, step.quantity_in_receipts) for step in found] == [
        (0, 0, 0),
        (200, 0, 0),
        (200, 100, 100),
        (200, 200, 200),
        (200, 300, 300),
        (200, 200, 200),
        (50, 50, 50),
    ]
    assert [step.receipt_id for step in found] == [None, None, FIRST, SECOND, FIRST, SECOND, FIRST]
    assert (found[-1].attested_change, found[-1].receipted_change) == (-150, -150)


def test_stock_is_conserved_though_a_merger_is_two_events() -> None:
    assert [step.breaches for step in steps(*HISTORY)] == [()] * 7


def test_pool_that_counts_other_than_its_receipts_is_named() -> None:
    bent = replace(COUNTED, quantity_receipted=101)
    told = steps(*HISTORY[:3], bent=bent)[-1].breaches
    assert told == ("pool 2-1 has 101 receipted, its open receipts add up to 100",)


def test_more_receipted_than_attested_and_more_attested_than_there_is_room_for_are_named() -> None:
    bent = replace(COUNTED, quantity_receipted=100, quantity_attested=99, quantity_capacity=98)
    told = steps(*HISTORY[:3], bent=bent)[-1].breaches
    assert told == (
        "pool 2-1 has 100 receipted, more than the 99 attested",
        "pool 2-1 has 99 attested, more than its capacity of 98",
    )


def test_other_pools_are_no_business_of_it() -> None:
    other = pool_id(PartyId(2), 2)
    assert steps(PoolOpened(other, OPENED, NOTHING)) == []
