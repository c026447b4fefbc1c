"""The feed as it is shown: runs taken apart, each entry with its event, wherever that is kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, select, true, tuple_

from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.store.reads import past_events
from receipts_ledger.store.tables import cursor, events, feed
from receipts_ledger.store.units import Found, Reader


class Part(NamedTuple):
    """Those entries of a run, a row of the table, that are asked for."""

    run: Found
    seqs: range

    @property
    def log_indexes(self) -> range:
        """Where the logs of their events stand in the block, one behind the other."""
        first_seq = self.run.seq - self.run.entry_count + 1
        first: int = self.run.log_index + self.seqs.start - first_seq
        return range(first, first + len(self.seqs))


class Entry(NamedTuple):
    """One entry. What was finalized is a block, and none of its events."""

    seq: int
    kind: str
    block_number: int
    block_hash: Hash32
    log_index: int | None
    event: str | None
    payload: dict[str, Any] | None
    at: datetime


def page(
    reader: Reader, *, after: int, limit: int, finality: MinFinality = MinFinality.MINED
) -> list[Entry]:
    """Return the next entries, with the events of those that have no payload of their own."""
    due = select(feed).where(feed.c.seq > after, _is_due(finality))
    # Each run is an entry at least.
    runs = reader.rows(due.order_by(feed.c.seq).limit(limit))
    shown = list(parts(runs, after=after, limit=limit))
    standing = [part for part in shown if _stands(part.run)]
    found = _events(reader, standing)
    return [entry for part in shown for entry in _entries(part, found)]


def parts(runs: Iterable[Found], *, after: int, limit: int) -> Iterator[Part]:
    """Yield what holds the next entries behind a number, of runs of which all end behind it."""
    for run in runs:
        first = max(run.seq - run.entry_count, after) + 1
        seqs = range(first, min(run.seq + 1, first + limit))
        yield Part(run, seqs)
        limit -= len(seqs)
        if limit == 0:
            return


def words_before(reader: Reader, entries: Iterable[Entry]) -> Mapping[int, int]:
    """Return by its number what word an entry's receipt had before the event.

    Of entries whose event still stands, and receipts that were there before.
    """
    seqs: dict[tuple[int, int], int] = {}
    receipt_ids: set[int] = set()
    for each in entries:
        receipt_id = (each.payload or {}).get("receipt_id")
        if each.kind == "applied" and receipt_id is not None and each.log_index is not None:
            seqs[each.block_number, each.log_index] = each.seq
            receipt_ids.add(receipt_id)
    since = min((number for number, _ in seqs), default=0)
    found = past_events.words_before(reader, receipt_ids, since)
    return {seq: found[place] for place, seq in seqs.items() if place in found}


def last_seq(reader: Reader, finality: MinFinality) -> int:
    """Return the number of the newest entry that `page` would show, 0 where there is none."""
    # From the end: a maximum with a condition would look through all of it.
    query = select(feed.c.seq).where(_is_due(finality)).order_by(feed.c.seq.desc()).limit(1)
    return reader.scalar(query) or 0


def payload_in(event: Found) -> dict[str, Any]:
    """Return what the feed tells of a row of the events table: its members and transaction."""
    return {**event.body, "tx_hash": "0x" + event.tx_hash.hex()}


def _is_due(finality: MinFinality) -> ColumnElement[bool]:
    """Return the condition for entries of which somebody wants to be told.

    Those that stand are in the order of their blocks: what becomes final later stands behind
    what is final now, and no reader who goes by numbers misses it.
    """
    if finality is MinFinality.MINED:
        return true()
    return and_(
        feed.c.kind == "applied",
        # It gets a payload of its own when it is taken back.
        feed.c.payload.is_(None),
        feed.c.block_number <= select(cursor.c.finalized_number).scalar_subquery(),
    )


def _stands(run: Found) -> bool:
    return run.kind == "applied" and run.payload is None


def _events(reader: Reader, standing: Sequence[Part]) -> Mapping[tuple[int, int], Found]:
    """Return the rows of the events that stand behind one another in the feed, by place."""
    if not standing:
        return {}
    begin = (standing[0].run.block_number, standing[0].log_indexes.start)
    # All events there are stand in the feed, and in the same order.
    query = (
        select(
            events.c.block_number,
            events.c.log_index,
            events.c.kind,
            events.c.body,
            events.c.tx_hash,
        )
        .where(tuple_(events.c.block_number, events.c.log_index) >= begin)
        .order_by(events.c.block_number, events.c.log_index)
        .limit(sum(len(part.seqs) for part in standing))
    )
    return {(row[0], row[1]): row for row in reader.rows(query)}


def _entries(part: Part, found: Mapping[tuple[int, int], Found]) -> Iterator[Entry]:
    run = part.run
    where, at = (run.kind, run.block_number, run.block_hash), run.at
    if not _stands(run):
        yield Entry(run.seq, *where, run.log_index, run.event, run.payload, at)
        return
    number = run.block_number
    for seq, log_index in zip(part.seqs, part.log_indexes, strict=True):
        event = found[number, log_index]
        yield Entry(seq, *where, log_index, event.kind, payload_in(event), at)
