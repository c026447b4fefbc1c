"""Numbers that name things, and days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipts_ledger.domain.ids import (
    DAY_MAX,
    Day,
    PartyId,
    ReceiptId,
    date_of,
    day_at,
    day_of,
    parse_receipt_number,
    pool_id,
    pool_of,
    receipt_id,
    receipt_number,
    serial_of,
    warehouse_of,
)


@given(st.integers(1, 2**16 - 1), st.integers(0, 2**16 - 1), st.integers(1, 2**32 - 1))
def test_a_receipt_number_holds_warehouse_pool_and_serial(
    warehouse: int, index: int, serial: int
) -> None:
    pool = pool_id(PartyId(warehouse), index)
    receipt = receipt_id(pool, serial)
    assert (warehouse_of(pool), pool_of(receipt), serial_of(receipt)) == (warehouse, pool, serial)
    assert parse_receipt_number(receipt_number(receipt)) == receipt
    assert parse_receipt_number(str(receipt)) == receipt


@pytest.mark.parametrize(
    "text",
    ["", "12-1", "12-1-x", "-1", "1-1-1-1", "65536-1-1", "1-65536-1", "1-1-4294967296", "²", "1 2"],
)
def test_what_is_no_receipt_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"number|part"):
        parse_receipt_number(text)


def test_a_number_beyond_64_bits_is_refused() -> None:
    assert parse_receipt_number(str(2**64 - 1)) == ReceiptId(2**64 - 1)
    with pytest.raises(ValueError, match="too large"):
        parse_receipt_number(str(2**64))


def test_days_run_from_2020_to_2064() -> None:
    assert day_of(date(2020, 1, 1)) == 0
    assert date_of(DAY_MAX) == date(2064, 11, 8)
    assert day_of(date(2064, 11, 8)) == DAY_MAX
    for outside in (date(2019, 12, 31), date(2064, 11, 9)):
        with pytest.raises(ValueError, match="outside"):
            day_of(outside)


def test_a_day_begins_at_midnight_utc() -> None:
    new_year_2020 = 1_577_836_800
    assert day_at(new_year_2020) == Day(0)
    assert day_at(new_year_2020 + 86_399) == Day(0)
    assert day_at(new_year_2020 + 86_400) == Day(1)
