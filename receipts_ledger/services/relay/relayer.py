"""The relayer's step: tend every lane, then give the acts that wait their transactions."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from receipts_ledger.domain.cursor import Cursor
from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.lane import (
    ActId,
    Head,
    Lane,
    Prepared,
    Purpose,
    Transaction,
)
from receipts_ledger.services.relay.batch import ACTS_MAX, Batch, Batcher
from receipts_ledger.services.relay.decide import Pace
from receipts_ledger.services.relay.ports import (
    Clock,
    FeePolicy,
    Judge,
    Lanes,
    Node,
    Payer,
    Queue,
    Transactions,
)
from receipts_ledger.services.relay.tend import LaneReport, Tender


@dataclass(slots=True)
class Relayed:
    """What a step has done. Troubles are by lane; they pass, or an operator has to look."""

    expired: int = 0
    refused: int = 0
    asked_again: int = 0
    assigned: int = 0
    sent: int = 0
    mined: int = 0
    troubles: list[str] = field(default_factory=list)

    @property
    def has_advanced(self) -> bool:
        """Whether another step at once may find more to do."""
        return bool(self.refused or self.asked_again or self.assigned or self.mined)

    @property
    def is_pressing(self) -> bool:
        """Whether more waits than went along: what comes by itself may gather meanwhile."""
        return bool(self.refused or self.asked_again or self.assigned >= ACTS_MAX)


@dataclass(frozen=True, slots=True)
class _Seen:
    """How far the chain was read, and then where the node stood."""

    head: Head
    cursor: Cursor | None


class Relayer:
    """Carries signed acts to the ledger. Several may run on one database.

    `payers` are asked for at each step: lanes may be added at any time.
    """

    def __init__(
        self,
        *,
        node: Node,
        judge: Judge,
        queue: Queue,
        lanes: Lanes,
        transactions: Transactions,
        payers: Callable[[], Sequence[Payer]],
        fees: FeePolicy,
        clock: Clock,
        pace: Pace | None = None,
    ) -> None:
        self._node = node
        self._queue = queue
        self._lanes = lanes
        self._transactions = transactions
        self._payers = payers
        self._fees = fees
        self._batcher = Batcher(judge, queue)
        self._tender = Tender(node, lanes, transactions, fees, pace=pace or Pace(), clock=clock)

    def step(self) -> Relayed:
        """Do everything that can be done now, one batch for each lane at most.

        Raises Retryable when node or database are away; what was stored stays and goes on
        from there.
        """
        done = Relayed(expired=self._queue.expire())
        payers = self._payers()
        for payer in payers:
            self._transactions.finish(payer.address)
        if self._is_idle(payers):
            return done
        # The cursor first: a node that knows less than we do is behind.
        cursor = self._lanes.cursor()
        head = self._node.head()
        for payer in payers:
            report = self._tender.tend(payer, head)
            lane = self._lanes.lane(payer.address)
            report.troubles += _obstacles(lane, head, cursor)
            if not report.troubles and report.in_flight < lane.in_flight_max:
                self._assign(lane, payer, _Seen(head, cursor), report, done)
            done.sent += report.sent
            done.mined += report.mined
            done.troubles += [f"lane 0x{payer.address.hex()}: {each}" for each in report.troubles]
        return done

    def resume(self, address: Address) -> Lane:
        """Put a paused lane to work again, from where the chain says that its key stands."""
        return self._tender.resume(address)

    def _is_idle(self, payers: Sequence[Payer]) -> bool:
        if self._queue.waiting(1):
            return False
        return not any(self._transactions.unsettled(payer.address) for payer in payers)

    def _assign(
        self, lane: Lane, payer: Payer, seen: _Seen, report: LaneReport, done: Relayed
    ) -> None:
        head, cursor = seen.head, seen.cursor

        def is_chain_indexed() -> bool:
            return cursor is not None and self._node.has_block(cursor.block)

        batch = self._batcher.next_batch(head, is_chain_indexed)
        done.refused += batch.refused
        done.asked_again += batch.asked_again
        done.troubles += batch.undecided
        if not batch.acts:
            return
        fees = self._fees.fees(head.base_fee_wei)
        cost = fees.max_fee_wei * self._batcher.gas_limit(batch.acts)
        if cost and self._node.balance_of(payer.address) < cost:
            report.troubles.append(f"no funds for a transaction that may cost {cost} wei")
            return
        transaction = self._store(lane, payer, batch, head)
        if transaction is not None:
            done.assigned += len(batch.acts)
            self._tender.send(transaction, payer, head, report)

    def _store(self, lane: Lane, payer: Payer, batch: Batch, head: Head) -> Transaction | None:
        by_id = {act.act_id: act for act in batch.acts}
        fees = self._fees.fees(head.base_fee_wei)

        def prepare(nonce: int, act_ids: Sequence[ActId]) -> Prepared:
            acts = [by_id[act_id] for act_id in act_ids]
            gas_limit = self._batcher.gas_limit(acts)
            calldata = self._batcher.calldata(acts)
            signed = payer.sign(
                Purpose.ACTS, nonce=nonce, calldata=calldata, gas_limit=gas_limit, fees=fees
            )
            return Prepared(gas_limit, calldata, signed)

        return self._transactions.assign(lane.address, list(by_id), prepare)


def _obstacles(lane: Lane, head: Head, cursor: Cursor | None) -> Iterator[str]:
    """Yield what forbids to send new acts."""
    if lane.paused_reason is not None:
        yield f"paused: {lane.paused_reason}"
    if cursor is None:
        yield "the index has not begun"
    elif cursor.halted_reason is not None:
        yield f"the index has halted: {cursor.halted_reason}"
    elif head.number < cursor.block.number:
        # It would refuse acts on receipts that it has not heard of yet.
        yield f"the node is behind the index, at block {head.number}"
