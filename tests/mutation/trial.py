"""A private copy of the tree, and what tests say in it.

The working tree is only read. Nothing here knows what was changed in a copy, or why.
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.mutation.mutants import TestName

_LEFT_OUT = (".git", ".venv", "node_modules", "dist", "__pycache__", ".hypothesis", ".*_cache")
_SHARED = (".venv", "node_modules")
_SEED = "20200101"
_STOP_SECONDS = 30.0
_TOLD_LINES = 12


class Undecided(Exception):
    """Tests neither passed nor failed: they did not compile, did not run, or did not end."""


@contextmanager
def private_copy(tree: Path) -> Iterator[Path]:
    """Yield a copy of a tree that goes when the block ends. What is installed is shared with it."""
    # What tools have left behind stays away: nobody knows what it was made of.
    with _copied(tree, (*_LEFT_OUT, "build")) as copy:
        yield copy


@contextmanager
def compiled_copy(tree: Path) -> Iterator[Path]:
    """Yield a copy of a private copy, with what was compiled in that.

    forge compiles anew whatever differs in its content, or stands on something that does.
    """
    with _copied(tree, _LEFT_OUT) as copy:
        yield copy


@contextmanager
def _copied(tree: Path, left_out: Sequence[str]) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(tree, copy, ignore=shutil.ignore_patterns(*left_out))
        for name in _SHARED:
            if (tree / name).exists():
                (copy / name).symlink_to((tree / name).resolve())
        yield copy


def failed(tree: Path, tests: Sequence[TestName], seconds_max: float) -> set[TestName]:
    """Run these tests, all of forge's or all of pytest's, and return those that failed.

    Raises Undecided unless every one of them has run to its end within `seconds_max`.
    """
    if tests[0].is_solidity:
        return _failed_in_forge(tree, tests, seconds_max)
    return _failed_in_pytest(tree, tests, seconds_max)


def _failed_in_forge(tree: Path, tests: Sequence[TestName], seconds_max: float) -> set[TestName]:
    files = ",".join(sorted({test.file for test in tests}))
    names = "|".join(re.escape(test.name) for test in tests)
    # forge compiles what it is asked for alone, and to compile is what takes the time.
    command = ["scripts/forge", "test", "--json", "--match-path", f"{{{files}}}"]
    command += ["--match-test", rf"^({names})\("]
    settings = {
        # A mutant may leave a variable unused, of which the compiler warns.
        "FOUNDRY_DENY": "never",
        "FOUNDRY_FUZZ_SEED": _SEED,
        # Tests load the code of a contract instead of holding it, and need not be compiled with it.
        "FOUNDRY_DYNAMIC_TEST_LINKING": "true",
    }
    said, complaints = _ended(tree, command, settings, seconds_max)
    try:
        suites = json.loads(said)
    except ValueError:
        raise Undecided(_last_lines(said + complaints)) from None
    verdicts = {
        TestName(suite.rpartition(":")[0], signature.partition("(")[0]): result["status"]
        for suite, results in suites.items()
        for signature, result in results["test_results"].items()
        if result["status"] in ("Success", "Failure")
    }
    return _told(tests, verdicts.keys(), _those(verdicts, "Failure"), said + complaints)


def _failed_in_pytest(tree: Path, tests: Sequence[TestName], seconds_max: float) -> set[TestName]:
    report = tree / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--timeout=0"]
    command += [f"--junitxml={report}", f"--hypothesis-seed={_SEED}", *map(str, tests)]
    said, complaints = _ended(tree, command, {"PYTHONPATH": str(tree)}, seconds_max)
    # The report is our own pytest's.
    cases = ET.parse(report).iter("testcase") if report.exists() else ()  # noqa: S314
    verdicts: dict[TestName, str] = {}
    for case in cases:
        file = f"{case.get('classname', '').replace('.', '/')}.py"
        name = case.get("name", "")
        # Without parameters, a test is all of its cases, and fails with any of them.
        for test in (TestName(file, name), TestName(file, name.partition("[")[0])):
            if case.find("failure") is not None:
                verdicts[test] = "failure"
            elif len(case) == 0:
                verdicts.setdefault(test, "success")
    return _told(tests, verdicts.keys(), _those(verdicts, "failure"), said + complaints)


def _those(verdicts: Mapping[TestName, str], verdict: str) -> set[TestName]:
    return {test for test, found in verdicts.items() if found == verdict}


def _told(
    tests: Sequence[TestName], ran: Collection[TestName], bad: set[TestName], printed: str
) -> set[TestName]:
    """Return the tests that failed, unless one of them did not run at all."""
    missing = [str(test) for test in tests if test not in ran]
    if missing:
        raise Undecided(f"did not run: {', '.join(missing)}\n{_last_lines(printed)}")
    return bad.intersection(tests)


def _ended(
    tree: Path, command: Sequence[str], settings: dict[str, str], seconds_max: float
) -> tuple[str, str]:
    """Return what a command prints. Raises Undecided if it takes too long."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        # What an outer make, forge or pytest was told is not for an inner one.
        if not name.startswith(("FOUNDRY_", "PYTEST_", "MAKE", "RECEIPTS_LEDGER_"))
    }
    # A byte-code file is told from a stale one by the second of its source, which is too coarse.
    environment = inherited | {"PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"} | settings
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as complaints:
        process = subprocess.Popen(
            command, cwd=tree, env=environment, stdout=said, stderr=complaints
        )
        try:
            process.wait(seconds_max)
        except subprocess.TimeoutExpired:
            _stop(process)
            raise Undecided(f"ran longer than {seconds_max:.0f} seconds") from None
        if process.returncode < 0:
            raise Undecided(f"ended by {signal.Signals(-process.returncode).name}")
        for output in (said, complaints):
            output.seek(0)
        return said.read(), complaints.read()


def _stop(process: subprocess.Popen[bytes]) -> None:
    # As by Ctrl-C, so that tests can stop the nodes that they have started.
    process.send_signal(signal.SIGINT)
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _last_lines(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return "\n".join(lines[-_TOLD_LINES:]) or "printed nothing"
