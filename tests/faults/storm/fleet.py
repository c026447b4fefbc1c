"""The replicas: real processes of `serve` and `work`, killed at will and started again."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Self

from receipts_ledger.chain.local_node import free_port
from receipts_ledger.config import PREFIX
from tests.faults.storm.failpoints import BY_NAME, OF_SERVE, OF_WORK

_ROOT = Path(__file__).resolve().parents[3]
_LOOK_SECONDS = 0.2
_FAILPOINT_SHARE = 0.7
_CALLS_MAX = {"serve": 25, "work": 3}
"""A replica of the API has to get something done before it dies."""
_LEAST_REACHED = 4
_ARMED_SECONDS = 12.0
"""So long a process with a failpoint is left alone, so that it may get there."""
_UNEXPLAINED = ("Traceback", '"level": "critical"', '"level": "error"')
AT_RANDOM = "at a random moment"


@dataclass
class Replica:
    """One process, again and again under new numbers."""

    command: str
    port: int
    log: Path
    pid: int = 0
    is_doomed: bool = False
    is_spared_until: float = 0.0

    @property
    def is_alive(self) -> bool:
        """Whether there is such a process now."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


class Fleet:
    """All replicas. A thread starts those again that have died, as an init system would."""

    def __init__(
        self, environment: Mapping[str, str], folder: Path, *, replicas: int, dice: Random
    ) -> None:
        self._environment = environment
        self._dice = dice
        self._deaths = folder / "deaths.jsonl"
        self._deaths.touch()
        self._died_at: dict[int, str] = {}
        self._lock = threading.Lock()
        self._has_failpoints = True
        self._stopping = threading.Event()
        self.kills: Counter[str] = Counter()
        self.ended_by_themselves = 0
        self.replicas = [
            Replica(command, free_port(), folder / f"{command}-{number}.log")
            for command in ("serve", "work")
            for number in range(1, replicas + 1)
        ]
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.storm.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=_ROOT,
        )
        self._keeper = threading.Thread(target=self._keep_up, name="fleet", daemon=True)

    def __enter__(self) -> Self:
        for replica in self.replicas:
            self._start(replica)
        self._keeper.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._keeper.join()
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        self._nursery.wait()
        if self._nursery.stdout is not None:
            self._nursery.stdout.close()

    @property
    def doors(self) -> Sequence[str]:
        """Where the API replicas listen, alive or not."""
        return [
            f"http://127.0.0.1:{each.port}" for each in self.replicas if each.command == "serve"
        ]

    @property
    def kill_count(self) -> int:
        """How many have been killed so far, at failpoints and at random."""
        return self.kills.total()

    @property
    def never_reached(self) -> list[str]:
        """Failpoints at which nobody has died yet."""
        return [name for name in BY_NAME if not self.kills[name]]

    def kill_any(self, dice: Random) -> None:
        """Kill a process without warning, unless all are dead or to die at a failpoint soon."""
        with self._lock:
            now = time.monotonic()
            due = [each for each in self.replicas if each.is_spared_until < now and each.is_alive]
            if not due:
                return
            replica = dice.choice(due)
            if not replica.is_doomed:
                replica.is_doomed = True
                os.kill(replica.pid, signal.SIGKILL)
                self.kills[f"{replica.command} {AT_RANDOM}"] += 1

    def complaints(self) -> list[str]:
        """Return what the replicas logged that no fault of the world explains."""
        return [
            f"{replica.log.name}: {line[:2_000]}"
            for replica in self.replicas
            for line in replica.log.read_text(errors="replace").splitlines()
            if any(sign in line for sign in _UNEXPLAINED)
        ]

    def calm(self) -> None:
        """Arm no more failpoints, and replace every process that may have one."""
        with self._lock:
            self._has_failpoints = False
            for replica in self.replicas:
                replica.is_doomed = True
                if replica.is_alive:
                    os.kill(replica.pid, signal.SIGKILL)

    def _keep_up(self) -> None:
        while not self._stopping.wait(_LOOK_SECONDS):
            with self._lock:
                self._read_deaths()
                for replica in self.replicas:
                    if replica.is_alive:
                        continue
                    if not replica.is_doomed:
                        self._count_death(replica.pid)
                    self._start(replica)

    def _read_deaths(self) -> None:
        for line in self._deaths.read_text().splitlines()[len(self._died_at) :]:
            told = json.loads(line)
            self._died_at[told["pid"]] = told["failpoint"]

    def _count_death(self, pid: int) -> None:
        failpoint = self._died_at.get(pid)
        if failpoint is None:
            self.ended_by_themselves += 1
        else:
            self.kills[failpoint] += 1

    def _start(self, replica: Replica) -> None:
        all_points = OF_SERVE if replica.command == "serve" else OF_WORK
        # What has been reached least comes first; a little choice keeps it a storm.
        points = sorted(all_points, key=lambda point: self.kills[point.name])[:_LEAST_REACHED]
        has_failpoint = self._has_failpoints and self._dice.random() < _FAILPOINT_SHARE
        wanted = {
            "command": replica.command,
            "environment": {**self._environment, f"{PREFIX}PORT": str(replica.port)},
            "log": str(replica.log),
            "deaths": str(self._deaths),
            "failpoint": self._dice.choice(points).name if has_failpoint else None,
            "times": self._dice.randint(1, _CALLS_MAX[replica.command]),
        }
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write(json.dumps(wanted) + "\n")
        self._nursery.stdin.flush()
        replica.pid = int(self._nursery.stdout.readline())
        replica.is_doomed = False
        replica.is_spared_until = time.monotonic() + _ARMED_SECONDS if has_failpoint else 0.0
