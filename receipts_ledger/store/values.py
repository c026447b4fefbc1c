"""Values of whole rows in the form that each engine stores, there and back.

SQLAlchemy does the same value by value with a call for each; here only the columns whose
form differs are touched. A test holds the two together.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any, TypeAlias

from sqlalchemy import JSON, Boolean, Column, Table

from receipts_ledger.store.engine import to_json
from receipts_ledger.store.types import Unsigned64, Utc, Word128, to_signed, to_unsigned

Converters: TypeAlias = tuple[tuple[int, Callable[[Any], Any]], ...]


def columns(table: Table) -> tuple[Column[Any], ...]:
    """Return the columns that a writer sets: all but a number that the database hands out."""
    return tuple(column for column in table.columns if column is not table.autoincrement_column)


@cache
def to_stored(table: Table, dialect: str) -> Converters:
    """Return which places of a row have to be converted before it is stored, and how."""
    return _places([_to_stored(column, dialect) for column in columns(table)])


@cache
def from_stored(table: Table, dialect: str) -> Converters:
    """Return which places of a stored row have to be converted after it is read, and how.

    Raises TypeError for a table with columns that no projection has.
    """
    return _places([_from_stored(column, dialect) for column in table.columns])


def converted(row: Sequence[object], converters: Converters) -> list[object]:
    """Return a row with its converted values; NULL stays."""
    values = list(row)
    for place, convert in converters:
        if values[place] is not None:
            values[place] = convert(values[place])
    return values


def _places(found: Sequence[Callable[[Any], Any] | None]) -> Converters:
    return tuple((place, convert) for place, convert in enumerate(found) if convert is not None)


def _to_stored(column: Column[Any], dialect: str) -> Callable[[Any], Any] | None:
    match column.type:
        case Unsigned64():
            return to_signed
        case Word128():
            return _word_bytes
        case JSON():
            return to_json
        case Utc():
            return _sqlite_moment if dialect == "sqlite" else None
        case _:
            return None


def _from_stored(column: Column[Any], dialect: str) -> Callable[[Any], Any] | None:
    match column.type:
        case Unsigned64():
            return to_unsigned
        case Word128():
            return int.from_bytes
        case Boolean():
            return bool if dialect == "sqlite" else None
        case JSON() | Utc():
            raise TypeError(f"{column} is read by SQLAlchemy alone")
        case _:
            return None


def _word_bytes(word: int) -> bytes:
    return word.to_bytes(16)


# The rows of a page were all written at one moment.
@lru_cache(maxsize=16)
def _sqlite_moment(moment: datetime) -> str:
    # As SQLAlchemy writes it, so that the same text compares equal.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
