"""The real input of the story: an exchange's weekly stock report, row by row, in tonnes."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from receipts_ledger.errors import Fatal

STOCKS = Path(__file__).resolve().parents[2] / "examples" / "shfe_weekly_stocks.csv"


@dataclass(frozen=True, slots=True)
class Commodity:
    """How a metal of the report is named on the ledger, and how large its standard lot is."""

    profile: str
    lot_t: int
    brand: str
    grade: str


COMMODITIES = {
    "copper": Commodity("copper-cathode", 25, "GUIYE 贵冶", "Cu-CATH-1"),
    "aluminium": Commodity("aluminium-ingot", 25, "CHALCO 中铝", "Al99.70"),
    "tin": Commodity("tin-ingot", 2, "YUNXI 云锡", "Sn99.95"),
}


@dataclass(frozen=True, slots=True)
class Stock:
    """One row: a metal in one warehouse. `capacity_t` includes the metal that lies there."""

    week_ending: date
    metal: str
    region: str
    warehouse: str
    deliverable_t: int
    receipted_t: int
    capacity_t: int

    @property
    def commodity(self) -> Commodity:
        """The metal, as the ledger names it."""
        return COMMODITIES[self.metal]

    @property
    def receipts_reported(self) -> int:
        """How many whole standard receipts the report's receipted metal makes."""
        return self.receipted_t // self.commodity.lot_t

    @property
    def receipts_possible(self) -> int:
        """How many whole standard receipts the deliverable metal could make."""
        return self.deliverable_t // self.commodity.lot_t


def read_stocks(path: Path) -> tuple[Stock, ...]:
    """Return the rows of a report. Raises Fatal naming file, line and what is wrong."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return tuple(_read(csv.DictReader(file), path))
    except (OSError, UnicodeDecodeError) as error:
        raise Fatal(f"stock report {path} cannot be read: {error}") from error


def _read(rows: Iterable[dict[str, str]], path: Path) -> Iterable[Stock]:
    for line, row in enumerate(rows, start=2):
        try:
            deliverable = int(row["deliverable_t"])
            # Without a column for room the report says no more than what lies there.
            room = int(row["available_capacity_t"] or 0)
            stock = Stock(
                week_ending=date.fromisoformat(row["week_ending"]),
                metal=row["commodity"],
                region=row["region"],
                warehouse=row["warehouse"],
                deliverable_t=deliverable,
                receipted_t=int(row["receipted_t"]),
                capacity_t=deliverable + room,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise Fatal(f"stock report {path}, line {line}: {error!r}") from error
        if stock.metal not in COMMODITIES:
            raise Fatal(f"stock report {path}, line {line}: no profile for {stock.metal!r}")
        if not 0 <= stock.receipted_t <= stock.deliverable_t <= stock.capacity_t:
            raise Fatal(f"stock report {path}, line {line}: more receipted than lies there")
        yield stock


def spread(stocks: tuple[Stock, ...], total: int) -> dict[Stock, int]:
    """Return how many receipts to issue for each row: `total` in proportion, one at least.

    Rows whose report has no receipts get none; no row gets more than the report has.
    """
    reported = sum(stock.receipts_reported for stock in stocks)
    return {
        stock: min(
            stock.receipts_reported,
            max(1, round(total * stock.receipts_reported / reported)),
        )
        for stock in stocks
        if stock.receipts_reported
    }
