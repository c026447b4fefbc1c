"""Our own pieces of work. What they need is imported before their work begins."""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import UTC, datetime

from benchmarks.index.given import Given
from benchmarks.index.task import Task


def read(given: Given) -> Callable[[], int]:
    """What the indexer and the audit begin with: linked headers, proved receipts, events."""
    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.reader import ChainReader
    from receipts_ledger.chain.rpc import Rpc

    deployment = Deployment.read(given.deployment_file)

    def work() -> int:
        reader = ChainReader(Rpc(given.rpc_url), deployment)
        blocks = reader.blocks(deployment.block_number, given.to_block)
        return sum(len(block.events) for block in blocks)

    return work


def replay_unproved(given: Given) -> Callable[[], int]:
    """The quick look: what one node claims, folded, and the invariants. Nothing is proved."""
    from receipts_ledger.cli.quick_look import run_look

    def work() -> int:
        looked = run_look(
            rpc_url=given.rpc_url,
            deployment_file=given.deployment_file,
            to_block=given.to_block,
        )
        assert looked.report.is_clean, looked.report.findings
        return looked.report.events

    return work


def replay(given: Given) -> Callable[[], int]:
    """The whole audit: headers, roots, signatures, events, invariants, contract storage."""
    from receipts_ledger.cli.audit_run import run_audit

    def work() -> int:
        audited = run_audit(
            rpc_url=given.rpc_url,
            deployment_file=given.deployment_file,
            to_block=given.to_block,
        )
        assert audited.report.is_clean, audited.report.findings
        return audited.report.events

    return work


def index(given: Given) -> Callable[[], int]:
    """Everything that the indexer does: proofs, projections, undo images, feed, cursor."""
    from sqlalchemy import func, select

    from receipts_ledger.chain.deployment import Deployment
    from receipts_ledger.chain.reader import ChainReader
    from receipts_ledger.chain.refusals import decode as read_reason
    from receipts_ledger.chain.rpc import Rpc
    from receipts_ledger.domain.block import BlockRef
    from receipts_ledger.domain.finality import Finality
    from receipts_ledger.services.index import Indexer, Outcome
    from receipts_ledger.store.index import StoredIndex
    from receipts_ledger.store.tables import events
    from receipts_ledger.store.units import Database

    class ShorterChain(ChainReader):
        """The same node, as if its chain ended at a block."""

        def head(self) -> BlockRef:
            head = self.ref(given.to_block)
            assert head is not None
            return head

    deployment = Deployment.read(given.deployment_file)

    def work() -> int:
        with closing(Database.open(given.database_url)) as database:
            indexer = Indexer(
                ShorterChain(Rpc(given.rpc_url), deployment),
                StoredIndex(database, read_reason=read_reason, clock=lambda: datetime.now(UTC)),
                origin=deployment.origin(),
                # As on the chains of consortia, and as everywhere for all but the last blocks.
                finality=Finality.parse("instant"),
            )
            progress = indexer.catch_up()
            assert progress.outcome is Outcome.UP_TO_DATE, progress
            assert progress.cursor.block.number == given.to_block
            with database.reading() as reader:
                return int(reader.rows(select(func.count()).select_from(events))[0][0])

    return work


WORK: Mapping[Task, Callable[[Given], Callable[[], int]]] = {
    Task.READ: read,
    Task.INDEX_POSTGRESQL: index,
    Task.INDEX_SQLITE: index,
    Task.REPLAY_UNPROVED: replay_unproved,
    Task.REPLAY: replay,
}
