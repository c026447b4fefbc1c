"""Columns that SQL has no type for: wide unsigned numbers, hashes, words, moments in UTC.

Both engines store the same bytes and the same numbers, so that a row can be compared
whatever it lies in.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer, LargeBinary
from sqlalchemy.types import TypeDecorator

from receipts_ledger.domain.document_key import CHECK_VALUE_BYTES

_TWO_64 = 1 << 64
_TWO_63 = 1 << 63

Json = JSON(none_as_null=True)
"""JSON as text on both engines; Python's None is SQL's NULL."""

RowNumber = BigInteger().with_variant(Integer(), "sqlite")
"""A number that the database hands out. SQLite does so for INTEGER alone."""


def to_signed(number: int) -> int:
    """Return the 64 bits of an unsigned number as SQL's signed one."""
    return number - _TWO_64 if number >= _TWO_63 else number


def to_unsigned(number: int) -> int:
    """Return the unsigned number of SQL's signed 64 bits."""
    return number + _TWO_64 if number < 0 else number


class Unsigned64(TypeDecorator[int]):
    """0 to 2^64 - 1 in 64 signed bits.

    Numbers from 2^63 on sort before the others: a total order, though not that of the
    numbers. Receipts of one pool stay together and in order.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> int | None:
        """Return what is stored. Raises ValueError for a number out of range."""
        if value is None:
            return None
        if not 0 <= value < _TWO_64:
            raise ValueError(f"{value} is no unsigned 64-bit number")
        return to_signed(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> int | None:
        """Return the unsigned number."""
        return None if value is None else to_unsigned(value)


class Bytes(TypeDecorator[bytes]):
    """Bytes of one fixed length: hashes (32), signatures (64), addresses (20)."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Return what is stored. Raises ValueError for any other length."""
        if value is not None and len(value) != self.length:
            raise ValueError(f"{len(value)} bytes where {self.length} belong")
        return value


class Word128(TypeDecorator[int]):
    """The word of a receipt, most significant byte first."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> bytes | None:
        """Return the 16 bytes. Raises OverflowError for a number beyond them."""
        return None if value is None else value.to_bytes(16)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Return the word as a number."""
        return None if value is None else int.from_bytes(value)


class Wei(TypeDecorator[int]):
    """An amount that has no other bound, most significant byte first: bytes sort as amounts do."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Dialect) -> bytes | None:
        """Return the 32 bytes. Raises OverflowError for what no chain can hold."""
        return None if value is None else value.to_bytes(32)

    def process_result_value(self, value: Any, dialect: Dialect) -> int | None:
        """Return the amount."""
        return None if value is None else int.from_bytes(value)


class Utc(TypeDecorator[datetime]):
    """A moment. Aware and in UTC on the way in and on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment in UTC. Raises ValueError for one without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value} has no time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the moment, aware."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


HASH = Bytes(32)
ADDRESS = Bytes(20)
SIGNATURE = Bytes(64)
PAGE_PLACE = Bytes(40)
CHECK_VALUE = Bytes(CHECK_VALUE_BYTES)
