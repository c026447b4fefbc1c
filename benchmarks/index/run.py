"""The run: one chain, all tasks in turn, some rounds; the tables, docs/speed.md, the marks."""

import json
import math
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path

from rich.console import Console

from benchmarks.index.chain import BLOCK_GAS_MAX, BuiltChain, Custom, build
from benchmarks.index.report import print_report, write_document
from benchmarks.index.result import Results, Round, Series
from benchmarks.index.task import Measured, Task
from benchmarks.index.watch import cpu_seconds_of
from receipts_ledger.chain.keys import keccak, recover, sign
from receipts_ledger.chain.local_node import DEVELOPER_KEYS, anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.store import migrate
from tests.support.postgres import PostgresCluster

# Of the replay, to see whether its memory grows with the chain's length.
_PARTS = (Fraction(1, 5), Fraction(3, 5))
_TIMEOUT_SECONDS = 600.0
_RECOVERIES = 5_000


def run(console: Console, *, events: int, rounds: int) -> bool:
    """Measure, print, write docs/speed.md; return whether every mark is met."""
    chains: list[BuiltChain] = []
    whole: dict[Custom, Mapping[Task, Series]] = {}
    parts: tuple[Series, ...] = ()
    for custom in Custom:
        with (
            anvil("--gas-limit", str(BLOCK_GAS_MAX)) as node,
            PostgresCluster() as postgres,
            tempfile.TemporaryDirectory() as folder,
        ):
            with console.status(f"building a chain of {events:,} events, {custom}"):
                chain = build(Rpc(node.url, timeout_seconds=_TIMEOUT_SECONDS), events, custom)
            bench = _Bench(node.url, chain, postgres, Path(folder))
            chains.append(chain)
            whole[custom] = bench.whole(rounds, console)
            if custom is Custom.ONE_BY_ONE:
                parts = bench.parts(rounds, console)
    results = Results(whole, parts)
    marks = list(results.marks())
    print_report(results, marks, console)
    write_document(chains, results, marks, rounds=rounds, recovery_us=_recovery_us())
    return all(mark.is_met for mark in marks)


def _recovery_us() -> float:
    """Return the processor time of recovering one signer."""
    digest = keccak(b"digest")
    signature = sign(DEVELOPER_KEYS[0], digest)
    started = time.process_time()
    for _ in range(_RECOVERIES):
        recover(digest, signature)
    return (time.process_time() - started) / _RECOVERIES * 1e6


class _Bench:
    def __init__(
        self, url: str, chain: BuiltChain, postgres: PostgresCluster, folder: Path
    ) -> None:
        self._url = url
        self._chain = chain
        self._postgres = postgres
        self._folder = folder
        self._deployment_file = folder / "deployment.json"
        chain.deployment.write(self._deployment_file)
        self._template = postgres.create()
        migrate.upgrade(postgres.url(self._template))

    def whole(self, rounds: int, console: Console) -> Mapping[Task, Series]:
        """Alternate the tasks, so that what the neighbours do falls on all of them."""
        done: dict[Task, list[Round]] = {task: [] for task in Task}
        for number in range(1, rounds + 1):
            for task, series in done.items():
                with console.status(f"round {number} of {rounds}: {self._chain.custom}, {task}"):
                    series.append(self._round(task, self._chain.head))
        return {task: Series(task, tuple(series)) for task, series in done.items()}

    def parts(self, rounds: int, console: Console) -> tuple[Series, ...]:
        """Replay the first parts of the chain, the shortest first."""
        found = []
        for part in _PARTS:
            with console.status(f"{Task.REPLAY}, {part} of the chain"):
                series = [self._round(Task.REPLAY, self._block_after(part)) for _ in range(rounds)]
            found.append(Series(Task.REPLAY, tuple(series)))
        return tuple(found)

    def _block_after(self, share: Fraction) -> int:
        events = self._chain.events_until(self._chain.head)
        return self._chain.block_with_event(math.ceil(events * share))

    def _round(self, task: Task, to_block: int) -> Round:
        with self._database(task) as database_url:
            node, database = cpu_seconds_of("anvil"), cpu_seconds_of("postgres")
            measured = self._measured(task, to_block, database_url)
            node = cpu_seconds_of("anvil") - node
            database = cpu_seconds_of("postgres") - database
        assert measured.events == self._chain.events_until(to_block), "events were lost"
        return Round(measured, node, database)

    def _measured(self, task: Task, to_block: int, database_url: str) -> Measured:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "benchmarks.index.task", task),
                *("--rpc", self._url, "--deployment", str(self._deployment_file)),
                *("--to", str(to_block), "--db", database_url),
            ],
            check=True,
            stdout=subprocess.PIPE,
            timeout=_TIMEOUT_SECONDS,
        )
        return Measured(**json.loads(done.stdout))

    @contextmanager
    def _database(self, task: Task) -> Iterator[str]:
        if task is Task.INDEX_POSTGRESQL:
            name = self._postgres.create(self._template)
            yield self._postgres.url(name)
            self._postgres.drop(name)
            return
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            url = f"sqlite:///{folder}/ledger.db"
            if task is Task.INDEX_SQLITE:
                migrate.upgrade(url)
            yield url
