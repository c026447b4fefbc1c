"""The faults: kills, reorganisations, wiped pools, dear gas, a silent node, a crashed database.

What breaks or lies between them and the replicas is in mischief.py; when each comes, here.
"""

import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping

import psycopg

from tests.faults.storm.blocks import Blocks
from tests.faults.storm.mischief import Mischief
from tests.faults.storm.plan import FINALITY_BLOCKS
from tests.faults.storm.site import Site

_GWEI = 10**9
_CUT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND random() < %s"
)
_SILENCE_SECONDS_MAX = 4.0
_OUTAGE_SECONDS_MAX = 2.0


class Weather:
    """Brings one fault after the other until there has been enough of each kind."""

    def __init__(self, site: Site, blocks: Blocks, over: threading.Event) -> None:
        self._site = site
        self._blocks = blocks
        self._over = over
        self._dice = site.plan.dice("weather")
        self.done: Counter[str] = Counter()
        """What has been felt; what has not comes again."""
        self.failure: BaseException | None = None
        self.mischief = Mischief(site, blocks, over, self._dice)
        size = site.plan.size
        self._wanted = {
            "reorg": size.reorgs,
            "database crash": size.database_crashes,
            "connection cut": size.connection_cuts,
            "node silence": size.node_silences,
            "mempool wipe": size.mempool_wipes,
            "fee spike": size.fee_spikes,
            "trouble on the node's wire": size.node_wire_troubles,
            "trouble on the database's wire": size.database_wire_troubles,
            "lie": size.lies,
        }
        self._brings: Mapping[str, Callable[[], bool | None]] = {
            "kill": self._kill,
            "reorg": self._reorganise,
            "database crash": self._crash_database,
            "connection cut": self._cut_connections,
            "node silence": self._silence_node,
            "mempool wipe": self._wipe_mempool,
            "fee spike": self._spike_fee,
            "trouble on the node's wire": self.mischief.trouble_node_wire,
            "trouble on the database's wire": self.mischief.trouble_database_wire,
            "lie": self.mischief.lie,
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
                if self._brings[kind]() is not False:
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

    def _reorganise(self) -> bool:
        depth = self._dice.randint(1, FINALITY_BLOCKS - 1)
        with self._blocks.hand:
            return self._blocks.take_back(depth, self._dice) is not None

    def _crash_database(self) -> None:
        self._site.cluster.crash()
        time.sleep(self._dice.uniform(0, _OUTAGE_SECONDS_MAX))
        self._site.cluster.recover()

    def _cut_connections(self) -> None:
        """End some of the replicas' sessions in the database, whatever they are in."""
        with psycopg.connect(self._site.database_url, autocommit=True) as connection:
            connection.execute(_CUT, (self._dice.uniform(0.1, 1.0),))

    def _silence_node(self) -> None:
        with self._blocks.hand, silenced(self._site.node.pid):
            time.sleep(self._dice.uniform(0.2, _SILENCE_SECONDS_MAX))

    def _wipe_mempool(self) -> None:
        with self._blocks.hand:
            self._site.rpc.call("anvil_dropAllTransactions")

    def _spike_fee(self) -> None:
        price = self._dice.randint(20, 300) * _GWEI
        with self._blocks.hand:
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
