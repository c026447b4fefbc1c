"""Receipts: one, a page of them, and what has happened to one."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, literal, select, tuple_

from receipts_ledger.domain.ids import PartyId, PoolId, ReceiptId
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.store.reads.ranges import in_pool
from receipts_ledger.store.reads.sight import Sight
from receipts_ledger.store.tables import (
    act_receipts,
    act_signers,
    acts,
    blocks,
    events,
    receipts,
)
from receipts_ledger.store.types import Unsigned64
from receipts_ledger.store.units import Found, Reader

_ENDED = (ActStatus.REFUSED, ActStatus.EXPIRED, ActStatus.WITHDRAWN)
SHOWN_COLUMNS = (*receipts.c, blocks.c.timestamp.label("pledged_at"))
"""A receipt's row, with the moment of its pledge."""

_WITH_MOMENT = select(*SHOWN_COLUMNS).outerjoin(
    blocks, blocks.c.number == receipts.c.pledged_at_block
)


@dataclass(frozen=True, slots=True)
class ReceiptFilter:
    """Which receipts are asked for. None asks for all."""

    pool_id: PoolId | None = None
    holder_id: PartyId | None = None
    pledgee_id: PartyId | None = None
    status: str | None = None
    encumbered: bool | None = None


def receipt(reader: Reader, receipt_id: ReceiptId) -> Found | None:
    """Return a receipt's row, with the moment of its pledge."""
    return reader.first(_WITH_MOMENT.where(receipts.c.receipt_id == receipt_id))


def page(
    reader: Reader,
    wanted: ReceiptFilter,
    sight: Sight,
    *,
    after: ReceiptId | None,
    limit: int,
) -> list[Found]:
    """Return the next receipts in the order of their numbers in the store.

    Holders and pledgees are no secret to those concerned alone, so whoever asks for them
    is shown his own receipts only.
    """
    conditions: list[ColumnElement[bool]] = []
    for column, value in (
        (receipts.c.holder_id, wanted.holder_id),
        (receipts.c.pledgee_id, wanted.pledgee_id),
        (receipts.c.status, wanted.status),
        (receipts.c.encumbered, wanted.encumbered),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.pool_id is not None:
        conditions.append(in_pool(receipts.c.receipt_id, wanted.pool_id))
    if wanted.holder_id is not None or wanted.pledgee_id is not None:
        conditions.append(sight.its_receipts())
    if after is not None:
        conditions.append(receipts.c.receipt_id > after)
    query = _WITH_MOMENT.where(and_(True, *conditions))
    return list(reader.rows(query.order_by(receipts.c.receipt_id).limit(limit)))


def is_offered(reader: Reader, receipt_id: ReceiptId, party_id: PartyId) -> bool:
    """Tell whether this party has been asked into an act: by holder, pledgee or the operator."""
    offered = offered_to(literal(receipt_id, Unsigned64), literal(party_id))
    return bool(reader.scalar(select(offered.exists())))


def offered_to(
    receipt_id: ColumnElement[int], party_id: ColumnElement[int]
) -> Select[*tuple[Any, ...]]:
    """Return the query of acts under way that put a receipt before a party."""
    # Under another name: where this is part of a larger query, that has its own receipts.
    offered = receipts.alias("offered")
    return (
        select(acts.c.act_id)
        .select_from(act_receipts)
        .join(acts, acts.c.act_id == act_receipts.c.act_id)
        .join(act_signers, act_signers.c.act_id == acts.c.act_id)
        .join(offered, offered.c.receipt_id == act_receipts.c.receipt_id)
        .where(
            act_receipts.c.receipt_id == receipt_id,
            acts.c.status.not_in(_ENDED),
            acts.c.created_by.is_(None)
            | (acts.c.created_by == offered.c.holder_id)
            | (acts.c.created_by == offered.c.pledgee_id),
            act_signers.c.party_id == party_id,
        )
    )


def history(
    reader: Reader, receipt_id: ReceiptId, *, after: tuple[int, int] | None, limit: int
) -> list[Found]:
    """Return the next events of a receipt, oldest first, each with its block."""
    query = (
        select(events, blocks.c.hash.label("block_hash"), blocks.c.timestamp)
        .join(blocks, blocks.c.number == events.c.block_number)
        .where(events.c.subject == receipt_id)
        .order_by(events.c.block_number, events.c.log_index)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(events.c.block_number, events.c.log_index) > after)
    return list(reader.rows(query))
