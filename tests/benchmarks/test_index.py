"""The arithmetic behind docs/speed.md."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.index.chain import BuiltChain, Custom
from benchmarks.index.result import Results, Round, Series
from benchmarks.index.task import OURS, Measured, Task
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.proofs import Proofs

PROVABLE = Proofs(headers=True, receipts=True, transactions=True)
DEPLOYMENT = Deployment(1, "0x", "0x", 1, "0x", "0x", "0x", "0x", PROVABLE)


def series(task: Task, wall_seconds: Sequence[float], *, events: int = 1_000) -> Series:
    """Rounds that computed half of the time, in 50 MiB."""
    rounds = (
        Round(Measured(events, wall, wall / 2, 50.0), node_cpu_seconds=0.1, database_cpu_seconds=0)
        for wall in wall_seconds
    )
    return Series(task, tuple(rounds))


def results(ours_seconds: float) -> Results:
    whole = {task: series(task, [8.0, 8.0, 8.0]) for task in Task}
    whole |= {task: series(task, [ours_seconds] * 3) for task in OURS}
    parts = (series(Task.REPLAY, [ours_seconds / 2] * 3, events=500),)
    return Results(dict.fromkeys(Custom, whole), parts)


def test_a_chain_tells_the_block_in_which_it_comes_to_an_event() -> None:
    chain = BuiltChain(
        DEPLOYMENT, Custom.ONE_BY_ONE, receipts=1, signatures=1, events_of_block=(0, 3, 0, 2)
    )
    assert [chain.block_with_event(event) for event in (1, 3, 4, 5)] == [1, 1, 3, 3]
    assert [chain.events_until(block) for block in range(4)] == [0, 3, 3, 5]


def test_a_series_is_told_by_its_fastest_round_and_by_medians() -> None:
    found = series(Task.READ, [1.0, 4.0, 2.0])
    assert found.rate == 1_000
    assert found.rate_median == 500
    assert found.cpu_us == 500
    assert found.node_cpu_us == pytest.approx(100)


def test_rounds_that_saw_different_events_are_no_series() -> None:
    first, second = series(Task.READ, [1.0, 1.0]).rounds
    other = replace(second, measured=replace(second.measured, events=999))
    mixed = Series(Task.READ, (first, other))
    with pytest.raises(ValueError, match="too many values"):
        mixed.events.bit_length()


def test_a_ratio_above_one_says_that_the_other_is_slower() -> None:
    whole = {
        Task.WEB3: series(Task.WEB3, [8.0, 80.0, 16.0]),
        Task.READ: series(Task.READ, [4.0, 4.0, 2.0]),
    }
    found = Results({Custom.ONE_BY_ONE: whole}, ())
    assert found.rate_ratio(Custom.ONE_BY_ONE, Task.READ, Task.WEB3) == 4
    assert found.cpu_ratio(Custom.ONE_BY_ONE, Task.READ, Task.WEB3) == 4


def test_eight_times_as_fast_meets_all_marks_and_a_little_less_only_that_of_signatures() -> None:
    assert all(mark.is_met for mark in results(1.0).marks())
    met = [mark.what for mark in results(1.01).marks() if mark.is_met]
    assert len(met) == 2
    assert "eth-account" in met[0]
    assert "memory" in met[1]


def test_an_audit_that_recovers_signatures_at_less_than_four_times_the_speed_misses() -> None:
    missed = [mark.what for mark in results(2.01).marks() if not mark.is_met]
    assert any("eth-account" in what for what in missed)


def test_a_replay_that_grows_with_its_length_misses_its_mark() -> None:
    found = results(1.0)
    whole = found.whole[Custom.ONE_BY_ONE]
    grown = tuple(
        replace(one, measured=replace(one.measured, peak_mib=53.0))
        for one in whole[Task.REPLAY].rounds
    )
    single = {**whole, Task.REPLAY: Series(Task.REPLAY, grown)}
    chains = {**found.whole, Custom.ONE_BY_ONE: single}
    (missed,) = (mark for mark in Results(chains, found.shorter_replays).marks() if not mark.is_met)
    assert "memory" in missed.what
