"""What went wrong in ledgers that others have built does not go wrong here.

X1 to X14: each a defect that can be read in published code, and the right behaviour with the
wrong one refused, on the compiled contract.
"""

from collections.abc import Iterator

import pytest

from receipts_ledger.chain import refusals
from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.keys import address_of_private_key, keccak
from receipts_ledger.chain.local_node import DEVELOPER_KEYS, anvil
from receipts_ledger.chain.rpc import Rpc, RpcError
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import NewPart, Replace, Split
from receipts_ledger.domain.event import PoolEvent, ReceiptEvent
from receipts_ledger.domain.ids import Day, PartyId, ReceiptId, Version, receipt_id
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pledge import Enforce, Release
from receipts_ledger.domain.receipt import (
    Deliver,
    ExtendStorage,
    Freeze,
    Issue,
    NewReceipt,
    Transfer,
    Unfreeze,
)
from receipts_ledger.errors import RefusalCode
from tests.matrix.asking import about_party, about_pool, about_receipt
from tests.matrix.standings import World, build
from tests.matrix.table import Row, rows, standings
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_B,
    BANK_C,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import Gateway, pledge_body
from tests.support.ledger_on_chain import (
    EVIDENCE,
    FOREVER,
    LOT,
    MATURITY_DAYS,
    NOTICE_DAYS,
    STORED_DAYS,
    TERMS,
    LedgerOnChain,
)

BUNDLE = keccak(b"brand, heat number, bundle 17")


@pytest.fixture
def ledger(ledger_on_anvil: LedgerOnChain) -> LedgerOnChain:
    return ledger_on_anvil


@pytest.fixture
def free(ledger: LedgerOnChain) -> ReceiptId:
    """A receipt of trader A in warehouse A."""
    return ledger.issue(ledger.open_pool())[0]


@pytest.fixture
def pledged(ledger: LedgerOnChain, free: ReceiptId) -> ReceiptId:
    """The same, pledged to bank A."""
    ledger.pledge(free)
    return free


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with anvil() as node:
        rpc = Rpc(node.url)
        yield build(LedgerOnChain(rpc), LedgerOnChain(rpc))


def refused(ledger: LedgerOnChain, act: Act, *signers: Member) -> RefusalCode:
    with pytest.raises(RpcError) as raised:
        ledger.simulate(ledger.sign(act, *signers))
    found = refusals.decode(raised.value.revert or b"")
    assert found is not None, raised.value
    return found.code


def transfer(ledger: LedgerOnChain, receipt: ReceiptId, to: Member, **changes: int) -> Transfer:
    version = ledger.receipt(receipt).version
    return Transfer(receipt, version, to.party, TERMS, changes.get("deadline", FOREVER))


def test_x01_a_frozen_receipt_can_be_unfrozen_and_goes_on(
    ledger: LedgerOnChain, free: ReceiptId
) -> None:
    ledger.do(Freeze(free, Version(1), EVIDENCE, FOREVER), AUTHORITY)
    assert refused(ledger, transfer(ledger, free, TRADER_B), TRADER_A, TRADER_B) == "Frozen"
    ledger.do(Unfreeze(free, Version(2), EVIDENCE, FOREVER), AUTHORITY)
    ledger.do(transfer(ledger, free, TRADER_B), TRADER_A, TRADER_B)
    assert ledger.receipt(free).holder == TRADER_B.party


def test_x02_the_holder_alone_pledges_nothing(ledger: LedgerOnChain, free: ReceiptId) -> None:
    act = ledger.pledge_act(free)
    for signers in ((TRADER_A,), (TRADER_A, WAREHOUSE_A), (TRADER_A, BANK_A)):
        assert refused(ledger, act, *signers) == "MissingConsent"
    ledger.do(act, TRADER_A, WAREHOUSE_A, BANK_A)
    assert ledger.receipt(free).pledgee == BANK_A.party


