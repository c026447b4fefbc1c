"""A wire between replicas and what they talk to: passes bytes on until it is told to break.

It knows nothing of what the bytes say. What a node says on purpose is liar.py's.
"""

import asyncio
import socket
import struct
import threading
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from random import Random
from types import TracebackType
from typing import Any, Self, TypeAlias

from receipts_ledger.chain.local_node import free_port

Reach: TypeAlias = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]

_CHUNK_BYTES = 65_536
_DELAY_SECONDS_MAX = 0.6
# Within the head of an answer, within its body, or behind a few small ones.
_PASSED_BYTES_MAX = 1_500
_START_SECONDS = 10.0
_END_SECONDS = 5.0


class Trouble(StrEnum):
    """What may happen on a wire."""

    DELAY = "bytes are late"
    BLACKHOLE = "bytes vanish"
    RESET = "reset within an answer"
    TRUNCATION = "answers end too soon"
    HALF_OPEN = "half-open connections"


class Wire:
    """Listens on a loopback port of its own. Safe to be broken from another thread."""

    def __init__(self, reach: Reach, *, dice: Random) -> None:
        self._reach = reach
        self.dice = dice
        self.port = free_port()
        self.trouble: Trouble | None = None
        self.hurt = 0
        """How many connections a trouble has been felt on."""
        self._connections: dict[_Connection, asyncio.Task[Any] | None] = {}
        self._server: asyncio.Server | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="wire", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        self._done(self._listen())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._done(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @contextmanager
    def troubled(self, trouble: Trouble) -> Iterator[None]:
        """Have a trouble for as long as the block lasts."""
        self._done(self._begin(trouble))
        try:
            yield
        finally:
            self._done(self._mend())

    @contextmanager
    def leading_to(self, reach: Reach) -> Iterator[None]:
        """Lead to somebody else for as long as the block lasts. Both changes are resets."""
        before = self._reach
        self._done(self._lead(reach))
        try:
            yield
        finally:
            self._done(self._lead(before))

    async def reach(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Connect to the other end, whoever that is now. Raises OSError."""
        return await self._reach()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)

    async def _begin(self, trouble: Trouble) -> None:
        self.trouble = trouble
        for connection in list(self._connections):
            connection.begin(trouble)

    async def _mend(self) -> None:
        self.trouble = None
        for connection in list(self._connections):
            connection.mend()

    async def _lead(self, reach: Reach) -> None:
        self._reach = reach
        for connection in list(self._connections):
            connection.reset()

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
        tasks = [task for task in self._connections.values() if task is not None]
        for connection in list(self._connections):
            connection.reset()
        # Not cancelled: a handler that is makes a noise about it.
        if tasks:
            await asyncio.wait(tasks, timeout=_END_SECONDS)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = _Connection(self, reader, writer)
        self._connections[connection] = asyncio.current_task()
        try:
            await connection.live()
        finally:
            del self._connections[connection]

    def _done(self, work: Coroutine[Any, Any, object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(_START_SECONDS)


class _Connection:
    """One connection through a wire: the near end is a replica's, the far one the other's."""

    def __init__(
        self, wire: Wire, near: asyncio.StreamReader, near_writer: asyncio.StreamWriter
    ) -> None:
        self._wire = wire
        self._near = near
        self._near_writer = near_writer
        self._far_writer: asyncio.StreamWriter | None = None
        self._passed_bytes_left = 0
        # Nobody is at its far end any more, and its near end is not told.
        self._is_lost = False
        if wire.trouble in (Trouble.RESET, Trouble.TRUNCATION):
            self._draw_length()

    def begin(self, trouble: Trouble) -> None:
        """Feel a trouble that begins."""
        match trouble:
            case Trouble.RESET | Trouble.TRUNCATION:
                self._draw_length()
            case Trouble.HALF_OPEN if self._far_writer is not None:
                self._lose()
                _abort(self._far_writer)

    def mend(self) -> None:
        """Feel a trouble's end: what lost bytes is of no more use, as the kernel finds out."""
        if self._is_lost:
            self.reset()

    def reset(self) -> None:
        """End both ends with RST."""
        for writer in (self._near_writer, self._far_writer):
            if writer is not None:
                _abort(writer)

    async def live(self) -> None:
        """Pass bytes on until either end has ended."""
        try:
            far, self._far_writer = await self._wire.reach()
        except OSError:
            self.reset()
            return
        ways = [
            asyncio.create_task(self._ask(self._far_writer)),
            asyncio.create_task(self._answer(far)),
        ]
        try:
            # Nobody who speaks here ever closes one way alone.
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            if self._is_lost:
                await asyncio.wait(ways)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for writer in (self._near_writer, self._far_writer):
                writer.close()

    async def _ask(self, far: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await self._near.read(_CHUNK_BYTES):
                if not self._is_lost and await self._arrives():
                    far.write(chunk)
                    await far.drain()

    async def _answer(self, far: asyncio.StreamReader) -> None:
        with suppress(OSError):
            while chunk := await far.read(_CHUNK_BYTES):
                if self._is_lost or not await self._arrives():
                    continue
                if self._wire.trouble in (Trouble.RESET, Trouble.TRUNCATION):
                    passed, self._passed_bytes_left = (
                        chunk[: self._passed_bytes_left],
                        self._passed_bytes_left - len(chunk),
                    )
                    self._near_writer.write(passed)
                    if self._passed_bytes_left < 0:
                        self._break_off(self._wire.trouble)
                        return
                else:
                    self._near_writer.write(chunk)
                await self._near_writer.drain()

    async def _arrives(self) -> bool:
        """Return whether what was sent arrives, once it would."""
        if self._wire.trouble is Trouble.DELAY:
            self._wire.hurt += 1
            await asyncio.sleep(self._wire.dice.uniform(0, _DELAY_SECONDS_MAX))
        if self._wire.trouble is Trouble.BLACKHOLE:
            self._lose()
        return not self._is_lost

    def _break_off(self, trouble: Trouble | None) -> None:
        self._wire.hurt += 1
        if trouble is Trouble.RESET:
            self.reset()
        else:
            self._near_writer.close()

    def _draw_length(self) -> None:
        self._passed_bytes_left = self._wire.dice.randint(0, _PASSED_BYTES_MAX)

    def _lose(self) -> None:
        if not self._is_lost:
            self._is_lost = True
            self._wire.hurt += 1


def _abort(writer: asyncio.StreamWriter) -> None:
    """End a connection as a kernel does that knows nothing of it: RST instead of FIN."""
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
    writer.transport.abort()
