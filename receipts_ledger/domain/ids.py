"""Numbers that name things, and days.

A pool number holds its warehouse, a receipt number its pool: place, kind and warehouse of
a receipt are in its number.
"""

from datetime import UTC, date, datetime, timedelta
from typing import NewType

PartyId = NewType("PartyId", int)
"""1 to 65,535 for institutions, to 4,194,303 for parties that are holders only."""
PoolId = NewType("PoolId", int)
"""Warehouse 16 bits, index 16 bits."""
ReceiptId = NewType("ReceiptId", int)
"""Pool 32 bits, serial 32 bits; serials of a pool run from 1 without a gap."""
Version = NewType("Version", int)
"""Rises by one with every act on a receipt, pool or party."""
Day = NewType("Day", int)
"""Days since 1 January 2020 UTC."""
Address = NewType("Address", bytes)
"""20 bytes."""
Hash32 = NewType("Hash32", bytes)
"""32 bytes: a digest, commitment, fingerprint or block hash."""

EPOCH = date(2020, 1, 1)
DAY_MAX = Day(2**14 - 1)
INDEX_MAX = 2**16 - 1
SERIAL_MAX = 2**32 - 1
RECEIPT_ID_MAX = 2**64 - 1
NO_HASH = Hash32(bytes(32))


def pool_id(warehouse: PartyId, index: int) -> PoolId:
    """Return the number of a warehouse's pool; index 0 to 65,535."""
    return PoolId(warehouse << 16 | index)


def warehouse_of(pool: PoolId) -> PartyId:
    """Return the warehouse in whose place the pool lies."""
    return PartyId(pool >> 16)


def pool_number(pool: PoolId) -> str:
    """Return the number as people write it: warehouse-index, such as `12-1`."""
    return f"{pool >> 16}-{pool & INDEX_MAX}"


def receipt_id(pool: PoolId, serial: int) -> ReceiptId:
    """Return the number of the pool's receipt with this serial, from 1."""
    return ReceiptId(pool << 32 | serial)


def pool_of(receipt: ReceiptId) -> PoolId:
    """Return the pool that the receipt's goods lie in."""
    return PoolId(receipt >> 32)


def serial_of(receipt: ReceiptId) -> int:
    """Return the receipt's place in the gap-free sequence of its pool, from 1."""
    return receipt & SERIAL_MAX


def receipt_number(receipt: ReceiptId) -> str:
    """Return the number as people write it: warehouse-index-serial, such as `12-1-000345`."""
    return f"{pool_number(pool_of(receipt))}-{serial_of(receipt):06d}"


def parse_receipt_number(text: str) -> ReceiptId:
    """Read `12-1-000345`, or the plain integer. Raises ValueError for anything else."""
    parts = text.split("-")
    if not all(part.isascii() and part.isdigit() for part in parts) or len(parts) not in (1, 3):
        raise ValueError(f"{text!r} is no receipt number such as 12-1-000345")
    if len(parts) == 1:
        number = int(text)
        if number > RECEIPT_ID_MAX:
            raise ValueError(f"{text!r} is too large for a receipt number")
        return ReceiptId(number)
    warehouse, index, serial = (int(part) for part in parts)
    if warehouse > INDEX_MAX or index > INDEX_MAX or serial > SERIAL_MAX:
        raise ValueError(f"{text!r} has a part that is too large")
    return receipt_id(pool_id(PartyId(warehouse), index), serial)


def day_of(when: date) -> Day:
    """Return the ledger day of a calendar date from 2020-01-01 to 2064-11-08."""
    day = (when - EPOCH).days
    if not 0 <= day <= DAY_MAX:
        raise ValueError(f"{when} is outside of 2020-01-01 to {date_of(DAY_MAX)}")
    return Day(day)


def date_of(day: Day) -> date:
    """Return the calendar date of a ledger day."""
    return EPOCH + timedelta(days=day)


def day_at(timestamp_seconds: int) -> Day:
    """Return the ledger day in which a Unix time lies."""
    return day_of(datetime.fromtimestamp(timestamp_seconds, UTC).date())
