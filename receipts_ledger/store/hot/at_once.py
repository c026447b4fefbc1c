"""SQLite read and written to in the thread of the event loop, where that costs others little.

A page of a local file is there sooner than another thread is, and the reader of a write-ahead
log never waits for a writer. To have another thread commit, and to hear of it, takes as long
as a good disk takes for the commit; but nobody is served meanwhile. So nothing is waited for
here but the disk: another writer, a checkpoint, and a disk that has been slow lately are left
to a thread. And who has written keeps the pages for reading: those of others are read anew
after each commit.
"""

import time
from collections.abc import Callable, Sequence
from sqlite3 import SQLITE_BUSY, OperationalError
from sqlite3 import Connection as SqliteConnection
from threading import Lock
from typing import Any, TypeVar

from receipts_ledger.store.hot.pace import Pace
from receipts_ledger.store.turn import WritersTurn

DoneT = TypeVar("DoneT")

COMMIT_SECONDS_MAX = 0.005
"""Of a commit that is likely to be done before anybody is missed."""

_PRIMARY_CODE = 0xFF
# So many leave the log shorter than the thread's own commits keep it.
_BETWEEN_CHECKPOINTS_MAX = 64


class AtOnce:
    """A connection of its own, for what is done where it is asked for."""

    def __init__(
        self, connect: Callable[[], SqliteConnection], turn: WritersTurn, pace: Pace
    ) -> None:
        self._connect = connect
        self._turn = turn
        self._pace = pace
        self._lock = Lock()
        self._driver: SqliteConnection | None = None
        self._since_checkpoint = 0

    def rows(self, sql: str, bound: Sequence[object]) -> list[Any]:
        """Return all rows of a statement that reads. Raises what sqlite3 raises."""
        with self._lock:
            try:
                return self._connected().execute(sql, bound).fetchall()
            except BaseException:
                self.close()
                raise

    def done(self, work: Callable[[SqliteConnection], DoneT]) -> DoneT | None:
        """Do work in one transaction; None when a thread has to. Raises what sqlite3 raises."""
        if not self._pace.is_quick:
            return None
        if self._since_checkpoint >= _BETWEEN_CHECKPOINTS_MAX:
            self._since_checkpoint = 0
            return None
        if not self._turn.take_if_free():
            return None
        try:
            with self._lock:
                found = self._written(work)
        except BaseException:
            self.close()
            raise
        finally:
            self._turn.give_back()
        self._since_checkpoint += 1
        return found

    def close(self) -> None:
        """Give the connection up."""
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _written(self, work: Callable[[SqliteConnection], DoneT]) -> DoneT | None:
        driver = self._connected()
        try:
            driver.execute("BEGIN IMMEDIATE")
        except OperationalError as error:
            # Another process writes.
            if error.sqlite_errorcode & _PRIMARY_CODE == SQLITE_BUSY:
                return None
            raise
        return committed(driver, work, self._pace)

    def _connected(self) -> SqliteConnection:
        if self._driver is None:
            self._driver = self._connect()
            self._driver.execute("PRAGMA busy_timeout = 0").close()
            self._driver.execute("PRAGMA wal_autocheckpoint = 0").close()
        return self._driver


def committed(
    driver: SqliteConnection, work: Callable[[SqliteConnection], DoneT], pace: Pace
) -> DoneT:
    """Do work in the transaction that has begun, and end it: all of it or nothing."""
    try:
        found = work(driver)
        begun = time.monotonic()
        driver.execute("COMMIT")
    except BaseException:
        driver.rollback()
        raise
    pace.note(time.monotonic() - begun)
    return found
