"""The committed artifact is what the committed sources make, and its two codes are one ledger."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
ARTIFACT = ROOT / "receipts_ledger" / "chain" / "artifacts" / "ReceiptsLedger.json"


def test_artifact_comes_from_the_sources() -> None:
    check = subprocess.run(
        [sys.executable, "scripts/compile.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert check.returncode == 0, check.stderr


def test_both_codes_of_the_ledger_see_the_same_storage() -> None:
    artifact = json.loads(ARTIFACT.read_text("utf-8"))
    everyday = list(_places(artifact["storageLayout"]))
    rare = list(_places(artifact["partner"]["storageLayout"]))
    assert rare
    # What the everyday code keeps behind that, the names of its signing domain, no rare act reads.
    assert everyday[: len(rare)] == rare


def _places(layout: Mapping[str, Any]) -> Iterator[tuple[str, str, int, str]]:
    """Yield name, slot, offset and type of each variable, without the compiler's own numbers."""
    for variable in layout["storage"]:
        kind = re.sub(r"\)\d+", ")", variable["type"])
        yield variable["label"], variable["slot"], variable["offset"], kind
