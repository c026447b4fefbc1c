"""The run: on both engines each route beside the bare one by turns; tables, page, marks."""

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

import structlog
from rich.console import Console

from benchmarks.http.minting import Minted, Together, mint, prepare
from benchmarks.http.report import print_report, write_document
from benchmarks.http.result import Case, Minting, Results, Round
from benchmarks.http.route import Route
from benchmarks.http.stage import Stage, bare_load, bare_served, staged
from benchmarks.http.wrk import Answered, Load, measure
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.store import migrate
from tests.support.postgres import PostgresCluster

ENGINES = ("SQLite", "PostgreSQL")
CONNECTIONS = (1, 64)
SECONDS = 2.0
_WARM_SECONDS = 1.0
_MINTING = "minting"
# As in earnest: what is answered is on disk.
_DURABLE = ("fsync=on", "synchronous_commit=on", "full_page_writes=on")


def run(console: Console, *, rounds: int, only: str = "") -> bool:
    """Measure, print, write docs/http-speed.md; return whether every mark is met.

    `only` leaves rows out that do not have it in their name, and the document as it is.
    """
    # What stages are set up with runs in this process, and would tell of every request.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    cases: dict[Case, tuple[Round, ...]] = {}
    minted: dict[Minting, tuple[Minted, ...]] = {}
    with PostgresCluster(*_DURABLE) as postgres, tempfile.TemporaryDirectory() as folder:
        for engine in ENGINES:
            url, bare_url = f"sqlite:///{folder}/ledger.db", f"sqlite:///{folder}/bare.db"
            if engine == "PostgreSQL":
                url, bare_url = (postgres.url(postgres.create()) for _ in range(2))
            migrate.upgrade(url)
            with anvil() as node, staged(Rpc(node.url), url, Path(folder)) as stage:
                with bare_served(bare_url) as bare:
                    cases |= _routes(stage, bare, _cases(engine, only), rounds, console)
                if only in _MINTING:
                    minted |= _minted(stage, engine, rounds, console)
    results = Results(cases, minted)
    marks = list(results.marks())
    print_report(results, marks, console)
    if not only:
        write_document(results, marks, rounds=rounds, seconds=SECONDS)
    return all(mark.is_met for mark in marks)


def _cases(engine: str, only: str) -> list[Case]:
    cases = (Case(engine, route, connections) for route in Route for connections in CONNECTIONS)
    return [case for case in cases if only in str(case)]


def _routes(
    stage: Stage, bare: str, cases: Sequence[Case], rounds: int, console: Console
) -> dict[Case, tuple[Round, ...]]:
    found: dict[Case, list[Round]] = {case: [] for case in cases}
    with stage.served() as ours:
        for case in found:
            _pair(stage, case, ours, bare, _WARM_SECONDS)
        for number in range(1, rounds + 1):
            for case, series in found.items():
                with console.status(f"round {number} of {rounds}: {case}"):
                    series.append(_pair(stage, case, ours, bare, SECONDS))
    return {case: tuple(series) for case, series in found.items()}


def _minted(
    stage: Stage, engine: str, rounds: int, console: Console
) -> dict[Minting, tuple[Minted, ...]]:
    prepare(stage)
    found: dict[Minting, list[Minted]] = {Minting(engine, together): [] for together in Together}
    pools = 0
    for number in range(1, rounds + 1):
        for minting, series in found.items():
            with console.status(f"round {number} of {rounds}: minting, {minting}"):
                series.append(mint(stage, minting.together, pools))
            pools += minting.together.acts_before + minting.together.acts
    return {minting: tuple(series) for minting, series in found.items()}


def _pair(stage: Stage, case: Case, ours: str, bare: str, seconds: float) -> Round:
    peer = _peer(bare_load(bare, case.route), case, seconds)
    kept = None
    if case.route is Route.REFUSE:
        kept = _peer(bare_load(bare, case.route, keeps=True), case, seconds)
    load = stage.reading(ours) if case.route is Route.READ else stage.second_pledge(ours)
    before = stage.refusals_on_record()
    answered = measure(load, connections=case.connections, seconds=seconds)
    _expect_answered(case, answered, stage.refusals_on_record() - before)
    return Round(peer, kept, answered)


def _peer(load: Load, case: Case, seconds: float) -> Answered:
    answered = measure(load, connections=case.connections, seconds=seconds)
    assert answered.refused == answered.broken == 0
    return answered


def _expect_answered(case: Case, answered: Answered, on_record: int) -> None:
    """What was counted has to be what was asked for, and on record."""
    assert answered.broken == 0, f"{case}: {answered.broken} broken"
    if case.route is Route.READ:
        assert answered.refused == 0, f"{case}: {answered.refused} refused"
        return
    assert answered.refused == answered.requests, f"{case}: some were not refused"
    # Those under way when the measurement ends are on record too.
    assert on_record >= answered.requests, f"{case}: {on_record} on record"
