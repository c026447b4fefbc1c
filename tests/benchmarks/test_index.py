"""The arithmetic behind docs/speed.md."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from benchmarks.index.chain import BuiltChain
from benchmarks.index.result import Results, Round, Series
from benchmarks.index.task import OURS, Measured, Task
from receipts_ledger.chain.deployment import Deployment

DEPLOYMENT = Deployment(1, "0x", "0x", 1, "0x", "0x", "0x", "0x")


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
    return Results(whole, (series(Task.REPLAY, [ours_seconds / 2] * 3, events=500),))


def test_a_chain_tells_the_block_in_which_it_comes_to_an_event() -> None:
    chain = BuiltChain(DEPLOYMENT, receipts=1, signatures=1, events_of_block=(0, 3, 0, 2))
    assert [chain.block_with_event(event) for event in (1, 3, 4, 5)] == [1, 1, 3, 3]
    assert [chain.events_until(block) for block in range(4)] == [0, 3, 3, 5]


def test_a_series_is_told_by_its_fastest_round_and_by_medians() -> None:
    found = series(Task.READ, [1.0, 4.0, 2.0])
    assert found.rate == 1_000
    assert found.rate_median == 500
    assert found.cpu_us == 1_000
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
    found = Results(whole, ())
    assert found.rate_ratio(Task.READ, Task.WEB3) == 4
    assert found.cpu_ratio(Task.READ, Task.WEB3) == 4


def test_eight_times_as_fast_meets_the_mark_and_a_little_less_does_not() -> None:
    assert all(mark.is_met for mark in results(1.0).marks())
    missed = [mark for mark in results(1.01).marks() if not mark.is_met]
    assert len(missed) == len(OURS)


def test_a_replay_that_grows_with_its_length_misses_its_mark() -> None:
    found = results(1.0)
    replay = found.whole[Task.REPLAY]
    grown = tuple(
        replace(one, measured=replace(one.measured, peak_mib=53.0)) for one in replay.rounds
    )
    whole = {**found.whole, Task.REPLAY: Series(Task.REPLAY, grown)}
    (missed,) = (mark for mark in Results(whole, found.shorter_replays).marks() if not mark.is_met)
    assert "memory" in missed.what
