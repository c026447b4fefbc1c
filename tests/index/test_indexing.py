"""What the chain says is in SQL, and how it got there can be told."""

import pytest
from sqlalchemy import func, select, update

from receipts_ledger.chain.deployment import verify
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.cursor import CursorMoved
from receipts_ledger.domain.ids import Day, ReceiptId, Version
from receipts_ledger.domain.invariants import breaches
from receipts_ledger.domain.ledger import Contradiction
from receipts_ledger.domain.party import BindKey, Reinstate, RevokeKey, Suspend
from receipts_ledger.domain.pledge import PledgePortfolio, ReleasePortfolio
from receipts_ledger.domain.receipt import (
    Deliver,
    Freeze,
    Issue,
    NewReceipt,
    ReceiptRef,
    Transfer,
    Unfreeze,
)
from receipts_ledger.errors import Fatal
from receipts_ledger.services.index import Outcome
from receipts_ledger.store.rebuild import rebuild
from receipts_ledger.store.tables import events, feed, pools, receipts, refusals, undo
from receipts_ledger.store.units import Database
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_B,
    INSPECTOR,
    REGISTRAR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
)
from tests.support.indexing import (
    derived,
    events_by_feed,
    events_on_chain,
    everything,
    folded,
    indexer,
    ledger_in,
    mine,
    rows_of,
    stored_index,
)
from tests.support.later_life import live_on
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT, TERMS, LedgerOnChain

ITEMS = tuple(keccak(f"coil {number}".encode()) for number in range(3))
INVOICE = keccak(b"invoice")


def tell_a_story(ledger: LedgerOnChain) -> list[ReceiptId]:
    """Have every kind of act carried out at least once. Returns receipts of the first pool."""
    live_on(ledger)
    ids = ledger.issue(ledger.open_pool(), 6)
    coils = ledger.open_pool(index=2, is_serialised=True)
    storage_day = Day(ledger.today + 100)
    coil = NewReceipt(TRADER_A.party, LOT, storage_day, keccak(b"coil"), ITEMS)
    ledger.do(Issue(coils, 1, (coil,), (INVOICE,), EVIDENCE, FOREVER), WAREHOUSE_A, INSPECTOR)
    coil_id = ReceiptId(coils << 32 | 1)
    ledger.do(
        Deliver(coil_id, Version(1), 10, ITEMS[:1], (), EVIDENCE, FOREVER), TRADER_A, WAREHOUSE_A
    )
    ledger.pledge(ids[0])
    ledger.do(
        Deliver(ids[0], Version(2), 5_000, (), (), EVIDENCE, FOREVER),
        TRADER_A,
        WAREHOUSE_A,
        BANK_A,
    )
    ledger.release(ids[0])
    ledger.do(Transfer(ids[1], Version(1), TRADER_B.party, TERMS, FOREVER), TRADER_A, TRADER_B)
    ledger.do(Deliver(ids[1], Version(2), LOT, (), (), EVIDENCE, FOREVER), TRADER_B, WAREHOUSE_A)
    ledger.do(Freeze(ids[2], Version(1), TERMS, FOREVER), AUTHORITY)
    ledger.do(Freeze(ids[3], Version(1), TERMS, FOREVER), AUTHORITY)
    ledger.do(Unfreeze(ids[3], Version(2), TERMS, FOREVER), AUTHORITY)
    pair = (ReceiptRef(ids[4], Version(1)), ReceiptRef(ids[5], Version(1)))
    maturity = Day(ledger.today + 30)
    portfolio = PledgePortfolio(
        pair, BANK_B.party, maturity, TERMS, (keccak(b"contract"),), FOREVER
    )
    ledger.do(portfolio, TRADER_A, WAREHOUSE_A, BANK_B)
    first = ReceiptRef(ids[4], Version(2))
    ledger.do(ReleasePortfolio((first,), TERMS, FOREVER), BANK_B)
    ledger.do(Suspend(BANK_B.party, Version(1), TERMS, FOREVER), REGISTRAR)
    ledger.do(Reinstate(BANK_B.party, Version(2), TERMS, FOREVER), REGISTRAR)
    ledger.do(BindKey(BANK_B.party, Version(3), STRANGER.address, FOREVER), REGISTRAR, BANK_B)
    ledger.do(RevokeKey(BANK_B.party, Version(4), STRANGER.address, FOREVER), BANK_B)
    return ids


