"""Subscriptions as their owners see and change them.

Every change raises `claim`: who is delivering at that moment moves nothing any more.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select, update

from receipts_ledger.domain.ids import PartyId
from receipts_ledger.store.tables import subscriptions
from receipts_ledger.store.units import Found, Reader, Writer


def add(writer: Writer, *, now: datetime, **values: Any) -> None:
    """Write a new subscription down."""
    writer.insert(
        subscriptions,
        **values,
        state="active",
        generation=1,
        claim=0,
        next_at=now,
        failures=0,
        delivered_total=0,
        failed_total=0,
        created_at=now,
    )


def find(reader: Reader, subscription_id: str, party_id: PartyId | None) -> Found | None:
    """Return a subscription of a party, or of the operator."""
    return reader.first(select(subscriptions).where(_is(subscription_id, party_id)))


def of(reader: Reader, party_id: PartyId | None) -> Sequence[Found]:
    """Return all subscriptions of a party, or of the operator, the oldest first."""
    query = select(subscriptions).where(_owned_by(party_id))
    return reader.rows(query.order_by(subscriptions.c.created_at, subscriptions.c.subscription_id))


def count(reader: Reader, party_id: PartyId | None) -> int:
    """Return how many there are of a party's, or of the operator's."""
    query = select(func.count()).select_from(subscriptions).where(_owned_by(party_id))
    return int(reader.scalar(query))


def remove(writer: Writer, subscription_id: str, party_id: PartyId | None) -> bool:
    """Delete a subscription; False when there is none."""
    return writer.run(delete(subscriptions).where(_is(subscription_id, party_id))) == 1


def pause(writer: Writer, subscription_id: str, party_id: PartyId | None) -> bool:
    """Deliver nothing until it is resumed."""
    return _change(writer, subscription_id, party_id, state="paused")


def resume(writer: Writer, subscription_id: str, party_id: PartyId | None, now: datetime) -> bool:
    """Go on at once where it stopped, whatever the reason."""
    return _change(writer, subscription_id, party_id, **_fresh(now))


def replay(
    writer: Writer, subscription_id: str, party_id: PartyId | None, now: datetime, *, after: int
) -> bool:
    """Deliver once more all that stands behind a number."""
    return _change(writer, subscription_id, party_id, **_fresh(now), cursor_seq=after)


def rotate(
    writer: Writer,
    subscription_id: str,
    party_id: PartyId | None,
    now: datetime,
    *,
    overlap: timedelta,
) -> bool:
    """Sign with a new secret, and for a while with the one before it too."""
    return _change(
        writer,
        subscription_id,
        party_id,
        generation=subscriptions.c.generation + 1,
        former_until=now + overlap,
    )


def _fresh(now: datetime) -> dict[str, Any]:
    return {
        "state": "active",
        "reason": None,
        "failures": 0,
        "failing_since": None,
        "next_at": now,
    }


def _change(writer: Writer, subscription_id: str, party_id: PartyId | None, **values: Any) -> bool:
    changed = update(subscriptions).where(_is(subscription_id, party_id))
    fenced = {"claim": subscriptions.c.claim + 1, "claimed_until": None}
    return writer.run(changed.values(**values, **fenced)) == 1


def _is(subscription_id: str, party_id: PartyId | None) -> ColumnElement[bool]:
    return and_(subscriptions.c.subscription_id == subscription_id, _owned_by(party_id))


def _owned_by(party_id: PartyId | None) -> ColumnElement[bool]:
    owner = subscriptions.c.party_id
    return owner.is_(None) if party_id is None else owner == party_id
