"""What somebody with the password of a database, or the right to its file, can do to it."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Column, Table, make_url

# What has to be another value for the copy of a row to be a row of its own.
_INVENTED = {
    "parties.party_id": "77",
    "pools.pool_id": "pool_id + 1",
    "receipts.receipt_id": "receipt_id + 1",
    "receipts.serial": "serial + 1",
    "blocks.number": "number + 1",
    "blocks.hash": "receipts_root",
    "events.log_index": "log_index + 1000",
    "party_keys.key": "substr(tx_hash, 1, 20)",
    "items.item_key": "tx_hash",
    "documents.document": "tx_hash",
    "pages.page": "tx_hash",
}
# Both engines have functions that make bytes, but no two of one name.
_INVENTED_PLACE = {True: "randomblob(40)", False: "decode(repeat('ab', 40), 'hex')"}


@contextmanager
def opened(url: str) -> Iterator[Any]:
    """Open a database past everything that would keep its rows in order."""
    if _is_sqlite(url):
        with closing(sqlite3.connect(str(make_url(url).database))) as file, file:
            file.execute("PRAGMA foreign_keys = OFF")
            file.execute("PRAGMA ignore_check_constraints = ON")
            yield file
        return
    with psycopg.connect(url) as connection:
        # Foreign keys are held by triggers, which its owner can switch off.
        connection.execute("SET session_replication_role = replica")
        yield connection


def tamper(url: str, statement: str, values: Sequence[object] = ()) -> None:
    """Carry out one statement; at least one row must change."""
    with opened(url) as connection:
        changed = connection.execute(_marked(url, statement), tuple(values))
        assert changed.rowcount >= 1, statement


def drop_checks(url: str, table: str, *constraints: str) -> None:
    """Drop constraints, as an owner may. SQLite's are passed over anyway."""
    if _is_sqlite(url):
        return
    with opened(url) as connection:
        for constraint in constraints:
            connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


def change_one(url: str, column: Column[Any]) -> tuple[Any, ...]:
    """Put another value into one row's column, and return the row's key."""
    table, name = column.table, column.name
    this, key = _last(url, table, f"{name} IS NOT NULL")
    (before,) = _look_up(url, f"SELECT {name} FROM {table} WHERE {this}", key)  # noqa: S608
    statement = f"UPDATE {table} SET {name} = ? WHERE {this}"  # noqa: S608  (the schema's names)
    tamper(url, statement, (_another(before, column), *key))
    return key


def delete_one(url: str, table: Table) -> None:
    """Delete one row."""
    this, key = _last(url, table)
    tamper(url, f"DELETE FROM {table} WHERE {this}", key)  # noqa: S608


def invent_one(url: str, table: Table) -> None:
    """Insert a row that is like one that is there, but for its keys."""
    names = [column.name for column in table.c]
    invented = _INVENTED | {"page_items.place": _INVENTED_PLACE[_is_sqlite(url)]}
    values = [invented.get(str(table.c[name]), name) for name in names]
    this, key = _last(url, table)
    row = f"SELECT {', '.join(values)} FROM {table} WHERE {this}"  # noqa: S608
    tamper(url, f"INSERT INTO {table} ({', '.join(names)}) {row}", key)


def spoil(url: str, column: Column[Any], value: str, row: int) -> None:
    """Put any SQL value into a column of a SQLite file, whatever the column's type."""
    table = column.table
    one = f"SELECT rowid FROM {table} ORDER BY rowid LIMIT 1 OFFSET ?"  # noqa: S608
    statement = f"UPDATE {table} SET {column.name} = {value} WHERE rowid = ({one})"  # noqa: S608
    tamper(url, statement, (row,))


def _last(url: str, table: Any, condition: str = "true") -> tuple[str, tuple[Any, ...]]:
    """Return a condition that picks the row with the last key, and the key."""
    names = [column.name for column in table.primary_key]
    order = ", ".join(f"{name} DESC" for name in names)
    rows = f"SELECT {', '.join(names)} FROM {table} WHERE {condition}"  # noqa: S608
    key = _look_up(url, f"{rows} ORDER BY {order} LIMIT 1", ())
    return " AND ".join(f"{name} = ?" for name in names), key


def _look_up(url: str, query: str, values: Sequence[object]) -> tuple[Any, ...]:
    with opened(url) as connection:
        row = connection.execute(_marked(url, query), tuple(values)).fetchone()
    assert row is not None, query
    return tuple(row)


def _another(value: object, column: Column[Any]) -> object:
    """Return a value of the column's own type that is not this one."""
    match value:
        case bool():
            return not value
        case int():
            return value ^ 1
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1]) if value else b"\1"
        case str():
            return value[:-1] + ("x" if value[-1] != "x" else "y")
        case _:
            raise AssertionError(f"{column} holds {value!r}")


def _marked(url: str, statement: str) -> str:
    return statement if _is_sqlite(url) else statement.replace("?", "%s")


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"
