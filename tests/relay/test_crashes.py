"""Killed anywhere, without warning, a relayer loses no act and doubles none."""

import multiprocessing
import random
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from receipts_ledger.domain.ids import ReceiptId
from tests.relay import dying
from tests.support.relaying import Bench

# Its server has imported everything once; each relayer is a process of its own all the same.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.relay.dying"])

# Relayer's order: sign, store, send, mark; then replace; then learn, mark, finish.
POINTS = {
    "before signing": ("payer.sign", "before", "1"),
    "signed, not stored": ("payer.sign", "after", "1"),
    "stored, not sent": ("transactions.assign", "after", "1"),
    "about to send": ("node.send", "before", "1"),
    "sent, not marked": ("node.send", "after", "1"),
    "marked as sent": ("transactions.mark_sent", "after", "1"),
    "replacement signed, not stored": ("payer.sign", "after", "2"),
    "replacement stored, not sent": ("transactions.replace", "after", "1"),
    "replacement sent, not marked": ("node.send", "after", "2"),
    "mined, not marked": ("transactions.mark_mined", "before", "1"),
    "marked as mined": ("transactions.mark_mined", "after", "1"),
    "about to finish": ("transactions.finish", "before", "3"),
    "finished": ("transactions.finish", "after", "3"),
}
KILLS = 5

Die: TypeAlias = Callable[[str, str, str], int]


@pytest.fixture
def die(bench: Bench, database_url: str, tmp_path: Path) -> Die:
    """Run a relayer that dies at a point; returns how its process ended."""
    deployment_file = tmp_path / "deployment.json"
    bench.ledger.deployment.write(deployment_file)

    def run(point: str, when: str, times: str) -> int:
        arguments = (bench.rpc.url, database_url, str(deployment_file), point, when, times)
        process = FORKS.Process(target=dying.main, args=arguments)
        process.start()
        process.join()
        code = process.exitcode
        process.close()
        assert code is not None
        return code

    return run


@pytest.mark.fault(21)
@pytest.mark.parametrize("point", POINTS)
def test_act_is_carried_out_once_though_the_relayer_was_killed(
    bench: Bench, receipts: list[ReceiptId], die: Die, point: str
) -> None:
    act_ids = [bench.enqueue_pledge(receipt) for receipt in receipts]

    assert die(*POINTS[point]) == -signal.SIGKILL
    bench.work_off(bench.relayer())

    assert bench.statuses(act_ids) == {"final": 4}
    _expect_once(bench, 4)


def test_many_deaths_reorganisations_and_wiped_pools_lose_nothing(
    bench: Bench, receipts: list[ReceiptId], die: Die
) -> None:
    seed = random.randrange(2**32)
    chance = random.Random(seed)
    bench.rpc.call("evm_setAutomine", [True])
    more = bench.ledger.issue(bench.ledger.open_pool(index=2), 3 * KILLS)
    bench.stop_mining()
    bench.mine(3)
    bench.indexer.catch_up()
    act_ids = []
    for _ in range(KILLS):
        act_ids += [bench.enqueue_pledge(more.pop()) for _ in range(3)]
        point, when, _ = chance.choice(list(POINTS.values()))
        die(point, when, str(chance.randint(1, 4)))
        if chance.random() < 0.5:
            bench.rpc.call("anvil_dropAllTransactions")
        if chance.random() < 0.5:
            # The finality of the bench is one block: that one must stay.
            bench.rpc.call("anvil_reorg", [1, []])
    bench.work_off(bench.relayer())

    assert bench.statuses(act_ids) == {"final": 3 * KILLS}, f"seed {seed}"
    _expect_once(bench, 3 * KILLS)


def _expect_once(bench: Bench, count: int) -> None:
    assert (bench.pledges(), bench.refused_on_chain()) == (count, 0)
    stages = bench.stages()
    assert [nonce for nonce, _, _ in stages] == list(range(len(stages)))
    assert len(stages) == bench.transactions_mined()
