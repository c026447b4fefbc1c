"""The arithmetic behind docs/speed.md, and what it says of what could not be measured."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from benchmarks.index.chain import BuiltChain, Custom
from benchmarks.index.marks import Mark, Verdict, marks
from benchmarks.index.node_alone import page_ends
from benchmarks.index.report import not_measured, rows
from benchmarks.index.result import NotMeasured, Results, Round, Series
from benchmarks.index.task import GROWING, Task
from benchmarks.index.watch import Spent
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.proofs import Proofs

PROVABLE = Proofs(headers=True, receipts=True, transactions=True)
DEPLOYMENT = Deployment(1, "0x", "0x", 1, "0x", "0x", "0x", "0x", PROVABLE)

# Seconds for a thousand events with which every mark is just met.
SECONDS: Mapping[Task, float] = {
    Task.NODE: 0.4,
    Task.READ: 1.0,
    Task.INDEX_POSTGRESQL: 1.0,
    Task.INDEX_SQLITE: 1.0,
    Task.REPLAY_UNPROVED: 1.0,
    Task.REPLAY: 2.0,
    Task.CRYO: 1.0,
    Task.SUBSQUID: 6.0,
    Task.PONDER: 10.0,
    Task.WEB3: 16.0,
    Task.WEB3_SIGNATURES: 8.0,
}


def series(
    task: Task, wall_seconds: Sequence[float], *, events: int = 1_000, peak_mb: float = 300.0
) -> Series:
    """Rounds that computed half of the time."""
    rounds = (
        Round(events, Spent(wall, wall / 2, peak_mb), node_cpu_seconds=0.1, database_cpu_seconds=0)
        for wall in wall_seconds
    )
    return Series(task, tuple(rounds))


def results(seconds: Mapping[Task, float] = SECONDS) -> Results:
    whole = {task: series(task, [took] * 3) for task, took in seconds.items()}
    parts = {task: (series(task, [0.1] * 3, events=250),) for task in GROWING}
    return Results(dict.fromkeys(Custom, whole), parts)


def verdicts(found: Results, verdict: Verdict) -> list[Mark]:
    return [mark for mark in marks(found) if mark.verdict is verdict]


def without(task: Task, reason: str) -> Results:
    found = results()
    portfolios = {**found.whole[Custom.IN_PORTFOLIOS], task: NotMeasured(task, reason)}
    return replace(found, whole={**found.whole, Custom.IN_PORTFOLIOS: portfolios})


def test_a_chain_tells_the_block_in_which_it_comes_to_an_event() -> None:
    chain = BuiltChain(
        DEPLOYMENT, Custom.ONE_BY_ONE, receipts=1, signatures=1, events_of_block=(0, 3, 0, 2)
    )
    assert [chain.block_with_event(event) for event in (1, 3, 4, 5)] == [1, 1, 3, 3]
    assert [chain.events_until(block) for block in range(4)] == [0, 3, 3, 5]


def test_a_series_is_told_by_medians_with_its_best_round_beside() -> None:
    found = series(Task.READ, [1.0, 4.0, 2.0])
    assert found.rate == 500
    assert found.rate_best == 1_000
    assert found.cpu_us == 1_000
    assert found.node_cpu_us == pytest.approx(100)


def test_rounds_that_saw_different_events_are_no_series() -> None:
    first, second = series(Task.READ, [1.0, 1.0]).rounds
    mixed = Series(Task.READ, (first, replace(second, events=999)))
    with pytest.raises(ValueError, match="too many values"):
        mixed.events.bit_length()


def test_a_ratio_is_taken_round_by_round_and_above_one_when_the_other_is_slower() -> None:
    whole = {
        # A neighbour halves the speed of both in the second round, and of one in the third.
        Task.WEB3: series(Task.WEB3, [8.0, 16.0, 8.0]),
        Task.READ: series(Task.READ, [2.0, 4.0, 4.0]),
    }
    found = Results({Custom.ONE_BY_ONE: whole}, {})
    assert found.rate_ratio(Custom.ONE_BY_ONE, Task.READ, Task.WEB3) == 4
    assert found.cpu_ratio(Custom.ONE_BY_ONE, Task.READ, Task.WEB3) == 4


def test_a_database_servers_time_counts_where_it_is_told_to() -> None:
    def beside_server(task: Task, seconds: float) -> Series:
        (one,) = series(task, [2.0]).rounds
        return Series(task, (replace(one, database_cpu_seconds=seconds),))

    ours, theirs = Task.INDEX_POSTGRESQL, Task.SUBSQUID
    whole = {ours: beside_server(ours, 0.0), theirs: beside_server(theirs, 3.0)}
    found = Results({Custom.IN_PORTFOLIOS: whole}, {})
    assert found.cpu_ratio(Custom.IN_PORTFOLIOS, ours, theirs) == 1
    assert found.cpu_ratio_with_servers(Custom.IN_PORTFOLIOS, ours, theirs) == 4


def test_what_just_meets_every_mark_misses_none() -> None:
    assert not verdicts(results(), Verdict.MISSED)
    assert not verdicts(results(), Verdict.NOT_MEASURED)


@pytest.mark.parametrize(
    ("task", "seconds", "missed"),
    [
        (Task.SUBSQUID, 5.9, 1),
        (Task.PONDER, 9.9, 1),
        (Task.NODE, 0.39, 1),
        # Web3.py's processor time too: 16 s of it beside 2.1 s.
        (Task.REPLAY, 2.1, 3),
        (Task.WEB3_SIGNATURES, 7.9, 1),
    ],
)
def test_a_little_less_misses_the_mark(task: Task, seconds: float, missed: int) -> None:
    assert len(verdicts(results({**SECONDS, task: seconds}), Verdict.MISSED)) == missed


def test_one_of_ours_that_takes_more_than_300_mb_misses() -> None:
    found = results()
    index = series(Task.INDEX_SQLITE, [1.0] * 3, peak_mb=300.1)
    single = {**found.whole[Custom.ONE_BY_ONE], Task.INDEX_SQLITE: index}
    (missed,) = verdicts(
        replace(found, whole={**found.whole, Custom.ONE_BY_ONE: single}), Verdict.MISSED
    )
    assert missed.what == "all of ours, peak memory"


def test_a_replay_that_grows_with_its_length_misses_its_mark() -> None:
    found = results()
    part = series(Task.REPLAY, [0.1] * 3, events=250, peak_mb=285.0)
    (missed,) = verdicts(
        replace(found, parts={**found.parts, Task.REPLAY: (part,)}), Verdict.MISSED
    )
    assert "a quarter of it" in missed.what


def test_a_mark_that_hangs_on_a_missing_peer_is_neither_met_nor_missed() -> None:
    found = without(Task.PONDER, "could not be installed")
    (mark,) = verdicts(found, Verdict.NOT_MEASURED)
    assert "Ponder" in mark.what
    assert mark.found == "·"
    assert not verdicts(found, Verdict.MISSED)


def test_a_missing_peer_keeps_its_row_and_is_told_with_its_reason_but_no_addresses() -> None:
    said = "could not be installed: npm error 404 https://packages.example/ponder in /home/x/y"
    found = without(Task.PONDER, said)
    (row,) = (row for row in rows(found, Custom.IN_PORTFOLIOS) if row[0] == Task.PONDER)
    assert row[1] == "not measured"
    told = not_measured(found)
    assert "**Ponder to PostgreSQL** could not be installed: npm error 404 … in …" in told
    assert not_measured(results()) == ""


def test_pages_come_near_ten_thousand_logs_and_leave_out_no_block() -> None:
    assert list(page_ends([6_000, 4_000, 1, 0, 10_000, 12_000, 5])) == [
        (0, 1),
        (2, 3),
        (4, 4),
        (5, 5),
        (6, 6),
    ]
    assert list(page_ends([])) == []
