"""An audit that could not be decided, told to programs: at which block, and why not.

It claims nothing of the ledger: what has been read until then counts for nothing.
"""

from pathlib import Path
from typing import Any

import orjson

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.tx_receipts import UndecodableLog
from receipts_ledger.errors import LedgerError, Retryable

UNDECIDED = 2

_CONTRADICTIONS = (InconsistentNode, UndecodableLog)


def undecided_as_json(error: LedgerError, deployment_file: Path | None) -> dict[str, Any]:
    """Return the report of an audit that ended with an error.

    `contradiction` is what was read that cannot be true, None where nothing was: a node that
    is away, an argument that is none.
    """
    return {
        "verdict": "undecided",
        "ledger": _ledger(deployment_file),
        "block": error.block_number,
        "contradiction": str(error) if isinstance(error, _CONTRADICTIONS) else None,
        "reason": str(error),
        "may_be_tried_again": isinstance(error, Retryable),
    }


def write_undecided(error: LedgerError, deployment_file: Path | None, path: Path) -> None:
    """Write that report as JSON. Raises OSError."""
    told = undecided_as_json(error, deployment_file)
    path.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2) + b"\n")


def _ledger(deployment_file: Path | None) -> dict[str, Any] | None:
    if deployment_file is None:
        return None
    try:
        deployment = Deployment.read(deployment_file)
    except LedgerError:
        return None
    return {"chain_id": deployment.chain_id, "contract": deployment.contract}
