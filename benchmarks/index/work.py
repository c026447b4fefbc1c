"""Our own pieces of work, web3.py's, and the node's: each done in a process of its own.

`python -m benchmarks.index.work TASK ...` prints one line of JSON. Starting Python and
importing is not measured; everything that the work itself does is.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from benchmarks.index import node_alone, ours, usual
from benchmarks.index.given import Given
from benchmarks.index.task import Task
from benchmarks.index.watch import MB, began


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Do one piece of work and print how many events it went through, and its peak memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index.work")
    parser.add_argument("task", type=Task)
    parser.add_argument("--rpc", required=True)
    parser.add_argument("--deployment", required=True, type=Path)
    parser.add_argument("--to", required=True, type=int)
    parser.add_argument("--db", default="")
    asked = parser.parse_args(arguments)
    work = _work(asked.task, Given(asked.rpc, asked.deployment, asked.to, asked.db))
    began()
    events = work()
    print(json.dumps({"events": events, "peak_mb": _peak_mb()}), flush=True)
    # What Python tidies up on its way out is not the work. Squids leave as abruptly.
    os._exit(0)


def _peak_mb() -> float:
    """Return this program's greatest resident size.

    Not getrusage's: that one remembers the process from which this one was started.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / MB


def _work(task: Task, given: Given) -> Callable[[], int]:
    match task:
        case Task.NODE:
            return node_alone.fetch(given)
        case Task.WEB3:
            return usual.decode(given)
        case Task.WEB3_SIGNATURES:
            return usual.decode_and_recover(given)
        case Task.CRYO | Task.SUBSQUID | Task.PONDER:
            raise ValueError(f"{task} has a program of its own")
        case _:
            return ours.WORK[task](given)


if __name__ == "__main__":
    main()
