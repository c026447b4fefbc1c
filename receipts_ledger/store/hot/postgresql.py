"""PostgreSQL beneath SQLAlchemy: few connections, and nobody waits for one in a thread."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import psycopg
from sqlalchemy import Engine

from receipts_ledger.errors import Retryable
from receipts_ledger.store.hot.connections import Access, Rows
from receipts_ledger.store.hot.libpq import LibpqConnection, Row
from receipts_ledger.store.hot.statement import Statement

_CONNECTIONS_MAX = 4
_CONNECT_SECONDS = 5
# Longer than the server takes for anything: then the way to it is broken.
_ANSWER_SECONDS = 10
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
        self._free: list[LibpqConnection] = []
        self._turns = asyncio.Semaphore(_CONNECTIONS_MAX)

    async def rows(
        self,
        statement: Statement,
        values: Mapping[str, object],
        meanwhile: Callable[[], None] | None = None,
    ) -> Rows:
        """Return all rows of a statement; `meanwhile` is done while it is under way.

        Raises Retryable.
        """
        found = await self.raw_rows(statement.sql, statement.bound(values), meanwhile)
        return [statement.row(raw) for raw in found]

    async def raw_rows(
        self, sql: str, values: Sequence[object], meanwhile: Callable[[], None] | None = None
    ) -> list[Row]:
        """Return the rows of a statement that commits by itself. Raises Retryable."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self.close()
            self._loop, self._turns = loop, asyncio.Semaphore(_CONNECTIONS_MAX)
        async with self._turns:
            connection: LibpqConnection | None = None
            try:
                connection = self._a_free_one() or await self._open()
                found = await connection.rows(sql, values, _ANSWER_SECONDS, meanwhile)
            except BaseException as error:
                # Whatever it was in the middle of, nobody else is to find.
                if connection is not None:
                    connection.give_up()
                if isinstance(error, psycopg.Error | TimeoutError):
                    raise Retryable(f"the database does not answer: {error}") from error
                raise
            self._free.append(connection)
            return found

    def close(self) -> None:
        """Give all up that are not in use."""
        free, self._free = self._free, []
        for connection in free:
            connection.give_up()

    def _a_free_one(self) -> LibpqConnection | None:
        while self._free:
            connection = self._free.pop()
            if connection.is_alive:
                return connection
            connection.give_up()
        return None

    async def _open(self) -> LibpqConnection:
        _, known = self.engine.dialect.create_connect_args(self.engine.url)
        given = dict(known)
        options = " ".join(part for part in (given.pop("options", ""), self._options) if part)
        given.setdefault("connect_timeout", _CONNECT_SECONDS)
        async with asyncio.timeout(_ANSWER_SECONDS):
            return await LibpqConnection.open(given | {"options": options})
