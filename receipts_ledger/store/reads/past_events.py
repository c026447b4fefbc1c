"""Stored events as they were applied, up to a place: of one subject, or the last of many.

The subjects of parties, pools and receipts are numbers of one column: a pool's number may be a
party's too, so what is asked for is asked for by kind as well.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias, get_args

from sqlalchemy import ColumnElement, Select, func, select, tuple_, type_coerce

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.event import PartyEvent, PoolEvent, ReceiptEvent
from receipts_ledger.domain.ids import PoolId, ReceiptId
from receipts_ledger.store.bodies import event_of
from receipts_ledger.store.bulk import among
from receipts_ledger.store.reads.ranges import in_pool
from receipts_ledger.store.tables import events
from receipts_ledger.store.units import Found, Reader

Place: TypeAlias = tuple[int, int]
"""Block number and log index: an event's place in the order of everything."""

RECEIPT_KINDS = tuple(event.__name__ for event in get_args(ReceiptEvent))
POOL_KINDS = tuple(event.__name__ for event in get_args(PoolEvent))
PARTY_KINDS = tuple(event.__name__ for event in get_args(PartyEvent))
LOG_INDEX_MAX = 2**31 - 1

_LOGGED = select(
    events.c.kind,
    events.c.body,
    events.c.block_number,
    events.c.log_index,
    events.c.tx_hash,
    events.c.tx_index,
)
_PLACE = tuple_(events.c.block_number, events.c.log_index)


def end_of(block_number: int) -> Place:
    """Return the place behind all events of a block."""
    return block_number, LOG_INDEX_MAX


def of_subject(
    reader: Reader, subject: int, kinds: tuple[str, ...], until: Place
) -> list[LoggedEvent]:
    """Return the events of a subject up to a place, in order."""
    query = _LOGGED.where(
        events.c.subject == subject, events.c.kind.in_(kinds), up_to(until)
    ).order_by(events.c.block_number, events.c.log_index)
    return [logged(row) for row in reader.rows(query)]


def of_pools_receipts(
    reader: Reader, pool_id: PoolId, after: Place, until: Place, *, limit: int | None = None
) -> list[LoggedEvent]:
    """Return the events of a pool's receipts behind a place and up to another, in order."""
    query = _LOGGED.where(
        in_pool(events.c.subject, pool_id),
        events.c.kind.in_(RECEIPT_KINDS),
        behind(after),
        up_to(until),
    ).order_by(events.c.block_number, events.c.log_index)
    return [logged(row) for row in reader.rows(query if limit is None else query.limit(limit))]


def events_where(reader: Reader, *conditions: ColumnElement[bool]) -> list[LoggedEvent]:
    """Return the events that fit, in order."""
    query = _LOGGED.where(*conditions).order_by(events.c.block_number, events.c.log_index)
    return [logged(row) for row in reader.rows(query)]


def words_at(reader: Reader, receipt_ids: Iterable[int], until: Place) -> dict[ReceiptId, int]:
    """Return the words that receipts had at a place, as far as they were there."""
    found: dict[ReceiptId, int] = {}
    for condition in among(events.c.subject, receipt_ids):
        for row in reader.rows(_last(condition, until)):
            found[ReceiptId(row.subject)] = int(row.body["word"], 16)
    return found


def words_before(reader: Reader, receipt_ids: Iterable[int], since: int) -> dict[Place, int]:
    """Return by the place of each event of some receipts the word from before, if there was one.

    Of events from block `since` on.
    """
    in_order = (events.c.block_number, events.c.log_index)
    body_before = func.lag(events.c.body).over(partition_by=events.c.subject, order_by=in_order)
    found: dict[Place, int] = {}
    for condition in among(events.c.subject, receipt_ids):
        each = (
            select(*in_order, type_coerce(body_before, events.c.body.type).label("before"))
            .where(condition, events.c.kind.in_(RECEIPT_KINDS))
            .subquery()
        )
        for row in reader.rows(select(each).where(each.c.block_number >= since)):
            if row.before is not None:
                found[row.block_number, row.log_index] = int(row.before["word"], 16)
    return found


def up_to(place: Place) -> ColumnElement[bool]:
    """Return the condition for events not behind a place."""
    return place >= _PLACE


def behind(place: Place) -> ColumnElement[bool]:
    """Return the condition for events behind a place."""
    return place < _PLACE


def logged(row: Found) -> LoggedEvent:
    """Return the event of a row."""
    kind, body, *place = row
    return LoggedEvent(event_of(kind, body), *place)


def issues_before(found: Iterable[LoggedEvent]) -> Iterator[int]:
    """Yield the receipts that some events need to have been there before."""
    for each in found:
        event: Any = each.event
        yield event.receipt_id
        if (origin := getattr(event, "origin", None)) is not None:
            yield origin


def _last(condition: ColumnElement[bool], until: Place) -> Select[*tuple[Any, ...]]:
    rank = func.row_number().over(
        partition_by=events.c.subject,
        order_by=(events.c.block_number.desc(), events.c.log_index.desc()),
    )
    ranked = (
        select(events.c.subject, events.c.body, rank.label("rank"))
        .where(condition, events.c.kind.in_(RECEIPT_KINDS), up_to(until))
        .subquery()
    )
    return select(ranked.c.subject, ranked.c.body).where(ranked.c.rank == 1)
