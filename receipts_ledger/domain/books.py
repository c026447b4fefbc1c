"""Who holds what, who lends against what, what lies where: the books of every party at a moment.

The same open receipts are added up three times: by holder, by warehouse and by lender. What is
added up has to come out even, and is asked whether it does.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Self

from receipts_ledger.domain.ids import (
    PartyId,
    PoolId,
    ReceiptId,
    date_of,
    pool_number,
    pool_of,
    warehouse_of,
)
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import (
    ENCUMBERED_BIT,
    STATUS_BITS,
    Flag,
    Receipt,
    Status,
)


class Capacity(StrEnum):
    """As what a party has a receipt in its books."""

    HOLDER = "holder"
    LENDER = "lender"
    WAREHOUSE = "warehouse"


@dataclass(frozen=True, slots=True)
class Holding:
    """An open receipt as it stands in somebody's books."""

    receipt_id: ReceiptId
    receipt: Receipt

    @property
    def pool_id(self) -> PoolId:
        """Where the goods lie."""
        return pool_of(self.receipt_id)

    @property
    def is_encumbered(self) -> bool:
        """Whether it secures a claim."""
        return Flag.ENCUMBERED in self.receipt.flags

    @property
    def is_in_default(self) -> bool:
        """Whether that claim was not paid."""
        return Flag.IN_DEFAULT in self.receipt.flags

    @property
    def maturity(self) -> date | None:
        """The day on which the claim is due, None without one and in default."""
        if self.receipt.maturity_day is None or self.is_in_default:
            return None
        return date_of(self.receipt.maturity_day)


@dataclass(slots=True)
class Total:
    """Receipts added up: how many, over how much, and how much of it secures claims."""

    receipts: int = 0
    quantity: int = 0
    receipts_encumbered: int = 0
    quantity_encumbered: int = 0
    receipts_in_default: int = 0
    quantity_in_default: int = 0
    first_maturity: date | None = None
    last_maturity: date | None = None

    def add(self, holding: Holding) -> None:
        """Add one more receipt."""
        quantity = holding.receipt.quantity
        self.receipts += 1
        self.quantity += quantity
        if holding.is_encumbered:
            self.receipts_encumbered += 1
            self.quantity_encumbered += quantity
        if holding.is_in_default:
            self.receipts_in_default += 1
            self.quantity_in_default += quantity
        if (due := holding.maturity) is not None:
            self.first_maturity = min(due, self.first_maturity or due)
            self.last_maturity = max(due, self.last_maturity or due)


@dataclass(slots=True)
class Book:
    """What one party has in one capacity: its receipts, and their totals by pool."""

    party_id: PartyId
    capacity: Capacity
    holdings: list[Holding] = field(default_factory=list)
    totals: dict[PoolId, Total] = field(default_factory=dict)

    @classmethod
    def of(
        cls, party_id: PartyId, capacity: Capacity, words: Iterable[tuple[ReceiptId, int]]
    ) -> Self:
        """Return one party's book out of receipts, of which some may be none of its own."""
        book = cls(party_id, capacity)
        for receipt_id, word in words:
            if word & STATUS_BITS != Status.OPEN:
                continue
            holding = Holding(receipt_id, Receipt.from_word(word))
            if party_in(capacity, holding) == party_id:
                book.add(holding)
        book.holdings.sort(key=lambda holding: holding.receipt_id)
        return book

    def add(self, holding: Holding) -> None:
        """Enter a receipt."""
        self.holdings.append(holding)
        self.totals.setdefault(holding.pool_id, Total()).add(holding)


@dataclass(slots=True)
class Books:
    """Everybody's totals by capacity, party and pool."""

    totals: dict[Capacity, dict[tuple[PartyId, PoolId], Total]] = field(
        default_factory=lambda: {capacity: {} for capacity in Capacity}
    )

    @classmethod
    def of(cls, words: Mapping[ReceiptId, int]) -> Self:
        """Add up all open receipts, each in the books of everybody who has it there."""
        books = cls()
        for receipt_id, word in words.items():
            if word & STATUS_BITS != Status.OPEN:
                continue
            holding = Holding(receipt_id, Receipt.from_word(word))
            for capacity, totals in books.totals.items():
                party_id = party_in(capacity, holding)
                if party_id is not None:
                    totals.setdefault((party_id, holding.pool_id), Total()).add(holding)
        return books


def party_in(capacity: Capacity, holding: Holding) -> PartyId | None:
    """Return in whose book a receipt stands in this capacity."""
    match capacity:
        case Capacity.HOLDER:
            return holding.receipt.holder
        case Capacity.LENDER:
            return holding.receipt.pledgee
        case Capacity.WAREHOUSE:
            return warehouse_of(holding.pool_id)


def uneven(
    books: Books, pools: Mapping[PoolId, Pool], words: Mapping[ReceiptId, int]
) -> Iterator[str]:
    """Yield what does not come out even: holders, warehouse and pool, and lenders and pledges."""
    held = _by_pool(books.totals[Capacity.HOLDER])
    stored = _by_pool(books.totals[Capacity.WAREHOUSE])
    lent = _by_pool(books.totals[Capacity.LENDER])
    pledged = _pledged(words)
    for pool_id, pool in pools.items():
        name = f"pool {pool_number(pool_id)}"
        in_pool = stored.get(pool_id, Total())
        if in_pool.quantity != pool.quantity_receipted:
            yield (
                f"{name}: its open receipts add up to {in_pool.quantity}, "
                f"the pool says {pool.quantity_receipted}"
            )
        of_holders = held.get(pool_id, Total())
        if of_holders.quantity != in_pool.quantity:
            yield f"{name}: holders have {of_holders.quantity}, {in_pool.quantity} lie there"
        of_lenders = lent.get(pool_id, Total())
        if of_lenders.quantity != in_pool.quantity_encumbered:
            yield (
                f"{name}: lenders have {of_lenders.quantity}, "
                f"{in_pool.quantity_encumbered} of it are pledged"
            )
        if of_lenders.receipts != pledged.get(pool_id, 0):
            yield (
                f"{name}: lenders have {of_lenders.receipts} receipts, "
                f"{pledged.get(pool_id, 0)} are marked as pledged"
            )


def _by_pool(totals: Mapping[tuple[PartyId, PoolId], Total]) -> dict[PoolId, Total]:
    added: dict[PoolId, Total] = {}
    for (_, pool_id), total in totals.items():
        into = added.setdefault(pool_id, Total())
        into.receipts += total.receipts
        into.quantity += total.quantity
        into.quantity_encumbered += total.quantity_encumbered
    return added


def _pledged(words: Mapping[ReceiptId, int]) -> dict[PoolId, int]:
    counted: dict[PoolId, int] = {}
    for receipt_id, word in words.items():
        if word & ENCUMBERED_BIT:
            counted[pool_of(receipt_id)] = counted.get(pool_of(receipt_id), 0) + 1
    return counted
