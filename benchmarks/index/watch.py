"""Programs at work, watched from outside: time, processor time and memory, read from /proc.

What a program starts counts with it. Its own start does not: a program says by a file when
its imports are done and its work begins.
"""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

BEGAN_FILE = "BEGAN_FILE"
MB = 1_000_000
_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_TURN_SECONDS = 0.005
# Looking at all processes takes milliseconds, which the measured program would miss.
_LOOK_SECONDS = 0.25
_STOP_SECONDS = 10.0
_SAID_CHARACTERS = 300


@dataclass(frozen=True, slots=True)
class Command:
    """How a program is started."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Spent:
    """What a program took from the beginning of its work to the end of it."""

    wall_seconds: float
    cpu_seconds: float
    peak_mb: float


class Failed(Exception):
    """A program did not do its work. Says why, in its own words where there are any."""


class _Process(NamedTuple):
    pid: int
    program: str
    parent: int
    ticks: int
    """With those of children that it has waited for."""
    resident_pages: int


def watch(
    command: Command,
    scratch: Path,
    *,
    timeout_seconds: float,
    is_done: Callable[[], bool] | None = None,
) -> tuple[Spent, str]:
    """Run a program until it ends, or is done, and return what it took and printed.

    Raises Failed.
    """
    began, printed, said = (scratch / name for name in ("began.json", "printed", "said"))
    began.unlink(missing_ok=True)
    environment = os.environ | dict(command.environment) | {BEGAN_FILE: str(began)}
    with printed.open("wb") as stdout, said.open("wb") as stderr:
        process = subprocess.Popen(
            command.arguments,
            cwd=command.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            ended, cpu_seconds, peak_mb = _until_end(process, timeout_seconds, is_done)
        except Failed as failed:
            raise Failed(f"{failed}: {_last_words(said) or _last_words(printed)}") from None
        finally:
            _stop(process)
    if not began.exists():
        raise Failed(f"it never began: {_last_words(said) or _last_words(printed)}")
    start = json.loads(began.read_text(encoding="ascii"))
    spent = Spent(ended - start["wall"], cpu_seconds - start["cpu"], peak_mb)
    return spent, printed.read_text(encoding="utf-8", errors="replace")


def began() -> None:
    """Say that the work of this program begins, if anybody watches."""
    path = os.environ.get(BEGAN_FILE)
    if path is not None:
        now = {"wall": time.time(), "cpu": time.process_time()}
        Path(path).write_text(json.dumps(now), encoding="ascii")


def cpu_seconds_of(program: str) -> float:
    """Return the time that processes of this program took so far, if we started them.

    The time of those that have ended is counted with the one that waited for them.
    """
    tree = _tree(os.getpid())
    return sum(one.ticks for one in tree if one.program == program) / _TICKS_PER_SECOND


def cpu_seconds_of_all() -> float:
    """Return the time that this process took so far with all that it started."""
    return sum(one.ticks for one in _tree(os.getpid())) / _TICKS_PER_SECOND


def _until_end(
    process: subprocess.Popen[bytes],
    timeout_seconds: float,
    is_done: Callable[[], bool] | None,
) -> tuple[float, float, float]:
    """Return when it ended, all its processor time, and the most memory it held at a time."""
    deadline = time.monotonic() + timeout_seconds
    next_look, peak_mb = 0.0, 0.0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        ended = time.time()
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode or is_done is not None:
                raise Failed(f"it ended with {process.returncode}")
            return ended, usage.ru_utime + usage.ru_stime, peak_mb
        now = time.monotonic()
        if now > deadline:
            raise Failed(f"it was not done after {timeout_seconds:,.0f} s")
        if now >= next_look:
            next_look = now + _LOOK_SECONDS
            tree = _tree(process.pid)
            peak_mb = max(peak_mb, sum(one.resident_pages for one in tree) * _PAGE_BYTES / MB)
            if is_done is not None and is_done():
                ticks = sum(one.ticks for one in _tree(process.pid))
                return time.time(), ticks / _TICKS_PER_SECOND, peak_mb
        time.sleep(_TURN_SECONDS)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the program and what it started."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _last_words(path: Path) -> str:
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    return " ".join(text[-_SAID_CHARACTERS:].split())


def _tree(root: int) -> list[_Process]:
    """Return a process and all that descend from it."""
    processes = list(_processes())
    descendants = {root}
    grew = True
    while grew:
        found = {one.pid for one in processes if one.parent in descendants}
        grew = not found <= descendants
        descendants |= found
    return [one for one in processes if one.pid in descendants]


def _processes() -> Iterator[_Process]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            stat = (folder / "stat").read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        # The name stands in parentheses and may hold anything, so the last one ends it.
        name = stat[stat.index("(") + 1 : stat.rindex(")")]
        fields = stat[stat.rindex(")") + 2 :].split()
        ticks = sum(map(int, fields[11:15]))
        yield _Process(int(folder.name), name, int(fields[1]), ticks, int(fields[21]))
