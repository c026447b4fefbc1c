"""Which refusals go on record, and what the record says.

A request that is badly written is no attempt at anything and leaves no record. What breaks
a rule of the trade does, whoever asked.
"""

from datetime import datetime
from uuid import UUID

from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.pending import PendingAct, subject_of
from receipts_ledger.domain.refusal import RefusalOnRecord, Source
from receipts_ledger.errors import RefusalCode, Refused

_NO_ATTEMPTS = frozenset(
    {
        RefusalCode.NOT_AUTHENTICATED,
        RefusalCode.INVALID_REQUEST,
        RefusalCode.DEADLINE_PASSED,
        RefusalCode.PROFILE_MISMATCH,
        RefusalCode.ACT_CLOSED,
        RefusalCode.ALREADY_SIGNED,
        RefusalCode.IDEMPOTENCY_KEY_MISSING,
        RefusalCode.IDEMPOTENCY_KEY_REUSED,
        RefusalCode.REQUEST_RUNNING,
        RefusalCode.BODY_TOO_LARGE,
        RefusalCode.LOGIN_REFUSED,
        RefusalCode.TOO_MANY_REQUESTS,
    }
)


def goes_on_record(refused: Refused) -> bool:
    """Tell whether somebody has tried what a rule of the trade forbids."""
    return refused.code not in _NO_ATTEMPTS


def on_record(
    refused: Refused,
    *,
    refusal_id: UUID,
    at: datetime,
    source: Source,
    caller: Caller,
    verb: str,
    subject: int | None,
    pending: PendingAct | None = None,
) -> RefusalOnRecord:
    """Return the record of a refusal; of an act, when one was refused as such."""
    detail: dict[str, Json] = dict(refused.details)
    if refused.detail:
        detail["detail"] = refused.detail
    if refused.field is not None:
        detail["field"] = refused.field
    return RefusalOnRecord(
        refusal_id=str(refusal_id),
        at=at,
        source=source,
        party_id=caller.party_id,
        verb=verb if pending is None else pending.kind,
        subject=subject if pending is None else subject_of(pending.act),
        code=refused.code,
        detail=detail,
        digest=None if pending is None else pending.digest,
        act_id=None if pending is None else pending.act_id,
        evidence=refused.evidence,
    )
