"""Rows of transactions and attempts, as the domain's records."""

from collections import defaultdict

from sqlalchemy import ColumnElement, func, not_, select

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.lane import Attempt, Fees, Purpose, Stage, Transaction
from receipts_ledger.store.bulk import among
from receipts_ledger.store.prepared import Prepared, asked
from receipts_ledger.store.tables import (
    acts,
    blocks,
    cursor,
    relay_acts,
    relay_attempts,
    relay_transactions,
)
from receipts_ledger.store.units import Found, Reader

_NOT_FINAL = (Stage.PREPARED, Stage.SENT, Stage.MINED)
IS_INDEXED = (
    select(blocks.c.number)
    .where(
        blocks.c.number == relay_transactions.c.mined_block,
        blocks.c.hash == relay_transactions.c.mined_hash,
    )
    .exists()
)
_DEADLINE = (
    select(func.max(acts.c.deadline))
    .join(relay_acts, relay_acts.c.act_id == acts.c.act_id)
    .where(relay_acts.c.transaction_id == relay_transactions.c.transaction_id)
    .scalar_subquery()
    .label("deadline")
)


def those(*conditions: ColumnElement[bool]) -> Prepared:
    """Return the question for the transactions that meet all conditions, by nonce."""
    asked_for = select(relay_transactions, _DEADLINE).where(*conditions)
    return Prepared(asked_for.order_by(relay_transactions.c.nonce))


_OF_LANE = relay_transactions.c.lane == asked("lane", relay_transactions.c.lane)
UNSETTLED = those(_OF_LANE, relay_transactions.c.status.in_(_NOT_FINAL), not_(IS_INDEXED))
"""Those of a lane that are in no block which the index holds."""

DONE = Prepared(
    select(relay_transactions.c.transaction_id).where(
        _OF_LANE,
        relay_transactions.c.status == Stage.MINED,
        relay_transactions.c.mined_block <= select(cursor.c.finalized_number).scalar_subquery(),
        IS_INDEXED,
    )
)
"""Those of a lane that are mined below finality."""

_ONE = those(
    relay_transactions.c.transaction_id
    == asked("transaction_id", relay_transactions.c.transaction_id)
)


def one(reader: Reader, transaction_id: int) -> Transaction:
    """Return one transaction."""
    (found,) = read(reader, _ONE, transaction_id=transaction_id)
    return found


def read(reader: Reader, asked_for: Prepared, **values: object) -> list[Transaction]:
    """Return the transactions that are asked for, with their attempts."""
    rows = reader.ask(asked_for, **values)
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    ordered = select(relay_attempts).order_by(relay_attempts.c.created_at)
    for condition in among(relay_attempts.c.transaction_id, [row.transaction_id for row in rows]):
        for row in reader.rows(ordered.where(condition)):
            attempts[row.transaction_id].append(_attempt(row))
    return [_transaction(row, tuple(attempts[row.transaction_id])) for row in rows]


def _attempt(row: Found) -> Attempt:
    return Attempt(
        tx_hash=row.tx_hash,
        raw=row.raw,
        fees=Fees(row.max_fee, row.priority_fee),
        created_at=row.created_at,
        last_sent_at=row.last_sent_at,
    )


def _transaction(row: Found, attempts: tuple[Attempt, ...]) -> Transaction:
    mined_in = None if row.mined_hash is None else BlockRef(row.mined_block, row.mined_hash)
    return Transaction(
        transaction_id=row.transaction_id,
        lane=row.lane,
        lane_nonce=row.nonce,
        purpose=Purpose(row.purpose),
        stage=Stage(row.status),
        gas_limit=row.gas_limit,
        calldata=row.calldata,
        attempts=attempts,
        deadline_seconds=row.deadline,
        mined_in=mined_in,
    )
