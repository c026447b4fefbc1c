"""Opens SQLite or PostgreSQL so that both keep the same promises. No query lives here.

A write transaction takes its lock at the start. SQLite's default, to begin as a reader
and upgrade later, fails under load whatever the timeout: the upgrade does not wait.
"""

import json
import re
from pathlib import Path
from sqlite3 import SQLITE_BUSY, OperationalError
from sqlite3 import Connection as SqliteConnection
from time import monotonic, sleep
from typing import Any

import orjson
import psycopg
from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from receipts_ledger.errors import Fatal

READS_ONLY = "ledger_reads_only"
"""Execution option of a connection that begins as a reader."""

_BUSY_TIMEOUT_SECONDS = 30
_BUSY_PAUSE_SECONDS = 0.01
_POOL_CONNECTIONS = 10
_POOL_OVERFLOW_CONNECTIONS = 30
_POOL_TIMEOUT_SECONDS = 30
# A host that is gone says nothing. Without these a worker waits for it for two hours, and the
# locks of a worker whose host is gone stand as long. What an operator's URL says comes first.
_POSTGRESQL_WAITS = {
    "connect_timeout": "10",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "25000",
}
_POSTGRESQL_SESSION = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "25000",
    # Of a process that hangs, or a machine that is paused, in the middle of a unit of work.
    "idle_in_transaction_session_timeout": "5min",
}


def open_engine(url: str) -> Engine:
    """Return an engine for `sqlite:///file` or `postgresql://...`; nothing is connected yet.

    Raises Fatal for any other URL, and for SQLite in memory, which threads cannot share.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as error:
        # What came in may hold a password, and what the library says repeats it.
        shown = re.sub(r"(?s).*@", "", url.partition("?")[0])
        raise Fatal(f"{shown!r} is no database URL: {type(error).__name__}") from None
    match parsed.get_backend_name():
        case "sqlite":
            return _open_sqlite(parsed)
        case "postgresql":
            return _open_postgresql(parsed)
        case other:
            raise Fatal(f"the ledger runs on sqlite:/// and postgresql://, not on {other}")


def _open_sqlite(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise Fatal("SQLite needs a file, such as sqlite:///ledger.db: memory cannot be shared")
    parent = Path(str(url.database)).resolve().parent
    if not parent.is_dir():
        raise Fatal(f"the folder {parent} of the database {url.database} does not exist")
    engine = _create(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"timeout": _BUSY_TIMEOUT_SECONDS},
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: SqliteConnection, record: object) -> None:
    # The driver's own BEGIN is a deferred one, sent when it thinks fit.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_TIMEOUT_SECONDS * 1000}").close()
    _write_ahead(connection)
    for pragma in (
        # A nonce that was spent must not be forgotten in a power cut.
        "synchronous = FULL",
        "foreign_keys = ON",
        "cache_size = -65536",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _write_ahead(connection: SqliteConnection) -> None:
    """Keep a write-ahead log. Of several that turn a new file to it, SQLite lets none wait."""
    deadline = monotonic() + _BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").close()
        except OperationalError as error:
            if error.sqlite_errorcode != SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(_BUSY_PAUSE_SECONDS)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get(READS_ONLY, False):
        connection.exec_driver_sql("PRAGMA query_only = ON")
        connection.exec_driver_sql("BEGIN")
        return
    connection.exec_driver_sql("PRAGMA query_only = OFF")
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _open_postgresql(url: URL) -> Engine:
    if url.drivername not in ("postgresql", "postgresql+psycopg"):
        raise Fatal(f"PostgreSQL is spoken through psycopg 3, not through {url.drivername}")
    waiting = {name: wait for name, wait in _POSTGRESQL_WAITS.items() if name not in url.query}
    session = " ".join(f"-c {name}={value}" for name, value in _POSTGRESQL_SESSION.items())
    given = url.query.get("options", "")
    options = " ".join([session, *([given] if isinstance(given, str) else given)])
    url = url.update_query_dict({**waiting, "options": options.strip()})
    engine = _create(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    event.listen(engine, "handle_error", _replace_what_is_gone)
    return engine


def is_cut(error: BaseException | None) -> bool:
    """Tell whether PostgreSQL was not heard at all: what it says itself has a code.

    The driver may still take such a connection for a good one, in the middle of a command.
    """
    return isinstance(error, psycopg.OperationalError) and error.sqlstate is None


def _replace_what_is_gone(context: ExceptionContext) -> None:
    """Count a connection as gone that is cut, or not well before its use.

    One whose end came just before is told as a mistake of ours: it cannot be set up any more.
    """
    if context.is_pre_ping or is_cut(context.original_exception):
        context.is_disconnect = True


def _create(url: URL, **options: Any) -> Engine:
    return create_engine(
        url,
        pool_size=_POOL_CONNECTIONS,
        max_overflow=_POOL_OVERFLOW_CONNECTIONS,
        pool_timeout=_POOL_TIMEOUT_SECONDS,
        json_serializer=to_json,
        json_deserializer=orjson.loads,
        **options,
    )


class JsonText(str):
    """A value that is in its JSON form already."""

    __slots__ = ()


def to_json(value: object) -> str:
    """Return the JSON text that a column holds."""
    if type(value) is JsonText:
        # Drivers look long at anything that is not exactly a string.
        return str(value)
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        # orjson stops at 64 bits; the arguments of a rule may have 256.
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
