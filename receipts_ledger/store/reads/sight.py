"""Whose eyes a query sees with: everything, or what concerns one party."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, or_, true

from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.ids import PartyId
from receipts_ledger.store.reads.ranges import stored_by
from receipts_ledger.store.tables import receipts


@dataclass(frozen=True, slots=True)
class Sight:
    """`party_id` is None for those who see everything."""

    party_id: PartyId | None
    roles: int = 0

    @classmethod
    def of(cls, caller: Caller) -> "Sight":
        """Return the sight of a caller."""
        if caller.sees_everything or caller.party_id is None:
            return cls(None)
        return cls(caller.party_id, 0 if caller.party is None else int(caller.party.roles))

    def its_receipts(self) -> ColumnElement[bool]:
        """Return the condition for receipts that it holds, stores or lends against."""
        if self.party_id is None:
            return true()
        return or_(
            receipts.c.holder_id == self.party_id,
            receipts.c.pledgee_id == self.party_id,
            self.its_stock(),
        )

    def its_stock(self) -> ColumnElement[bool]:
        """Return the condition for receipts whose goods lie with it."""
        if self.party_id is None:
            return true()
        return stored_by(receipts.c.receipt_id, self.party_id)
