"""One connection to PostgreSQL, driven by an event loop through libpq itself.

psycopg opens it and reads what comes back. In between, its cursors would cost more than the
server's answer: here a statement is prepared once, sent as bytes, and heard of by one reader
that the loop is told of when the connection is made. One statement is under way at a time.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self, TypeAlias

import orjson
import psycopg
import psycopg.abc
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.types.json import set_json_loads

Row: TypeAlias = tuple[Any, ...]

_BYTEA = 17
_OF_CONTEXT = 0
_GONE = "the connection has ended"
_SILENT = "the server is silent for too long"


class LibpqConnection:
    """Belongs to the loop that has opened it."""

    def __init__(self, opened: psycopg.AsyncConnection[Row]) -> None:
        self._loop = asyncio.get_running_loop()
        # Whoever lets go of it closes it.
        self._opened = opened
        self._libpq = opened.pgconn
        self._prepared: dict[tuple[str, bytes], _Prepared] = {}
        self._forms: dict[tuple[type, ...], _Form] = {}
        self._answer: asyncio.Future[pq.abc.PGresult] | None = None
        self._found: pq.abc.PGresult | None = None
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

    async def rows(
        self,
        sql: str,
        values: Sequence[object],
        seconds_max: float,
        meanwhile: Callable[[], None] | None = None,
    ) -> list[Row]:
        """Return the rows of a statement that commits by itself.

        `meanwhile` is done once, while the server works. Raises psycopg.Error, of a server that
        does not answer for so long too, and what `meanwhile` raises. After any exception, a
        cancellation as well, it is to be given up.
        """
        kinds = tuple(map(type, values))
        form = self._forms.get(kinds)
        if form is None:
            form = self._forms[kinds] = _Form.of(kinds)
        sent = [way(value) for way, value in zip(form.ways, values, strict=True)]
        formats = form.formats
        late = self._loop.call_later(seconds_max, self._fail_silent)
        try:
            prepared = self._prepared.get((sql, formats))
            if prepared is None:
                prepared = await self._prepare(sql, formats)
            # A byte of it is a format's number.
            self._libpq.send_query_prepared(prepared.name, sent, formats, pq.Format.BINARY)
            return prepared.read(await self._answered(meanwhile))
        finally:
            late.cancel()

    def give_up(self) -> None:
        """Close it, whatever is under way. From another thread, a little later."""
        if self._loop.is_closed():
            self._libpq.finish()
        elif self._loop is _running_loop():
            self._close()
        else:
            self._loop.call_soon_threadsafe(self._close)

    async def _prepare(self, sql: str, formats: bytes) -> "_Prepared":
        name = b"hot%d" % len(self._prepared)
        # Of all else PostgreSQL knows the type from where it stands.
        types = [_BYTEA if one else _OF_CONTEXT for one in formats]
        self._libpq.send_prepare(name, sql.encode(), types)
        await self._answered()
        prepared = self._prepared[sql, formats] = _Prepared(name, Transformer(self._opened))
        return prepared

    async def _answered(self, meanwhile: Callable[[], None] | None = None) -> pq.abc.PGresult:
        self._answer = self._loop.create_future()
        if self._libpq.flush():
            self._loop.add_writer(self._descriptor, self._on_writable)
        if meanwhile is not None:
            meanwhile()
        found = await self._answer
        if found.status not in (pq.ExecStatus.TUPLES_OK, pq.ExecStatus.COMMAND_OK):
            raise psycopg.errors.error_from_result(found)
        return found

    def _on_readable(self) -> None:
        try:
            self._libpq.consume_input()
            if self._answer is not None:
                self._take_answer(self._answer)
            # Nobody has asked: the server has something to say, or goes away.
            elif not self.is_alive:
                self._close()
        except psycopg.Error as error:
            self._fail(error)

    def _take_answer(self, answer: asyncio.Future[pq.abc.PGresult]) -> None:
        # To ask for what has not come yet would stop the loop, and all others with it. The end
        # of an answer may come long after its rows.
        while not self._libpq.is_busy():
            result = self._libpq.get_result()
            if result is not None:
                self._found = self._found or result
                continue
            found, self._found, self._answer = self._found, None, None
            if answer.done():
                return
            if found is None:
                self._close()
                answer.set_exception(psycopg.OperationalError(_GONE))
                return
            answer.set_result(found)
            return

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

    def _fail_silent(self) -> None:
        self._fail(psycopg.OperationalError(_SILENT))

    def _close(self) -> None:
        if self._descriptor >= 0:
            self._loop.remove_reader(self._descriptor)
            self._loop.remove_writer(self._descriptor)
            self._descriptor = -1
        self._libpq.finish()


class _Prepared:
    """A statement as the server knows it, and how its rows are read."""

    def __init__(self, name: bytes, reads: psycopg.abc.Transformer) -> None:
        self.name = name
        self._reads = reads
        self._is_known = False

    def read(self, found: pq.abc.PGresult) -> list[Row]:
        """Return the rows of an answer. All answers have the same columns."""
        self._reads.set_pgresult(found, set_loaders=not self._is_known, format=pq.Format.BINARY)
        self._is_known = True
        return self._reads.load_rows(0, found.ntuples, tuple)


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


@dataclass(frozen=True, slots=True)
class _Form:
    """How values of some types, in their places, are sent."""

    ways: Sequence[Callable[[Any], bytes | None]]
    formats: bytes

    @classmethod
    def of(cls, kinds: Sequence[type]) -> Self:
        ways = tuple(map(_way_of, kinds))
        return cls(ways, bytes([issubclass(kind, bytes) for kind in kinds]))


def _way_of(kind: type) -> Callable[[Any], bytes | None]:
    """Return how a value of a type is sent, so that PostgreSQL reads it."""
    for each in kind.__mro__:
        way = _SENT.get(each)
        if way is not None:
            return way
    raise TypeError(f"{kind} has no place in a statement of a hot route")


def _element(value: object) -> bytes:
    if isinstance(value, bytes):
        return b'"\\\\x%b"' % value.hex().encode()
    if value is None:
        return b"NULL"
    if isinstance(value, int):
        return b"%d" % value
    raise TypeError(f"{type(value)} has no place in a list of a hot route")


def _as_it_is(value: Any) -> Any:
    return value


_SENT: Mapping[type, Callable[[Any], bytes | None]] = {
    type(None): _as_it_is,
    bytes: _as_it_is,
    str: str.encode,
    bool: lambda value: b"t" if value else b"f",
    int: lambda value: b"%d" % value,
    datetime: lambda value: value.isoformat().encode(),
    list: lambda value: b"{%b}" % b",".join(map(_element, value)),
}
