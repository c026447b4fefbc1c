"""The fold of the last append, for the next one: what it has read and saved need not be read again.

It is good for one cursor alone. Whoever changes a projection moves the cursor to another epoch,
and the next append locks and compares its cursor before it uses anything of the fold.
"""

import threading

from receipts_ledger.domain.cursor import Cursor
from receipts_ledger.store.projections import Fold

ROWS_MAX = 50_000
"""Some 50 MB. A fold that has come to hold more is let go, and its rows are read as they come."""


class Kept:
    """At most one fold, and the cursor that it is good for. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: tuple[Cursor, Fold] | None = None

    def take(self, seen: Cursor) -> Fold:
        """Return the fold of this cursor, or an empty one.

        Either way none is left: after an append that fails, what its fold holds is nowhere.
        """
        with self._lock:
            held, self._held = self._held, None
        if held is not None and held[0] == seen:
            return held[1]
        return Fold()

    def keep(self, after: Cursor, fold: Fold) -> None:
        """Keep a fold whose rows are saved and committed, with the cursor that was committed."""
        if len(fold) > ROWS_MAX:
            return
        with self._lock:
            self._held = (after, fold)
