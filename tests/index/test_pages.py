"""Catching up page by page, with the next page read while one is written."""

import time
from contextlib import suppress
from dataclasses import replace
from typing import get_args

import pytest
from sqlalchemy import select

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.event import ReceiptEvent
from receipts_ledger.domain.ids import pool_of
from receipts_ledger.errors import Retryable
from receipts_ledger.services import pages
from receipts_ledger.services.index import Outcome
from receipts_ledger.store.tables import receipts
from receipts_ledger.store.units import Database
from tests.index.test_indexing import tell_a_story
from tests.support.indexing import (
    derived,
    events_by_feed,
    events_on_chain,
    folded,
    indexer,
    ledger_in,
    mine,
    reorganise,
    stored_index,
)
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts


@pytest.fixture(
    params=[(1, 1, 2_000), (4, 4, 2_000), (1, 9, 2_000), (5_000, 5_000, 2), (5_000, 5_000, 3)],
    ids=str,
)
def small_pages(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of so many events, of so many if their blocks are final, and of so many blocks."""
    events, final_events, blocks = request.param
    monkeypatch.setattr(pages, "PAGE_EVENTS_MAX", events)
    monkeypatch.setattr(pages, "FINAL_PAGE_EVENTS_MAX", final_events)
    monkeypatch.setattr(pages, "PAGE_BLOCKS_MAX", blocks)


@pytest.mark.usefixtures("small_pages")
def test_pages_of_any_size_give_the_same_rows(
    ledger_on_anvil: LedgerOnChain, sqlite_url: str, postgresql_url: str
) -> None:
    tell_a_story(ledger_on_anvil)
    mine(ledger_on_anvil.rpc, 7)
    found = []
    for url in (sqlite_url, postgresql_url):
        database = Database.open(url)
        progress = indexer(ledger_on_anvil, database, "depth:5").catch_up()
        assert progress.outcome is Outcome.UP_TO_DATE
        assert progress.cursor.epoch > 3
        history = events_on_chain(ledger_on_anvil)
        assert events_by_feed(database) == history
        assert ledger_in(database) == folded(history)
        found.append(derived(database))
        database.close()
    assert found[0] == found[1]


def test_one_page_of_a_whole_chain_gives_the_rows_that_it_gives_block_by_block(
    ledger_on_anvil: LedgerOnChain,
    sqlite_url: str,
    postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A receipt is pledged, parted, released and sold in one page, and each leaves its mark."""
    tell_a_story(ledger_on_anvil)
    found = []
    for url, blocks in ((sqlite_url, 2_000), (postgresql_url, 1)):
        monkeypatch.setattr(pages, "PAGE_BLOCKS_MAX", blocks)
        database = Database.open(url)
        progress = indexer(ledger_on_anvil, database, "instant").catch_up()
        assert progress.outcome is Outcome.UP_TO_DATE
        assert (progress.cursor.epoch < 3) == (blocks > 1)
        found.append(derived(database))
        database.close()
    assert found[0] == found[1]


def test_one_block_of_a_whole_story_leaves_the_receipts_that_many_blocks_leave(
    ledger_on_anvil: LedgerOnChain, sqlite_url: str, postgresql_url: str
) -> None:
    """As where one transaction carries out many acts: of one receipt, one after the other."""
    tell_a_story(ledger_on_anvil)
    reader = ChainReader(ledger_on_anvil.rpc, ledger_on_anvil.deployment)
    origin = ledger_on_anvil.deployment.origin()
    blocks = list(reader.blocks(origin.deployment.number, reader.head().number))
    together = [each for block in blocks for each in block.events]
    block = replace(
        blocks[0],
        events=tuple(each._replace(log_index=place) for place, each in enumerate(together)),
    )
    last_of = {
        each.event.receipt_id: place
        for place, each in enumerate(together)
        if isinstance(each.event, get_args(ReceiptEvent))
    }
    receipt = (receipts.c.word, receipts.c.content, receipts.c.terms, receipts.c.origin_id)
    found = []
    for url, page in ((sqlite_url, blocks), (postgresql_url, [block])):
        database = Database.open(url)
        index = stored_index(database)
        cursor = index.begin(origin, BlockRef(block.number - 1, block.parent_hash))
        index.append(cursor, page, page[-1].ref())
        with database.reading() as reading:
            rows = reading.rows(select(*receipt).order_by(receipts.c.receipt_id))
            last = reading.rows(select(receipts.c.receipt_id, receipts.c.log_index))
        found.append([tuple(row) for row in rows])
        database.close()
    assert found[0] == found[1]
    assert {row.receipt_id: row.log_index for row in last} == last_of
    assert any(row.terms is not None and row.origin_id is not None for row in rows)


@pytest.mark.fault(2)
@pytest.mark.usefixtures("small_pages")
def test_page_read_ahead_of_a_reorganisation_is_found_out(
    own_anvil: LocalNode, database: Database
) -> None:
    rpc = Rpc(own_anvil.url)
    ledger, ids = ledger_with_receipts(rpc, 8)
    for receipt in ids[:6]:
        ledger.pledge(receipt)
    reading = indexer(ledger, database)
    for _ in range(8):
        # What is being read ahead may be of two branches, and what has been read of the old one.
        with suppress(Retryable):
            reading.step()
        reorganise(rpc, 2)
        ledger.issue(pool_of(ids[0]))
    with suppress(Retryable):
        reading.step()
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    history = events_on_chain(ledger)
    assert ledger_in(database) == folded(history)
    assert events_by_feed(database) == history


@pytest.mark.fault(2)
@pytest.mark.usefixtures("small_pages")
def test_page_read_before_a_reorganisation_is_not_final_however_late_it_is_written(
    own_anvil: LocalNode, database: Database
) -> None:
    """As by a worker whose database was away meanwhile: enough blocks have passed since."""
    rpc = Rpc(own_anvil.url)
    ledger, ids = ledger_with_receipts(rpc, 8)
    for receipt in ids:
        ledger.pledge(receipt)
    mine(rpc, 3)
    reading = indexer(ledger, database, "depth:4")
    while reading.step().cursor.block.number < reading_head(rpc) - 6:
        # What comes next has been read by now, up to the head.
        time.sleep(0.2)
    time.sleep(0.5)
    reorganise(rpc, 3)
    ledger.issue(pool_of(ids[0]))
    mine(rpc, 6)
    for _ in range(6):
        with suppress(Retryable):
            assert reading.step().outcome is not Outcome.HALTED
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    history = events_on_chain(ledger)
    assert ledger_in(database) == folded(history)
    assert events_by_feed(database) == history


def reading_head(rpc: Rpc) -> int:
    return int(rpc.call("eth_blockNumber"), 16)
