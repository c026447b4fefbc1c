"""Runs the auditor's own script as a process of its own, as an auditor would."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from receipts_ledger.demo.stage import Stage
from receipts_ledger.errors import Fatal

_SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "audit_replay.py"
_SECONDS_MAX = 600


@dataclass(frozen=True, slots=True)
class Audit:
    """What an audit ended with: its exit code and its report."""

    exit_code: int
    report: dict[str, Any]


def audit(stage: Stage, database_url: str, name: str) -> Audit:
    """Audit the chain and a database. Raises Fatal when it could not be decided."""
    out = stage.folder / f"audit-{name}.json"
    command = [
        sys.executable,
        str(_SCRIPT),
        "--quiet",
        f"--rpc={stage.rpc_url}",
        f"--deployment={stage.deployment_file}",
        f"--db={database_url}",
        f"--json={out}",
    ]
    ended = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=_SECONDS_MAX
    )
    if ended.returncode not in (0, 1):
        raise Fatal(f"the audit ended with {ended.returncode}: {ended.stderr.strip()[-500:]}")
    return Audit(ended.returncode, orjson.loads(out.read_bytes()))
