"""Subscriptions as their owner is shown them, and what they tell of an entry of the feed."""

from collections.abc import Mapping
from typing import Any

import orjson
from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import moment_text
from receipts_ledger.api.answers.journal import told_event
from receipts_ledger.api.answers.receipts import concerns, is_party_to
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.ids import ReceiptId, pool_of
from receipts_ledger.store.reads.feed import Entry
from receipts_ledger.store.units import Found


class SubscriptionOut(TypedDict):
    """A subscription. Everything up to `cursor_seq` was taken, or was not for it."""

    subscription_id: str
    url: str
    finality: str
    about: str
    events: list[str] | None
    receipt_id: int | None
    pool_id: int | None
    state: str
    reason: str | None
    cursor_seq: int
    delivered: int
    failed: int
    created_at: str


class SubscriptionSecretOut(SubscriptionOut):
    """A subscription with the secret that it signs with."""

    secret: str


class SubscriptionList(TypedDict):
    """All subscriptions of who asks, the oldest first."""

    items: list[SubscriptionOut]


def told_subscription(row: Found) -> SubscriptionOut:
    """Return a subscription, without its secret."""
    return SubscriptionOut(
        subscription_id=row.subscription_id,
        url=row.url,
        finality=row.finality,
        about=row.about,
        events=row.events,
        receipt_id=row.receipt_id,
        pool_id=row.pool_id,
        state=row.state,
        reason=row.reason,
        cursor_seq=row.cursor_seq,
        delivered=row.delivered_total,
        failed=row.failed_total,
        created_at=moment_text(row.created_at),
    )


def message_of(
    entry: Entry, caller: Caller, subscription: Found, word_before: int | None
) -> bytes | None:
    """Return the body of a webhook, None where the subscription is not told of an entry.

    `word_before` is the word that the receipt had before the event, if there was one.
    """
    if not _is_told(entry, caller, subscription, word_before):
        return None
    event = told_event(entry, caller)
    kind = entry.kind if entry.event is None else f"{entry.kind}.{entry.event}"
    return orjson.dumps({"type": kind, "timestamp": event["at"], "data": event})


def _is_told(entry: Entry, caller: Caller, subscription: Found, word_before: int | None) -> bool:
    if entry.event is None:
        # What is final now is told to all: whoever keeps what was mined waits for it.
        return True
    payload = entry.payload or {}
    if not _is_asked_for(entry.event, payload, subscription):
        return False
    if subscription.about == "all" or concerns(entry.event, payload, caller):
        return True
    # Nobody remembers to whom it was told when it happened.
    if entry.kind == "reverted":
        return True
    # Whose title or claim an event ends has the most need to hear of it.
    return word_before is not None and is_party_to(word_before, caller)


def _is_asked_for(event: str, payload: Mapping[str, Any], subscription: Found) -> bool:
    if subscription.events is not None and event not in subscription.events:
        return False
    receipt_id = payload.get("receipt_id")
    if subscription.receipt_id is not None and receipt_id != subscription.receipt_id:
        return False
    pool_id = payload.get("pool_id") if receipt_id is None else pool_of(ReceiptId(receipt_id))
    return subscription.pool_id in (None, pool_id)
