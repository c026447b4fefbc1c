"""The run: saved chains, all tasks by turns, some rounds; the tables, docs/speed.md, the marks."""

import time
from collections.abc import Mapping
from fractions import Fraction

from rich.console import Console

from benchmarks.index.chain import BuiltChain, Custom
from benchmarks.index.load import Neighbours
from benchmarks.index.marks import Verdict, marks
from benchmarks.index.peers.cryo.peer import Cryo
from benchmarks.index.peers.peer import Absent, Peer
from benchmarks.index.peers.ponder.peer import Ponder
from benchmarks.index.peers.subsquid.peer import Subsquid
from benchmarks.index.report import Circumstances, print_report, write_document
from benchmarks.index.result import NotMeasured, Results, Series
from benchmarks.index.saved import saved
from benchmarks.index.stage import Stage
from benchmarks.index.task import GROWING, IN_PORTFOLIOS, ONE_BY_ONE, PEERS, Task
from receipts_ledger.chain.keys import keccak, recover, sign
from receipts_ledger.chain.local_node import DEVELOPER_KEYS
from tests.support.postgres import PostgresCluster

_TASKS = {Custom.IN_PORTFOLIOS: IN_PORTFOLIOS, Custom.ONE_BY_ONE: ONE_BY_ONE}
# Single acts cost everyone so much that a quarter of them tells as much.
_LENGTH = {Custom.IN_PORTFOLIOS: Fraction(1), Custom.ONE_BY_ONE: Fraction(1, 4)}
_PARTS = (Fraction(1, 20), Fraction(1, 4))
# As in earnest: what a commit has told of is on disk.
POSTGRESQL = (
    *("fsync=on", "synchronous_commit=on", "full_page_writes=on", "autovacuum=on"),
    "shared_buffers=512MB",
)
_RECOVERIES = 5_000


def run(console: Console, *, events: int, rounds: int) -> bool:
    """Measure, print, write docs/speed.md; return whether every mark is met."""
    started = time.monotonic()
    peers = _installed(console)
    neighbours = Neighbours()
    chains: list[BuiltChain] = []
    whole: dict[Custom, Mapping[Task, Series | NotMeasured]] = {}
    parts: Mapping[Task, tuple[Series, ...]] = {}
    for custom, tasks in _TASKS.items():
        length = round(events * _LENGTH[custom])
        with console.status(f"building a chain of {length:,} events, {custom}"):
            saved_chain = saved(length, custom)
        chains.append(saved_chain.chain)
        with saved_chain.served() as node, PostgresCluster(*POSTGRESQL) as postgres:
            stage = Stage(node.url, saved_chain, postgres, peers)
            whole[custom] = stage.whole(tasks, rounds, console)
            if custom is Custom.IN_PORTFOLIOS:
                parts = stage.parts(GROWING, _PARTS, rounds, console)
    results = Results(whole, parts)
    judged = list(marks(results))
    circumstances = Circumstances(
        rounds=rounds,
        neighbours=neighbours.processors(),
        minutes=(time.monotonic() - started) / 60,
        recovery_us=_recovery_us(),
        postgresql=POSTGRESQL,
    )
    print_report(results, judged, console)
    write_document(chains, results, judged, circumstances)
    return all(mark.verdict is Verdict.MET for mark in judged)


def _installed(console: Console) -> Mapping[Task, Peer | NotMeasured]:
    peers: tuple[Peer, ...] = (Cryo(), Subsquid(), Ponder())
    assert {peer.task for peer in peers} == set(PEERS)
    found: dict[Task, Peer | NotMeasured] = {}
    for peer in peers:
        with console.status(f"installing: {peer.task}"):
            try:
                peer.install()
            except Absent as absent:
                found[peer.task] = NotMeasured(peer.task, str(absent))
            else:
                found[peer.task] = peer
    return found


def _recovery_us() -> float:
    """Return the processor time of recovering one signer."""
    digest = keccak(b"digest")
    signature = sign(DEVELOPER_KEYS[0], digest)
    started = time.process_time()
    for _ in range(_RECOVERIES):
        recover(digest, signature)
    return (time.process_time() - started) / _RECOVERIES * 1e6
