"""Leases: who does a piece of work now. They spare replicas work, and decide nothing.

What is right is decided by the cursor and by the lanes' locks; two holders at once, as
after a pause of one of them, do no harm.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select, update

from receipts_ledger.store.tables import leases
from receipts_ledger.store.units import Database


class StoredLeases:
    """The leases of one database."""

    def __init__(self, database: Database, *, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    def take(self, name: str, holder: str, seconds: float) -> bool:
        """Take or renew a lease; False while another has it."""
        now = self._clock()
        until = now + timedelta(seconds=seconds)
        with self._database.writing() as writer:
            if writer.insert_absent(leases, name=name, holder=holder, epoch=1, expires_at=until):
                return True
            row = writer.first(select(leases).where(leases.c.name == name).with_for_update())
            if row is None or (row.holder != holder and row.expires_at > now):
                return False
            is_free = or_(leases.c.holder == holder, leases.c.expires_at <= now)
            writer.run(
                update(leases)
                .where(leases.c.name == name, is_free)
                .values(
                    holder=holder,
                    epoch=row.epoch + (row.holder != holder),
                    expires_at=until,
                )
            )
            return True

    def give_back(self, name: str, holder: str) -> None:
        """End a lease, so that the next holder need not wait."""
        with self._database.writing() as writer:
            writer.run(delete(leases).where(leases.c.name == name, leases.c.holder == holder))

    def clear(self) -> None:
        """End all leases: whoever held them is known to be gone."""
        with self._database.writing() as writer:
            writer.run(delete(leases))
