"""PostgreSQL beneath SQLAlchemy: few connections, and nobody waits for one in a thread."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import orjson
import psycopg
from psycopg.types.json import set_json_loads
from sqlalchemy import Engine

from receipts_ledger.errors import Retryable
from receipts_ledger.store.hot.connections import Access, Rows
from receipts_ledger.store.hot.statement import Statement

_Driver: TypeAlias = psycopg.AsyncConnection[tuple[Any, ...]]

_CONNECTIONS_MAX = 4
_CONNECT_SECONDS = 5
_SETTINGS = {
    # Each is found by its key. A plan made while tables were empty must not read them whole.
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    # What is forbidden above counts as dear, and what is dear would be compiled.
    "jit": "off",
    "plan_cache_mode": "force_generic_plan",
    "statement_timeout": "5s",
}


class PostgresqlConnections:
    """Connections of one event loop: the one that was used last is used next.

    Another loop that comes, as in tests, finds none and opens its own.
    """

    def __init__(self, engine: Engine, access: Access) -> None:
        self.engine = engine
        settings = dict(_SETTINGS)
        if access is Access.READ:
            settings["default_transaction_read_only"] = "on"
        self._options = " ".join(f"-c {name}={value}" for name, value in settings.items())
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free: list[_Driver] = []
        self._turns = asyncio.Semaphore(_CONNECTIONS_MAX)

    async def rows(self, statement: Statement, values: Mapping[str, object]) -> Rows:
        """Return all rows of a statement. Raises Retryable."""
        found = await self.raw_rows(statement.sql, statement.bound(values))
        return [statement.row(raw) for raw in found]

    async def raw_rows(
        self, sql: str, bound: Mapping[str, object] | Sequence[object]
    ) -> list[tuple[Any, ...]]:
        """Return the rows of a statement that commits by itself. Raises Retryable."""
        async with self._used() as driver:
            cursor = await driver.execute(sql, bound, prepare=True, binary=True)
            return await cursor.fetchall()

    def close(self) -> None:
        """Give all up that are not in use."""
        free, self._free = self._free, []
        for driver in free:
            driver.pgconn.finish()

    @asynccontextmanager
    async def _used(self) -> AsyncIterator[_Driver]:
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self.close()
            self._loop, self._turns = loop, asyncio.Semaphore(_CONNECTIONS_MAX)
        async with self._turns:
            driver: _Driver | None = None
            try:
                driver = self._free.pop() if self._free else await self._open()
                yield driver
            except psycopg.Error as error:
                raise Retryable(f"the database does not answer: {error}") from error
            else:
                self._free.append(driver)
                driver = None
            finally:
                # Whatever it was in the middle of, nobody else is to find.
                if driver is not None:
                    driver.pgconn.finish()

    async def _open(self) -> _Driver:
        _, given = self.engine.dialect.create_connect_args(self.engine.url)
        options = " ".join(part for part in (given.pop("options", ""), self._options) if part)
        given.setdefault("connect_timeout", _CONNECT_SECONDS)
        driver = await psycopg.AsyncConnection.connect(**given, options=options, autocommit=True)
        set_json_loads(orjson.loads, driver)
        return driver
