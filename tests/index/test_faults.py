"""Nodes that lie, rivals that race, processes that are killed: nothing half-written, ever."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.local_node import LocalNode, anvil
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.errors import Retryable
from receipts_ledger.services.index import Outcome
from receipts_ledger.store.units import Database
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
)
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts
from tests.support.lying_node import Bend, LyingNode

# PUSH32 topic, PUSH1 0, PUSH1 0, LOG1: an event that our contract does not have.
_STRANGE_EVENT = "0x7f" + keccak(b"NobodyKnows()").hex() + "60006000a1"


@pytest.fixture
def lying(ledger_on_anvil: LedgerOnChain) -> Iterator[tuple[LyingNode, Rpc]]:
    """A node between us and Anvil, and the way to it."""
    node = LyingNode(ledger_on_anvil.rpc)
    with node.serve() as url:
        yield node, Rpc(url)


def _without_last_log(method: str, params: list[Any], result: Any) -> Any:
    if method == "eth_getBlockReceipts" and result[-1]["logs"]:
        result[-1]["logs"].pop()
    return result


def _with_a_log_twice(method: str, params: list[Any], result: Any) -> Any:
    if method == "eth_getBlockReceipts" and result[-1]["logs"]:
        result[-1]["logs"].append(result[-1]["logs"][-1])
    return result


def _in_another_order(method: str, params: list[Any], result: Any) -> Any:
    if method == "eth_getBlockReceipts":
        result[-1]["logs"].reverse()
    return result


def _of_another_block(method: str, params: list[Any], result: Any) -> Any:
    if method == "eth_getBlockReceipts":
        for log in result[-1]["logs"]:
            log["blockHash"] = "0x" + bytes(32).hex()
    return result


def _with_another_amount(method: str, params: list[Any], result: Any) -> Any:
    if method == "eth_getBlockReceipts" and result[-1]["logs"]:
        log = result[-1]["logs"][-1]
        log["data"] = log["data"][:-1] + ("0" if log["data"][-1] != "0" else "1")
    return result


def _with_none(method: str, params: list[Any], result: Any) -> Any:
    return None if method == "eth_getBlockReceipts" else result


@pytest.mark.fault(11)
@pytest.mark.parametrize(
    "bend",
    [
        _without_last_log,
        _with_a_log_twice,
        _in_another_order,
        _of_another_block,
        _with_another_amount,
        _with_none,
    ],
)
def test_node_that_bends_its_logs_is_caught_and_nothing_is_written(
    ledger_on_anvil: LedgerOnChain,
    database: Database,
    lying: tuple[LyingNode, Rpc],
    bend: Bend,
) -> None:
    node, rpc = lying
    reading = indexer(ledger_on_anvil, database, rpc=rpc)
    reading.catch_up()
    ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 3)
    before = everything(database)
    node.bend = bend
    with pytest.raises(InconsistentNode):
        reading.catch_up()
    assert everything(database) == before
    node.bend = None
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    assert ledger_in(database) == folded(events_on_chain(ledger_on_anvil))


@pytest.mark.fault(8)
def test_node_that_lags_takes_nothing_back(
    ledger_on_anvil: LedgerOnChain, database: Database, lying: tuple[LyingNode, Rpc]
) -> None:
    node, rpc = lying
    mine(ledger_on_anvil.rpc, 12)
    reading = indexer(ledger_on_anvil, database, rpc=rpc)
    reading.catch_up()
    before = everything(database)
    old = int(ledger_on_anvil.rpc.call("eth_blockNumber"), 16) - 10

    def lag(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getBlockByNumber":
            return result
        if params[0] == "latest":
            return ledger_on_anvil.rpc.call(method, [hex(old), *params[1:]])
        return None if int(params[0], 16) > old else result

    node.bend = lag
    assert reading.catch_up().outcome is Outcome.NODE_BEHIND
    assert everything(database) == before


def test_node_that_is_gone_is_the_worlds_fault(
    ledger_on_anvil: LedgerOnChain, database: Database
) -> None:
    with anvil() as node:
        gone = Rpc(node.url)
    with pytest.raises(Retryable, match="does not answer"):
        indexer(ledger_on_anvil, database, rpc=gone).step()
    assert everything(database)["cursor"] == []


@pytest.mark.fault(12)
def test_log_of_ours_that_nobody_can_read_halts_the_index(
    own_anvil: LocalNode, database: Database
) -> None:
    rpc = Rpc(own_anvil.url)
    ledger, _ = ledger_with_receipts(rpc)
    reading = indexer(ledger, database)
    reading.catch_up()
    mine(rpc)
    before = derived(database)
    rpc.call("anvil_setCode", [ledger.deployment.contract, _STRANGE_EVENT])
    strange = ledger.relay()
    mine(rpc)
    # The empty block before it is read, then the index stands.
    progress = reading.catch_up()
    assert progress.outcome is Outcome.HALTED
    assert progress.cursor.block.number == int(strange["blockNumber"], 16) - 1
    reason = progress.cursor.halted_reason
    assert reason is not None
    assert strange["transactionHash"] in reason
    assert derived(database)["events"] == before["events"]
    assert reading.catch_up().outcome is Outcome.HALTED


def test_event_that_cannot_follow_halts_the_index(own_anvil: LocalNode, database: Database) -> None:
    rpc = Rpc(own_anvil.url)
    ledger, ids = ledger_with_receipts(rpc)
    reading = indexer(ledger, database)
    reading.catch_up()
    before = derived(database)
    # A contract that says Released of a receipt that nobody has pledged.
    topic = keccak(b"Released(uint64,uint128,bytes32)").hex()
    code = f"0x7f{ids[0]:064x}7f{topic}60406000a2"
    rpc.call("anvil_setCode", [ledger.deployment.contract, code])
    ledger.relay()
    progress = reading.catch_up()
    assert progress.outcome is Outcome.HALTED
    assert "released while it is free" in str(progress.cursor.halted_reason)
    assert derived(database) == before


@pytest.mark.fault(16)
def test_rival_indexers_write_each_block_once(own_anvil: LocalNode, database: Database) -> None:
    rpc = Rpc(own_anvil.url)
    ledger, ids = ledger_with_receipts(rpc, 12)
    rivals = [indexer(ledger, database) for _ in range(3)]
    rivals[0].start()
    done = threading.Event()
    failures: list[Exception] = []

    def follow(number: int) -> None:
        try:
            while not done.is_set():
                rivals[number].step()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=follow, args=(number,)) for number in range(len(rivals))]
    for thread in threads:
        thread.start()
    try:
        for number, receipt in enumerate(ids):
            ledger.pledge(receipt)
            if number % 4 == 3:
                reorganise(rpc, 2)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert [failure for failure in failures if not isinstance(failure, Retryable)] == []
    assert rivals[0].catch_up().outcome is Outcome.UP_TO_DATE
    history = events_on_chain(ledger)
    assert ledger_in(database) == folded(history)
    assert events_by_feed(database) == history


@pytest.mark.fault(15)
@pytest.mark.parametrize("table", ["blocks", "events", "receipts", "feed", "cursor"])
def test_killed_in_the_middle_of_a_step_leaves_no_trace(
    ledger_on_anvil: LedgerOnChain,
    database: Database,
    database_url: str,
    table: str,
    tmp_path: Path,
) -> None:
    reading = indexer(ledger_on_anvil, database, "depth:2")
    reading.catch_up()
    (receipt, *_) = ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 3)
    ledger_on_anvil.pledge(receipt)
    before = everything(database)
    deployment = tmp_path / "deployment.json"
    ledger_on_anvil.deployment.write(deployment)
    doomed = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("doomed_indexer.py")),
            *(ledger_on_anvil.rpc.url, str(deployment), database_url, table),
        ],
        check=False,
        capture_output=True,
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert doomed.returncode == -signal.SIGKILL, doomed.stderr.decode()
    assert everything(database) == before
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    assert ledger_in(database) == folded(events_on_chain(ledger_on_anvil))
    assert events_by_feed(database) == events_on_chain(ledger_on_anvil)
