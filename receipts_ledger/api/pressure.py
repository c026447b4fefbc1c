"""Takes no more acts than can be carried to the ledger. Reads and drafts are never held up."""

from receipts_ledger.errors import Busy, BusyCode
from receipts_ledger.store.reads import pressure
from receipts_ledger.store.units import Reader

_QUEUE_SECONDS = 5
_LANES_SECONDS = 30


def expect_room(reader: Reader, acts_max: int) -> None:
    """Raise Busy when an act with all its signatures would only wait."""
    if pressure.has_stopped(reader):
        raise Busy(
            BusyCode.NO_LANE_READY,
            "every lane is paused or without funds; the operator has to look",
            retry_after_seconds=_LANES_SECONDS,
        )
    if pressure.has_waiting(reader, acts_max):
        raise Busy(
            BusyCode.QUEUE_FULL,
            f"{acts_max} acts wait to be relayed already",
            retry_after_seconds=_QUEUE_SECONDS,
        )
