"""The faults: kills, reorganisations, wiped pools, dear gas, a silent node, a crashed database."""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import psycopg

from receipts_ledger.chain.rpc import RpcError
from receipts_ledger.errors import Retryable
from tests.faults.storm.plan import FINALITY_BLOCKS
from tests.faults.storm.site import Site

BLOCK_SECONDS = 0.4
_GWEI = 10**9
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < %s"
)
_SILENCE_SECONDS_MAX = 4.0
_OUTAGE_SECONDS_MAX = 2.0
_BACK_SHARE = 0.5


class Chain:
    """The one hand on the node's blocks. Mines steadily; a fault stops that for its time."""

    def __init__(self, site: Site, over: threading.Event) -> None:
        self._site = site
        self._over = over
        self.hand = threading.Lock()
        self.mined = 0

    def mine_until_over(self) -> None:
        """Mine block after block."""
        while not self._over.wait(BLOCK_SECONDS):
            with self.hand:
                try:
                    self._site.rpc.call("evm_mine")
                except Retryable:
                    continue
                self.mined += 1


class Weather:
    """Brings one fault after the other until there has been enough of each kind."""

    def __init__(self, site: Site, chain: Chain, over: threading.Event) -> None:
        self._site = site
        self._chain = chain
        self._over = over
        self._dice = site.plan.dice("weather")
        self.done: Counter[str] = Counter()
        self.reorgs_by_depth: Counter[int] = Counter()
        self.put_back = 0
        self.failure: BaseException | None = None
        size = site.plan.size
        self._wanted = {
            "reorg": size.reorgs,
            "database crash": size.database_crashes,
            "connection cut": size.connection_cuts,
            "node silence": size.node_silences,
            "mempool wipe": size.mempool_wipes,
            "fee spike": size.fee_spikes,
        }
        self._brings: Mapping[str, Callable[[], None]] = {
            "kill": self._kill,
            "reorg": self._reorganise,
            "database crash": self._crash_database,
            "connection cut": self._cut_connections,
            "node silence": self._silence_node,
            "mempool wipe": self._wipe_mempool,
            "fee spike": self._spike_fee,
        }

    @property
    def is_spent(self) -> bool:
        """Whether there has been enough of everything."""
        return not any(self._left().values())

    def rage(self) -> None:
        """Bring faults until there has been enough of each kind, or the storm is over."""
        pause = self._site.plan.size.pause_seconds
        try:
            while not self.is_spent and not self._over.wait(pause * self._dice.uniform(0.3, 1.7)):
                left = self._left()
                # Of what is most behind, most. Kills happen at failpoints besides.
                kind = self._dice.choices(list(left), [max(0, n) for n in left.values()])[0]
                self._brings[kind]()
                self.done[kind] += 1
        except BaseException as error:
            self.failure = error
            raise

    def _left(self) -> dict[str, int]:
        left = {kind: max(0, n - self.done[kind]) for kind, n in self._wanted.items()}
        left["kill"] = max(0, self._site.plan.size.kills - self._site.fleet.kill_count)
        return left

    def _kill(self) -> None:
        self._site.fleet.kill_any(self._dice)

    def _reorganise(self) -> None:
        rpc = self._site.rpc
        depth = self._dice.randint(1, FINALITY_BLOCKS - 1)
        with self._chain.hand:
            head = int(rpc.call("eth_blockNumber"), 16)
            depth = min(depth, head - self._site.first_block)
            if depth < 1:
                return
            dropped = self._transactions(head, depth)
            back = self._placed_anew(dropped, depth) if self._dice.random() < _BACK_SHARE else []
            try:
                rpc.call("anvil_reorg", [depth, back])
                self.put_back += len(back)
            except RpcError:
                # The node will not have them there, for their price or their nonce.
                rpc.call("anvil_reorg", [depth, []])
        self.reorgs_by_depth[depth] += 1

    def _transactions(self, head: int, depth: int) -> list[str]:
        hashes = [
            each
            for number in range(head - depth + 1, head + 1)
            for each in self._site.rpc.call("eth_getBlockByNumber", [hex(number), False])[
                "transactions"
            ]
        ]
        raw = [self._site.rpc.call("eth_getRawTransactionByHash", [each]) for each in hashes]
        return [each for each in raw if each is not None]

    def _placed_anew(self, raw: list[str], depth: int) -> list[Any]:
        """Return some of what stood there, in its order, in other blocks than before."""
        kept = raw[: self._dice.randint(0, len(raw))]
        places = sorted(self._dice.randrange(depth) for _ in kept)
        return [[each, place] for each, place in zip(kept, places, strict=True)]

    def _crash_database(self) -> None:
        self._site.cluster.crash()
        time.sleep(self._dice.uniform(0, _OUTAGE_SECONDS_MAX))
        self._site.cluster.recover()

    def _cut_connections(self) -> None:
        """End some of the replicas' sessions in the database, whatever they are in."""
        with psycopg.connect(self._site.database_url, autocommit=True) as connection:
            connection.execute(_CUT, (self._dice.uniform(0.1, 1.0),))

    def _silence_node(self) -> None:
        with self._chain.hand, silenced(self._site.node.pid):
            time.sleep(self._dice.uniform(0.2, _SILENCE_SECONDS_MAX))

    def _wipe_mempool(self) -> None:
        with self._chain.hand:
            self._site.rpc.call("anvil_dropAllTransactions")

    def _spike_fee(self) -> None:
        price = self._dice.randint(20, 300) * _GWEI
        with self._chain.hand:
            self._site.rpc.call("anvil_setNextBlockBaseFeePerGas", [hex(price)])
            self._site.rpc.call("evm_mine")


class silenced:  # noqa: N801  (reads as what happens in the block)
    """A process that is stopped for the time of the block: it hears and says nothing."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def __enter__(self) -> None:
        os.kill(self._pid, signal.SIGSTOP)

    def __exit__(self, *_: object) -> None:
        os.kill(self._pid, signal.SIGCONT)
