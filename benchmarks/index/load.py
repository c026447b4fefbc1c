"""How busy the machine was with other people's work, from /proc/stat."""

import os
import time
from pathlib import Path

from benchmarks.index.watch import cpu_seconds_of_all

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# Of the first line of /proc/stat: idle, and waiting for a disk.
_IDLE = (3, 4)
_COUNTED = 8


class Neighbours:
    """Measures from its making how many processors others used."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._busy = _busy_seconds()
        self._ours = cpu_seconds_of_all()

    def processors(self) -> float:
        """Return the average since then."""
        theirs = _busy_seconds() - self._busy - (cpu_seconds_of_all() - self._ours)
        return max(theirs, 0.0) / (time.monotonic() - self._started)


def _busy_seconds() -> float:
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    ticks = list(map(int, first.split()[1 : 1 + _COUNTED]))
    return (sum(ticks) - sum(ticks[place] for place in _IDLE)) / _TICKS_PER_SECOND
