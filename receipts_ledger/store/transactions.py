"""The transactions that carry acts, every signed attempt of them, and how far they have come.

A nonce is given out, its transaction signed and its bytes stored in one SQL transaction
under the lock of the lane's row: no crash can lose a nonce or spend one twice.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import Select, Update, delete, func, insert, select, update

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.lane import (
    ActId,
    Prepared,
    Purpose,
    SignedTransaction,
    Stage,
    Transaction,
    TxOutcome,
)
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.store import lanes
from receipts_ledger.store.queue import give_back_slots
from receipts_ledger.store.tables import (
    acts,
    relay_acts,
    relay_attempts,
    relay_transactions,
)
from receipts_ledger.store.tables import lanes as lanes_table
from receipts_ledger.store.transaction_rows import DONE, UNSETTLED, one, read
from receipts_ledger.store.units import Database, Reader, Writer

_UNMINED = (Stage.PREPARED, Stage.SENT)
_CARRIED = (ActStatus.ASSIGNED, ActStatus.SENT)


Prepare: TypeAlias = Callable[[int, Sequence[ActId]], Prepared]


class StoredTransactions:
    """The transactions of one database. Each method is one SQL transaction."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def unsettled(self, lane: Address) -> Sequence[Transaction]:
        """Return the transactions that are in no block which the index holds, by nonce.

        As long as the index holds the block, nobody has to ask a node about it.
        """
        with self._database.reading() as reader:
            return read(reader, UNSETTLED, lane=lane)

    def assign(
        self, lane: Address, act_ids: Sequence[ActId], prepare: Prepare
    ) -> Transaction | None:
        """Give the acts that still wait the lane's next nonce, and store what is to be sent.

        None when none of them waits any more, or the lane is full or paused.
        """
        with self._database.writing() as writer:
            locked = lanes.lock(writer, lane)
            if locked.paused_reason is not None or _is_full(writer, lane, locked.in_flight_max):
                return None
            carried = _take(writer, act_ids, self._clock())
            if not carried:
                return None
            prepared = prepare(locked.next_nonce, carried)
            transaction_id = self._insert(writer, lane, locked.next_nonce, prepared)
            writer.insert_many(
                relay_acts,
                [(transaction_id, position, act_id) for position, act_id in enumerate(carried)],
            )
            writer.run(
                update(lanes_table)
                .where(lanes_table.c.address == lane)
                .values(next_nonce=locked.next_nonce + 1)
            )
            return one(writer, transaction_id)

    def replace(
        self, transaction: Transaction, purpose: Purpose, prepared: Prepared
    ) -> Transaction | None:
        """Store one more attempt. None when another relayer has stored one meanwhile."""
        with self._database.writing() as writer:
            lanes.lock(writer, transaction.lane)
            present = one(writer, transaction.transaction_id)
            if len(present.attempts) != len(transaction.attempts) or present.stage is Stage.FINAL:
                return None
            # Attempts are told apart by the time of their making.
            after = transaction.attempts[-1].created_at + timedelta(microseconds=1)
            _insert_attempt(
                writer, transaction.transaction_id, prepared.signed, max(self._clock(), after)
            )
            writer.run(
                _update(transaction.transaction_id).values(
                    purpose=purpose, gas_limit=prepared.gas_limit, calldata=prepared.calldata
                )
            )
            return one(writer, transaction.transaction_id)

    def mark_sent(self, transaction: Transaction, tx_hash: Hash32) -> None:
        """Note that a node has an attempt."""
        now = self._clock()
        with self._database.writing() as writer:
            writer.run(
                update(relay_attempts)
                .where(relay_attempts.c.tx_hash == tx_hash)
                .values(last_sent_at=now, send_count=relay_attempts.c.send_count + 1)
            )
            if transaction.stage is not Stage.PREPARED:
                return
            prepared = relay_transactions.c.status == Stage.PREPARED
            writer.run(
                _update(transaction.transaction_id).where(prepared).values(status=Stage.SENT)
            )
            writer.run(
                update(acts)
                .where(
                    acts.c.act_id.in_(_acts_of(transaction.transaction_id)),
                    acts.c.status == ActStatus.ASSIGNED,
                )
                .values(status=ActStatus.SENT, updated_at=now)
            )

    def mark_mined(self, transaction: Transaction, outcome: TxOutcome) -> None:
        """Note the block. What it made of the acts, the index says."""
        self._mark(transaction, Stage.MINED, outcome.block)

    def mark_unmined(self, transaction: Transaction) -> None:
        """Note that the block is gone."""
        self._mark(transaction, Stage.SENT, None)

    def finish(self, lane: Address) -> None:
        """Make final what is mined below finality; acts that it did not carry wait again.

        Such are the acts of a nonce that was filled, and those of a transaction that failed.
        """
        with self._database.reading() as reader:
            done = [row.transaction_id for row in reader.ask(DONE, lane=lane)]
        if not done:
            return
        with self._database.writing() as writer:
            for transaction_id in done:
                self._end(writer, transaction_id)

    def abandon(self, transaction: Transaction) -> None:
        """Give up a nonce that another has spent; the acts wait again."""
        with self._database.writing() as writer:
            self._end(writer, transaction.transaction_id)

    def _mark(self, transaction: Transaction, stage: Stage, block: BlockRef | None) -> None:
        with self._database.writing() as writer:
            writer.run(
                _update(transaction.transaction_id)
                .where(relay_transactions.c.status != Stage.FINAL)
                .values(
                    status=stage,
                    mined_block=None if block is None else block.number,
                    mined_hash=None if block is None else block.hash,
                )
            )

    def _end(self, writer: Writer, transaction_id: int) -> None:
        now = self._clock()
        writer.run(_update(transaction_id).values(status=Stage.FINAL))
        left = writer.rows(
            select(acts.c.act_id, acts.c.deadline).where(
                acts.c.act_id.in_(_acts_of(transaction_id)), acts.c.status.in_(_CARRIED)
            )
        )
        for row in left:
            is_late = row.deadline < now.timestamp()
            status = ActStatus.EXPIRED if is_late else ActStatus.SIGNED
            writer.run(delete(relay_acts).where(relay_acts.c.act_id == row.act_id))
            writer.run(
                update(acts)
                .where(acts.c.act_id == row.act_id)
                .values(status=status, updated_at=now)
            )
            if is_late:
                give_back_slots(writer, [row.act_id])

    def _insert(self, writer: Writer, lane: Address, nonce: int, prepared: Prepared) -> int:
        now = self._clock()
        ((transaction_id,),) = writer.returning(
            insert(relay_transactions)
            .values(
                lane=lane,
                nonce=nonce,
                purpose=Purpose.ACTS,
                status=Stage.PREPARED,
                gas_limit=prepared.gas_limit,
                calldata=prepared.calldata,
                created_at=now,
            )
            .returning(relay_transactions.c.transaction_id)
        )
        _insert_attempt(writer, transaction_id, prepared.signed, now)
        return int(transaction_id)


