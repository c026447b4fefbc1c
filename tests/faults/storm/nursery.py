"""Starts gateway processes fast: one parent has imported everything, each child is its fork.

A storm kills hundreds of processes on few cores; half of the time would go into imports.
The child runs the command line of the product with real settings from its environment, as
if it had been typed. Asked by lines of JSON on standard input; ends with that input.
"""

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import receipts_ledger.api.serving
import receipts_ledger.wiring  # noqa: F401  (so that no child has to)
from receipts_ledger.cli import app
from receipts_ledger.services import worker
from tests.faults.storm.failpoints import BY_NAME, install

LEASE_SECONDS = 3.0
"""Instead of 15: so much is killed here that nobody would work for most of the time."""


def main() -> None:
    """Fork a child for each line until there are no more; then kill all children."""
    # Dead children must not stay as zombies, which look alive.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    children: list[int] = []
    for line in sys.stdin:
        wanted = json.loads(line)
        child = os.fork()
        if child == 0:
            _be(wanted)
        children.append(child)
        print(child, flush=True)
    for child in children:
        try:
            os.kill(child, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _be(wanted: Mapping[str, Any]) -> None:
    """Become the command; never return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    _redirect(wanted["log"])
    os.environ.update(wanted["environment"])
    sys.argv = ["receipts-ledger", wanted["command"]]
    worker.LEASE_SECONDS = LEASE_SECONDS
    worker._RENEW_SECONDS = LEASE_SECONDS / 3
    if wanted["failpoint"] is not None:
        deaths = Path(wanted["deaths"])
        install(BY_NAME[wanted["failpoint"]], wanted["times"], lambda name: _tell(deaths, name))
    try:
        app()
    finally:
        os._exit(1)


def _redirect(log: str) -> None:
    nothing = os.open(os.devnull, os.O_RDONLY)
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    for number, target in ((0, nothing), (1, told), (2, told)):
        os.dup2(target, number)


def _tell(deaths: Path, name: str) -> None:
    with deaths.open("a") as file:
        file.write(json.dumps({"pid": os.getpid(), "failpoint": name}) + "\n")


if __name__ == "__main__":
    main()
