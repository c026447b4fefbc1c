"""Many rows at a time, as fast as each engine takes them.

PostgreSQL takes COPY; SQLite takes one statement with many rows. Both are several times
faster than one statement a row, and both skip what SQLAlchemy does for each value; so the
values are put into their stored form here.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, Connection, Table

from receipts_ledger.store.engine import to_json
from receipts_ledger.store.types import Unsigned64, Utc, Word128, to_signed

_ROWS_A_STATEMENT = 100
_KEYS_A_STATEMENT = 5_000

_Store = Callable[[Any], Any]


def insert_rows(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    """Insert rows that have all columns of the table in their order.

    A number that the database hands out is left out.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
        return
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        _insert_values(connection, table, rows[start : start + _ROWS_A_STATEMENT])


@cache
def _columns(table: Table) -> tuple[Column[Any], ...]:
    return tuple(column for column in table.columns if column is not table.autoincrement_column)


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in _columns(table))


def _copy(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    converters = _converters(table, "postgresql")
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({_names(table)}) FROM STDIN') as copy,
    ):
        for row in rows:
            copy.write_row(_stored(row, converters))


def _insert_values(connection: Connection, table: Table, rows: Sequence[Sequence[object]]) -> None:
    converters = _converters(table, "sqlite")
    values: list[object] = []
    for row in rows:
        values += _stored(row, converters)
    connection.exec_driver_sql(_statement(table, len(rows)), tuple(values))


@cache
def _statement(table: Table, count: int) -> str:
    row = f"({', '.join('?' * len(_columns(table)))})"
    # Names of our own tables and columns; every value is bound.
    rows = ", ".join([row] * count)
    return f'INSERT INTO "{table.name}" ({_names(table)}) VALUES {rows}'  # noqa: S608


def _stored(row: Sequence[object], converters: tuple[tuple[int, _Store], ...]) -> list[object]:
    stored = list(row)
    for place, convert in converters:
        if stored[place] is not None:
            stored[place] = convert(stored[place])
    return stored


@cache
def _converters(table: Table, dialect: str) -> tuple[tuple[int, _Store], ...]:
    found = ((place, _converter(column, dialect)) for place, column in enumerate(_columns(table)))
    return tuple((place, converter) for place, converter in found if converter is not None)


def _converter(column: Column[Any], dialect: str) -> _Store | None:
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


def _word_bytes(word: int) -> bytes:
    return word.to_bytes(16)


def _sqlite_moment(moment: datetime) -> str:
    # As SQLAlchemy writes it, so that the same text compares equal.
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def among(column: Column[Any], keys: Iterable[object]) -> Iterable[ColumnElement[bool]]:
    """Yield conditions `column IN (...)` that together ask for all keys, some thousand each."""
    listed = list(keys)
    for start in range(0, len(listed), _KEYS_A_STATEMENT):
        yield column.in_(listed[start : start + _KEYS_A_STATEMENT])
