"""Minting: issues drafted and signed over HTTP until final in SQL, beside the node alone.

The node alone takes the very transactions that the gateway sent, from a client that does
nothing else: the chain is turned back to where it was, and they are sent again.
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any

import urllib3
from sqlalchemy import func, select

from benchmarks.http.stage import KEYSTORE_SECRET, Stage
from receipts_ledger.chain.keystore import Vault
from receipts_ledger.domain.ids import PoolId
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.services.kept_keys import KeptKeys
from receipts_ledger.store.keystores import StoredKeystores
from receipts_ledger.store.tables import acts
from tests.support.cast import INSPECTOR, WAREHOUSE_A, Member
from tests.support.gateway import issue_body
from tests.support.relaying import LANE_KEY

ISSUED_TOGETHER = 100
ACTS = 24
_CLIENTS = 4
_FINAL_SECONDS_MAX = 300
_POLLS = {"index_poll_seconds": "0.02", "relay_poll_seconds": "0.02"}
_WORK_FACTOR = 2
_serials = count(1)


@dataclass(frozen=True, slots=True)
class Minted:
    """One round: so many receipts, through the gateway and by the node alone."""

    receipts: int
    transactions: int
    gateway_seconds: float
    node_seconds: float

    @property
    def ratio(self) -> float:
        """The gateway's rate as a share of the node's."""
        return self.node_seconds / self.gateway_seconds


def prepare(stage: Stage) -> list[PoolId]:
    """Let the gateway keep a paying key that has funds, and open a pool for each act."""
    vault = Vault(KEYSTORE_SECRET, work_factor=_WORK_FACTOR)
    keystores = StoredKeystores(stage.gateway.database, clock=stage.gateway.bench.clock)
    KeptKeys(keystores, vault).keep(None, LANE_KEY)
    return [stage.gateway.open_pool(index=100 + at) for at in range(ACTS)]


def mint(stage: Stage, pools: list[PoolId]) -> Minted:
    """Mint once through the gateway, then by the node alone."""
    rpc = stage.rpc
    before = int(rpc.call("eth_blockNumber"), 16)
    snapshot = rpc.call("evm_snapshot")
    with stage.served("up", keystore_work_factor=str(_WORK_FACTOR), **_POLLS) as url:
        begun = time.perf_counter()
        with ThreadPoolExecutor(_CLIENTS) as clients:
            list(clients.map(lambda pool: _issue(stage, url, pool), pools))
        _wait_until_final(stage)
        gateway_seconds = time.perf_counter() - begun
    sent = _transactions_after(stage, before)
    assert rpc.call("evm_revert", [snapshot]) is True
    begun = time.perf_counter()
    for transaction in sent:
        done = stage.gateway.ledger.wait_for(rpc.call("eth_sendTransaction", [transaction]))
        assert done["status"] == "0x1"
    node_seconds = time.perf_counter() - begun
    return Minted(len(pools) * ISSUED_TOGETHER, len(sent), gateway_seconds, node_seconds)


def _issue(stage: Stage, url: str, pool: PoolId) -> None:
    body = issue_body(stage.gateway, pool)
    (one,) = body["receipts"]
    body["receipts"] = [one] * ISSUED_TOGETHER
    drafted = _post(stage, url, "/v1/receipts", body, WAREHOUSE_A)
    for member in (WAREHOUSE_A, INSPECTOR):
        signed = {"signature": stage.gateway.signature(drafted, member)}
        _post(stage, url, f"/v1/acts/{drafted['act_id']}/signatures", signed, member)


_http = urllib3.PoolManager(maxsize=_CLIENTS)


def _post(stage: Stage, url: str, path: str, body: dict[str, Any], member: Member) -> Any:
    key = {"Idempotency-Key": f"mint-{stage.number}-{next(_serials)}"}
    headers = stage.gateway.door(member).headers | key
    answer = _http.request("POST", url + path, json=body, headers=headers)
    assert answer.status == 202, answer.data
    return json.loads(answer.data)


def _wait_until_final(stage: Stage) -> None:
    deadline = time.monotonic() + _FINAL_SECONDS_MAX
    unfinished = select(func.count()).where(
        acts.c.status != ActStatus.FINAL, acts.c.kind == "Issue"
    )
    while time.monotonic() < deadline:
        with stage.gateway.database.reading() as reader:
            if not reader.scalar(unfinished):
                return
        time.sleep(0.01)
    raise AssertionError("the gateway has not minted in time")


def _transactions_after(stage: Stage, before: int) -> list[dict[str, str]]:
    """Return what the gateway has sent, as the node alone is to take it."""
    found = []
    for number in range(before + 1, int(stage.rpc.call("eth_blockNumber"), 16) + 1):
        block = stage.rpc.call("eth_getBlockByNumber", [hex(number), True])
        found += [
            {"from": one["from"], "to": one["to"], "data": one["input"], "gas": one["gas"]}
            for one in block["transactions"]
        ]
    return found
