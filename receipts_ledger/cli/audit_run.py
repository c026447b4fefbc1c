"""The audit as every door runs it: one node, one deployment file, perhaps one database."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from receipts_ledger.chain.deployment import Deployment, verify
from receipts_ledger.chain.proofs import Proofs
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.records import LedgerRecords
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.storage import ContractStorage
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.errors import Fatal, Retryable
from receipts_ledger.services.audit import Report, audit
from receipts_ledger.services.audit.ports import Rows
from receipts_ledger.store.audit_rows import audit_rows


@dataclass(frozen=True, slots=True)
class Audited:
    """A report, and what belongs to it: which ledger, what could be proved, how long it took."""

    deployment: Deployment
    proofs: Proofs
    report: Report
    elapsed_seconds: float


def run_audit(
    *,
    rpc_url: str,
    deployment_file: Path,
    database_url: str | None = None,
    to_block: int | None = None,
    console: Console | None = None,
) -> Audited:
    """Audit a ledger up to the node's head, to `to_block`, or to where the database stands.

    Shows its progress on `console`, where there is one and it is a terminal. Raises Fatal
    for arguments that are none, Retryable or RpcError where the node cannot answer.
    """
    started = time.monotonic()
    deployment = Deployment.read(deployment_file)
    rpc = _rpc(rpc_url)
    verify(rpc, deployment)
    reader = ChainReader(rpc, deployment)
    rows_or_none = (
        nullcontext(None) if database_url is None else audit_rows(database_url, deployment.origin())
    )
    with rows_or_none as rows:
        head = _head(reader, deployment, rows, to_block)
        with _progress(console, head.number - deployment.block_number + 1) as progress:
            report = audit(
                records=LedgerRecords(rpc, deployment, reader),
                storage=ContractStorage(rpc, deployment, reader),
                rows=rows,
                first_block=deployment.block_number,
                head=head,
                progress=progress,
            )
    return Audited(deployment, reader.proofs, report, time.monotonic() - started)


def _rpc(url: str) -> Rpc:
    try:
        return Rpc(url)
    except ValueError as error:
        raise Fatal(f"--rpc: {error}") from error


def _head(
    reader: ChainReader, deployment: Deployment, rows: Rows | None, to_block: int | None
) -> BlockRef:
    latest = reader.head()
    if rows is not None:
        return _position(reader, rows, to_block)
    if to_block is None:
        return latest
    if not deployment.block_number <= to_block <= latest.number:
        raise Fatal(
            f"--to: block {to_block} is not between the deployment at {deployment.block_number} "
            f"and the head at {latest.number}"
        )
    at = reader.ref(to_block)
    if at is None:
        raise Retryable(f"the node does not know block {to_block}")
    return at


def _position(reader: ChainReader, rows: Rows, to_block: int | None) -> BlockRef:
    """Return where the database stands, which must be on the node's branch."""
    position = rows.position()
    if to_block not in (None, position.number):
        raise Fatal(
            f"--to: the database stands at block {position.number} and can be compared there "
            f"only, not at {to_block}"
        )
    on_chain = reader.ref(position.number)
    if on_chain is None:
        raise Retryable(f"the node does not know block {position.number}, the database's last one")
    if on_chain != position:
        raise Retryable(
            f"the database's block {position.number} is 0x{position.hash.hex()}, the node's is "
            f"0x{on_chain.hash.hex()}: one of them has yet to follow a change of branch"
        )
    return position


@contextmanager
def _progress(console: Console | None, blocks: int) -> Iterator[Callable[[int], None]]:
    if console is None or not console.is_terminal:
        yield lambda done: None
        return
    bar = Progress(
        TextColumn("auditing"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("blocks"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
    with bar:
        task = bar.add_task("audit", total=blocks)
        yield lambda done: bar.update(task, completed=done)
