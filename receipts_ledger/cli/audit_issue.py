"""One audit from its beginning to its papers, whatever it ends with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from receipts_ledger.cli.audit_papers import Papers, now
from receipts_ledger.cli.audit_run import Audited
from receipts_ledger.cli.audit_undecided import undecided_document
from receipts_ledger.errors import LedgerError
from receipts_ledger.services.audit.document import Document, document


@dataclass(frozen=True, slots=True)
class Issued:
    """What came of an audit: a report in any case, and either an outcome or an error."""

    told: Document
    audited: Audited | None
    error: LedgerError | None

    @property
    def exit_code(self) -> int:
        """0 when everything agrees, 1 when something differs, 2 when it could not be decided."""
        return int(self.told["exit_code"])

    def outcome(self) -> Audited:
        """Return what was found. Raises the error of an audit that could not be decided."""
        if self.audited is None:
            raise self.error or AssertionError("an audit has an outcome or an error")
        return self.audited


def issue(audit: Callable[[], Audited], papers: Papers, deployment_file: Path | None) -> Issued:
    """Audit, sign and write. Raises Fatal where the report cannot be written."""
    started_at = now()
    try:
        audited = audit()
    except LedgerError as error:
        told = undecided_document(
            error,
            deployment_file,
            auditor=papers.auditor,
            started_at=started_at,
            ended_at=now(),
        )
        return Issued(papers.issue(told), None, error)
    told = document(
        audited.report,
        origin=audited.deployment.origin(),
        proofs=audited.proofs,
        audited_at=started_at,
        elapsed_seconds=audited.elapsed_seconds,
    )
    return Issued(papers.issue(told), audited, None)
