"""How often somebody may ask: token buckets, by who asks, what is asked about, or from where.

Each process counts for itself: a limit protects the process that keeps it, and counting in SQL
would make a write of every read. With N replicas, N times as much is let through at the most.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from receipts_ledger.errors import RefusalCode, Refused

BURST_SECONDS = 10
"""A bucket holds what so many seconds bring."""
_BUCKETS_MAX = 50_000


class Buckets:
    """One bucket for each name, each filled at the same pace. A pace of 0 limits nothing.

    Of a bucket only one moment is kept, that at which it will be full again: a full one need not
    be kept at all.
    """

    def __init__(
        self,
        per_second: float,
        *,
        burst_seconds: float = BURST_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._seconds_each = 1 / per_second if per_second else 0.0
        self._burst_seconds = max(burst_seconds, self._seconds_each)
        self._monotonic = monotonic
        self._full_at: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, name: str) -> None:
        """Take one from a bucket. Raises Refused(TooManyRequests) with the seconds to wait."""
        if not self._seconds_each:
            return
        now = self._monotonic()
        with self._lock:
            full_at = max(self._full_at.get(name, now), now) + self._seconds_each
            wait_seconds = full_at - now - self._burst_seconds
            # What a second of waiting cannot tell is not worth a refusal: floats are not exact.
            if wait_seconds <= self._seconds_each / 1_000:
                self._full_at[name] = full_at
                if len(self._full_at) > _BUCKETS_MAX:
                    self._forget_full(now)
                return
        raise _too_many(wait_seconds)

    def _forget_full(self, now: float) -> None:
        self._full_at = {name: moment for name, moment in self._full_at.items() if moment > now}


@dataclass(frozen=True, slots=True)
class Rates:
    """The limits of one process."""

    reads: Buckets
    writes: Buckets
    subjects: Buckets
    logins: Buckets

    @classmethod
    def of(
        cls,
        *,
        reads_per_second: float,
        writes_per_second: float,
        subjects_per_second: float,
        logins_per_minute: float,
    ) -> "Rates":
        """Return full buckets. 0 limits nothing."""
        return cls(
            Buckets(reads_per_second),
            Buckets(writes_per_second),
            Buckets(subjects_per_second),
            Buckets(logins_per_minute / 60, burst_seconds=60),
        )

    @classmethod
    def unlimited(cls) -> "Rates":
        """Return buckets that never run empty."""
        return cls.of(
            reads_per_second=0, writes_per_second=0, subjects_per_second=0, logins_per_minute=0
        )

    def read(self, principal: str) -> None:
        """Count a question. Raises Refused(TooManyRequests)."""
        self.reads.take(principal)

    def write(self, principal: str, subject: int | None) -> None:
        """Count something that somebody wants done, about a receipt, pool or party.

        Raises Refused(TooManyRequests).
        """
        self.writes.take(principal)
        if subject is not None:
            self.subjects.take(str(subject))

    def log_in(self, client_address: str) -> None:
        """Count an attempt to log in. Raises Refused(TooManyRequests)."""
        self.logins.take(client_address)


def _too_many(wait_seconds: float) -> Refused:
    seconds = max(1, int(wait_seconds + 0.999))
    return Refused(
        RefusalCode.TOO_MANY_REQUESTS,
        f"ask again in {seconds} s",
        details={"retry_after_seconds": seconds},
    )
