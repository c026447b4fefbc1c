"""Refusals, newest first, as far as somebody may see them."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select, true, tuple_

from receipts_ledger.store.reads.ranges import stored_by
from receipts_ledger.store.reads.sight import Sight
from receipts_ledger.store.tables import receipts, refusals
from receipts_ledger.store.units import Found, Reader


def page(
    reader: Reader,
    sight: Sight,
    *,
    code: str | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Found]:
    """Return the next refusals: a party's own, and attempts on what it lends against or stores."""
    conditions = [_concerns(sight)]
    if code is not None:
        conditions.append(refusals.c.code == code)
    if before is not None:
        conditions.append(tuple_(refusals.c.at, refusals.c.refusal_id) < before)
    query = select(refusals).where(and_(*conditions))
    return list(
        reader.rows(query.order_by(refusals.c.at.desc(), refusals.c.refusal_id.desc()).limit(limit))
    )


def _concerns(sight: Sight) -> ColumnElement[bool]:
    if sight.party_id is None:
        return true()
    on_its_security = refusals.c.subject.in_(
        select(receipts.c.receipt_id).where(
            or_(
                receipts.c.pledgee_id == sight.party_id,
                stored_by(receipts.c.receipt_id, sight.party_id),
            )
        )
    )
    return or_(refusals.c.party_id == sight.party_id, on_its_security)
