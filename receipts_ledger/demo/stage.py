"""What every scene stands on: the cast and its hands, the chain, the files, the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.demo.cast import Cast, Member
from receipts_ledger.demo.hands import Hands
from receipts_ledger.demo.onlooker import Onlooker
from receipts_ledger.demo.outsider import Outsider
from receipts_ledger.demo.stocks import Stock
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Hash32, PoolId, ReceiptId, pool_id

STORAGE_DAYS = 300
MATURITY_DAYS = 90
_AN_HOUR_SECONDS = 3_600


@dataclass(frozen=True, slots=True)
class Pile:
    """A row of the stock report as a pool of the ledger. Quantities in kilograms."""

    stock: Stock
    warehouse: Member
    pool_id: PoolId

    @property
    def lot(self) -> int:
        """The quantity of one standard receipt."""
        return self.stock.commodity.lot_t * 1000

    @property
    def attested(self) -> int:
        """The metal that lies there."""
        return self.stock.deliverable_t * 1000

    @property
    def capacity(self) -> int:
        """That metal and the room beside it."""
        return self.stock.capacity_t * 1000


@dataclass(frozen=True, slots=True)
class Stage:
    """The scene of the whole story. `issued` fills up while it is told."""

    cast: Cast
    hands: Hands
    chain: Onlooker
    outsider: Outsider
    deployment: Deployment
    deployment_file: Path
    rpc_url: str
    database_url: str
    folder: Path
    today: date
    piles: tuple[Pile, ...]
    plan: Mapping[PoolId, int]
    issued: dict[PoolId, list[ReceiptId]] = field(default_factory=dict)

    @property
    def storage_until(self) -> date:
        """Last day of storage of every receipt in the story."""
        return self.today + timedelta(days=STORAGE_DAYS)

    @property
    def maturity(self) -> date:
        """When every loan in the story is due."""
        return self.today + timedelta(days=MATURITY_DAYS)

    def deadline(self) -> int:
        """Return a deadline for acts that go past the gateway: an hour from now on the chain."""
        return self.chain.time() + _AN_HOUR_SECONDS

    def digest(self, act: Act) -> Hash32:
        """Return what the signers of an act sign."""
        return Digester(self.deployment.signing_domain()).digest(act)

    def bank_of(self, receipt: ReceiptId) -> Member:
        """Return the bank to which the receipt is pledged on the chain."""
        pledgee = self.chain.receipt(receipt).pledgee
        return next(bank for bank in self.cast.banks if bank.party_id == pledgee)

    def other_bank(self, receipt: ReceiptId) -> Member:
        """Return a bank to which the receipt is not pledged."""
        pledgee = self.chain.receipt(receipt).pledgee
        return next(bank for bank in self.cast.banks if bank.party_id != pledgee)

    def full_pile(self) -> Pile:
        """Return the pile, smallest first, whose plan leaves no room for another receipt."""
        full = [
            pile
            for pile in self.piles
            if self.plan.get(pile.pool_id, 0) * pile.lot + pile.lot > pile.attested
            and self.plan.get(pile.pool_id, 0)
        ]
        return min(full, key=lambda pile: self.plan[pile.pool_id])


def piles_of(stocks: tuple[Stock, ...], cast: Cast) -> tuple[Pile, ...]:
    """Return one pool for each row, counted through within each warehouse."""
    seen: dict[str, int] = {}
    piles = []
    for stock in stocks:
        warehouse = cast.warehouses[stock.warehouse]
        seen[stock.warehouse] = index = seen.get(stock.warehouse, 0) + 1
        piles.append(Pile(stock, warehouse, pool_id(warehouse.party_id, index)))
    return tuple(piles)
