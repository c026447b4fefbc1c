"""SQLite beneath SQLAlchemy: one connection for the event loop, and one for a thread that writes.

Reads are done where they are asked for. A commit waits for the disk: the thread does, unless
nobody else is there who would wait with it.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from queue import SimpleQueue
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from threading import Lock
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from receipts_ledger.errors import Retryable
from receipts_ledger.store.hot.at_once import COMMIT_SECONDS_MAX, AtOnce, committed
from receipts_ledger.store.hot.connections import Access, Rows
from receipts_ledger.store.hot.pace import Pace
from receipts_ledger.store.hot.statement import Statement
from receipts_ledger.store.turn import WritersTurn

DoneT = TypeVar("DoneT")
_Job: TypeAlias = Callable[[], None]


class SqliteConnections:
    """Ways to one file. Who may only read has no other but the loop's own."""

    def __init__(self, engine: Engine, access: Access, turn: WritersTurn) -> None:
        self.engine = engine
        self._access = access
        self._turn = turn
        self._driver: SqliteConnection | None = None
        self._lock = Lock()
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._pace = Pace(COMMIT_SECONDS_MAX)
        self._at_once = AtOnce(self._open, turn, self._pace)

    async def rows(
        self,
        statement: Statement,
        values: Mapping[str, object],
        meanwhile: Callable[[], None] | None = None,
    ) -> Rows:
        """Return all rows of a statement, which is here at once. Raises Retryable."""
        if meanwhile is not None:
            meanwhile()
        try:
            found = self._at_once.rows(statement.sql, statement.bound(values))
        except (SqliteError, DBAPIError) as error:
            raise _away(error) from error
        return [statement.row(raw) for raw in found]

    async def done_soon(
        self, work: Callable[[SqliteConnection], DoneT], *, is_alone: Callable[[], bool]
    ) -> DoneT:
        """Do as `done` does, and without the thread if nobody else asks meanwhile."""
        if is_alone():
            # Whoever has come in the same turn of the loop has to be heard first.
            await asyncio.sleep(0)
            found = self._done_at_once(work) if is_alone() else None
            if found is not None:
                return found
        return await self.done(work)

    async def done(self, work: Callable[[SqliteConnection], DoneT]) -> DoneT:
        """Have work done in one transaction, and return what it returns. Raises Retryable."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[DoneT] = loop.create_future()

        def job() -> None:
            try:
                found = self._do(work)
            except BaseException as error:
                _tell(loop, done, partial(done.set_exception, error))
            else:
                _tell(loop, done, partial(done.set_result, found))

        self._start()
        self._jobs.put(job)
        return await done

    def close(self) -> None:
        """Give the connection up, when what is under way is done."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)
            thread.join()
        self._at_once.close()
        self._let_go()

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="hot writes", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()

    def _let_go(self) -> None:
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _do(self, work: Callable[[SqliteConnection], DoneT]) -> DoneT:
        with self._turn.taken(), self._used() as driver:
            driver.execute("BEGIN IMMEDIATE")
            return committed(driver, work, self._pace)

    def _done_at_once(self, work: Callable[[SqliteConnection], DoneT]) -> DoneT | None:
        try:
            return self._at_once.done(work)
        except (SqliteError, DBAPIError) as error:
            raise _away(error) from error

    @contextmanager
    def _used(self) -> Iterator[SqliteConnection]:
        try:
            with self._lock:
                if self._driver is None:
                    self._driver = self._open()
                yield self._driver
        except (SqliteError, DBAPIError) as error:
            self._let_go()
            raise _away(error) from error

    def _open(self) -> SqliteConnection:
        pooled = self.engine.raw_connection()
        driver: Any = pooled.driver_connection
        # What is set on it must not go back to those who work through SQLAlchemy.
        pooled.detach()
        # Whoever had it before may have left it either way.
        is_reader = self._access is Access.READ
        driver.execute(f"PRAGMA query_only = {'ON' if is_reader else 'OFF'}").close()
        found: SqliteConnection = driver
        return found


def _away(error: Exception) -> Retryable:
    return Retryable(f"the database does not answer: {error}")


def _tell(loop: asyncio.AbstractEventLoop, done: asyncio.Future[Any], told: _Job) -> None:
    def tell() -> None:
        # Whoever asked may have gone away meanwhile.
        if not done.done():
            told()

    # A loop that has ended has nobody left who waits.
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(tell)
