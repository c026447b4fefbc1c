"""Who has read what is confidential: noted at once, written down a moment later in the background.

A read waits for no write. What a process has noted and not yet written is lost when it is killed:
at most a second of it. While the database takes nothing, notes wait, up to a limit; beyond it the
gateway shows no confidential terms, rather than showing them unrecorded.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.errors import LedgerError, Retryable

FLUSH_SECONDS = 1.0
NOTES_MAX = 10_000
_USE_AGE = timedelta(minutes=1)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Subject:
    """What was read, and with whose api token: a receipt with its contents, or an act."""

    api_token_id: str
    party_id: PartyId | None
    receipt_id: ReceiptId | None = None
    act_id: str | None = None


@dataclass(slots=True)
class Times:
    """When the same subject was read between two writings, and how often."""

    first_at: datetime
    last_at: datetime
    count: int = 1


class Records(Protocol):
    """Where it is written down."""

    def write(self, reads: Mapping[Subject, Times], token_uses: Mapping[str, datetime]) -> None: ...


class ReadLog:
    """The notes of one process. Closing it writes what is left."""

    def __init__(self, records: Records, *, clock: Callable[[], datetime]) -> None:
        self._records = records
        self._clock = clock
        self._lock = threading.Lock()
        self._reads: dict[Subject, Times] = {}
        self._uses: dict[str, datetime] = {}
        self._used_before: dict[str, datetime] = {}
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def note_receipt(self, caller: Caller, receipt_id: ReceiptId) -> None:
        """Note that somebody is shown a receipt with its contents. Raises Retryable."""
        self._note(Subject(caller.api_token_id, caller.party_id, receipt_id=receipt_id))

    def note_act(self, caller: Caller, act_id: str) -> None:
        """Note that somebody is shown an act with its contents. Raises Retryable."""
        self._note(Subject(caller.api_token_id, caller.party_id, act_id=act_id))

    def note_use(self, api_token_id: str) -> None:
        """Note that an api token was used; once in a minute is enough."""
        now = self._clock()
        before = self._used_before.get(api_token_id)
        if before is not None and now - before < _USE_AGE:
            return
        with self._lock:
            self._used_before[api_token_id] = self._uses[api_token_id] = now
        self._start()

    def flush(self) -> None:
        """Write down what has been noted. What cannot be written stays noted; raises Retryable."""
        with self._lock:
            reads, self._reads = self._reads, {}
            uses, self._uses = self._uses, {}
        if not reads and not uses:
            return
        try:
            self._records.write(reads, uses)
        except BaseException:
            self._put_back(reads, uses)
            raise

    def close(self) -> None:
        """End the background writing, and write what is left. Raises Retryable if it cannot."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
        self.flush()

    def _note(self, subject: Subject) -> None:
        now = self._clock()
        with self._lock:
            times = self._reads.get(subject)
            if times is not None:
                times.last_at = now
                times.count += 1
            elif len(self._reads) >= NOTES_MAX:
                raise Retryable("who reads what cannot be written down now")
            else:
                self._reads[subject] = Times(now, now)
        self._start()

    def _put_back(self, reads: dict[Subject, Times], uses: dict[str, datetime]) -> None:
        with self._lock:
            for subject, times in reads.items():
                newer = self._reads.get(subject)
                if newer is not None:
                    newer.first_at = times.first_at
                    newer.count += times.count
                    continue
                self._reads[subject] = times
            self._uses = {**uses, **self._uses}

    def _start(self) -> None:
        # Whoever opens a house for one command starts no thread.
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="read log", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._closing.wait(FLUSH_SECONDS):
            try:
                self.flush()
            except LedgerError as error:
                _log.warning("reads not written down yet", reason=str(error))
            except Exception:
                _log.exception("reads not written down yet")
