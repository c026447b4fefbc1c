"""One chain's node, a database server and the peers: every task by turns, each from scratch."""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path

from rich.console import Console
from sqlalchemy import func, select

from benchmarks.index.given import Given
from benchmarks.index.peers.peer import Absent, Peer, Start
from benchmarks.index.result import NotMeasured, Round, Series
from benchmarks.index.saved import SavedChain
from benchmarks.index.states import Found, State, States
from benchmarks.index.task import PEERS, Task
from benchmarks.index.watch import Command, Failed, cpu_seconds_of, watch
from receipts_ledger.store import migrate
from receipts_ledger.store.tables import events, receipts
from receipts_ledger.store.units import Database
from tests.support.postgres import PostgresCluster

_ROOT = Path(__file__).resolve().parents[2]
_TIMEOUT_SECONDS = 600.0


class Stage:
    """Measures tasks on a chain that a node has loaded."""

    def __init__(
        self,
        node_url: str,
        saved: SavedChain,
        postgres: PostgresCluster,
        peers: Mapping[Task, Peer | NotMeasured],
    ) -> None:
        self._node_url = node_url
        self._saved = saved
        self._chain = saved.chain
        self._postgres = postgres
        self._peers = peers
        self._template = postgres.create()
        migrate.upgrade(postgres.url(self._template))
        self._states: States | None = None

    def whole(
        self, tasks: Sequence[Task], rounds: int, console: Console
    ) -> Mapping[Task, Series | NotMeasured]:
        """Alternate the tasks, so that what the neighbours do falls on all of them."""
        done: dict[Task, list[Round]] = {task: [] for task in tasks}
        failed: dict[Task, NotMeasured] = {}
        for number in range(1, rounds + 1):
            for task in tasks:
                if task in failed:
                    continue
                with console.status(f"round {number} of {rounds}: {self._chain.custom}, {task}"):
                    measured = self._measured(task)
                if isinstance(measured, NotMeasured):
                    failed[task] = measured
                else:
                    done[task].append(measured)
        return {task: Series(task, tuple(series)) for task, series in done.items()} | failed

    def parts(
        self, tasks: Sequence[Task], shares: Sequence[Fraction], rounds: int, console: Console
    ) -> Mapping[Task, tuple[Series, ...]]:
        """Measure our tasks on the first parts of the chain, the shortest first."""
        found: dict[Task, tuple[Series, ...]] = dict.fromkeys(tasks, ())
        for share in shares:
            done: dict[Task, list[Round]] = {task: [] for task in tasks}
            for task in list(tasks) * rounds:
                with console.status(f"{share} of the chain: {task}"):
                    done[task].append(self._round(task, self._block_after(share)))
            for task, series in done.items():
                found[task] += (Series(task, tuple(series)),)
        return found

    def _block_after(self, share: Fraction) -> int:
        whole = self._chain.events_until(self._chain.head)
        return self._chain.block_with_event(ceil(whole * share))

    def _measured(self, task: Task) -> Round | NotMeasured:
        if task not in PEERS:
            return self._round(task, self._chain.head)
        peer = self._peers[task]
        if isinstance(peer, NotMeasured):
            return peer
        try:
            return self._round(task, self._chain.head)
        except (Absent, Failed) as error:
            return NotMeasured(task, f"did not do its work: {error}")

    def _round(self, task: Task, to_block: int) -> Round:
        with self._given(task, to_block) as (given, scratch):
            start = self._start(task, given, scratch)
            node, database = cpu_seconds_of("anvil"), cpu_seconds_of("postgres")
            spent, printed = watch(
                start.command, scratch, timeout_seconds=_TIMEOUT_SECONDS, is_done=start.is_done
            )
            node = cpu_seconds_of("anvil") - node
            database = cpu_seconds_of("postgres") - database
            if task not in PEERS:
                spent = replace(spent, peak_mb=max(spent.peak_mb, json.loads(printed)["peak_mb"]))
            found = self._found(task, given, scratch, printed)
        self._check(found, to_block)
        return Round(found.events, spent, node, database)

    def _start(self, task: Task, given: Given, scratch: Path) -> Start:
        peer = self._peers.get(task)
        if peer is not None and not isinstance(peer, NotMeasured):
            return peer.start(given, scratch)
        arguments = (
            *(sys.executable, "-m", "benchmarks.index.work", task),
            *("--rpc", given.rpc_url, "--deployment", str(given.deployment_file)),
            *("--to", str(given.to_block), "--db", given.database_url),
        )
        return Start(Command(arguments, _ROOT, {}))

    def _found(self, task: Task, given: Given, scratch: Path, printed: str) -> Found:
        peer = self._peers.get(task)
        if peer is not None and not isinstance(peer, NotMeasured):
            return peer.found(given, scratch)
        if task in (Task.INDEX_POSTGRESQL, Task.INDEX_SQLITE):
            return _found_by_us(given.database_url)
        return Found(json.loads(printed)["events"], None)

    def _check(self, found: Found, to_block: int) -> None:
        """Raise Failed unless all events came through and all indexes hold the same."""
        wanted = self._chain.events_until(to_block)
        if found.events != wanted:
            raise Failed(f"it has {found.events:,} events of {wanted:,}")
        if found.states is None or to_block != self._chain.head:
            return
        if self._states is None:
            self._states = found.states
        if len(found.states) != self._chain.receipts:
            raise Failed(f"it has {len(found.states):,} receipts of {self._chain.receipts:,}")
        if found.states != self._states:
            differ = sum(found.states[one] != self._states.get(one) for one in found.states)
            raise Failed(f"it holds {differ:,} receipts in another state than our index")

    @contextmanager
    def _given(self, task: Task, to_block: int) -> Iterator[tuple[Given, Path]]:
        with tempfile.TemporaryDirectory() as folder, self._database(task, folder) as url:
            given = Given(self._node_url, self._saved.deployment_file, to_block, url)
            yield given, Path(folder)

    @contextmanager
    def _database(self, task: Task, folder: str) -> Iterator[str]:
        if task.has_server:
            ours = self._template if task is Task.INDEX_POSTGRESQL else None
            name = self._postgres.create(ours)
            yield self._postgres.url(name)
            self._postgres.drop(name)
            return
        url = f"sqlite:///{folder}/ledger.db"
        if task is Task.INDEX_SQLITE:
            migrate.upgrade(url)
        yield url


def _found_by_us(database_url: str) -> Found:
    states = select(
        receipts.c.receipt_id,
        receipts.c.holder_id,
        func.coalesce(receipts.c.pledgee_id, 0),
        receipts.c.version,
        receipts.c.word,
    )
    with closing(Database.open(database_url)) as database, database.reading() as reader:
        counted = reader.scalar(select(func.count()).select_from(events))
        rows = reader.rows(states)
    return Found(int(counted), {int(row[0]): State(*map(int, row[1:])) for row in rows})
