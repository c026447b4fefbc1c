"""Rows as the text that PostgreSQL's COPY reads, made column by column.

A driver looks at each value for its type. Here the table says it once for a whole column, and
what is left for a value is one call. A test holds the two together.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, TypeAlias

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, LargeBinary, Table, Text
from sqlalchemy import String as SqlString

from receipts_ledger.store.engine import JsonText, to_json
from receipts_ledger.store.types import Bytes, Unsigned64, Utc, Word128, to_signed
from receipts_ledger.store.values import columns

_Write: TypeAlias = Callable[[Sequence[Any]], Iterable[str]]
"""Writes the values of one column, none of which is NULL."""

_NULL = "\\N"
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_BOOLEANS = {True: "t", False: "f"}
_TWO_63 = 1 << 63


def copy_text(table: Table, rows: Sequence[Sequence[object]]) -> bytes:
    """Return rows that have all columns of the table in their order, but for a handed out number.

    Raises TypeError for a table with a column of a type that is not written here.
    """
    if not rows:
        return b""
    by_column = zip(_writers(table), zip(*rows, strict=True), strict=True)
    written = [_with_nulls(write, values) for write, values in by_column]
    lines = "\n".join(map("\t".join, zip(*written, strict=True)))
    return f"{lines}\n".encode()


def _with_nulls(write: _Write, values: Sequence[object]) -> Iterable[str]:
    if None not in values:
        return write(values)
    told = iter(write([value for value in values if value is not None]))
    return [_NULL if value is None else next(told) for value in values]


@cache
def _writers(table: Table) -> tuple[_Write, ...]:
    return tuple(_writer(column) for column in columns(table))


def _writer(column: Column[Any]) -> _Write:  # noqa: PLR0911  (one return for each type)
    match column.type:
        case Unsigned64():
            return _signed
        case Word128():
            return lambda values: map("\\\\x{:032x}".format, values)
        case Bytes() | LargeBinary():
            return _hex
        case JSON():
            return lambda values: map(_json, values)
        case Boolean():
            return lambda values: map(_BOOLEANS.__getitem__, values)
        case BigInteger() | Integer():
            return lambda values: map(str, values)
        case SqlString() | Text():
            return lambda values: map(_escaped, values)
        case Utc():
            return lambda values: map(_moment, values)
        case _:
            raise TypeError(f"{column} is of a type that no COPY of ours writes")


def _signed(numbers: Sequence[int]) -> Iterable[str]:
    return map(str, numbers if max(numbers, default=0) < _TWO_63 else map(to_signed, numbers))


def _hex(contents: Sequence[bytes]) -> Iterable[str]:
    return ["\\\\x" + content.hex() for content in contents]


def _json(value: object) -> str:
    text = value if type(value) is JsonText else to_json(value)
    # Its own escapes stand for everything else that COPY would read as a sign of its own.
    return text.replace("\\", "\\\\")


# Kinds and states are few, and come again in every row.
@lru_cache(maxsize=256)
def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)


# The rows of a page were all written at one moment.
@lru_cache(maxsize=16)
def _moment(moment: datetime) -> str:
    return moment.isoformat(" ")
