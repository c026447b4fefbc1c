"""A pool's stock from its stored events, page by page.

Where a page ends, the pool's word and the sum of its open receipts say all that the next page has
to know; of receipts, it reads those that it touches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import PoolId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import STATUS_BITS, Status, quantity_in
from receipts_ledger.domain.stock import Step, Stock
from receipts_ledger.store.bulk import among
from receipts_ledger.store.reads.past_events import (
    POOL_KINDS,
    Place,
    issues_before,
    of_pools_receipts,
    of_subject,
    words_at,
)
from receipts_ledger.store.tables import blocks
from receipts_ledger.store.units import Reader

_BEGINNING: Place = (-1, -1)


@dataclass(frozen=True, slots=True)
class StockAt:
    """Where a page begins: behind a place, with the pool as it stood there. None: not yet."""

    place: Place = _BEGINNING
    pool: Pool | None = None
    quantity_in_receipts: int = 0


@dataclass(frozen=True, slots=True)
class StockPage:
    """Steps with the events that took them, and where the next page begins, if there is one."""

    steps: list[tuple[LoggedEvent, Step]]
    then: StockAt | None
    times: dict[int, int]
    """The Unix times of the steps' blocks."""


def page(reader: Reader, pool_id: PoolId, after: StockAt, until: Place, *, limit: int) -> StockPage:
    """Return the steps in the next events of a pool: in at most so many of its receipts."""
    of_receipts = of_pools_receipts(reader, pool_id, after.place, until, limit=limit + 1)
    is_last = len(of_receipts) <= limit
    of_receipts = of_receipts[:limit]
    end = until if is_last else (of_receipts[-1].block_number, of_receipts[-1].log_index)
    own = [
        logged
        for logged in of_subject(reader, pool_id, POOL_KINDS, end)
        if (logged.block_number, logged.log_index) > after.place
    ]
    both = sorted([*own, *of_receipts], key=lambda each: (each.block_number, each.log_index))
    before = words_at(reader, set(issues_before(of_receipts)), after.place)
    ledger = Ledger(receipts=dict(before))
    if after.pool is not None:
        ledger.pools[pool_id] = after.pool
    stock = Stock(
        pool_id,
        after.pool,
        {
            number: quantity_in(word)
            for number, word in before.items()
            if word & STATUS_BITS == Status.OPEN
        },
        after.quantity_in_receipts,
    )
    steps = _steps(both, ledger, stock)
    then = None if is_last else StockAt(end, ledger.pools[pool_id], stock.quantity_in_receipts)
    return StockPage(steps, then, _times(reader, steps))


def _steps(
    found: Sequence[LoggedEvent], ledger: Ledger, stock: Stock
) -> list[tuple[LoggedEvent, Step]]:
    steps = []
    for logged in found:
        ledger.apply(logged.event)
        step = stock.follow(logged.event, ledger)
        if step is not None:
            steps.append((logged, step))
    return steps


def _times(reader: Reader, steps: Sequence[tuple[LoggedEvent, Any]]) -> dict[int, int]:
    numbers = {logged.block_number for logged, _ in steps}
    return {
        row.number: row.timestamp
        for condition in among(blocks.c.number, numbers)
        for row in reader.rows(select(blocks.c.number, blocks.c.timestamp).where(condition))
    }
