"""Where the hot routes read.

SQLite is in this process: an answer is there before another could be asked for. PostgreSQL
is a way off, and takes along all who have come meanwhile.
"""

from receipts_ledger.api.hot.batches import Batches
from receipts_ledger.store.hot.connections import Access
from receipts_ledger.store.hot.reads import HotReads, Question, ReceiptFound
from receipts_ledger.store.units import Database

_BATCHES_AT_ONCE = 2


class Readings:
    """Receipts, as the database has them at this moment."""

    def __init__(self, database: Database) -> None:
        self._reads = HotReads(database.beneath(Access.READ))
        self._is_at_hand = not database.is_postgresql
        self._batches = Batches(self._reads.receipts, at_once=_BATCHES_AT_ONCE)
        self._with_offers = Batches(self._reads.receipts_with_offers, at_once=_BATCHES_AT_ONCE)

    async def receipt(self, question: Question) -> ReceiptFound | None:
        """Return a receipt with who asks, None for a secret that nobody has. Raises Retryable."""
        if self._is_at_hand:
            return (await self._reads.receipts([question]))[0]
        return await self._batches.ask(question)

    async def receipt_with_offers(self, question: Question) -> ReceiptFound | None:
        """Return the same, and whether it is offered to who asks. Raises Retryable."""
        if self._is_at_hand:
            return (await self._reads.receipts_with_offers([question]))[0]
        return await self._with_offers.ask(question)
