"""The processes as an operator starts and stops them."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3
from pydantic import SecretStr
from sqlalchemy import update

from receipts_ledger.api.serving import serving_app
from receipts_ledger.api.watching import watch_app
from receipts_ledger.chain.local_node import LocalNode, free_port
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.config import PREFIX, Settings
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.store.tables import leases
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import open_house, utc_now
from tests.support.ledger_on_chain import ledger_with_receipts
from tests.support.relaying import LANE_KEY, Bench
from tests.wiring.conftest import SECRET

ROOT = Path(__file__).resolve().parents[2]
SOON_SECONDS = 60.0
EVENTS = ("request", "transaction sent", "blocks indexed")


@pytest.fixture
def bench(own_anvil: LocalNode, database: Database) -> Bench:
    """A ledger with four receipts, which nobody indexes or relays yet."""
    ledger, _ = ledger_with_receipts(Rpc(own_anvil.url), 4)
    return Bench(ledger, database)


@pytest.fixture
def settings(bench: Bench, database_url: str, tmp_path: Path) -> Settings:
    """Settings of the bench's ledger, with a lane that has funds."""
    deployment_file = tmp_path / "deployment.json"
    bench.ledger.deployment.write(deployment_file)
    settings = Settings.read(
        rpc=bench.rpc.url,
        deployment=deployment_file,
        database_url=database_url,
        document_key=SECRET,
        keystore_secret=SECRET,
        keystore_work_factor=2,
        port=0,
        log_format="json",
        relay_poll_seconds=0.05,
        index_poll_seconds=0.05,
    )
    house = open_house(settings)
    house.keep_lane(LANE_KEY)
    house.close()
    return settings


