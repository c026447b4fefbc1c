"""All streams of a process: how many, for whom, and the one look at the database for all.

A look that finds something new finds in the same moment who the readers are: whose api token
was revoked is told nothing that came after.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

import structlog
from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from receipts_ledger.api.asking import authenticate
from receipts_ledger.api.paging import expect_in_feed
from receipts_ledger.api.services import Services
from receipts_ledger.api.streams.stream import EventStream, Stream
from receipts_ledger.api.streams.tail import Tail
from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.errors import LedgerError, RefusalCode, Refused, Retryable
from receipts_ledger.store.reads import feed
from receipts_ledger.store.units import Reader

LOOK_SECONDS = 0.5
CHECK_SECONDS = 5.0
_MISSED_PAGE = 100
_MISSED_AT_ONCE = 4
_AGAIN_SECONDS = 5

Who: TypeAlias = Mapping[bytes, Caller | Refused]

_log = structlog.get_logger(__name__)


class Streams:
    """The streams of one app. They live in its event loop; only looks run in threads."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._open: set[Stream] = set()
        self._tails: dict[MinFinality, Tail] = {}
        self._looking: asyncio.Task[None] | None = None
        self._checked_at = 0.0
        self._is_ending = False
        # Made in the event loop. Who catches up must not take the threads of all requests.
        self._few: CapacityLimiter | None = None

    async def open(
        self, secret_hash: bytes, *, after: int, asked_as: str, finality: MinFinality
    ) -> EventStream:
        """Return a new stream of what comes behind a number. Raises Refused or Retryable."""
        caller = await run_sync(self._admit, secret_hash, after, asked_as)
        self._expect_room(caller)
        if self._few is None:
            self._few = CapacityLimiter(_MISSED_AT_ONCE)
        tail = self._tails.setdefault(finality, Tail(finality))
        stream = Stream(tail, secret_hash, caller, seq=after, missed=self._missed)
        self._open.add(stream)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look_until_none_is_open())
        return EventStream(stream, ended=self._open.discard)

    def end(self) -> None:
        """End all streams: this process stops. Their readers resume with another one."""
        self._is_ending = True
        for stream in self._open:
            stream.end()

    def _admit(self, secret_hash: bytes, after: int, asked_as: str) -> Caller:
        with self._services.database.reading() as reader:
            caller = authenticate(reader, secret_hash, Scope.READ, self._services)
            expect_in_feed(reader, after, asked_as)
        self._services.access.rates.read(caller.principal)
        return caller

    def _expect_room(self, caller: Caller) -> None:
        if self._is_ending or len(self._open) >= self._services.streams_max:
            raise Retryable(
                "this process holds no more streams", retry_after_seconds=_AGAIN_SECONDS
            )
        most = self._services.streams_per_party_max
        if Counter(stream.principal for stream in self._open)[caller.principal] >= most:
            raise Refused(
                RefusalCode.TOO_MANY_REQUESTS,
                f"{most} streams are open already: end one, or ask again in {_AGAIN_SECONDS} s",
                details={"retry_after_seconds": _AGAIN_SECONDS},
            )

    async def _missed(self, stream: Stream) -> Sequence[feed.Entry]:
        caller, rows = await run_sync(
            partial(self._read_missed, stream.secret_hash, stream.seq, stream.tail.finality),
            limiter=self._few,
        )
        stream.caller = caller
        return rows

    def _read_missed(
        self, secret_hash: bytes, seq: int, finality: MinFinality
    ) -> tuple[Caller, Sequence[feed.Entry]]:
        with self._services.database.reading() as reader:
            caller = authenticate(reader, secret_hash, Scope.READ, self._services)
            return caller, feed.page(reader, after=seq, limit=_MISSED_PAGE, finality=finality)

    async def _look_until_none_is_open(self) -> None:
        while self._open:
            try:
                await self._look()
            except LedgerError as error:
                _log.warning("streams wait for the database", reason=str(error))
            except Exception:
                _log.exception("streams wait")
            await asyncio.sleep(LOOK_SECONDS)
        # A tail that nobody keeps up to date would have a hole.
        self._tails.clear()

    async def _look(self) -> None:
        used = {stream.tail for stream in self._open}
        for finality in [each for each, tail in self._tails.items() if tail not in used]:
            del self._tails[finality]
        tails = list(self._tails.values())
        hashes = {stream.secret_hash for stream in self._open}
        found, who = await run_sync(self._read, tails, hashes)
        if who:
            self._checked_at = time.monotonic()
            for stream in list(self._open):
                _tell_who(stream, who)
        for tail, (since, entries) in zip(tails, found, strict=True):
            tail.take_in(since, entries)

    def _read(
        self, tails: Sequence[Tail], hashes: Iterable[bytes]
    ) -> tuple[list[tuple[int, Sequence[feed.Entry]]], Who]:
        with self._services.database.reading() as reader:
            found = [tail.look(reader) for tail in tails]
            is_due = time.monotonic() - self._checked_at >= CHECK_SECONDS
            if not is_due and not any(entries for _, entries in found):
                return found, {}
            return found, {each: self._who(reader, each) for each in hashes}

    def _who(self, reader: Reader, secret_hash: bytes) -> Caller | Refused:
        try:
            return authenticate(reader, secret_hash, Scope.READ, self._services)
        except Refused as refusal:
            return refusal


def _tell_who(stream: Stream, who: Who) -> None:
    now = who.get(stream.secret_hash)
    if isinstance(now, Caller):
        stream.caller = now
    elif now is not None:
        stream.end(now)
