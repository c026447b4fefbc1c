"""What is known of receipts, pools and parties beyond their state: commitments, last changes."""

from dataclasses import dataclass, field

from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import PartyId, PoolId, ReceiptId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.services.audit.trail import Row, Trail
from receipts_ledger.services.past.replaying import Onlooker


@dataclass(slots=True)
class Traced(Onlooker):
    """Follows a replay as the audit of a database does."""

    ledger: Ledger
    _trail: Trail = field(default_factory=Trail)

    def see(self, logged: LoggedEvent) -> None:
        """Note an event."""
        self._trail.follow(logged)

    def receipt(self, receipt_id: ReceiptId) -> Row:
        """Return a receipt as the index would show it."""
        return self._trail.receipt_row(receipt_id, self.ledger)

    def pool(self, pool_id: PoolId) -> Row:
        """Return a pool as the index would show it."""
        return self._trail.pool_row(pool_id, self.ledger)

    def party(self, party_id: PartyId) -> Row:
        """Return a party as the index would show it."""
        return self._trail.party_row(party_id, self.ledger)
