"""The tutorial, typed in from top to bottom by somebody who changes nothing."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
READY = "Press Ctrl-C to stop both."
SOON_SECONDS = 180.0


def blocks() -> list[str]:
    text = (ROOT / "docs" / "tutorial.md").read_text("utf-8")
    return re.findall(r"```sh\n(.*?)```", text, re.DOTALL)


@contextmanager
def kept_stage(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the demo as the tutorial's first block does, until it waits to be stopped."""
    told = folder / "told.txt"
    with told.open("wb") as out:
        demo = subprocess.Popen([BIN / "receipts-ledger", "demo", "--keep"], cwd=folder, stdout=out)
    try:
        until = time.monotonic() + SOON_SECONDS
        while READY not in told.read_text("utf-8"):
            assert demo.poll() is None, told.read_text("utf-8")
            assert time.monotonic() < until, told.read_text("utf-8")
            time.sleep(0.2)
        yield demo
    finally:
        # Not killed: it has a node to take down.
        demo.terminate()
        demo.wait(60)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder that looks like the repository to whoever types, and has a build of its own."""
    (tmp_path / ".venv").symlink_to(BIN.parent)
    return tmp_path


@pytest.mark.timeout(400)
def test_every_block_of_the_tutorial_does_what_the_text_says(checkout: Path) -> None:
    first, *rest = blocks()
    assert ".venv/bin/receipts-ledger demo --keep" in first
    with kept_stage(checkout) as demo:
        typed = subprocess.run(
            ["bash", "-eu", "-o", "pipefail"],
            input="\n".join(rest).encode(),
            cwd=checkout,
            capture_output=True,
            check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(checkout)},
        )
        out, err = typed.stdout.decode(), typed.stderr.decode()
        assert typed.returncode == 0, out[-2000:] + err
        assert "AlreadyEncumbered: receipt 11-1-000032 secures a claim since block" in err
        assert out.count("exit code 1") == 3
        assert "PaperOutstanding: receipt 11-1-000034" in err
        assert re.search(r"^quantity +4800 *$", out, re.MULTILINE)
        assert "EQUAL: everything" in out
        assert "receipts.encumbered is False, should be True" in out
        assert re.search(r"^final\nAlreadyEncumbered 409 \d+$", out, re.MULTILINE)
        assert "HTTP/1.1 409" in out
        assert '"code":"AlreadyEncumbered"' in out
        assert '"status": "draft"' in out
        assert "etag:" in out
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(60) == 0
