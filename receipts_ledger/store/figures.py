"""Figures of the gateway for its monitoring, read from SQL, so that any process can tell them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, func, select

from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.domain.lane import RETIRED, Stage
from receipts_ledger.domain.refusal import Source
from receipts_ledger.errors import RefusalCode
from receipts_ledger.store import cursor
from receipts_ledger.store.reads import feed as feed_reads
from receipts_ledger.store.tables import (
    acts,
    blocks,
    lane_funds,
    lanes,
    leases,
    refusals,
    relay_transactions,
    subscriptions,
)
from receipts_ledger.store.units import Reader

_SECOND_PLEDGES = (RefusalCode.ALREADY_ENCUMBERED, RefusalCode.PLEDGE_UNDER_WAY)


@dataclass(frozen=True, slots=True)
class LaneFigures:
    """How a lane stands. The oldest transaction that is in no block is the one to worry about."""

    is_paused: bool
    in_flight: int
    oldest_seconds: float
    balance_wei: int | None
    """None while nobody has looked."""
    has_low_funds: bool


@dataclass(frozen=True, slots=True)
class Figures:
    """One moment."""

    indexed_block: int
    finalized_block: int
    head_age_seconds: float | None
    """Since the last indexed block was made, by its own timestamp; None before the first."""
    has_halted: bool
    acts_by_status: Mapping[str, int]
    refusals_by_source_and_code: Mapping[tuple[str, str], int]
    """Those of second pledges from the first day on, also while there are none."""
    lease_seconds_left: Mapping[str, float]
    """For each loop; below zero nobody does its work."""
    lanes: Mapping[str, LaneFigures]


def read(reader: Reader, now: datetime) -> Figures:
    """Return the figures."""
    at = cursor.read(reader)
    return Figures(
        indexed_block=-1 if at is None else at.block.number,
        finalized_block=-1 if at is None else at.finalized.number,
        head_age_seconds=None if at is None else _age_seconds(reader, at.block.number, now),
        has_halted=at is not None and at.halted_reason is not None,
        acts_by_status=_counted(reader, acts.c.status),
        refusals_by_source_and_code=_refusals(reader),
        lease_seconds_left={
            row.name: (row.expires_at - now).total_seconds() for row in reader.rows(select(leases))
        },
        lanes=_lanes(reader, now),
    )


@dataclass(frozen=True, slots=True)
class DeliveryFigures:
    """How far subscriptions are behind, and what has become of what was sent."""

    lag_by_subscription: Mapping[str, int]
    """Of those that are active, in entries of the feed."""
    by_state: Mapping[str, int]
    taken: int
    failed: int


def deliveries(reader: Reader) -> DeliveryFigures:
    """Return the figures of webhooks. Those of subscriptions that were ended are gone."""
    its = subscriptions.c
    last_seqs = {each.value: feed_reads.last_seq(reader, each) for each in MinFinality}
    active = reader.rows(
        select(its.subscription_id, its.finality, its.cursor_seq).where(its.state == "active")
    )
    sums = reader.first(select(func.sum(its.delivered_total), func.sum(its.failed_total)))
    taken, failed = (0, 0) if sums is None else (int(each or 0) for each in sums)
    return DeliveryFigures(
        {row.subscription_id: max(0, last_seqs[row.finality] - row.cursor_seq) for row in active},
        _counted(reader, its.state),
        taken,
        failed,
    )


def _age_seconds(reader: Reader, block_number: int, now: datetime) -> float | None:
    made_at = reader.scalar(select(blocks.c.timestamp).where(blocks.c.number == block_number))
    # Validators' clocks may be a little ahead of ours.
    return None if made_at is None else max(0.0, now.timestamp() - made_at)


def _counted(reader: Reader, column: Column[str]) -> dict[str, int]:
    rows = reader.rows(select(column, func.count()).group_by(column))
    return {row[0]: row[1] for row in rows}


def _refusals(reader: Reader) -> dict[tuple[str, str], int]:
    by = (refusals.c.source, refusals.c.code)
    # Monitoring sees a count rise only from one that it saw before: the first attempt too.
    none_yet = {(source.value, code.value): 0 for source in Source for code in _SECOND_PLEDGES}
    counted = reader.rows(select(*by, func.count()).group_by(*by))
    return none_yet | {(row[0], row[1]): row[2] for row in counted}


def _lanes(reader: Reader, now: datetime) -> dict[str, LaneFigures]:
    transaction = relay_transactions.c
    in_flight = {
        row.lane: (row.transactions, row.oldest)
        for row in reader.rows(
            select(
                transaction.lane,
                func.count().label("transactions"),
                func.min(transaction.created_at).label("oldest"),
            )
            .where(transaction.status.in_((Stage.PREPARED, Stage.SENT)))
            .group_by(transaction.lane)
        )
    }
    funds = {
        row.lane: (row.balance_wei, row.balance_wei < row.wanted_wei)
        for row in reader.rows(select(lane_funds))
    }
    found = {}
    for row in reader.rows(select(lanes.c.address, lanes.c.paused_reason)):
        count, oldest = in_flight.get(row.address, (0, now))
        balance_wei, has_low_funds = funds.get(row.address, (None, False))
        found["0x" + row.address.hex()] = LaneFigures(
            # Nobody is to be woken for a lane that was ended on purpose.
            is_paused=row.paused_reason not in (None, RETIRED),
            in_flight=count,
            oldest_seconds=max(0.0, (now - oldest).total_seconds()),
            balance_wei=balance_wei,
            has_low_funds=has_low_funds,
        )
    return found
