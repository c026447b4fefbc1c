"""Subscriptions as those see them who deliver: claimed, told a little further, given back.

A claim that ran out is another's, and who held it moves nothing any more. No transaction is
open while anything is sent.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import ColumnElement, Update, and_, or_, select, update

from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.delivery import Batch, Claim, Message
from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.domain.ids import PartyId
from receipts_ledger.store.reads import feed
from receipts_ledger.store.rows import PARTY_COLUMNS, party_of_row
from receipts_ledger.store.tables import parties, subscriptions
from receipts_ledger.store.units import Database, Found, Reader

_PAGE = 200
_MESSAGES_MAX = 20
_NAME_DIGITS = 12

Told = Callable[[feed.Entry, Caller, Found, int | None], bytes | None]
"""What an entry of the feed says to a caller by a subscription, None where it is not told.

The number is the word that its receipt had before, None where there was none.
"""


class StoredOutbox:
    """All subscriptions of one database."""

    def __init__(self, database: Database, told: Told, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._told = told
        self._clock = clock

    def claim(self, seconds: float) -> Claim | None:
        """Take the subscription that has waited longest, None where nothing is due."""
        now = self._clock()
        with self._database.reading() as reader:
            last_seqs = {each: feed.last_seq(reader, each) for each in MinFinality}
            due = _is_due(last_seqs, now)
            # Who only looks must not make others wait who write.
            if reader.first(select(subscriptions.c.subscription_id).where(due).limit(1)) is None:
                return None
        with self._database.writing() as writer:
            row = writer.first(
                select(subscriptions)
                .where(due)
                .order_by(subscriptions.c.next_at, subscriptions.c.subscription_id)
                .limit(1)
                .with_for_update(skip_locked=True)
            )
            if row is None:
                return None
            writer.run(
                update(subscriptions)
                .where(subscriptions.c.subscription_id == row.subscription_id)
                .values(claim=row.claim + 1, claimed_until=now + timedelta(seconds=seconds))
            )
        return Claim(
            subscription_id=row.subscription_id,
            number=row.claim + 1,
            url=row.url,
            generation=row.generation,
            former_until=row.former_until,
            sealing_key=row.sealing_key,
            failures=row.failures,
            failing_since=row.failing_since,
        )

    def batch(self, claim: Claim) -> Batch:
        """Return the next messages, as their receiver may see them now."""
        with self._database.reading() as reader:
            row = reader.first(select(subscriptions).where(_is_held(claim)))
            if row is None:
                return Batch((), 0)
            caller = _caller(reader, row)
            entries = feed.page(
                reader, after=row.cursor_seq, limit=_PAGE, finality=MinFinality(row.finality)
            )
            # Who is told of all is told whatever the word was.
            words_before = feed.words_before(reader, entries) if row.about == "own" else {}
        messages: list[Message] = []
        scanned_to = row.cursor_seq
        for entry in entries:
            scanned_to = entry.seq
            body = self._told(entry, caller, row, words_before.get(entry.seq))
            if body is not None:
                messages.append(Message(entry.seq, _name(entry), body))
                if len(messages) == _MESSAGES_MAX:
                    break
        return Batch(messages, scanned_to)

    def advance(self, claim: Claim, seq: int, seconds: float) -> bool:
        """Note that a message was taken, and hold the claim on; False when it is lost."""
        now = self._clock()
        return self._change(
            claim,
            cursor_seq=seq,
            claimed_until=now + timedelta(seconds=seconds),
            failures=0,
            failing_since=None,
            reason=None,
            delivered_total=subscriptions.c.delivered_total + 1,
        )

    def finish(self, claim: Claim, scanned_to: int) -> None:
        """Give a subscription back."""
        self._change(claim, cursor_seq=scanned_to, claimed_until=None, next_at=self._clock())

    def fail(self, claim: Claim, reason: str, next_at: datetime) -> None:
        """Give a subscription back that is to be tried again later."""
        self._change(claim, **self._failed(claim, reason), next_at=next_at)

    def disable(self, claim: Claim, reason: str) -> None:
        """Give up a subscription until its owner resumes it."""
        self._change(claim, **self._failed(claim, reason), state="disabled")

    def _failed(self, claim: Claim, reason: str) -> dict[str, Any]:
        return {
            "reason": reason,
            "claimed_until": None,
            "failures": claim.failures + 1,
            "failing_since": claim.failing_since or self._clock(),
            "failed_total": subscriptions.c.failed_total + 1,
        }

    def _change(self, claim: Claim, **values: Any) -> bool:
        changed: Update = update(subscriptions).where(_is_held(claim)).values(**values)
        with self._database.writing() as writer:
            return writer.run(changed) == 1


def _name(entry: feed.Entry) -> str:
    log_index = "" if entry.log_index is None else str(entry.log_index)
    what = f"{entry.kind} {entry.block_hash.hex()} {log_index}"
    return f"{entry.seq}_{sha256(what.encode()).hexdigest()[:_NAME_DIGITS]}"


def _is_due(last_seqs: dict[MinFinality, int], now: datetime) -> ColumnElement[bool]:
    its = subscriptions.c
    has_news = or_(
        *(
            and_(its.finality == finality.value, its.cursor_seq < last_seq)
            for finality, last_seq in last_seqs.items()
        )
    )
    is_free = or_(its.claimed_until.is_(None), its.claimed_until <= now)
    return and_(its.state == "active", its.next_at <= now, is_free, has_news)


def _is_held(claim: Claim) -> ColumnElement[bool]:
    its = subscriptions.c
    return and_(its.subscription_id == claim.subscription_id, its.claim == claim.number)


def _caller(reader: Reader, row: Found) -> Caller:
    """Return in whose name a subscription asks, as of now."""
    party_id = None if row.party_id is None else PartyId(row.party_id)
    its_row = (
        None
        if party_id is None
        else reader.first(select(*PARTY_COLUMNS).where(parties.c.party_id == party_id))
    )
    return Caller(
        api_token_id=row.subscription_id,
        party_id=party_id,
        party=None if its_row is None else party_of_row(its_row),
        scopes=frozenset({Scope.READ}),
    )
