"""Whose turn it is to write, among the threads of one process.

SQLite has one writer. Who has to wait for it is not woken but looks again, after sleeps that
grow to a tenth of a second, while the file lies idle: threads of one process do better to
queue before they ask. Other processes are waited for as before.
"""

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from receipts_ledger.errors import Retryable

WAIT_SECONDS_MAX = 30.0
"""As long as SQLite itself waits."""


class WritersTurn:
    """The turn of one database. PostgreSQL lets many write at once, and needs none."""

    def __init__(self, *, is_needed: bool, wait_seconds_max: float = WAIT_SECONDS_MAX) -> None:
        self._lock = threading.Lock() if is_needed else None
        self._wait_seconds_max = wait_seconds_max

    def taken(self) -> AbstractContextManager[None]:
        """Have the turn while a block lasts. Raises Retryable when it does not come."""
        return nullcontext() if self._lock is None else self._held(self._lock)

    def take_if_free(self) -> bool:
        """Take the turn if nobody has it, and return whether. It has to be given back."""
        return self._lock is None or self._lock.acquire(blocking=False)

    def give_back(self) -> None:
        """Let the next one write."""
        if self._lock is not None:
            self._lock.release()

    @contextmanager
    def _held(self, lock: threading.Lock) -> Iterator[None]:
        if not lock.acquire(timeout=self._wait_seconds_max):
            raise Retryable("the database does not answer: others write for too long")
        try:
            yield
        finally:
            lock.release()
