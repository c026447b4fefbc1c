"""What an auditor signs: so much of a report as a wallet can show, and the digest of all of it."""

from dataclasses import dataclass

from receipts_ledger.domain.ids import Hash32


@dataclass(frozen=True, slots=True)
class AuditStatement:
    """An audit in nine members. `verdict` is "equal", "different" or "undecided".

    Of an audit that could not be decided, the head may be unknown: number 0 and no hash.
    """

    head_number: int
    head_hash: Hash32
    verdict: str
    differences: int
    events: int
    receipts_open: int
    receipts_pledged: int
    audited_at: str
    report_digest: Hash32
