"""One reader's stream: what he has missed, then what comes, each entry as much as he may see.

He holds no thread and no connection to the database while he waits, or while he is slow.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import orjson
import structlog
from fastapi.sse import format_sse_event
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from receipts_ledger.api.answers.journal import told_event
from receipts_ledger.api.problem import problem_of_refusal
from receipts_ledger.api.streams.tail import Tail
from receipts_ledger.domain.caller import Caller
from receipts_ledger.errors import Refused, Retryable
from receipts_ledger.store.reads.feed import Entry

KEEP_ALIVE_SECONDS = 15.0
_RETRY_MILLISECONDS = 2_000
_PAUSE_SECONDS = 1.0

_log = structlog.get_logger(__name__)


class Stream:
    """What one reader is told, from `seq` on. `caller` is who he is as of the last look."""

    def __init__(
        self,
        tail: Tail,
        secret_hash: bytes,
        caller: Caller,
        *,
        seq: int,
        missed: Callable[["Stream"], Awaitable[Sequence[Entry]]],
    ) -> None:
        self.tail = tail
        self.secret_hash = secret_hash
        self.caller = caller
        self.principal = caller.principal
        self.seq = seq
        self._missed = missed
        self._refusal: Refused | None = None
        self._ending = asyncio.Event()

    def end(self, refusal: Refused | None = None) -> None:
        """End it at the next entry; with a refusal, say so. The reader may come again."""
        self._ending.set()
        self._refusal = refusal
        self.tail.wake()

    async def lines(self) -> AsyncIterator[bytes]:
        """Yield the stream as it goes over the wire."""
        yield format_sse_event(retry=_RETRY_MILLISECONDS, comment="the feed of the ledger")
        while not self._ending.is_set():
            entries: Sequence[Entry] | None = self.tail.behind(self.seq)
            if entries is None:
                entries = await self._caught_up()
            elif not entries and not await self.tail.wait(KEEP_ALIVE_SECONDS):
                yield format_sse_event(comment="still here")
            for entry in entries:
                # Whoever was slow may have lost his right meanwhile.
                if self._ending.is_set():
                    break
                yield self._line(entry)
                self.seq = entry.seq
        if self._refusal is not None:
            said = orjson.dumps(problem_of_refusal(self._refusal)).decode()
            yield format_sse_event(event="ended", data_str=said)

    async def _caught_up(self) -> Sequence[Entry]:
        entries: Sequence[Entry] = ()
        try:
            entries = await self._missed(self)
        except Refused as refusal:
            self.end(refusal)
        except Retryable as error:
            _log.warning("stream waits for the database", reason=str(error))
        if not entries and not self._ending.is_set():
            # The tail has not been read yet, or cannot be.
            await self.tail.wait(_PAUSE_SECONDS)
        return entries

    def _line(self, entry: Entry) -> bytes:
        told = orjson.dumps(told_event(entry, self.caller)).decode()
        return format_sse_event(data_str=told, event=entry.kind, id=str(entry.seq))


class EventStream(StreamingResponse):
    """A stream as the answer to a request; whichever way it ends, its place is free again."""

    media_type = "text/event-stream"

    def __init__(self, stream: Stream, *, ended: Callable[[Stream], None]) -> None:
        # Proxies that buffer would keep an event until the next one comes.
        super().__init__(stream.lines(), headers={"X-Accel-Buffering": "no"})
        self._stream = stream
        self._ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, until one of both sides ends it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._ended(self._stream)
