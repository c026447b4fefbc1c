"""How much waits to be relayed, and whether any lane could relay it."""

from sqlalchemy import Integer, and_, func, literal_column, or_, select

from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.store.prepared import Prepared, asked
from receipts_ledger.store.tables import acts, lane_funds, lanes
from receipts_ledger.store.units import Reader

_WAITING = (
    select(acts.c.act_id)
    .where(acts.c.status == ActStatus.SIGNED)
    .limit(asked("count", literal_column("0", Integer)))
)
_COUNT_WAITING = Prepared(select(func.count().label("found")).select_from(_WAITING.subquery()))
_IS_READY = and_(
    lanes.c.paused_reason.is_(None),
    or_(lane_funds.c.lane.is_(None), lane_funds.c.balance_wei >= lane_funds.c.needed_wei),
)
_LANES = Prepared(
    select(func.count().label("lanes"), func.count().filter(_IS_READY).label("ready")).select_from(
        lanes.outerjoin(lane_funds, lane_funds.c.lane == lanes.c.address)
    )
)


def has_waiting(reader: Reader, count: int) -> bool:
    """Tell whether so many acts wait for a transaction. Looks at no more of them than that."""
    counted = reader.ask_first_once(_COUNT_WAITING, count=count)
    return counted is not None and counted.found >= count


def has_stopped(reader: Reader) -> bool:
    """Tell whether there are lanes, and each of them is paused or has no funds."""
    counted = reader.ask_first_once(_LANES)
    return counted is not None and counted.lanes > 0 and counted.ready == 0
