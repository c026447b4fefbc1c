"""Where the hot routes read.

SQLite is in this process, and a page of a local file is there sooner than another thread
is: the reader of its write-ahead log never waits for a writer. PostgreSQL may be far away
or hang, so a thread waits for it, and takes along all who have come meanwhile.
"""

from receipts_ledger.api.hot.batches import Batches
from receipts_ledger.store.driver import Access
from receipts_ledger.store.reads.hot import HotReads, Question, ReceiptFound
from receipts_ledger.store.units import Database


class Readings:
    """Receipts, as the database has them at this moment."""

    def __init__(self, database: Database) -> None:
        connection = database.beneath(Access.READ)
        self._reads = HotReads(database.engine, connection)
        self._batches = (
            Batches("hot-reads", self._reads.receipts) if connection.is_postgresql else None
        )

    async def receipt(self, question: Question) -> ReceiptFound | None:
        """Return a receipt with who asks, None for a secret that nobody has. Raises Retryable."""
        if self._batches is not None:
            return await self._batches.ask(question)
        return self._reads.receipts([question])[0]
