"""wrk, asked once: so many connections for so long, and what came back."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

_SCRIPT = Path(__file__).with_name("load.lua")
_GRACE_SECONDS = 30
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Load:
    """One request, sent again and again."""

    url: str
    headers: Mapping[str, str]
    body: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What one measurement came to."""

    requests: int
    seconds: float
    refused: int
    broken: int
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


def measure(load: Load, *, connections: int, seconds: float) -> Answered:
    """Send a load over so many connections, each with one request under way at a time."""
    options = [f"--connections={connections}", "--threads=1", f"--duration={seconds:g}s"]
    arguments = [str(next(_numbers)), load.body or "", *_pairs(load.headers)]
    done = subprocess.run(
        [_wrk(), *options, "--timeout=20s", f"--script={_SCRIPT}", load.url, "--", *arguments],
        check=True,
        capture_output=True,
        text=True,
        timeout=seconds + _GRACE_SECONDS,
    )
    return Answered(**json.loads(done.stdout.splitlines()[-1]))


def _pairs(headers: Mapping[str, str]) -> Sequence[str]:
    return [part for pair in headers.items() for part in pair]


def _wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise SystemExit("no wrk: run scripts/ensure_wrk.sh")
    return found
