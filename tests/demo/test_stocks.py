"""The real input: a stock report as it is, and broken ones."""

from pathlib import Path

import pytest

from receipts_ledger.demo.stocks import STOCKS, read_stocks, spread
from receipts_ledger.errors import Fatal

HEADER = (
    "week_ending,commodity,region,warehouse,deliverable_last_t,receipted_last_t,"
    "deliverable_t,receipted_t,available_capacity_last_t,available_capacity_t\n"
)


def test_the_report_is_read_as_it_was_printed() -> None:
    stocks = read_stocks(STOCKS)
    assert len(stocks) == 21
    assert len({stock.warehouse for stock in stocks}) == 12
    wusong = next(s for s in stocks if s.warehouse == "中储吴淞" and s.metal == "copper")
    assert (wusong.deliverable_t, wusong.receipted_t, wusong.capacity_t) == (83_370, 39_351, 89_559)
    assert wusong.receipts_reported == 1_574


def test_all_receipts_are_those_that_the_report_has() -> None:
    stocks = read_stocks(STOCKS)
    total = sum(stock.receipts_reported for stock in stocks)
    assert total == 19_002
    assert sum(spread(stocks, total).values()) == total


def test_few_receipts_reach_every_pool_that_has_any() -> None:
    stocks = read_stocks(STOCKS)
    counts = spread(stocks, 20)
    assert len(counts) == 20
    assert min(counts.values()) == 1


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("2010-04-23,copper,Shanghai,A,1,1,10,11,0,0", "more receipted than lies there"),
        ("2010-04-23,copper,Shanghai,A,1,1,ten,9,0,0", "line 2"),
        ("2010-04-31,copper,Shanghai,A,1,1,10,9,0,0", "line 2"),
        ("2010-04-23,salad oil,Bayonne,A,1,1,10,9,0,0", "no profile for 'salad oil'"),
        ("2010-04-23,copper,Shanghai", "line 2"),
    ],
)
def test_a_broken_row_is_named(row: str, complaint: str, tmp_path: Path) -> None:
    path = tmp_path / "stocks.csv"
    path.write_text(HEADER + row + "\n", encoding="utf-8")
    with pytest.raises(Fatal, match=complaint):
        read_stocks(path)


def test_a_report_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="cannot be read"):
        read_stocks(tmp_path / "nowhere.csv")