def _is_full(reader: Reader, lane: Address, in_flight_max: int) -> bool:
    in_flight: int = reader.scalar(
        select(func.count())
        .select_from(relay_transactions)
        .where(relay_transactions.c.lane == lane, relay_transactions.c.status.in_(_UNMINED))
    )
    return in_flight >= in_flight_max


def _take(writer: Writer, act_ids: Sequence[ActId], now: datetime) -> list[ActId]:
    """Take the acts that still wait out of the queue, and return them in the given order."""
    waiting = select(acts.c.act_id).where(
        acts.c.act_id.in_(act_ids), acts.c.status == ActStatus.SIGNED
    )
    found = set(writer.scalars(waiting.order_by(acts.c.act_id).with_for_update()))
    carried = [act_id for act_id in act_ids if act_id in found]
    writer.run(
        update(acts)
        .where(acts.c.act_id.in_(carried))
        .values(status=ActStatus.ASSIGNED, updated_at=now)
    )
    return carried


def _insert_attempt(
    writer: Writer, transaction_id: int, signed: SignedTransaction, at: datetime
) -> None:
    writer.insert(
        relay_attempts,
        tx_hash=signed.tx_hash,
        transaction_id=transaction_id,
        raw=signed.raw,
        max_fee=signed.fees.max_fee_wei,
        priority_fee=signed.fees.priority_fee_wei,
        created_at=at,
        send_count=0,
    )


def _update(transaction_id: int) -> Update:
    return update(relay_transactions).where(relay_transactions.c.transaction_id == transaction_id)


def _acts_of(transaction_id: int) -> Select[str]:
    return select(relay_acts.c.act_id).where(relay_acts.c.transaction_id == transaction_id)
