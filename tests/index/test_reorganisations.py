"""The chain changes its mind, or seems to, and the index follows or stands."""

import pytest
from sqlalchemy import select

from receipts_ledger.chain.local_node import LocalNode, anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.services.index import Outcome
from receipts_ledger.store.tables import feed
from receipts_ledger.store.units import Database
from tests.index.test_indexing import tell_a_story
from tests.support.cast import BANK_A, BANK_B
from tests.support.indexing import (
    derived,
    events_by_feed,
    events_on_chain,
    everything,
    folded,
    indexer,
    ledger_in,
    mine,
    reorganise,
    stored_index,
)
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts


@pytest.fixture
def rpc(own_anvil: LocalNode) -> Rpc:
    return Rpc(own_anvil.url)


@pytest.mark.fault(5)
@pytest.mark.parametrize("depth", [1, 2, 3, 4, 5, 6])
def test_reorganised_blocks_are_taken_back_and_read_again(
    rpc: Rpc, database: Database, depth: int
) -> None:
    ledger, ids = ledger_with_receipts(rpc, 8)
    for receipt in ids[:7]:
        ledger.pledge(receipt, BANK_A)
    reading = indexer(ledger, database)
    reading.catch_up()
    reorganise(rpc, depth)
    # The pledges that were dropped are made again, with another bank.
    for receipt in ids[7 - depth : 7]:
        ledger.pledge(receipt, BANK_B)
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    history = events_on_chain(ledger)
    assert ledger_in(database) == folded(history)
    assert events_by_feed(database) == history
    with database.reading() as reader:
        taken_back = reader.scalars(
            select(feed.c.block_number).where(feed.c.kind == "reverted").order_by(feed.c.seq)
        )
    assert len(taken_back) == depth
    assert list(taken_back) == sorted(taken_back, reverse=True)


def test_index_after_a_reorganisation_is_that_of_one_who_never_saw_it(
    rpc: Rpc, sqlite_url: str, postgresql_url: str
) -> None:
    seen, unseen = Database.open(sqlite_url), Database.open(postgresql_url)
    ledger, ids = ledger_with_receipts(rpc)
    ledger.pledge(ids[0])
    reading = indexer(ledger, seen)
    reading.catch_up()
    reorganise(rpc, 1)
    ledger.pledge(ids[1])
    reading.catch_up()
    indexer(ledger, unseen).catch_up()
    assert derived(seen) == derived(unseen)
    seen.close()
    unseen.close()


def test_taking_back_undoes_every_kind_of_act(rpc: Rpc, database: Database) -> None:
    ledger = LedgerOnChain(rpc)
    ledger.admit_cast()
    reading = indexer(ledger, database, "depth:1000")
    before = reading.catch_up().cursor
    rows_before = derived(database)
    tell_a_story(ledger)
    cursor = reading.catch_up().cursor
    assert derived(database) != rows_before
    index = stored_index(database)
    while cursor.block != before.block:
        cursor = index.roll_back(cursor)
    assert derived(database) == rows_before
    # And what was taken back can be read again.
    reading.catch_up()
    assert ledger_in(database) == folded(events_on_chain(ledger))


@pytest.mark.fault(4)
def test_shorter_chain_changes_nothing_until_another_block_contradicts(
    rpc: Rpc, database: Database
) -> None:
    ledger, ids = ledger_with_receipts(rpc)
    ledger.pledge(ids[0])
    ledger.pledge(ids[1])
    reading = indexer(ledger, database)
    reading.catch_up()
    before = everything(database)
    rpc.call("anvil_rollback", [1])
    assert reading.step().outcome is Outcome.NODE_BEHIND
    assert everything(database) == before
    ledger.pledge(ids[2])
    assert reading.step().outcome is Outcome.ROLLED_BACK
    reading.catch_up()
    assert ledger_in(database) == folded(events_on_chain(ledger))


@pytest.mark.fault(6)
def test_two_branches_there_and_back_again(rpc: Rpc, database: Database) -> None:
    ledger, ids = ledger_with_receipts(rpc)
    mine(rpc, 3)
    reading = indexer(ledger, database)
    for round_number in range(4):
        ledger.pledge(ids[round_number])
        reading.catch_up()
        reorganise(rpc, 2)
        reading.catch_up()
        mine(rpc)
        reading.catch_up()
        assert ledger_in(database) == folded(events_on_chain(ledger))
    assert events_by_feed(database) == events_on_chain(ledger)


@pytest.mark.fault(7)
@pytest.mark.parametrize("finality", ["instant", "depth:2"])
def test_reorganisation_below_finality_halts_and_changes_no_row(
    rpc: Rpc, database: Database, finality: str
) -> None:
    ledger, ids = ledger_with_receipts(rpc)
    for receipt in ids:
        ledger.pledge(receipt)
    reading = indexer(ledger, database, finality)
    reading.catch_up()
    reorganise(rpc, 4)
    progress = reading.catch_up()
    assert progress.outcome is Outcome.HALTED
    reason = progress.cursor.halted_reason
    assert reason is not None
    assert "final" in reason
    halted = everything(database)
    assert progress.cursor.block == progress.cursor.finalized
    mine(rpc, 3)
    assert reading.step().outcome is Outcome.HALTED
    assert everything(database) == halted


def test_final_rows_are_the_same_before_and_after_a_halt(rpc: Rpc, database: Database) -> None:
    ledger, ids = ledger_with_receipts(rpc)
    ledger.pledge(ids[0])
    reading = indexer(ledger, database, "instant")
    reading.catch_up()
    before = derived(database)
    reorganise(rpc, 1)
    assert reading.catch_up().outcome is Outcome.HALTED
    assert derived(database) == before


def test_finality_by_tag_follows_the_node(database: Database) -> None:
    with anvil("--slots-in-an-epoch", "1") as node:
        rpc = Rpc(node.url)
        ledger, _ = ledger_with_receipts(rpc)
        reading = indexer(ledger, database, "tag:finalized")
        cursor = reading.catch_up().cursor
        final = int(rpc.call("eth_getBlockByNumber", ["finalized", False])["number"], 16)
        assert cursor.finalized.number == final < cursor.block.number
        # Anvil reorganises below its own finalized tag.
        reorganise(rpc, 5)
        assert reading.catch_up().outcome is Outcome.HALTED


def test_halt_lifted_by_the_operator_goes_on(rpc: Rpc, database: Database) -> None:
    ledger, _ = ledger_with_receipts(rpc)
    reading = indexer(ledger, database)
    cursor = reading.catch_up().cursor
    index = stored_index(database)
    halted = index.halt(cursor, "tried out")
    mine(rpc)
    assert reading.step().outcome is Outcome.HALTED
    index.resume(halted)
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