def test_x02_a_pledge_that_waits_for_the_lender_is_none(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}/pledges"
    drafted = gateway.door(TRADER_A).post(path, pledge_body(gateway, BANK_A)).json()
    for member in (TRADER_A, WAREHOUSE_A):
        assert gateway.sign(drafted, member).json()["status"] == "draft"
        gateway.relay()
        assert gateway.door(TRADER_A).get(f"/v1/receipts/{receipt}").json()["encumbered"] is False
    assert gateway.sign(drafted, BANK_A).json()["status"] == "signed"
    gateway.relay()
    assert gateway.door(TRADER_A).get(f"/v1/receipts/{receipt}").json()["encumbered"] is True


@pytest.mark.parametrize("row", list(rows()), ids=lambda row: row.name)
def test_x03_every_change_is_told_once_and_nothing_else_changes(world: World, row: Row) -> None:
    standing = next(name for name in standings(row.subject) if row.answer(name) is None)
    if row.subject == "receipt":
        asked = about_receipt(row, world.receipts[standing])
    elif row.subject == "pool":
        asked = about_pool(row, *world.pools[standing])
    else:
        asked = about_party(row, world.open_ledger, world.parties[standing])
    ledger = asked.ledger
    snapshot = ledger.rpc.call("evm_snapshot")
    before = _words(world, ledger)
    events = ledger.events(ledger.execute(asked.signed()))
    after = _words(world, ledger)
    told = {event.receipt_id: event.word for event in events if isinstance(event, ReceiptEvent)}
    assert {number: after[number] for number in after if before.get(number) != after[number]} == {
        number: word for number, word in told.items() if number in after
    }
    for number, word in told.items():
        assert ledger.word("receiptWord(uint64)", number) == word
    assert len(told) == sum(isinstance(event, ReceiptEvent) for event in events)
    for event in events:
        if isinstance(event, PoolEvent):
            assert ledger.pool(event.pool) == event.after
    assert events
    assert ledger.rpc.call("evm_revert", [snapshot]) is True


def _words(world: World, ledger: LedgerOnChain) -> dict[ReceiptId, int]:
    return {
        receipt: ledger.word("receiptWord(uint64)", receipt)
        for standing in world.receipts.values()
        if standing.ledger is ledger
        for receipt in (standing.receipt, standing.twin, standing.spare, standing.secured)
    }


def test_x04_numbers_in_events_can_be_read_back() -> None:
    events = [entry for entry in ledger_artifact().abi if entry["type"] == "event"]
    indexed = [
        member for event in events for member in event["inputs"] if member.get("indexed", False)
    ]
    assert indexed
    for member in indexed:
        # Of a string or an array, only a hash would be in the log.
        assert member["type"] not in ("string", "bytes"), member
        assert not member["type"].endswith("]"), member


def test_x05_a_released_receipt_is_pledged_again(ledger: LedgerOnChain, pledged: ReceiptId) -> None:
    ledger.release(pledged)
    assert ledger.receipt(pledged).pledgee is None
    ledger.pledge(pledged, BANK_B)
    assert ledger.receipt(pledged).pledgee == BANK_B.party
    ledger.release(pledged, BANK_B)


@pytest.mark.parametrize("office", [REGISTRAR, AUTHORITY, WAREHOUSE_A], ids=lambda who: who.name)
def test_x06_no_office_enforces_a_pledge(
    ledger: LedgerOnChain, pledged: ReceiptId, office: Member
) -> None:
    ledger.let_days_pass(MATURITY_DAYS + 1)
    ledger.default(pledged)
    ledger.let_days_pass(NOTICE_DAYS + 1)
    act = Enforce(pledged, Version(3), TRADER_B.party, TERMS, FOREVER)
    assert refused(ledger, act, office, TRADER_B) == "MissingConsent"
    ledger.do(act, BANK_A, TRADER_B)


