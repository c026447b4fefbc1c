"""Receipts: one, a page of them, and what has happened to one."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, select, tuple_

from receipts_ledger.domain.ids import PartyId, PoolId, ReceiptId
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.store.reads.sight import Sight
from receipts_ledger.store.tables import (
    act_receipts,
    act_signers,
    acts,
    blocks,
    events,
    receipts,
)
from receipts_ledger.store.units import Found, Query, Reader

_ENDED = (ActStatus.REFUSED, ActStatus.EXPIRED, ActStatus.WITHDRAWN)
_WITH_MOMENT = select(receipts, blocks.c.timestamp.label("pledged_at")).outerjoin(
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
        (receipts.c.pool_id, wanted.pool_id),
        (receipts.c.holder_id, wanted.holder_id),
        (receipts.c.pledgee_id, wanted.pledgee_id),
        (receipts.c.status, wanted.status),
        (receipts.c.encumbered, wanted.encumbered),
    ):
        if value is not None:
            conditions.append(column == value)
    if wanted.holder_id is not None or wanted.pledgee_id is not None:
        conditions.append(sight.its_receipts())
    if after is not None:
        conditions.append(receipts.c.receipt_id > after)
    query = _WITH_MOMENT.where(and_(True, *conditions))
    return list(reader.rows(query.order_by(receipts.c.receipt_id).limit(limit)))


def is_offered(reader: Reader, receipt_id: ReceiptId, party_id: PartyId) -> bool:
    """Tell whether this party has been asked into an act: by holder, pledgee or the operator."""
    offered: Query = select(
        exists()
        .where(act_receipts.c.receipt_id == receipt_id)
        .where(acts.c.act_id == act_receipts.c.act_id)
        .where(act_signers.c.act_id == acts.c.act_id)
        .where(receipts.c.receipt_id == receipt_id)
        .where(acts.c.status.not_in(_ENDED))
        .where(
            acts.c.created_by.is_(None)
            | (acts.c.created_by == receipts.c.holder_id)
            | (acts.c.created_by == receipts.c.pledgee_id)
        )
        .where(act_signers.c.party_id == party_id)
    )
    return bool(reader.scalar(offered))


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
