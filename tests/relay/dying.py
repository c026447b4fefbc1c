"""A relayer in a process of its own that is killed, by itself and without warning, at a point.

Started by test_crashes.py. A point is `thing.method`, before or after, and which time.
"""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from receipts_ledger.chain.contract import Contract
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.relaying import LaneKey, RelayNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.transactions import TransactionType
from receipts_ledger.services.relay.relayer import Relayer
from receipts_ledger.store.lanes import StoredLanes
from receipts_ledger.store.queue import StoredQueue
from receipts_ledger.store.transactions import StoredTransactions
from receipts_ledger.store.units import Database
from tests.support.relaying import AT_ONCE, FEES, LANE_KEY, TestClock, index_of

_STEPS_MAX = 12


class Mortal:
    """Stands before another thing and dies with a call of one of its methods."""

    def __init__(self, mortal: object, name: str, point: str, when: str, times: int) -> None:
        self._mortal = mortal
        self._name = name
        self._point = point
        self._when = when
        self._times = times

    def __getattr__(self, method: str) -> Any:
        found = getattr(self._mortal, method)
        if f"{self._name}.{method}" != self._point:
            return found
        return self._deadly(found)

    def _deadly(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self._times -= 1
            if not self._times and self._when == "before":
                os.kill(os.getpid(), signal.SIGKILL)
            result = method(*arguments, **named)
            if not self._times and self._when == "after":
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        return call


def main(rpc_url: str, database_url: str, deployment_file: str, *died_at: str) -> None:
    """Relay and mine for some steps, and die where told."""
    point, when, times = died_at
    rpc = Rpc(rpc_url)
    deployment = Deployment.read(Path(deployment_file))
    database = Database.open(database_url)
    clock = TestClock()

    def mortal(thing: object, name: str) -> Any:
        return Mortal(thing, name, point, when, int(times))

    key = LaneKey(LANE_KEY, deployment.chain_id, deployment.address, TransactionType.FEE_MARKET)
    payer = mortal(key, "payer")
    relayer = Relayer(
        node=mortal(RelayNode(rpc), "node"),
        judge=Contract(rpc, deployment.address),
        queue=StoredQueue(database, clock=clock),
        lanes=StoredLanes(database),
        transactions=mortal(StoredTransactions(database, clock=clock), "transactions"),
        payers=lambda: [payer],
        fees=FEES,
        clock=clock,
        pace=AT_ONCE,
    )
    indexer = index_of(rpc, deployment, database)
    for _ in range(_STEPS_MAX):
        indexer.catch_up()
        relayer.step()
        relayer.step()
        rpc.call("evm_mine")