def test_x06_nothing_is_enforced_without_a_pledge_a_default_and_notice(
    ledger: LedgerOnChain, free: ReceiptId
) -> None:
    def enforcement() -> Enforce:
        version = ledger.receipt(free).version
        return Enforce(free, version, TRADER_B.party, TERMS, FOREVER)

    assert refused(ledger, enforcement(), BANK_A, TRADER_B) == "NotEncumbered"
    ledger.pledge(free)
    assert refused(ledger, enforcement(), BANK_A, TRADER_B) == "NotInDefault"
    ledger.let_days_pass(MATURITY_DAYS + 1)
    assert refused(ledger, enforcement(), BANK_A, TRADER_B) == "NotInDefault"
    ledger.default(free)
    assert refused(ledger, enforcement(), BANK_A, TRADER_B) == "NoticeRunning"


def test_x07_whoever_runs_the_gateway_owns_nothing(ledger: LedgerOnChain, free: ReceiptId) -> None:
    deployer = "0x" + address_of_private_key(DEVELOPER_KEYS[0]).hex()
    operator = Member("operator", PartyId(0), Role(0))
    pool, day = free >> 32, Day(ledger.today + STORED_DAYS)
    new = NewReceipt(TRADER_A.party, LOT, day, TERMS)
    acts: tuple[Act, ...] = (
        Issue(ledger.pools()[0], 2, (new,), (), EVIDENCE, FOREVER),
        transfer(ledger, free, TRADER_B),
        ledger.pledge_act(free),
        Deliver(free, Version(1), LOT, (), (), EVIDENCE, FOREVER),
    )
    assert ledger.pools()[0] == pool
    for act in acts:
        assert refused(ledger, act, operator) == "UnknownKey"
        # That it pays for the transaction gives it no voice either.
        assert ledger.execute(ledger.sign(act), sender=deployer)["status"] == "0x0"
    assert ledger.receipt(free).holder == TRADER_A.party


def test_x08_no_more_is_ever_pledged_than_there_is(
    ledger: LedgerOnChain, pledged: ReceiptId
) -> None:
    parts = (NewPart(5_000, TERMS), NewPart(1, TERMS))
    split = Split(pledged, Version(2), LOT - 5_001, 2, parts, TERMS, FOREVER)
    ledger.do(split, TRADER_A, WAREHOUSE_A, BANK_A)
    three = [receipt_id(ledger.pools()[0], serial) for serial in (1, 2, 3)]
    assert sum(ledger.receipt(each).quantity for each in three) == LOT
    for each in three:
        assert ledger.receipt(each).pledgee == BANK_A.party
        again = ledger.pledge_act(each, BANK_B)
        assert refused(ledger, again, TRADER_A, WAREHOUSE_A, BANK_B) == "AlreadyEncumbered"
        ledger.release(each)
    for each in three:
        ledger.do(transfer(ledger, each, TRADER_B), TRADER_A, TRADER_B)


def test_x09_no_bank_releases_the_pledge_of_another(
    ledger: LedgerOnChain, pledged: ReceiptId
) -> None:
    act = Release(pledged, Version(2), TERMS, FOREVER)
    for other in (BANK_B, BANK_C, TRADER_A, WAREHOUSE_A, REGISTRAR, AUTHORITY):
        assert refused(ledger, act, other) == "MissingConsent", other.name
    ledger.do(act, BANK_A)


def test_x10_the_warehouse_does_not_reword_a_pledged_receipt(
    ledger: LedgerOnChain, pledged: ReceiptId
) -> None:
    act = Replace(pledged, Version(2), 2, LOT, (), keccak(b"a better grade"), FOREVER)
    assert refused(ledger, act, WAREHOUSE_A) == "MissingConsent"
    assert refused(ledger, act, TRADER_A, WAREHOUSE_A) == "MissingConsent"
    more = Replace(pledged, Version(2), 2, LOT + 1, (), TERMS, FOREVER)
    assert refused(ledger, more, TRADER_A, WAREHOUSE_A, BANK_A) == "QuantityIncreased"
    ledger.do(act, TRADER_A, WAREHOUSE_A, BANK_A)
    heir = receipt_id(ledger.pools()[0], 2)
    assert ledger.receipt(heir).pledgee == BANK_A.party


