"""What has to hold, and whether the run found it so."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from benchmarks.index.chain import Custom
from benchmarks.index.result import Results
from benchmarks.index.task import OURS, Task

SUBSQUID_RATIO_MIN = 6.0
PONDER_RATIO_MIN = 10.0
# Of the rate at which the node hands out logs that nobody looks at.
NODE_SHARE_MIN = 0.4
# What is proved may cost as much again as what is read.
PROOFS_TIME_MAX = 2.0
PEAK_MB_MAX = 300.0
WEB3_RATIO_MIN = 8.0
# An audit of single acts spends most of its time in the same libsecp256k1 as its peer.
SIGNATURES_RATIO_MIN = 4.0
# Both have long come to the size of their pages and of the live state: the rest is noise.
PEAK_GROWTH_MAX = 1.05


class Verdict(StrEnum):
    """Whether a mark is met."""

    MET = "met"
    MISSED = "missed"
    NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that has to hold, and what was found."""

    what: str
    wanted: str
    found: str
    verdict: Verdict


def marks(results: Results) -> Iterator[Mark]:
    """Yield all marks."""
    portfolios, single = Custom.IN_PORTFOLIOS, Custom.ONE_BY_ONE
    for peer, least in (
        (Task.SUBSQUID, SUBSQUID_RATIO_MIN),
        (Task.PONDER, PONDER_RATIO_MIN),
    ):
        yield _rate_mark(results, portfolios, Task.INDEX_POSTGRESQL, peer, least)
    yield _rate_mark(results, portfolios, Task.REPLAY_UNPROVED, Task.NODE, NODE_SHARE_MIN)
    yield _proofs_mark(results)
    yield _memory_mark(results)
    yield _growth_mark(results)
    # By processor time: web3.py has one processor to itself, ours has node and server beside it.
    for custom in (portfolios, single):
        for task in (Task.INDEX_POSTGRESQL, Task.INDEX_SQLITE):
            yield _cpu_mark(results, custom, task, Task.WEB3, WEB3_RATIO_MIN)
    yield _cpu_mark(results, portfolios, Task.REPLAY, Task.WEB3, WEB3_RATIO_MIN)
    # By the clock: the signatures that both recover are shared out among processors.
    yield _rate_mark(results, single, Task.REPLAY, Task.WEB3_SIGNATURES, SIGNATURES_RATIO_MIN)


def _rate_mark(results: Results, custom: Custom, task: Task, beside: Task, least: float) -> Mark:
    what = f"{custom}: {task}, events/s beside {beside}"
    return _at_least(what, results.rate_ratio(custom, task, beside), least)


def _cpu_mark(results: Results, custom: Custom, task: Task, beside: Task, least: float) -> Mark:
    what = f"{custom}: {task}, CPU/event beside {beside}"
    return _at_least(what, results.cpu_ratio(custom, task, beside), least)


def _proofs_mark(results: Results) -> Mark:
    ratio = results.rate_ratio(Custom.IN_PORTFOLIOS, Task.REPLAY_UNPROVED, Task.REPLAY)
    what = f"{Custom.IN_PORTFOLIOS}: {Task.REPLAY}, time beside {Task.REPLAY_UNPROVED}"
    return _at_most(what, ratio, PROOFS_TIME_MAX, "{:.2f}x")


def _memory_mark(results: Results) -> Mark:
    every = [results.series(custom, task) for custom in results.whole for task in OURS]
    peaks = [series.peak_mb for series in every if series is not None]
    return _at_most("all of ours, peak memory", max(peaks, default=None), PEAK_MB_MAX, "{:.0f} MB")


def _growth_mark(results: Results) -> Mark:
    whole, parts = results.series(Custom.IN_PORTFOLIOS, Task.REPLAY), results.parts[Task.REPLAY]
    growth = None if whole is None or not parts else whole.peak_mb / parts[-1].peak_mb
    what = f"{Task.REPLAY}, peak memory of the whole chain beside a quarter of it"
    return _at_most(what, growth, PEAK_GROWTH_MAX, "{:.2f}x")


def _at_least(what: str, found: float | None, least: float) -> Mark:
    wanted = f"at least {least:g}x"
    if found is None:
        return Mark(what, wanted, "·", Verdict.NOT_MEASURED)
    verdict = Verdict.MET if found >= least else Verdict.MISSED
    return Mark(what, wanted, f"{found:.2f}x", verdict)


def _at_most(what: str, found: float | None, most: float, form: str) -> Mark:
    wanted = f"at most {form.format(most)}"
    if found is None:
        return Mark(what, wanted, "·", Verdict.NOT_MEASURED)
    verdict = Verdict.MET if found <= most else Verdict.MISSED
    return Mark(what, wanted, form.format(found), verdict)
