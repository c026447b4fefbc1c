"""Three doors and three workers on one PostgreSQL: one works, and another when it is killed."""

import os
import signal
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.config import Settings
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.domain.lane import ActId
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.services.worker import LEASE_SECONDS
from receipts_ledger.store.tables import leases, relay_acts
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import open_house
from tests.support.gateway import DOCUMENT_KEY
from tests.support.indexing import events_by_feed, events_on_chain, folded, ledger_in
from tests.support.ledger_on_chain import ledger_with_receipts
from tests.support.relaying import LANE_KEY, OTHER_LANE_KEY, Bench
from tests.wiring.conftest import SECRET
from tests.wiring.test_processes import SOON_SECONDS, _running, _status_of

RECEIPTS = 24


@pytest.fixture
def bench_and_receipts(own_anvil: LocalNode, postgresql_url: str) -> tuple[Bench, list[ReceiptId]]:
    ledger, receipts = ledger_with_receipts(Rpc(own_anvil.url), RECEIPTS)
    return Bench(ledger, Database.open(postgresql_url)), receipts


def _settings(bench: Bench, url: str, tmp_path: Path) -> Settings:
    file = tmp_path / "deployment.json"
    bench.ledger.deployment.write(file)
    settings = Settings.read(
        rpc=bench.rpc.url,
        engine="anvil",
        deployment=file,
        database_url=url,
        document_key=DOCUMENT_KEY.decode(),
        keystore_secret=SECRET,
        keystore_work_factor=2,
        port=0,
        log_format="json",
        relay_poll_seconds=0.1,
        index_poll_seconds=0.1,
    )
    house = open_house(settings)
    house.keep_lane(LANE_KEY)
    house.keep_lane(OTHER_LANE_KEY)
    house.close()
    return settings


def _holder(bench: Bench, name: str) -> tuple[int, int]:
    """Return the process that holds a lease, and the lease's epoch."""
    deadline = time.monotonic() + SOON_SECONDS
    while time.monotonic() < deadline:
        with bench.database.reading() as reader:
            row = reader.first(select(leases).where(leases.c.name == name))
        if row is not None:
            return int(row.holder.split("/")[1]), row.epoch
        time.sleep(0.05)
    raise AssertionError(f"nobody has taken the lease of {name}")


def _all_final(bench: Bench, act_ids: list[ActId], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while (found := bench.statuses(act_ids)) != {ActStatus.FINAL: len(act_ids)}:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


def _rows(bench: Bench, table: Any) -> Any:
    with bench.database.reading() as reader:
        return reader.rows(select(table))


@pytest.mark.fault(26)
def test_work_goes_on_within_the_lease_when_its_holder_is_killed(
    bench_and_receipts: tuple[Bench, list[ReceiptId]], postgresql_url: str, tmp_path: Path
) -> None:
    bench, receipts = bench_and_receipts
    settings = _settings(bench, postgresql_url, tmp_path)
    with ExitStack() as running:
        workers = [running.enter_context(_running("work", settings))[1] for _ in range(3)]
        doors = [running.enter_context(_running("serve", settings))[0] for _ in range(3)]
        act_ids = [bench.enqueue_pledge(receipt) for receipt in receipts[:8]]
        _all_final(bench, act_ids, SOON_SECONDS)

        # Killed while there is work: some of it is assigned, some sent, some still waits.
        act_ids += [bench.enqueue_pledge(receipt) for receipt in receipts[8:16]]
        victim, epoch = _holder(bench, "relay")
        assert victim in [worker.pid for worker in workers]
        os.kill(victim, signal.SIGKILL)
        killed_at = time.monotonic()
        act_ids += [bench.enqueue_pledge(receipt) for receipt in receipts[16:]]
        while (taken := _holder(bench, "relay"))[0] == victim:
            assert time.monotonic() - killed_at < LEASE_SECONDS + 5, "nobody took over"
            time.sleep(0.05)
        assert taken[1] == epoch + 1
        _all_final(bench, act_ids, SOON_SECONDS)
        deadline = time.monotonic() + SOON_SECONDS
        while any(_status_of(f"{url}/readyz") != 200 for url in doors):
            assert time.monotonic() < deadline
            time.sleep(0.1)

    assert bench.pledges() == RECEIPTS
    assert Counter(row.act_id for row in _rows(bench, relay_acts)) == Counter(act_ids)
    mined = bench.transactions_mined(LANE_KEY) + bench.transactions_mined(OTHER_LANE_KEY)
    stages = bench.stages()
    assert len(stages) == mined
    assert {(purpose, stage) for _, purpose, stage in stages} == {("acts", "final")}
    history = events_on_chain(bench.ledger)
    assert events_by_feed(bench.database) == history
    assert ledger_in(bench.database) == folded(history)
    bench.database.close()
