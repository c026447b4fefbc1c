"""What a chain, a node, a disk and a clock can do to the index, beyond tests/index."""

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from copy import copy
from typing import Any

import pytest
from sqlalchemy import event

from receipts_ledger.chain.local_node import LocalNode, anvil
from receipts_ledger.chain.rpc import Rpc, RpcError
from receipts_ledger.errors import LedgerError, Retryable
from receipts_ledger.services.index import Outcome
from receipts_ledger.store.units import Database
from tests.support.cast import BANK_A, BANK_B
from tests.support.indexing import (
    events_by_feed,
    events_on_chain,
    everything,
    folded,
    indexer,
    ledger_in,
    mine,
    reorganise,
)
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts
from tests.support.lying_node import LyingNode


def _expect_sound(database: Database) -> None:
    """Whatever was read, it is the fold of one unbroken history."""
    assert ledger_in(database) == folded(events_by_feed(database))


def _expect_level(database: Database, ledger: LedgerOnChain) -> None:
    history = events_on_chain(ledger)
    assert events_by_feed(database) == history
    assert ledger_in(database) == folded(history)


@pytest.fixture
def rpc(own_anvil: LocalNode) -> Rpc:
    return Rpc(own_anvil.url)


@pytest.mark.fault(3)
def test_same_transaction_in_another_block_is_one_event(rpc: Rpc, database: Database) -> None:
    ledger, (receipt, *_) = ledger_with_receipts(rpc, 2)
    reading = indexer(ledger, database)
    mined = ledger.pledge(receipt)
    raw = rpc.call("eth_getRawTransactionByHash", [mined["transactionHash"]])
    reading.catch_up()

    rpc.call("anvil_rollback", [1])
    mine(rpc, 3)
    again = ledger.wait_for(rpc.call("eth_sendRawTransaction", [raw]))
    mine(rpc)

    assert again["transactionHash"] == mined["transactionHash"]
    assert int(again["blockNumber"], 16) > int(mined["blockNumber"], 16)
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    _expect_level(database, ledger)


@pytest.fixture
def fork(own_anvil: LocalNode, rpc: Rpc) -> Iterator[tuple[LedgerOnChain, list[Any], Rpc]]:
    """One history with two ends, each at a real node of its own."""
    ledger, receipts = ledger_with_receipts(rpc, 4)
    with anvil("--fork-url", own_anvil.url) as node:
        other = Rpc(node.url)
        for receipt in receipts:
            ledger.pledge(receipt, BANK_A)
        elsewhere = copy(ledger)
        elsewhere.rpc = other
        for receipt in receipts[:3]:
            elsewhere.pledge(receipt, BANK_B)
        yield ledger, receipts, other


@pytest.mark.fault(9)
@pytest.mark.parametrize("turns", [1, 2, 3, 5])
def test_balancer_between_two_forks_lets_in_nothing_that_fits_neither(
    fork: tuple[LedgerOnChain, list[Any], Rpc], database: Database, turns: int
) -> None:
    ledger, _, other = fork
    asked = 0

    def by_turns(method: str, params: list[Any], result: Any) -> Any:
        nonlocal asked
        asked += 1
        if asked // turns % 2:
            try:
                return other.call(method, params)
            except RpcError:
                return None
        return result

    node = LyingNode(ledger.rpc)
    with node.serve() as url:
        reading = indexer(ledger, database, rpc=Rpc(url))
        reading.start()
        node.bend = by_turns
        for _ in range(60):
            with suppress(LedgerError):
                reading.step()
            _expect_sound(database)
        node.bend = None
        assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    _expect_level(database, ledger)


@pytest.mark.fault(10)
def test_stale_block_by_number_holds_up_and_spoils_nothing(rpc: Rpc, database: Database) -> None:
    ledger, receipts = ledger_with_receipts(rpc, 4)
    ledger.pledge(receipts[0])
    node = LyingNode(rpc)
    with node.serve() as url:
        reading = indexer(ledger, database, rpc=Rpc(url))
        reading.catch_up()
        number = rpc.call("eth_blockNumber")
        stale = {full: rpc.call("eth_getBlockByNumber", [number, full]) for full in (False, True)}
        reorganise(rpc, 1)
        for receipt in receipts[1:]:
            ledger.pledge(receipt, BANK_B)

        def cached(method: str, params: list[Any], result: Any) -> Any:
            is_it = method == "eth_getBlockByNumber" and params[0] == number
            return stale[bool(params[1])] if is_it else result

        node.bend = cached
        for _ in range(20):
            with suppress(LedgerError):
                reading.step()
            _expect_sound(database)
        node.bend = None
        assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    _expect_level(database, ledger)


@pytest.mark.fault(18)
def test_full_disk_stops_the_index_and_nothing_is_lost(
    ledger_on_anvil: LedgerOnChain, sqlite_url: str
) -> None:
    database = Database.open(sqlite_url)
    full = False

    @event.listens_for(database.engine, "begin")
    def limit(connection: Any) -> None:
        # SQLite refuses a page beyond this as it refuses one that the disk has no room for.
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar() if full else 2**30
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")

    try:
        reading = indexer(ledger_on_anvil, database)
        reading.catch_up()
        ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 100)
        before = everything(database)
        full = True
        with pytest.raises(Retryable, match="full"):
            reading.catch_up()
        assert everything(database) == before
        full = False
        assert reading.catch_up().outcome is Outcome.UP_TO_DATE
        _expect_level(database, ledger_on_anvil)
    finally:
        database.close()


@pytest.mark.fault(14)
def test_node_that_falls_silent_is_asked_again_and_nothing_was_subscribed_to(
    own_anvil: LocalNode, rpc: Rpc, database: Database
) -> None:
    ledger, (receipt, *_) = ledger_with_receipts(rpc, 2)
    reading = indexer(ledger, database, rpc=Rpc(own_anvil.url, timeout_seconds=0.5))
    reading.catch_up()
    ledger.pledge(receipt)
    before = everything(database)
    # The connection stays open, and nothing comes over it any more.
    os.kill(own_anvil.pid, signal.SIGSTOP)
    try:
        for _ in range(2):
            with pytest.raises(Retryable):
                reading.step()
        assert everything(database) == before
    finally:
        os.kill(own_anvil.pid, signal.SIGCONT)
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    _expect_level(database, ledger)