@contextmanager
def _running(name: str, settings: Settings) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Start a process; yields what it said at its start."""
    started = subprocess.Popen(
        [sys.executable, "-m", "receipts_ledger.cli", name],
        env=os.environ | _environment(settings),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert started.stdout is not None
    try:
        yield started.stdout.readline().strip().rpartition(" ")[2], started
    finally:
        started.kill()
        started.communicate()


def _environment(settings: Settings) -> dict[str, str]:
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    return {
        PREFIX + name.upper(): value.get_secret_value()
        if isinstance(value, SecretStr)
        else str(value)
        for name, value in values.items()
    }


def _status_of(url: str) -> int:
    return int(urllib3.request("GET", url, retries=False).status)


def _carried_out(bench: Bench) -> None:
    """Put a pledge into the queue and wait until somebody has carried it out."""
    issued = bench.events("Issued(uint64,uint128,bytes32)")
    receipts = [ReceiptId(int(log["topics"][1], 16)) for log in issued]
    free = next(each for each in receipts if bench.ledger.receipt(each).pledgee is None)
    act_id = bench.enqueue_pledge(free)
    deadline = time.monotonic() + SOON_SECONDS
    while bench.status(act_id) is not ActStatus.FINAL:
        assert time.monotonic() < deadline, bench.status(act_id)
        time.sleep(0.02)


def _let_leases_run_out(bench: Bench) -> None:
    with bench.database.writing() as writer:
        writer.run(update(leases).values(expires_at=utc_now()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_process_serves_indexes_and_relays_until_told_to_stop(
    bench: Bench, settings: Settings, number: signal.Signals
) -> None:
    with _running("up", settings) as (url, process):
        assert _status_of(url + "/livez") == 200
        _carried_out(bench)
        assert _status_of(url + "/readyz") == 200
        process.send_signal(number)
        assert process.wait(SOON_SECONDS) == 0


def test_door_and_work_are_two_processes_as_well(bench: Bench, settings: Settings) -> None:
    with _running("serve", settings) as (url, door):
        with _running("work", settings) as (told, worker):
            assert bench.ledger.deployment.contract in told
            _carried_out(bench)
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(SOON_SECONDS) == 0
        assert _status_of(url + "/readyz") == 200
        door.send_signal(signal.SIGTERM)
        assert door.wait(SOON_SECONDS) == 0


def test_worker_tells_its_health_and_figures_where_it_is_asked_to(
    bench: Bench, settings: Settings
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with _running("work", settings.model_copy(update={"work_port": port})) as (_, worker):
        _carried_out(bench)
        assert _status_of(f"{url}/livez") == 200
        assert _status_of(f"{url}/readyz") == 200
        assert _status_of(f"{url}/v1/receipts") == 404
        told = urllib3.request("GET", f"{url}/metrics").data.decode()
        for loop in ("index", "relay"):
            assert re.search(rf'ledger_worker_step_seconds{{loop="{loop}"}} \d\.', told)
            assert re.search(rf'ledger_lease_seconds_left{{loop="{loop}"}} \d', told)
        assert "ledger_index_lag_blocks 0.0" in told
        node = settings.rpc.removeprefix("http://")
        # An alarm sees the first contradiction rise from here.
        faults = f'ledger_rpc_node_faults_total{{node="{node}",reason="inconsistent"}} 0.0'
        assert faults in told
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(SOON_SECONDS) == 0


def test_logs_lead_from_a_request_to_its_act_lane_and_block(
    bench: Bench, settings: Settings
) -> None:
    house = open_house(settings)
    operator = house.make_api_token(None, "operator", expires_at=None).secret
    house.close()
    with _running("up", settings.model_copy(update={"log_level": "debug"})) as (url, process):
        _carried_out(bench)
        headers = {"Authorization": f"Bearer {operator}", "Idempotency-Key": "one"}
        for given, sent in (("ticket-4711.b", True), ('"} forged', False)):
            answer = urllib3.request(
                "POST",
                f"{url}/v1/receipts/1/freezes",
                json={},
                headers={**headers, "X-Request-Id": given},
                retries=False,
            )
            assert (answer.headers["X-Request-Id"] == given) is sent
        process.send_signal(signal.SIGTERM)
        assert process.wait(SOON_SECONDS) == 0
        assert process.stderr is not None
        lines = [json.loads(line) for line in process.stderr.read().splitlines()]
    told = {name: [line for line in lines if line["event"] == name] for name in EVENTS}
    asked = [line for line in told["request"] if line["request_id"] == "ticket-4711.b"]
    assert [(line["method"], line["status"]) for line in asked] == [("POST", 422)]
    assert asked[0]["route"] == "/v1/receipts/{receipt_id}/freezes"
    assert all(
        line["nonce"] >= 0 and line["lane"].startswith("0x") for line in told["transaction sent"]
    )
    assert told["transaction sent"]
    assert max(line["block"] for line in told["blocks indexed"]) > 1


def test_worker_whose_loop_hangs_is_not_ready(settings: Settings) -> None:
    house = open_house(settings)
    try:
        ages = {"index": 0.1, "relay": 181.0}
        app = watch_app(house, lambda: ages, stalled_seconds=180.0)
        with serving_app(app, host="127.0.0.1", port=0) as url:
            answer = urllib3.request("GET", f"{url}/readyz", retries=False)
            assert answer.status == 503
            assert answer.json()["detail"] == "relay: the loop hangs"
            ages["relay"] = 0.1
            assert "relay" not in urllib3.request("GET", f"{url}/readyz", retries=False).json().get(
                "detail", ""
            )
    finally:
        house.close()


def test_worker_goes_on_where_a_killed_one_ended(bench: Bench, settings: Settings) -> None:
    with _running("work", settings) as (_, killed):
        _carried_out(bench)
        killed.kill()
        killed.wait()
    _let_leases_run_out(bench)
    with _running("work", settings):
        _carried_out(bench)
    assert bench.pledges() == 2


def test_process_that_cannot_start_says_why_in_one_line(bench: Bench, settings: Settings) -> None:
    wrong = settings.model_copy(update={"keystore_secret": SecretStr("another secret than that")})
    with _running("up", wrong) as (told, process):
        assert told == ""
        _, said = process.communicate(timeout=SOON_SECONDS)
    assert process.returncode == 2
    assert len(said.strip().splitlines()) == 1
    assert "does not open with this keystore secret" in said


def test_port_that_is_taken_is_named(bench: Bench, settings: Settings) -> None:
    with _running("serve", settings) as (url, _):
        taken = int(url.rpartition(":")[2])
        with _running("serve", settings.model_copy(update={"port": taken})) as (_, second):
            _, said = second.communicate(timeout=SOON_SECONDS)
    assert f"port {taken}" in said
