"""A gateway before several nodes goes on when one is gone, and never reads two in one step."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from structlog.testing import capture_logs

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.config import Settings, variables
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.errors import Fatal
from receipts_ledger.services.index import Outcome
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import House, open_house
from tests.faults.storm.wire import Wire
from tests.support.ledger_on_chain import ledger_with_receipts
from tests.support.lying_node import LyingNode
from tests.support.relaying import LANE_KEY, Bench
from tests.wiring.conftest import SECRET

SOON_SECONDS = 60.0
AWAY_SECONDS = 3.0
PLEDGED = "Pledged(uint64,uint128,bytes32)"


@pytest.fixture
def make_settings(
    own_anvil: LocalNode,
    database: Database,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[Bench, Any, Callable[..., Settings]]:
    for variable, _ in variables():
        monkeypatch.delenv(variable, raising=False)
    ledger, receipts = ledger_with_receipts(Rpc(own_anvil.url), 6)
    deployment_file = tmp_path / "deployment.json"
    ledger.deployment.write(deployment_file)

    def make(*urls: str, **given: object) -> Settings:
        return Settings.read(
            rpc=",".join(urls),
            deployment=deployment_file,
            database_url=database_url,
            document_key=SECRET,
            keystore_secret=SECRET,
            keystore_work_factor=2,
            relay_poll_seconds=0.02,
            index_poll_seconds=0.02,
            relay_resend_seconds=0.2,
            **given,
        )

    return Bench(ledger, database), receipts, make


def _wait_until_final(bench: Bench, act_id: Any) -> None:
    deadline = time.monotonic() + SOON_SECONDS
    while bench.status(act_id) is not ActStatus.FINAL:
        assert time.monotonic() < deadline, bench.status(act_id)
        time.sleep(0.02)


def _figure(house: House, name: str, **labels: str) -> float:
    return house.metrics.get_sample_value(name, labels) or 0.0


@pytest.mark.fault(31)
def test_work_goes_on_when_the_first_node_is_gone(
    make_settings: tuple[Bench, Any, Callable[..., Settings]],
) -> None:
    bench, receipts, make = make_settings

    def cut(method: str, params: list[Any], result: Any) -> Any:
        raise ConnectionAbortedError

    doomed = LyingNode(bench.rpc)
    with doomed.serve() as url, LyingNode(bench.rpc).serve() as second:
        house = open_house(make(url, second))
        house.keep_lane(LANE_KEY)
        with capture_logs() as logs, house.working():
            _wait_until_final(bench, bench.enqueue_pledge(receipts[0]))
            doomed.bend = cut
            _wait_until_final(bench, bench.enqueue_pledge(receipts[1]))
        assert house.nodes.place == 1
        house.close()
    left = [line for line in logs if line["event"] == "node left"]
    assert left[0]["reason"] == "away"
    assert left[0]["node"] == url.removeprefix("http://")
    assert bench.pledges() == 2
    assert bench.transactions_mined() == 2
    assert _figure(house, "ledger_rpc_errors_total", node=left[0]["node"], kind="transport") > 0
    assert _figure(house, "ledger_rpc_node_faults_total", node=left[0]["node"], reason="away") > 0


@pytest.mark.fault(31)
def test_queue_grows_while_no_node_answers_and_then_drains_in_its_order(
    make_settings: tuple[Bench, Any, Callable[..., Settings]],
) -> None:
    bench, receipts, make = make_settings

    async def nowhere() -> Any:
        raise ConnectionRefusedError

    port = int(bench.rpc.url.rpartition(":")[2])
    with Wire(lambda: asyncio.open_connection("127.0.0.1", port), dice=Random(1)) as wire:
        house = open_house(make(f"http://127.0.0.1:{wire.port}"))
        house.keep_lane(LANE_KEY)
        with capture_logs() as logs, house.working():
            with wire.leading_to(nowhere):
                act_ids = []
                for receipt in receipts:
                    act_ids.append(bench.enqueue_pledge(receipt))
                    time.sleep(AWAY_SECONDS / len(receipts))
                assert bench.statuses(act_ids) == {ActStatus.SIGNED: len(receipts)}
            for act_id in act_ids:
                _wait_until_final(bench, act_id)
        house.close()
    pledged = [int(log["topics"][1], 16) for log in bench.events(PLEDGED)]
    assert pledged == receipts
    assert bench.refused_on_chain() == 0
    assert [line["event"] for line in logs if line["log_level"] == "error"] == []


def test_node_that_withholds_events_is_left_for_one_that_does_not(
    make_settings: tuple[Bench, Any, Callable[..., Settings]],
) -> None:
    bench, _, make = make_settings

    def withheld(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_getBlockReceipts" and result and result[-1]["logs"]:
            result[-1]["logs"].pop()
        return result

    liar, honest = LyingNode(bench.rpc), LyingNode(bench.rpc)
    with liar.serve() as first, honest.serve() as second:
        house = open_house(make(first, second))
        bench.ledger.issue(bench.ledger.pools()[0])
        liar.bend = withheld
        contradictions = 0
        outcome = None
        while outcome is not Outcome.UP_TO_DATE:
            assert contradictions < 10
            try:
                with house.nodes.step():
                    outcome = house.indexer.step().outcome
            except InconsistentNode:
                contradictions += 1
        assert contradictions == 3
        assert house.nodes.place == 1
        house.close()


def test_one_step_asks_one_node(
    make_settings: tuple[Bench, Any, Callable[..., Settings]],
) -> None:
    """The first is left while a step reads from it; that step goes on with it to its end."""
    bench, _, make = make_settings
    asked: list[str] = []
    one, two = LyingNode(bench.rpc), LyingNode(bench.rpc)

    def noted(name: str) -> Callable[[str, list[Any], Any], Any]:
        def bend(method: str, params: list[Any], result: Any) -> Any:
            asked.append(name)
            return result

        return bend

    with one.serve() as first, two.serve() as second:
        house = open_house(make(first, second))
        one.bend, two.bend = noted("one"), noted("two")
        with house.nodes.step() as place:
            indexer = house._indexers[place]
            house.nodes._leave(house.nodes._nodes[0], "behind", "by another thread")
            assert house.nodes.place == 1
            asked.clear()
            assert indexer.step().outcome is Outcome.ADVANCED
        assert set(asked) == {"one"}
        house.close()


def test_standby_that_is_still_syncing_stops_no_start(
    make_settings: tuple[Bench, Any, Callable[..., Settings]],
) -> None:
    bench, _, make = make_settings
    syncing = LyingNode(bench.rpc)
    deployed_in = hex(bench.ledger.deployment.block_number)

    def not_yet(method: str, params: list[Any], result: Any) -> Any:
        is_of_ledger = method == "eth_getBlockByNumber" and params[0] == deployed_in
        return None if is_of_ledger else result

    syncing.bend = not_yet
    with syncing.serve() as first:
        house = open_house(make(first, bench.rpc.url))
        assert house.nodes.place == 1
        house.close()
        with pytest.raises(Fatal, match="deployment block hash is None"):
            open_house(make(first))
