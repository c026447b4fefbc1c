"""The committed artifact is what the committed sources make."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_artifact_comes_from_the_sources() -> None:
    check = subprocess.run(
        [sys.executable, "scripts/compile.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr
