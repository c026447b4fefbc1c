"""A pool's stock over time: what lies there, what is attested, what is receipted, and by what.

Conservation is asked of every single event: receipted is the sum of the open receipts, and
receipted <= attested <= capacity. A merger first enlarges one receipt and then ends the other;
in between, the pool has more receipted than there is, so there the limit is not asked.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from receipts_ledger.domain.change import Merged
from receipts_ledger.domain.event import Event, PoolEvent, ReceiptEvent
from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_number, pool_of
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import STATUS_BITS, Status, quantity_in


@dataclass(frozen=True, slots=True)
class Step:
    """A pool's quantities after an event that changed one of them, in its base units.

    `quantity_in_receipts` has been added up from the receipts themselves. `breaches` says what
    does not hold.
    """

    receipt_id: ReceiptId | None
    capacity: int
    attested: int
    receipted: int
    quantity_in_receipts: int
    attested_change: int
    receipted_change: int
    breaches: tuple[str, ...]


@dataclass(slots=True)
class Stock:
    """Follows one pool. Its memory is the pool's open receipts.

    Begun later than at the pool's opening, it has to be told how the pool stood then.
    """

    pool_id: PoolId
    before: Pool | None = None
    open_quantities: dict[ReceiptId, int] = field(default_factory=dict)
    quantity_in_receipts: int = 0

    def follow(self, event: Event, after: Ledger) -> Step | None:
        """Take in an event that has been applied; return what it changed of the stock, if it did.

        Events of other pools, and such as change no quantity, change nothing.
        """
        receipt_id: ReceiptId | None = None
        if isinstance(event, ReceiptEvent):
            receipt_id = event.receipt_id
            if pool_of(receipt_id) != self.pool_id:
                return None
            self._count(receipt_id, after.receipts.get(receipt_id, 0))
        elif not isinstance(event, PoolEvent) or event.pool != self.pool_id:
            return None
        pool = after.pools.get(self.pool_id)
        if pool is None:
            return None
        before, self.before = self.before, pool
        is_limited = not isinstance(event, Merged)
        step = Step(
            receipt_id,
            pool.quantity_capacity,
            pool.quantity_attested,
            pool.quantity_receipted,
            self.quantity_in_receipts,
            pool.quantity_attested - (before.quantity_attested if before else 0),
            pool.quantity_receipted - (before.quantity_receipted if before else 0),
            tuple(self._breaches(pool, is_limited=is_limited)),
        )
        is_step = before is None or step.attested_change or step.receipted_change or step.breaches
        return step if is_step else None

    def _count(self, receipt_id: ReceiptId, word: int) -> None:
        quantity = quantity_in(word) if word & STATUS_BITS == Status.OPEN else 0
        self.quantity_in_receipts += quantity - self.open_quantities.pop(receipt_id, 0)
        if quantity:
            self.open_quantities[receipt_id] = quantity

    def _breaches(self, pool: Pool, *, is_limited: bool) -> Iterator[str]:
        if pool.quantity_receipted != self.quantity_in_receipts:
            yield (
                f"pool {pool_number(self.pool_id)} has {pool.quantity_receipted} receipted, its "
                f"open receipts add up to {self.quantity_in_receipts}"
            )
        if is_limited and pool.quantity_receipted > pool.quantity_attested:
            yield (
                f"pool {pool_number(self.pool_id)} has {pool.quantity_receipted} receipted, "
                f"more than the {pool.quantity_attested} attested"
            )
        if pool.quantity_attested > pool.quantity_capacity:
            yield (
                f"pool {pool_number(self.pool_id)} has {pool.quantity_attested} attested, "
                f"more than its capacity of {pool.quantity_capacity}"
            )
