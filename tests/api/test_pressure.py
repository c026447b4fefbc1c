"""When nothing more can be carried, last signatures are put off, and all else goes on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from receipts_ledger.domain.ids import PoolId, ReceiptId
from receipts_ledger.domain.lane import LaneFunds
from receipts_ledger.store.tables import acts
from tests.support.cast import BANK_A, TRADER_A, WAREHOUSE_A
from tests.support.gateway import Gateway, pledge_body


@contextmanager
def _room_for(gateway: Gateway, acts_max: int) -> Iterator[None]:
    gateway.app.state.services = replace(gateway.services, queue_acts_max=acts_max)
    yield
    gateway.app.state.services = gateway.services


@contextmanager
def _paused(gateway: Gateway) -> Iterator[None]:
    lanes = gateway.bench.lanes
    lane = lanes.every()[0]
    lanes.pause(lane.address, "its key is used elsewhere")
    yield
    lanes.resume(lane.address, lane.next_nonce)


@contextmanager
def _with_funds(gateway: Gateway, balance_wei: int, needed_wei: int) -> Iterator[None]:
    lanes = gateway.bench.lanes
    (lane,) = lanes.every()
    now = gateway.bench.clock()
    lanes.put_funds([LaneFunds(lane.address, balance_wei, needed_wei, 10 * needed_wei, now)])
    yield
    lanes.put_funds([LaneFunds(lane.address, 1, 0, 0, now)])


def _draft(gateway: Gateway, receipt: ReceiptId) -> Any:
    return gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_A)
    )


def _last_signature(gateway: Gateway, act: Any, key: str) -> Any:
    body = {"signature": gateway.signature(act, BANK_A)}
    return gateway.door(BANK_A).post(f"/v1/acts/{act['act_id']}/signatures", body, key=key)


def test_last_signature_waits_while_the_queue_is_full(gateway: Gateway, pool: PoolId) -> None:
    first, second = gateway.issue(pool, 2)
    waiting = _draft(gateway, first).json()
    assert gateway.sign(waiting, TRADER_A, WAREHOUSE_A, BANK_A).json()["status"] == "signed"
    with _room_for(gateway, 1):
        act = _draft(gateway, second)
        assert act.status_code == 202
        assert gateway.sign(act.json(), TRADER_A, WAREHOUSE_A).status_code == 202
        before = gateway.rows(acts)
        answer = _last_signature(gateway, act.json(), "later")
        assert (answer.status_code, answer.json()["code"]) == (503, "QueueFull")
        assert int(answer.headers["Retry-After"]) > 0
        assert answer.headers["content-type"] == "application/problem+json"
        assert gateway.rows(acts) == before
        assert gateway.door(BANK_A).get(f"/v1/receipts/{second}").status_code == 200
    with _room_for(gateway, 2):
        assert _last_signature(gateway, act.json(), "later").json()["status"] == "signed"


@pytest.mark.fault(28)
@pytest.mark.parametrize(
    "stopped",
    [_paused, lambda gateway: _with_funds(gateway, 999, 1000)],
    ids=["paused", "without funds"],
)
def test_last_signature_waits_while_no_lane_can_pay(
    gateway: Gateway, receipt: ReceiptId, stopped: Callable[[Gateway], Any]
) -> None:
    act = _draft(gateway, receipt).json()
    assert gateway.sign(act, TRADER_A, WAREHOUSE_A).status_code == 202
    with stopped(gateway):
        answer = _last_signature(gateway, act, f"no lane {receipt}")
        assert (answer.status_code, answer.json()["code"]) == (503, "NoLaneReady")
        assert int(answer.headers["Retry-After"]) > 0
    answer = _last_signature(gateway, act, f"no lane {receipt}")
    assert answer.json()["status"] == "signed"


def test_low_funds_hold_nothing_up_and_are_in_the_figures(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    with _with_funds(gateway, 1000, 1000):
        act = _draft(gateway, receipt).json()
        assert gateway.sign(act, TRADER_A, WAREHOUSE_A, BANK_A).json()["status"] == "signed"
        figures = gateway.client.get("/metrics").text
    lane = gateway.bench.lanes.every()[0].address.hex()
    assert f'ledger_lane_balance_wei{{lane="0x{lane}"}} 1000.0' in figures
    assert f'ledger_lane_funds_low{{lane="0x{lane}"}} 1.0' in figures
