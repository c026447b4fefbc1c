"""Many rows at a time, as fast as each engine takes them.

PostgreSQL takes COPY and arrays of keys; SQLite takes one statement with many values. Both
are several times faster than one statement a row, and both skip what SQLAlchemy does for
each value; the values are put into their stored form in values.py.
"""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from functools import cache
from itertools import chain
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Column, ColumnElement, Connection, Table

from receipts_ledger.store.copy_text import copy_text
from receipts_ledger.store.types import Unsigned64
from receipts_ledger.store.values import (
    columns,
    converted,
    from_stored,
    to_stored,
)

Rows: TypeAlias = Sequence[Sequence[object]]

_ROWS_A_PART = 2_000
_ROWS_A_STATEMENT = 100
_KEYS_A_STATEMENT = 500
_KEYS_A_CONDITION = 5_000


class _Form(NamedTuple):
    """A form of COPY: what asks for it, and what stands around the rows."""

    option: str
    before: bytes
    after: bytes


_TEXT = _Form("", b"", b"")
_BINARY = _Form(" (FORMAT BINARY)", b"PGCOPY\n\xff\r\n\0" + bytes(8), b"\xff\xff")


def insert_rows(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert rows that have all columns of the table in their order.

    A number that the database hands out is left out.
    """
    parts = (rows[start : start + _ROWS_A_PART] for start in range(0, len(rows), _ROWS_A_PART))
    insert_parts(connection, table, parts)


def insert_parts(connection: Connection, table: Table, parts: Iterable[Rows]) -> None:
    """Insert rows part by part: PostgreSQL takes in one while the next is made.

    What makes the parts cannot ask the database meanwhile.
    """
    if connection.dialect.name == "postgresql":
        _copy(connection, table, (copy_text(table, part) for part in parts))
        return
    for part in parts:
        _insert_part(connection, table, part)


def copy_binary(connection: Connection, table: Table, parts: Iterable[bytes]) -> None:
    """Insert rows that are in COPY's binary form, part by part, as `insert_parts` does."""
    _copy(connection, table, parts, _BINARY)


def rows_by_key(
    connection: Connection, table: Table, keys: Iterable[Hashable]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows that have these primary keys. For tables with a key of one column."""
    converters = from_stored(table, connection.dialect.name)
    for found in _by_key(connection, "SELECT *", table, keys):
        for row in found.all():
            yield tuple(converted(row, converters))


def delete_by_key(connection: Connection, table: Table, keys: Iterable[Hashable]) -> None:
    """Delete the rows that have these primary keys. For tables with a key of one column."""
    for _ in _by_key(connection, "DELETE", table, keys):
        pass


def among(column: Column[Any], keys: Iterable[object]) -> Iterator[ColumnElement[bool]]:
    """Yield conditions `column IN (...)` that together ask for all keys."""
    listed = list(keys)
    for start in range(0, len(listed), _KEYS_A_CONDITION):
        yield column.in_(listed[start : start + _KEYS_A_CONDITION])


def _by_key(
    connection: Connection, verb: str, table: Table, keys: Iterable[Hashable]
) -> Iterator[Any]:
    listed = list(keys)
    if not listed:
        return
    dialect = connection.dialect.name
    converters = to_stored(table, dialect)
    if converters and converters[0][0] == 0:
        listed = [converters[0][1](key) for key in listed]
    if dialect == "postgresql":
        yield from _by_keys_at_once(connection, verb, table, listed)
        return
    for start in range(0, len(listed), _KEYS_A_STATEMENT):
        part = tuple(listed[start : start + _KEYS_A_STATEMENT])
        marks = ", ".join("?" * len(part))
        yield connection.exec_driver_sql(f"{verb} {_where(table)} IN ({marks})", part)


def _by_keys_at_once(
    connection: Connection, verb: str, table: Table, keys: list[Any]
) -> Iterator[Any]:
    (key,) = table.primary_key.columns
    if isinstance(key.type, Unsigned64):
        # A driver looks at each number of a list; as one text they are read by the server alone.
        text = f"{{{','.join(map(str, keys))}}}"
        yield connection.exec_driver_sql(f"{verb} {_where(table)} = ANY(%s::bigint[])", (text,))
        return
    yield connection.exec_driver_sql(f"{verb} {_where(table)} = ANY(%s)", (keys,))


def _where(table: Table) -> str:
    (key,) = table.primary_key.columns
    return f'FROM "{table.name}" WHERE "{key.name}"'


def _copy(
    connection: Connection, table: Table, parts: Iterable[bytes], form: _Form = _TEXT
) -> None:
    filled = filter(None, parts)
    first = next(filled, None)
    if first is None:
        return
    driver: Any = connection.connection.driver_connection
    statement = f'COPY "{table.name}" ({_names(table)}) FROM STDIN{form.option}'
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(form.before + first)
        for part in filled:
            copy.write(part)
        copy.write(form.after)


def _insert_part(connection: Connection, table: Table, rows: Rows) -> None:
    converters = to_stored(table, "sqlite")
    for start in range(0, len(rows), _ROWS_A_STATEMENT):
        part = rows[start : start + _ROWS_A_STATEMENT]
        values = chain.from_iterable([converted(row, converters) for row in part])
        connection.exec_driver_sql(_insert(table, len(part)), tuple(values))


@cache
def _insert(table: Table, count: int) -> str:
    row = f"({', '.join('?' * len(columns(table)))})"
    rows = ", ".join([row] * count)
    # Names of our own tables and columns; every value is bound.
    return f'INSERT INTO "{table.name}" ({_names(table)}) VALUES {rows}'  # noqa: S608


def _names(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in columns(table))
