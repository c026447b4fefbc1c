"""An audit that somebody stops by Ctrl-C: one line, an exit code that is none of a verdict."""

import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.audit.test_clean import SCRIPT
from tests.support.auditing import Scene
from tests.support.lying_node import LyingNode

ANSWER_SECONDS_MAX = 60
STOPPED = 130
COMMAND = ("-m", "receipts_ledger.cli", "audit")


@pytest.mark.parametrize(
    "door", [(*COMMAND,), (*COMMAND, "export", "ledger.bundle"), (str(SCRIPT),)], ids=str
)
def test_audit_that_is_stopped_says_so_in_a_line_and_leaves_no_half(
    scene: Scene, lying: tuple[LyingNode, str], tmp_path: Path, door: Sequence[str]
) -> None:
    node, url = lying
    is_reading, is_over = threading.Event(), threading.Event()

    def bend(method: str, _: list[Any], result: Any) -> Any:
        if method == "eth_getBlockReceipts":
            is_reading.set()
            is_over.wait(ANSWER_SECONDS_MAX)
        return result

    node.bend = bend
    ledger = ("--rpc", url, "--deployment", str(scene.deployment_file))
    with subprocess.Popen(
        [sys.executable, *door, *ledger],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever is started in the background ignores Ctrl-C, and so do his children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
    ) as auditing:
        assert is_reading.wait(ANSWER_SECONDS_MAX)
        auditing.send_signal(signal.SIGINT)
        is_over.set()
        said, complaint = auditing.communicate(timeout=ANSWER_SECONDS_MAX)
    assert (auditing.returncode, said) == (STOPPED, "")
    assert complaint.endswith(": stopped\n")
    assert complaint.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
