"""An audit that could not be decided, told to programs: at which block, and why not.

It claims nothing of the ledger: what has been read until then counts for nothing.
"""

from datetime import datetime
from pathlib import Path

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.frames import BadFile
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.raw_records import FalseBlock
from receipts_ledger.chain.tx_receipts import UndecodableLog
from receipts_ledger.domain.cursor import Origin
from receipts_ledger.domain.ids import Address
from receipts_ledger.errors import LedgerError, Retryable
from receipts_ledger.services.audit.document import Document, undecided

_CONTRADICTIONS = (InconsistentNode, FalseBlock, BadFile, UndecodableLog)


def undecided_document(
    error: LedgerError,
    deployment_file: Path | None,
    *,
    auditor: Address | None,
    started_at: datetime,
    ended_at: datetime,
) -> Document:
    """Return the report of an audit that ended with an error.

    Its member `contradiction` is what was read that cannot be true, None where nothing was: a
    node that is away, an argument that is none.
    """
    return undecided(
        reason=str(error),
        block=error.block_number,
        is_contradiction=isinstance(error, _CONTRADICTIONS),
        may_be_tried_again=isinstance(error, Retryable),
        origin=_origin(deployment_file),
        auditor=auditor,
        audited_at=started_at,
        elapsed_seconds=(ended_at - started_at).total_seconds(),
    )


def _origin(deployment_file: Path | None) -> Origin | None:
    if deployment_file is None:
        return None
    try:
        return Deployment.read(deployment_file).origin()
    except LedgerError:
        return None
