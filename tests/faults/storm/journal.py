"""What the clients of a storm know for certain: what they asked for, and what they were told."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from receipts_ledger.domain.ids import Hash32, ReceiptId


class Told(StrEnum):
    """The last word that a client had about an act."""

    DRAFTED = "drafted"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(slots=True)
class Asked:
    """One act that a client had drafted, and signed as far as it wanted to."""

    act_id: str
    kind: str
    statement: bytes
    digest: Hash32
    receipts: tuple[ReceiptId, ...]
    told: Told = Told.DRAFTED
    code: str | None = None


@dataclass
class Journal:
    """What all clients together asked for. Threads share it."""

    asked: dict[str, Asked] = field(default_factory=dict)
    refused_drafts: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    """What a client had to repeat a request for."""
    broken_promises: list[str] = field(default_factory=list)
    """Answers that no fault excuses."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, asked: Asked) -> Asked:
        """Note a draft; the same one again is the first."""
        with self._lock:
            return self.asked.setdefault(asked.act_id, asked)

    def close(self, asked: Asked, told: Told, code: str | None = None) -> None:
        """Note the end that a client was told of."""
        with self._lock:
            asked.told, asked.code = told, code

    def refuse_draft(self, code: str) -> None:
        """Note that something was not even drafted."""
        with self._lock:
            self.refused_drafts[code] += 1

    def repeat(self, reason: str) -> None:
        """Note why a request had to be repeated."""
        with self._lock:
            self.faults[reason] += 1

    def complain(self, words: str) -> None:
        """Note an answer that should never be given."""
        with self._lock:
            self.broken_promises.append(words)

    def count(self, told: Told) -> int:
        """Return how many acts have been told this last."""
        with self._lock:
            return sum(1 for asked in self.asked.values() if asked.told is told)

    def kinds(self) -> Counter[str]:
        """Return what was accepted, by kind."""
        with self._lock:
            return Counter(a.kind for a in self.asked.values() if a.told is Told.ACCEPTED)
