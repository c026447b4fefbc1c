"""Processor time of the servers beside a measurement, read from /proc."""

import os
from collections.abc import Iterator
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def cpu_seconds_of(program: str) -> float:
    """Return the time that processes of this program took so far, if we started them.

    The time of those that have ended is counted with the one that waited for them.
    """
    stats = list(_stats())
    descendants = {os.getpid()}
    grew = True
    while grew:
        found = {pid for pid, _, parent, _ in stats if parent in descendants}
        grew = not found <= descendants
        descendants |= found
    ticks = sum(spent for pid, name, _, spent in stats if pid in descendants and name == program)
    return ticks / _TICKS_PER_SECOND


def _stats() -> Iterator[tuple[int, str, int, int]]:
    """Yield process id, program, parent, and ticks with those of children waited for."""
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
        yield int(folder.name), name, int(fields[1]), sum(map(int, fields[11:15]))
