"""The loops of a worker: a step, a pace, and a lease each. The steps are tested elsewhere."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import structlog

from receipts_ledger.errors import Fatal, LedgerError

LEASE_SECONDS = 15.0
"""How long a lease outlasts the pause before its loop's next step."""
STALLED_SECONDS = 180.0
"""A loop whose step has not ended for so long hangs: every wait of a step has a shorter end."""
_RENEW_SECONDS = 5.0
_BACKOFF_SECONDS_MAX = 10.0
_STOP_SECONDS = 30.0

_log = structlog.get_logger(__name__)


class Leases(Protocol):
    """Who does a piece of work now."""

    def take(self, name: str, holder: str, seconds: float) -> bool: ...

    def give_back(self, name: str, holder: str) -> None: ...


@dataclass(frozen=True, slots=True)
class Loop:
    """A piece of work that never ends. `step` says whether there may be more to do at once."""

    name: str
    step: Callable[[], bool]
    pace_seconds: float


class Troubles:
    """What hinders a loop's steps, told when it begins and not for as long as it lasts."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self._known: frozenset[str] = frozenset()

    def of_step(self, reasons: Sequence[str]) -> None:
        """Tell those that did not hinder the step before."""
        for reason in reasons:
            if reason not in self._known:
                self._tell(reason)
        self._known = frozenset(reasons)


class Worker:
    """Runs loops, each in a thread, as long as it is entered.

    Faults of node and database are told and tried again; a Fatal one ends the worker.
    """

    def __init__(self, loops: Sequence[Loop], leases: Leases, *, holder: str) -> None:
        self._loops = loops
        self._leases = leases
        self._holder = holder
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self._begun_at: dict[str, float | None] = {loop.name: None for loop in loops}
        self.failure: Fatal | None = None

    def __enter__(self) -> Self:
        for loop in self._loops:
            thread = threading.Thread(target=self._run, args=(loop,), name=loop.name, daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Let each loop end its step, and wait for that."""
        self._stopping.set()
        for thread in self._threads:
            thread.join(_STOP_SECONDS)

    def step_seconds(self) -> Mapping[str, float]:
        """Return for each loop how long its present step has taken by now, 0 between steps."""
        now = time.monotonic()
        begun = self._begun_at.items()
        return {name: 0.0 if begun_at is None else now - begun_at for name, begun_at in begun}

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the worker is told to stop, or has failed; False when the time is over."""
        return self._stopping.wait(seconds)

    def end_soon(self) -> None:
        """Tell the loops to stop, without waiting. May be called from a signal handler."""
        self._stopping.set()

    def _run(self, loop: Loop) -> None:
        turn = _Turn(loop, self._leases, self._holder)
        while not self._stopping.is_set():
            self._begun_at[loop.name] = time.monotonic()
            try:
                pause_seconds = turn.take()
            except Fatal as error:
                _log.critical("loop ended", loop=loop.name, reason=str(error))
                self.failure = error
                self._stopping.set()
                break
            self._begun_at[loop.name] = None
            self._stopping.wait(pause_seconds)
        turn.end()


class _Turn:
    """One loop's turns: lease, step, and what a fault does to the pace."""

    def __init__(self, loop: Loop, leases: Leases, holder: str) -> None:
        self._loop = loop
        self._leases = leases
        self._holder = holder
        self._renew_at = 0.0
        self._faults = 0

    def take(self) -> float:
        """Do one step if it is ours to do, and return for how long to pause. Raises Fatal."""
        try:
            has_more = self._holds_lease() and self._loop.step()
        except Fatal:
            raise
        except LedgerError as error:
            _log.warning("step failed", loop=self._loop.name, reason=str(error))
            return self._backoff_seconds()
        except Exception:
            _log.exception("step failed", loop=self._loop.name)
            return self._backoff_seconds()
        self._faults = 0
        return 0.0 if has_more else self._loop.pace_seconds

    def end(self) -> None:
        """Give the lease back, if the database lets us."""
        try:
            self._leases.give_back(self._loop.name, self._holder)
        except Exception:
            _log.exception("lease not given back", loop=self._loop.name)

    def _holds_lease(self) -> bool:
        if time.monotonic() < self._renew_at:
            return True
        # Nobody renews between steps; one that ran out meanwhile would look like work left undone.
        seconds = self._loop.pace_seconds + LEASE_SECONDS
        if not self._leases.take(self._loop.name, self._holder, seconds):
            return False
        self._renew_at = time.monotonic() + _RENEW_SECONDS
        return True

    def _backoff_seconds(self) -> float:
        self._faults += 1
        self._renew_at = 0.0
        return min(_BACKOFF_SECONDS_MAX, self._loop.pace_seconds * 2.0**self._faults)
