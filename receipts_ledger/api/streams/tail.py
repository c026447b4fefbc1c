"""The newest entries of the feed, kept for all streams of this process.

Who is further behind reads pages of his own until he has caught up.
"""

import asyncio
from collections import deque
from collections.abc import Sequence

from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.store.reads import feed
from receipts_ledger.store.units import Reader

ENTRIES_MAX = 1_000
_PAGE = ENTRIES_MAX


class Tail:
    """All entries behind `since`, of those that are due at a finality. For one event loop."""

    def __init__(self, finality: MinFinality) -> None:
        self.finality = finality
        self.since: int | None = None
        """None before the first look."""
        self._entries: deque[feed.Entry] = deque()
        self._news = asyncio.Event()

    def look(self, reader: Reader) -> tuple[int, Sequence[feed.Entry]]:
        """Read what has come, without taking it in yet: this runs in a thread."""
        if self.since is None:
            return feed.last_seq(reader, self.finality), ()
        return self.since, feed.page(reader, after=self._last, limit=_PAGE, finality=self.finality)

    def take_in(self, since: int, entries: Sequence[feed.Entry]) -> None:
        """Keep what was read, and wake who waits for it."""
        was_unknown, self.since = self.since is None, since
        self._entries.extend(entries)
        while len(self._entries) > ENTRIES_MAX:
            self.since = self._entries.popleft().seq
        if entries or was_unknown:
            self.wake()

    def wake(self) -> None:
        """Let all who wait look again."""
        news, self._news = self._news, asyncio.Event()
        news.set()

    def behind(self, seq: int) -> list[feed.Entry] | None:
        """Return the entries behind a number, None where only the database has them all."""
        if self.since is None or seq < self.since:
            return None
        return [entry for entry in self._entries if entry.seq > seq]

    async def wait(self, seconds: float) -> bool:
        """Wait for something new; False when the time is over."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        return True

    @property
    def _last(self) -> int:
        return self._entries[-1].seq if self._entries else (self.since or 0)
