"""SQLite beneath SQLAlchemy: one connection, in this process.

A page of a local file is there sooner than another thread is, and the reader of a write-ahead
log never waits for a writer: so reads are done where they are asked for. A commit waits for
the disk: a thread does.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from threading import Lock
from typing import Any, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from receipts_ledger.errors import Retryable
from receipts_ledger.store.hot.connections import Access, Rows
from receipts_ledger.store.hot.statement import Statement

DoneT = TypeVar("DoneT")

_BUSY_MILLISECONDS = 50


class SqliteConnections:
    """One connection; one at a time uses it."""

    def __init__(self, engine: Engine, access: Access) -> None:
        self.engine = engine
        self._access = access
        self._driver: SqliteConnection | None = None
        self._lock = Lock()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hot-writes")

    async def rows(self, statement: Statement, values: Mapping[str, object]) -> Rows:
        """Return all rows of a statement. Raises Retryable."""
        bound = statement.bound(values)
        with self._used() as driver:
            found = driver.execute(statement.sql, bound).fetchall()
        return [statement.row(raw) for raw in found]

    async def done(self, work: Callable[[SqliteConnection], DoneT]) -> DoneT:
        """Have work done in one transaction, and return what it returns. Raises Retryable."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)

    def close(self) -> None:
        """Give the connection up."""
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _do(self, work: Callable[[SqliteConnection], DoneT]) -> DoneT:
        with self._used() as driver:
            driver.execute("BEGIN IMMEDIATE")
            try:
                found = work(driver)
                driver.execute("COMMIT")
            except BaseException:
                driver.rollback()
                raise
            return found

    @contextmanager
    def _used(self) -> Iterator[SqliteConnection]:
        try:
            with self._lock:
                if self._driver is None:
                    self._driver = self._open()
                yield self._driver
        except (SqliteError, DBAPIError) as error:
            self.close()
            raise Retryable(f"the database does not answer: {error}") from error

    def _open(self) -> SqliteConnection:
        pooled = self.engine.raw_connection()
        driver: Any = pooled.driver_connection
        # What is set on it must not go back to those who work through SQLAlchemy.
        pooled.detach()
        # Whoever had it before may have left it either way.
        is_reader = self._access is Access.READ
        driver.execute(f"PRAGMA query_only = {'ON' if is_reader else 'OFF'}").close()
        if is_reader:
            # Where a reader has to wait after all, others answer.
            driver.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}").close()
        found: SqliteConnection = driver
        return found
