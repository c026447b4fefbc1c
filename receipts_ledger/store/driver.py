"""Statements of the hot routes: compiled once, and run on the driver beneath SQLAlchemy.

SQLAlchemy takes longer to put a statement together and to find its text again than either
engine takes to answer it. Here each statement is written in SQLAlchemy, as everywhere, but
turned into text, ways in and ways out once; after that only the driver works. Rows come out
as SQLAlchemy would give them, and a test holds the two together.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from threading import Lock
from typing import Any

from sqlalchemy import ClauseElement, Engine, Select
from sqlalchemy.exc import DBAPIError

from receipts_ledger.errors import Retryable

_BUSY_MILLISECONDS = 50
_POSTGRESQL_SETTINGS = (
    # Each is found by its key. A plan made while tables were empty must not read them whole.
    "enable_seqscan = off",
    "enable_hashjoin = off",
    "enable_mergejoin = off",
    # What is forbidden above counts as dear, and what is dear would be compiled.
    "jit = off",
    "plan_cache_mode = force_generic_plan",
    "statement_timeout = '5s'",
)


class Access(Enum):
    """What a connection is for. Commits of a writer are as durable as everybody's."""

    READ = auto()
    WRITE = auto()


class Statement:
    """One statement for one engine: its text, and how values go in and come out."""

    def __init__(self, clause: ClauseElement, engine: Engine, *, asked: Sequence[str]) -> None:
        dialect = engine.dialect
        # Lists of constants are written out: there is nobody left to do it later.
        compiled: Any = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or compiled.params)
        self._is_positional = bool(compiled.positional)
        ways = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        constants = compiled.params
        self._ways_in = tuple((name, ways[name]) for name in asked)
        self._constants = {
            name: constants[name] if ways.get(name) is None else ways[name](constants[name])
            for name in self._names
            if name not in asked
        }
        columns = clause.selected_columns if isinstance(clause, Select) else ()
        found = (one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns)
        self._ways_out = tuple((at, way) for at, way in enumerate(found) if way is not None)

    def bound(self, values: Mapping[str, object]) -> Any:
        """Return values as the driver takes them."""
        found = dict(self._constants)
        for name, way in self._ways_in:
            found[name] = values[name] if way is None else way(values[name])
        return [found[name] for name in self._names] if self._is_positional else found

    def row(self, raw: Sequence[Any]) -> list[Any]:
        """Return a row of the driver as SQLAlchemy gives it."""
        values = list(raw)
        for at, way in self._ways_out:
            values[at] = way(values[at])
        return values


class DriverConnection:
    """One connection of the driver, opened when needed and kept; one at a time uses it.

    After any fault it is given up, and the next use opens another.
    """

    def __init__(self, engine: Engine, access: Access) -> None:
        self._engine = engine
        self._access = access
        self._driver: Any = None
        self._lock = Lock()
        self._options = {"prepare": True, "binary": True} if self.is_postgresql else {}

    @property
    def is_postgresql(self) -> bool:
        """Whether the engine beneath is PostgreSQL."""
        return self._engine.dialect.name == "postgresql"

    @contextmanager
    def used(self) -> Iterator[Any]:
        """Yield the driver's connection. Raises Retryable for whatever the driver raises."""
        errors = self._engine.dialect.loaded_dbapi.Error
        try:
            with self._lock:
                if self._driver is None:
                    self._driver = self._open()
                yield self._driver
        except (errors, DBAPIError) as error:
            self.close()
            raise Retryable(f"the database does not answer: {error}") from error

    def rows(self, statement: Statement, values: Mapping[str, object]) -> list[list[Any]]:
        """Return all rows of a statement. Raises Retryable."""
        bound = statement.bound(values)
        with self.used() as driver:
            found = driver.execute(statement.sql, bound, **self._options).fetchall()
        return [statement.row(raw) for raw in found]

    def close(self) -> None:
        """Give the connection up."""
        driver, self._driver = self._driver, None
        if driver is not None:
            driver.close()

    def _open(self) -> Any:
        pooled = self._engine.raw_connection()
        driver: Any = pooled.driver_connection
        # What is set on it must not go back to those who work through SQLAlchemy.
        pooled.detach()
        try:
            self._prepare(driver)
        except BaseException:
            driver.close()
            raise
        return driver

    def _prepare(self, driver: Any) -> None:
        if self.is_postgresql:
            driver.autocommit = True
            for setting in _POSTGRESQL_SETTINGS:
                driver.execute(f"SET {setting}")
            if self._access is Access.READ:
                driver.execute("SET default_transaction_read_only = on")
            return
        # Whoever had it before may have left it either way.
        is_reader = self._access is Access.READ
        driver.execute(f"PRAGMA query_only = {'ON' if is_reader else 'OFF'}").close()
        if is_reader:
            # Readers of a write-ahead log do not wait for writers; where one has to, others answer.
            driver.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}").close()
