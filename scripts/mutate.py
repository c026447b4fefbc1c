"""Sow known bugs, one at a time, and require that the tests notice each of them.

The list is tests/mutation/mutants.toml. Every bug is sown in a copy of the tree, never in the
tree itself, and only the one test that has to notice it is run. Nothing here judges a bug that
is not on the list.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.mutation.mutants import LIST, ROOT, Mutant, TestName, Unsound, expect_sound, read
from tests.mutation.trial import Undecided, compiled_copy, failed, private_copy

TRIAL_SECONDS_MAX = 900.0
UNCHANGED_SECONDS_MAX = 3_600.0


class Verdict(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    SURVIVED = "SURVIVED"
    UNDECIDED = "UNDECIDED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one mutant, how long it took, and what was said if nothing was decided."""

    mutant: Mutant
    verdict: Verdict
    seconds: float
    told: str = ""

    def __str__(self) -> str:
        mutant = self.mutant
        row = f"{self.verdict:9}  {mutant.area:7}  {self.seconds:4.0f} s  {mutant.name}"
        if self.verdict is Verdict.KILLED:
            return row
        return "\n    ".join((row, str(mutant.killed_by), *self.told.splitlines()))


class NotGreen(Exception):
    """Tests fail before anything was changed; the message names them."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every mutant is killed, 1 when one is not, 2 when nothing could be decided."""
    options = _parser().parse_args(arguments)
    began = time.monotonic()
    try:
        listed = read(options.list)
        chosen = _chosen(listed, options)
        # Whoever goes on working meanwhile does not change what is tried.
        with private_copy(options.tree) as tree, ThreadPoolExecutor(options.jobs) as pool:
            expect_sound(listed, tree)
            try:
                _expect_green(chosen, tree, pool)
                outcomes = _outcomes(chosen, tree, pool)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    except (Unsound, NotGreen, Undecided) as error:
        print(error, file=sys.stderr)
        return 2
    minutes = (time.monotonic() - began) / 60
    print("\n" + "\n".join(map(str, outcomes)))
    count = {verdict: _count(outcomes, verdict) for verdict in Verdict}
    print(
        f"\n{count[Verdict.KILLED]} of {len(outcomes)} killed, {count[Verdict.SURVIVED]} survived, "
        f"{count[Verdict.UNDECIDED]} undecided, in {minutes:.1f} minutes"
    )
    return 0 if count[Verdict.KILLED] == len(outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--name", help="only the mutant whose name begins so")
    which.add_argument("--area", help="only those of one area, such as codec")
    which.add_argument("--quick", action="store_true", help="only the short selection")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="so many at once")
    parser.add_argument("--list", type=Path, default=LIST, help="another list")
    parser.add_argument("--tree", type=Path, default=ROOT, help="the tree that is copied")
    return parser


def _chosen(listed: Sequence[Mutant], options: argparse.Namespace) -> list[Mutant]:
    chosen = [
        mutant
        for mutant in listed
        if (options.name is None or mutant.name.lower().startswith(options.name.lower()))
        and (options.area in (None, mutant.area))
        and (mutant.is_quick or not options.quick)
    ]
    if not chosen:
        raise Unsound("no mutant is meant")
    return chosen


def _expect_green(mutants: Sequence[Mutant], tree: Path, pool: ThreadPoolExecutor) -> None:
    """Run all the tests on the unchanged tree. Raises NotGreen if one fails."""
    tests = sorted({mutant.killed_by for mutant in mutants}, key=str)
    print(
        f"{len(mutants)} mutants; first their {len(tests)} tests on the tree as it is", flush=True
    )
    # forge runs in the tree itself, so that what it compiles is there for the mutants.
    runs = [
        pool.submit(run, group, tree)
        for run, group in (
            (_failed, [test for test in tests if test.is_solidity]),
            (_failed_in_copy, [test for test in tests if not test.is_solidity]),
        )
        if group
    ]
    bad = sorted(str(test) for run in as_completed(runs) for test in run.result())
    if bad:
        raise NotGreen("fails though nothing was changed: " + ", ".join(bad))


def _failed(tests: Sequence[TestName], tree: Path) -> set[TestName]:
    return failed(tree, tests, UNCHANGED_SECONDS_MAX)


def _failed_in_copy(tests: Sequence[TestName], tree: Path) -> set[TestName]:
    with private_copy(tree) as copy:
        return _failed(tests, copy)


def _outcomes(mutants: Sequence[Mutant], tree: Path, pool: ThreadPoolExecutor) -> list[Outcome]:
    """Return what became of each mutant, in their order. Tells of each as soon as it is known."""
    runs: list[Future[Outcome]] = [pool.submit(_outcome, mutant, tree) for mutant in mutants]
    for place, run in enumerate(as_completed(runs), 1):
        done = run.result()
        print(f"{place:3} of {len(runs)}  {done}", flush=True)
    return [run.result() for run in runs]


def _outcome(mutant: Mutant, tree: Path) -> Outcome:
    began = time.monotonic()
    told = ""
    with compiled_copy(tree) as copy:
        mutant.sown_in(copy)
        try:
            noticed = failed(copy, [mutant.killed_by], TRIAL_SECONDS_MAX)
            verdict = Verdict.KILLED if noticed else Verdict.SURVIVED
        except Undecided as error:
            verdict, told = Verdict.UNDECIDED, str(error)
    return Outcome(mutant, verdict, time.monotonic() - began, told)


def _count(outcomes: Sequence[Outcome], verdict: Verdict) -> int:
    return sum(outcome.verdict is verdict for outcome in outcomes)


if __name__ == "__main__":
    sys.exit(main())
