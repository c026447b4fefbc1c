"""A pool's stock along a replay: every event that changes it, and whether it is conserved."""

from dataclasses import dataclass, field

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Hash32, PoolId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.record import BlockRecord
from receipts_ledger.domain.stock import Step, Stock
from receipts_ledger.services.past.replaying import Onlooker


@dataclass(frozen=True, slots=True)
class DatedStep:
    """A step of a pool's stock, and where on the chain it was taken."""

    block_number: int
    timestamp_seconds: int
    tx_hash: Hash32
    log_index: int
    event: str
    step: Step


@dataclass(slots=True)
class StockBook(Onlooker):
    """Follows a replay and writes down the stock of one pool."""

    ledger: Ledger
    pool_id: PoolId
    steps: list[DatedStep] = field(default_factory=list)
    _stock: Stock = field(init=False)
    _block: BlockRecord | None = None

    def __post_init__(self) -> None:
        self._stock = Stock(self.pool_id)

    def begin(self, block: BlockRecord) -> None:
        """Note where the events that follow stand."""
        self._block = block

    def see(self, logged: LoggedEvent) -> None:
        """Write down a step, if the event is one."""
        step = self._stock.follow(logged.event, self.ledger)
        if step is None or self._block is None:
            return
        self.steps.append(
            DatedStep(
                logged.block_number,
                self._block.timestamp_seconds,
                logged.tx_hash,
                logged.log_index,
                type(logged.event).__name__,
                step,
            )
        )
