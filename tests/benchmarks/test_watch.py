"""Programs under watch: what they take is measured with what they start, from their beginning."""

import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.index.peers.installed import run_installer
from benchmarks.index.peers.peer import Absent
from benchmarks.index.watch import Command, Failed, watch

BEGIN = "from benchmarks.index.watch import began\nbegan()\n"
SPIN = "import time\nwhile time.process_time() < {seconds}: pass\n"
ROOT = Path(__file__).resolve().parents[2]


def python(*lines: str) -> Command:
    return Command((sys.executable, "-c", "\n".join(lines)), ROOT, {})


def test_the_start_of_a_program_is_not_its_work(tmp_path: Path) -> None:
    slow_start = python(SPIN.format(seconds=0.6), BEGIN, "print('done')")
    spent, printed = watch(slow_start, tmp_path, timeout_seconds=30)
    assert printed == "done\n"
    assert spent.cpu_seconds < 0.5


def test_what_a_program_starts_counts_with_it(tmp_path: Path) -> None:
    child = f"import time\nheld = b'x' * 200_000_000\n{SPIN.format(seconds=0.6)}"
    parent = python(
        BEGIN, "import subprocess, sys", f"subprocess.run([sys.executable, '-c', {child!r}])"
    )
    spent, _ = watch(parent, tmp_path, timeout_seconds=30)
    assert spent.cpu_seconds > 0.5
    assert spent.peak_mb > 200


def test_a_program_that_stays_up_is_ended_with_its_children_when_it_is_done(tmp_path: Path) -> None:
    sleeper = "import time; time.sleep(60)"
    stays = python(
        BEGIN,
        "import subprocess, sys, time",
        f"child = subprocess.Popen([sys.executable, '-c', {sleeper!r}])",
        "print(child.pid, flush=True)",
        "time.sleep(60)",
    )

    def is_done() -> bool:
        return bool((tmp_path / "printed").read_text(encoding="ascii").strip())

    spent, printed = watch(stays, tmp_path, timeout_seconds=30, is_done=is_done)
    assert spent.wall_seconds < 30
    # Who is killed is gone a moment later.
    until = time.monotonic() + 10
    while _runs(int(printed)):
        assert time.monotonic() < until
        time.sleep(0.01)


def _runs(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    # An orphan may stay a zombie until whoever adopted it looks.
    return stat.exists() and stat.read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([BEGIN, "raise SystemExit('no such chain')"], "ended with 1: no such chain"),
        (["print('hello')"], "never began: hello"),
        ([BEGIN, "import time; time.sleep(60)"], "not done after 1 s"),
    ],
)
def test_a_program_that_does_not_do_its_work_fails_with_its_last_words(
    lines: Sequence[str], why: str, tmp_path: Path
) -> None:
    with pytest.raises(Failed, match=why):
        watch(python(*lines), tmp_path, timeout_seconds=1 if "sleep" in lines[-1] else 30)


def test_a_peer_that_cannot_be_installed_is_absent_and_says_why() -> None:
    fails = (sys.executable, "-c", "raise SystemExit('no such package')")
    with pytest.raises(Absent, match="could not be installed: no such package"):
        run_installer(fails)
