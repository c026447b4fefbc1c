"""Refusals on record. Written once, never changed."""

from receipts_ledger.domain.refusal import RefusalOnRecord
from receipts_ledger.store.prepared import absent
from receipts_ledger.store.tables import refusals
from receipts_ledger.store.units import Writer

_ADD = absent(refusals, *refusals.c.keys())


class StoredRefusals:
    """The refusals in one open transaction."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def add(self, refusal: RefusalOnRecord) -> None:
        """Write a refusal down. The same one twice is one."""
        self._writer.ask_first(
            _ADD,
            refusal_id=refusal.refusal_id,
            at=refusal.at,
            source=refusal.source,
            party_id=refusal.party_id,
            verb=refusal.verb,
            subject=refusal.subject,
            code=refusal.code,
            detail=dict(refusal.detail),
            digest=refusal.digest,
            act_id=refusal.act_id,
            evidence=None if refusal.evidence is None else dict(refusal.evidence),
        )
