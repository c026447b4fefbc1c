"""How much waits to be relayed, and whether any lane could relay it."""

from sqlalchemy import and_, func, or_, select

from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.store.tables import acts, lane_funds, lanes
from receipts_ledger.store.units import Reader


def has_waiting(reader: Reader, count: int) -> bool:
    """Tell whether so many acts wait for a transaction. Looks at no more of them than that."""
    waiting = select(acts.c.act_id).where(acts.c.status == ActStatus.SIGNED).limit(count)
    found: int = reader.scalar(select(func.count()).select_from(waiting.subquery()))
    return found >= count


def has_stopped(reader: Reader) -> bool:
    """Tell whether there are lanes, and each of them is paused or has no funds."""
    is_ready = and_(
        lanes.c.paused_reason.is_(None),
        or_(lane_funds.c.lane.is_(None), lane_funds.c.balance_wei >= lane_funds.c.needed_wei),
    )
    with_funds = lanes.outerjoin(lane_funds, lane_funds.c.lane == lanes.c.address)
    counted = reader.first(
        select(
            func.count().label("lanes"), func.count().filter(is_ready).label("ready")
        ).select_from(with_funds)
    )
    return counted is not None and counted.lanes > 0 and counted.ready == 0
