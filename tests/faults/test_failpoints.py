"""The named points lie in the product as it is, and a process that is told to dies at one."""

import importlib
import signal
import subprocess
import sys
from functools import reduce
from pathlib import Path

import pytest

from tests.faults.storm.failpoints import BY_NAME, OF_SERVE, OF_WORK, Failpoint

_ROOT = Path(__file__).resolve().parents[2]
# The call that is due is the second; what it tells is the last that is heard.
_DIES = """
from receipts_ledger.store import undo
from tests.faults.storm.failpoints import BY_NAME, install

undo.play_back = lambda *_: print("played back", flush=True)
install(BY_NAME["index: taking back, not committed"], 2, lambda name: print(name, flush=True))
for _ in range(3):
    undo.play_back(None, 1)
"""


@pytest.mark.parametrize("point", BY_NAME.values(), ids=BY_NAME)
def test_failpoint_names_a_function_of_the_product(point: Failpoint) -> None:
    module = importlib.import_module(point.module)
    assert callable(reduce(getattr, point.function.split("."), module))


def test_no_two_failpoints_have_one_name() -> None:
    assert len(BY_NAME) == len(OF_SERVE) + len(OF_WORK)


def test_process_dies_with_the_call_that_it_is_told() -> None:
    died = subprocess.run(
        [sys.executable, "-c", _DIES], capture_output=True, text=True, cwd=_ROOT, check=False
    )
    assert died.returncode == -signal.SIGKILL
    assert died.stdout.splitlines() == [
        *("played back", "played back"),
        "index: taking back, not committed",
    ]
