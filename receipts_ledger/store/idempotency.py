"""What has been answered under which idempotency key.

The key is claimed in the transaction that does the work and answered in the last of them:
work and answer land together or not at all. A claim outlives its transaction only while the
contract is asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, tuple_, update

from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.store.prepared import Prepared, absent, asked
from receipts_ledger.store.tables import idempotency_keys
from receipts_ledger.store.units import Writer

RUNNING_SECONDS_MAX = 120
"""After so long without an answer the request has died, and may be taken up again."""

FORGOTTEN_AT_ONCE = 1_000
"""So many keys go in one transaction at most: other writers do not wait long for it."""

_KEY = idempotency_keys.c
_IS_ASKED = and_(
    _KEY.principal == asked("of_principal", _KEY.principal), _KEY.key == asked("of_key", _KEY.key)
)
_CLAIM = absent(idempotency_keys, "principal", "key", "fingerprint", "state", "created_at")
_ANSWER = Prepared(
    update(idempotency_keys)
    .where(_IS_ASKED)
    .values({name: asked(name, _KEY[name]) for name in ("state", "status_code", "headers", "body")})
)


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it was given."""

    status_code: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class RequestKey:
    """One request of one principal. The fingerprint is of method, path and body."""

    principal: str
    key: str
    fingerprint: Hash32


def claim(writer: Writer, request: RequestKey, now: datetime) -> StoredAnswer | None:
    """Return the answer given before, or None when the request is now the caller's to do.

    Raises Refused: IdempotencyKeyReused for another request, RequestRunning for one at work.
    """
    claimed = writer.ask_first(
        _CLAIM,
        principal=request.principal,
        key=request.key,
        fingerprint=request.fingerprint,
        state="running",
        created_at=now,
    )
    if claimed is not None:
        return None
    row = writer.first(select(idempotency_keys).where(_is(request)).with_for_update())
    if row is None:
        raise Refused(RefusalCode.REQUEST_RUNNING, "it has just been given up: ask again")
    if row.fingerprint != request.fingerprint:
        raise Refused(
            RefusalCode.IDEMPOTENCY_KEY_REUSED,
            "another request came under this key",
            field="Idempotency-Key",
        )
    if row.state == "done":
        return StoredAnswer(row.status_code, row.headers, bytes(row.body))
    if row.created_at > now - timedelta(seconds=RUNNING_SECONDS_MAX):
        raise Refused(RefusalCode.REQUEST_RUNNING, "the first request under this key is at work")
    writer.run(update(idempotency_keys).where(_is(request)).values(created_at=now))
    return None


def answer(writer: Writer, request: RequestKey, answered: StoredAnswer, now: datetime) -> None:
    """Store the answer, whether or not the claim is still there."""
    values = {
        "state": "done",
        "status_code": answered.status_code,
        "headers": dict(answered.headers),
        "body": answered.body,
    }
    named = {"of_principal": request.principal, "of_key": request.key}
    if writer.carry_out(_ANSWER, **named, **values) == 0:
        writer.insert(
            idempotency_keys,
            principal=request.principal,
            key=request.key,
            fingerprint=request.fingerprint,
            created_at=now,
            **values,
        )


def give_up(writer: Writer, request: RequestKey) -> None:
    """Forget a claim: the request was not carried out and may be repeated at once."""
    writer.run(delete(idempotency_keys).where(_is(request), idempotency_keys.c.state == "running"))


def forget_before(writer: Writer, moment: datetime) -> int:
    """Delete the oldest keys from before a moment, FORGOTTEN_AT_ONCE at most, and count them."""
    key = tuple_(idempotency_keys.c.principal, idempotency_keys.c.key)
    oldest = (
        select(idempotency_keys.c.principal, idempotency_keys.c.key)
        .where(idempotency_keys.c.created_at < moment)
        .order_by(idempotency_keys.c.created_at)
        .limit(FORGOTTEN_AT_ONCE)
    )
    return writer.run(delete(idempotency_keys).where(key.in_(oldest)))


def _is(request: RequestKey) -> ColumnElement[bool]:
    return and_(
        idempotency_keys.c.principal == request.principal, idempotency_keys.c.key == request.key
    )