def test_x11_the_same_bundle_is_not_receipted_twice_anywhere(ledger: LedgerOnChain) -> None:
    day = Day(ledger.today + STORED_DAYS)
    new = NewReceipt(TRADER_A.party, 1_000, day, TERMS, (BUNDLE,))
    here = ledger.open_pool(is_serialised=True)
    there = ledger.open_pool(WAREHOUSE_B, is_serialised=True)
    ledger.do(Issue(here, 1, (new,), (), EVIDENCE, FOREVER), WAREHOUSE_A, INSPECTOR)
    again = Issue(there, 1, (new,), (), EVIDENCE, FOREVER)
    assert refused(ledger, again, WAREHOUSE_B, INSPECTOR) == "ItemAlreadyReceipted"
    out = Deliver(receipt_id(here, 1), Version(1), 1_000, (BUNDLE,), (), EVIDENCE, FOREVER)
    ledger.do(out, TRADER_A, WAREHOUSE_A)
    ledger.do(again, WAREHOUSE_B, INSPECTOR)


def test_x11_the_same_heap_is_not_receipted_twice(ledger: LedgerOnChain) -> None:
    pool = ledger.open_pool(attested=LOT)
    ledger.issue(pool)
    new = NewReceipt(TRADER_A.party, 1, Day(ledger.today + 1), TERMS)
    more = Issue(pool, 2, (new,), (), EVIDENCE, FOREVER)
    assert refused(ledger, more, WAREHOUSE_A, INSPECTOR) == "OverAttested"


def test_x12_a_pledge_binds_and_is_not_merely_shown(
    ledger: LedgerOnChain, pledged: ReceiptId
) -> None:
    assert refused(ledger, transfer(ledger, pledged, TRADER_B), TRADER_A, TRADER_B) == "Encumbered"
    out = Deliver(pledged, Version(2), 1, (), (), EVIDENCE, FOREVER)
    assert refused(ledger, out, TRADER_A, WAREHOUSE_A) == "MissingConsent"
    ledger.do(out, TRADER_A, WAREHOUSE_A, BANK_A)


def test_x13_nobody_becomes_a_holder_unasked_or_too_late(
    ledger: LedgerOnChain, free: ReceiptId
) -> None:
    assert refused(ledger, transfer(ledger, free, TRADER_B), TRADER_A) == "MissingConsent"
    offer = transfer(ledger, free, TRADER_B, deadline=FOREVER)
    late = transfer(ledger, free, TRADER_B, deadline=1)
    assert refused(ledger, late, TRADER_A, TRADER_B) == "DeadlinePassed"
    # Silence is no acceptance, whatever else happens: once the receipt moves on, the offer is void.
    ledger.pledge(free)
    ledger.release(free)
    assert refused(ledger, offer, TRADER_A, TRADER_B) == "StaleVersion"
    assert ledger.receipt(free).holder == TRADER_A.party


def test_x14_goods_are_not_locked_in_when_storage_is_over(ledger: LedgerOnChain) -> None:
    pool = ledger.open_pool()
    first, second, third = ledger.issue(pool, 3)
    for receipt in (second, third):
        ledger.pledge(receipt, due_in_days=STORED_DAYS)
    ledger.let_days_pass(STORED_DAYS + 1)
    assert refused(ledger, transfer(ledger, first, TRADER_B), TRADER_A, TRADER_B) == (
        "StorageExpired"
    )
    ledger.do(Deliver(first, Version(1), 1, (), (), EVIDENCE, FOREVER), TRADER_A, WAREHOUSE_A)
    longer = ExtendStorage(first, Version(2), Day(ledger.today + 10), TERMS, FOREVER)
    ledger.do(longer, TRADER_A, WAREHOUSE_A)
    ledger.do(transfer(ledger, first, TRADER_B), TRADER_A, TRADER_B)
    ledger.release(second)
    ledger.default(third)
    ledger.let_days_pass(NOTICE_DAYS + 1)
    ledger.do(Enforce(third, Version(3), BANK_B.party, TERMS, FOREVER), BANK_A, BANK_B)
    ledger.do(Deliver(third, Version(4), LOT, (), (), EVIDENCE, FOREVER), BANK_B, WAREHOUSE_A)