def test_index_is_what_an_independent_fold_says(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    tell_a_story(ledger_on_anvil)
    progress = indexer(ledger_on_anvil, database).catch_up()
    assert progress.outcome is Outcome.UP_TO_DATE
    history = events_on_chain(ledger_on_anvil)
    assert ledger_in(database) == folded(history)
    assert events_by_feed(database) == history
    assert list(breaches(ledger_in(database))) == []


def test_index_is_what_the_contract_stores(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    tell_a_story(ledger_on_anvil)
    indexer(ledger_on_anvil, database).catch_up()
    stored = ledger_in(database)
    for receipt, word in stored.receipts.items():
        assert ledger_on_anvil.word("receiptWord(uint64)", receipt) == word
    for pool_number, pool in stored.pools.items():
        assert ledger_on_anvil.word("poolWord(uint32)", pool_number) == pool.to_word()
    for party_number, party in stored.parties.items():
        assert ledger_on_anvil.word("partyWord(uint32)", party_number) == party.to_word()


def test_columns_of_a_receipt_say_what_its_word_says(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    (first, *_) = ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 2)
    pledged_in = int(ledger_on_anvil.pledge(first)["blockNumber"], 16)
    indexer(ledger_on_anvil, database).catch_up()
    with database.reading() as reader:
        row = reader.first(select(receipts).where(receipts.c.receipt_id == first))
    assert row is not None
    assert (row.status, row.encumbered, row.frozen) == ("open", True, False)
    assert (row.holder_id, row.pledgee_id) == (TRADER_A.party, BANK_A.party)
    assert (row.version, row.quantity, row.serial) == (2, LOT, 1)
    assert (row.terms, row.pledged_at_block) == (TERMS, pledged_in)
    assert (row.block_number, row.content) == (pledged_in, keccak(b"content"))


def test_release_leaves_no_trace_of_the_pledge_in_the_row(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    (first,) = ledger_on_anvil.issue(ledger_on_anvil.open_pool())
    ledger_on_anvil.pledge(first)
    ledger_on_anvil.release(first)
    indexer(ledger_on_anvil, database).catch_up()
    with database.reading() as reader:
        row = reader.first(select(receipts))
    assert row is not None
    assert (row.encumbered, row.pledgee_id, row.maturity_day) == (False, None, None)
    assert (row.terms, row.pledged_at_block) == (None, None)


def test_reading_block_by_block_and_all_at_once_give_the_same_rows(
    ledger_on_anvil: LedgerOnChain, sqlite_url: str, postgresql_url: str
) -> None:
    by_block, at_once = Database.open(sqlite_url), Database.open(postgresql_url)
    slowly = indexer(ledger_on_anvil, by_block)
    slowly.catch_up()
    ids = ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 3)
    for receipt in ids:
        ledger_on_anvil.pledge(receipt)
        assert slowly.step().outcome in (Outcome.ADVANCED, Outcome.UP_TO_DATE)
    slowly.catch_up()
    indexer(ledger_on_anvil, at_once).catch_up()
    assert derived(by_block) == derived(at_once)
    by_block.close()
    at_once.close()


def test_rebuilt_projections_are_equal_row_for_row(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    tell_a_story(ledger_on_anvil)
    indexer(ledger_on_anvil, database).catch_up()
    before = everything(database)
    with database.writing() as writer:
        writer.run(update(pools).values(quantity_receipted=0))
        writer.run(update(receipts).values(holder_id=1))
    assert rebuild(database) == len(before["events"])
    assert derived(database) == {name: before[name] for name in derived(database)}


def test_rebuilt_rows_are_what_an_indexer_under_way_goes_on_from(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    (receipt,) = ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 1)
    indexer(ledger_on_anvil, database).catch_up()
    before = derived(database)["receipts"]
    with database.writing() as writer:
        writer.run(update(receipts).values(content=bytes(32)))
    reading = indexer(ledger_on_anvil, database)
    ledger_on_anvil.pledge(receipt)
    reading.catch_up()
    rebuild(database)
    ledger_on_anvil.release(receipt)
    reading.catch_up()
    content = list(receipts.c.keys()).index("content")
    assert [row[content] for row in derived(database)["receipts"]] == [
        row[content] for row in before
    ]


def test_rebuild_from_damaged_events_changes_nothing(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 3)
    indexer(ledger_on_anvil, database).catch_up()
    with database.writing() as writer:
        second = select(func.max(events.c.log_index)).where(events.c.kind == "Issued")
        gap = (events.c.kind == "Issued") & (events.c.log_index == second.scalar_subquery() - 1)
        writer.run(events.delete().where(gap))
    before = derived(database)
    with pytest.raises(Contradiction):
        rebuild(database)
    assert derived(database) == before


def test_refused_act_is_on_record_with_its_place_on_the_chain(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    (first,) = ledger_on_anvil.issue(ledger_on_anvil.open_pool())
    second_pledge: Act = ledger_on_anvil.pledge_act(first, BANK_B)
    signed = ledger_on_anvil.sign(second_pledge, TRADER_A, WAREHOUSE_A, BANK_B)
    ledger_on_anvil.pledge(first)
    tx_receipt = ledger_on_anvil.relay(signed)
    indexer(ledger_on_anvil, database).catch_up()
    with database.reading() as reader:
        (row,) = reader.rows(select(refusals))
    assert (row.source, row.code, row.subject) == ("chain", "AlreadyEncumbered", first)
    assert row.digest == ledger_on_anvil.digester.digest(second_pledge)
    assert row.evidence["tx_hash"] == tx_receipt["transactionHash"]
    assert row.evidence["block_number"] == int(tx_receipt["blockNumber"], 16)


def test_empty_blocks_move_the_cursor(ledger_on_anvil: LedgerOnChain, database: Database) -> None:
    reading = indexer(ledger_on_anvil, database)
    before = reading.catch_up().cursor
    mine(ledger_on_anvil.rpc, 5)
    after = reading.catch_up().cursor
    assert after.block.number == before.block.number + 5


def test_epoch_rises_by_one_with_every_commit(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    reading = indexer(ledger_on_anvil, database)
    reading.catch_up()
    epochs = []
    for _ in range(3):
        mine(ledger_on_anvil.rpc)
        epochs.append(reading.step().cursor.epoch)
    assert epochs == [epochs[0], epochs[0] + 1, epochs[0] + 2]
    assert reading.step().cursor.epoch == epochs[-1]


def test_instant_finality_keeps_no_images(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    ledger_on_anvil.open_pool()
    cursor = indexer(ledger_on_anvil, database, "instant").catch_up().cursor
    assert cursor.finalized == cursor.block
    assert rows_of(database, undo)["undo"] == []


def test_images_go_when_their_block_is_final(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    reading = indexer(ledger_on_anvil, database, "depth:2")
    reading.catch_up()
    pool_opened = int(ledger_on_anvil.rpc.call("eth_blockNumber"), 16) + 1
    ledger_on_anvil.open_pool()
    reading.catch_up()
    images = rows_of(database, undo)["undo"]
    assert {image[1] for image in images} == {pool_opened, pool_opened + 1}
    mine(ledger_on_anvil.rpc, 2)
    cursor = reading.catch_up().cursor
    assert cursor.finalized.number == cursor.block.number - 2
    assert rows_of(database, undo)["undo"] == []


def test_feed_says_once_when_events_are_final(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    reading = indexer(ledger_on_anvil, database, "depth:2")
    reading.catch_up()
    for _ in range(6):
        mine(ledger_on_anvil.rpc)
        reading.catch_up()
    with database.reading() as reader:
        final = reader.rows(select(feed).where(feed.c.kind == "finalized"))
        last = reader.scalar(select(func.max(events.c.block_number)))
    # Blocks without events become final without a word.
    assert final[-1].block_number >= last
    assert len(final) <= 3


def test_another_ledger_in_the_database_is_refused(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    indexer(ledger_on_anvil, database).catch_up()
    before = everything(database)
    other = LedgerOnChain(ledger_on_anvil.rpc)
    with pytest.raises(Fatal, match="another ledger: its contract is"):
        indexer(other, database).start()
    assert everything(database) == before


@pytest.mark.fault(20)
def test_wrong_chain_behind_the_url_is_refused(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    with anvil("--chain-id", "4242", "--timestamp", "1800000000") as other_node:
        other = Rpc(other_node.url)
        with pytest.raises(Fatal, match="chain id is 4242"):
            verify(other, ledger_on_anvil.deployment)
        mine(other, ledger_on_anvil.deployment.block_number)
        with pytest.raises(InconsistentNode, match="does not know the deployment block"):
            indexer(ledger_on_anvil, database, rpc=other).start()
    assert everything(database)["cursor"] == []


def test_cursor_that_has_moved_is_not_moved_again(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    reading = indexer(ledger_on_anvil, database)
    seen = reading.catch_up().cursor
    mine(ledger_on_anvil.rpc)
    reading.catch_up()
    before = everything(database)
    index = stored_index(database)
    with pytest.raises(CursorMoved):
        index.halt(seen, "too late")
    with pytest.raises(CursorMoved):
        index.append(seen, (), None)
    with pytest.raises(CursorMoved):
        index.roll_back(seen)
    assert everything(database) == before


def test_final_block_is_never_taken_back(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    cursor = indexer(ledger_on_anvil, database, "instant").catch_up().cursor
    with pytest.raises(ValueError, match="final and stays"):
        stored_index(database).roll_back(cursor)
