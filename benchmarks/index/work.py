"""Our own pieces of work, web3.py's, and the node's: each done in a process of its own.

`python -m benchmarks.index.work TASK ...` prints one line of JSON. Starting Python and
importing is not measured; everything that the work itself does is.
"""

import argparse
import json
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from benchmarks.index import node_alone, usual
from benchmarks.index.given import Given
from benchmarks.index.task import Task
from benchmarks.index.watch import MB, began


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Do one piece of work and print how many events it went through, and its peak memory."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index.work")
    parser.add_argument("task", type=Task)
    parser.add_argument("--rpc", required=True)
    parser.add_argument("--deployment", required=True, type=Path)
    parser.add_argument("--to", required=True, type=int)
    parser.add_argument("--db", default="")
    asked = parser.parse_args(arguments)
    work = _work(asked.task, Given(asked.rpc, asked.deployment, asked.to, asked.db))
    began()
    events = work()
    print(json.dumps({"events": events, "peak_mb": _peak_mb()}), flush=True)
    # What Python tidies up on its way out is not the work. Squids leave as abruptly.
    os._exit(0)


def _peak_mb() -> float:
    """Return this program's greatest resident size.

    Not getrusage's: that one remembers the process from which this one was started.
    """
    status = Path("/proc/self/status").read_text(encoding="ascii")
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) * 1024 / MB


def _work(task: Task, given: Given) -> Callable[[], int]:
    match task:
        case Task.NODE:
            return node_alone.fetch(given)
        case Task.READ:
            return _read(given)
        case Task.INDEX_SQLITE | Task.INDEX_POSTGRESQL:
            return _index(given)
        case Task.REPLAY:
            return _replay(given)
        case Task.WEB3:
            return usual.decode(given)
        case Task.WEB3_SIGNATURES:
            return usual.decode_and_recover(given)
        case Task.CRYO | Task.SUBSQUID | Task.PONDER:
            raise ValueError(f"{task} has a program of its own")
        case Task.REPLAY_UNPROVED:
            raise ValueError(f"{task}: the audit cannot be told so yet")


def _read(given: Given) -> Callable[[], int]:
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


def _replay(given: Given) -> Callable[[], int]:
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


def _index(given: Given) -> Callable[[], int]:
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


if __name__ == "__main__":
    main()
