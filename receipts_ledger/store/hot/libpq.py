"""One connection to PostgreSQL, driven by an event loop through libpq itself.

psycopg opens it and reads what comes back. In between, its cursors would cost more than the
server's answer: here a statement is prepared once, sent as bytes, and heard of by one reader
that the loop is told of when the connection is made. One statement is under way at a time.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Self, TypeAlias

import orjson
import psycopg
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.types.json import set_json_loads

Row: TypeAlias = tuple[Any, ...]

_BYTEA = 17
_OF_CONTEXT = 0
_GONE = "the connection has ended"


class LibpqConnection:
    """Belongs to the loop that has opened it."""

    def __init__(self, opened: psycopg.AsyncConnection[Row]) -> None:
        self._loop = asyncio.get_running_loop()
        # Whoever lets go of it closes it.
        self._opened = opened
        self._libpq = opened.pgconn
        self._reads = Transformer(opened)
        self._prepared: dict[tuple[str, tuple[pq.Format, ...]], bytes] = {}
        self._answer: asyncio.Future[pq.abc.PGresult] | None = None
        self._descriptor = self._libpq.socket
        self._libpq.nonblocking = 1
        self._loop.add_reader(self._descriptor, self._on_readable)

    @classmethod
    async def open(cls, given: Mapping[str, Any]) -> Self:
        """Open by libpq's keywords. Raises psycopg.Error."""
        opened = await psycopg.AsyncConnection.connect(**given, autocommit=True)
        set_json_loads(orjson.loads, opened)
        return cls(opened)

    @property
    def is_alive(self) -> bool:
        """Whether it may be used once more."""
        return self._libpq.status == pq.ConnStatus.OK

    def fileno(self) -> int:
        """Return the number of its socket, -1 when it is closed."""
        return self._descriptor

    async def rows(self, sql: str, values: Sequence[object]) -> list[Row]:
        """Return the rows of a statement that commits by itself. Raises psycopg.Error.

        After any exception, a cancellation too, it is to be given up.
        """
        sent = [_sent(value) for value in values]
        formats = tuple([_format(value) for value in values])
        name = self._prepared.get((sql, formats))
        if name is None:
            name = await self._prepare(sql, formats)
        self._libpq.send_query_prepared(name, sent, formats, pq.Format.BINARY)
        found = await self._answered()
        self._reads.set_pgresult(found, set_loaders=True, format=pq.Format.BINARY)
        return self._reads.load_rows(0, found.ntuples, tuple)

    def give_up(self) -> None:
        """Close it, whatever is under way. From another thread, a little later."""
        if self._loop.is_closed():
            self._libpq.finish()
        elif self._loop is _running_loop():
            self._close()
        else:
            self._loop.call_soon_threadsafe(self._close)

    async def _prepare(self, sql: str, formats: tuple[pq.Format, ...]) -> bytes:
        name = b"hot%d" % len(self._prepared)
        # Of all else PostgreSQL knows the type from where it stands.
        types = [_BYTEA if one is pq.Format.BINARY else _OF_CONTEXT for one in formats]
        self._libpq.send_prepare(name, sql.encode(), types)
        await self._answered()
        self._prepared[sql, formats] = name
        return name

    async def _answered(self) -> pq.abc.PGresult:
        self._answer = self._loop.create_future()
        if self._libpq.flush():
            self._loop.add_writer(self._descriptor, self._on_writable)
        found = await self._answer
        if found.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            raise psycopg.errors.error_from_result(found)
        return found

    def _on_readable(self) -> None:
        try:
            self._libpq.consume_input()
            if self._libpq.is_busy():
                return
        except psycopg.Error as error:
            self._fail(error)
            return
        if self._answer is None:
            # Nobody has asked: the server has something to say, or goes away.
            if not self.is_alive:
                self._close()
            return
        self._take_answer(self._answer)

    def _take_answer(self, answer: asyncio.Future[pq.abc.PGresult]) -> None:
        found = self._libpq.get_result()
        if found is None:
            self._fail(psycopg.OperationalError(_GONE))
            return
        while self._libpq.get_result() is not None:
            pass
        self._answer = None
        if not answer.done():
            answer.set_result(found)

    def _on_writable(self) -> None:
        try:
            if self._libpq.flush():
                return
        except psycopg.Error as error:
            self._fail(error)
        self._loop.remove_writer(self._descriptor)

    def _fail(self, error: psycopg.Error) -> None:
        answer, self._answer = self._answer, None
        self._close()
        if answer is not None and not answer.done():
            answer.set_exception(error)

    def _close(self) -> None:
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            self._loop.remove_writer(self._descriptor)
            self._descriptor = -1
        self._libpq.finish()


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _format(value: object) -> pq.Format:
    return pq.Format.BINARY if isinstance(value, bytes) else pq.Format.TEXT


def _sent(value: object) -> bytes | None:
    """Return a value as PostgreSQL reads it."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, bool):
        return b"t" if value else b"f"
    if isinstance(value, int):
        return b"%d" % value
    if isinstance(value, datetime):
        return value.isoformat().encode()
    if isinstance(value, list):
        return b"{%b}" % b",".join(map(_element, value))
    raise TypeError(f"{type(value)} has no place in a statement of a hot route")


def _element(value: object) -> bytes:
    if isinstance(value, bytes):
        return b'"\\\\x%b"' % value.hex().encode()
    if value is None:
        return b"NULL"
    if isinstance(value, int):
        return b"%d" % value
    raise TypeError(f"{type(value)} has no place in a list of a hot route")
