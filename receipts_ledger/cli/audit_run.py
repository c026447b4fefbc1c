"""The audit as every door runs it: one deployment file, nodes, perhaps one database."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.proofs import Proofs
from receipts_ledger.cli.audit_sources import HeadWanted, Source, from_nodes
from receipts_ledger.domain.ids import Hash32
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
    other_rpc_urls: Sequence[str] = (),
    trusted_head: Hash32 | None = None,
    database_url: str | None = None,
    to_block: int | None = None,
    console: Console | None = None,
) -> Audited:
    """Audit a ledger up to the trusted head, the node's, `to_block`, or where the database stands.

    All nodes have to agree on the head; the first is read. Shows its progress on `console`,
    where there is one and it is a terminal. Raises Fatal for arguments that are none, Retryable
    or RpcError where nodes cannot answer, or contradict themselves or one another.
    """
    started = time.monotonic()
    deployment = Deployment.read(deployment_file)
    with _rows(database_url, deployment) as rows:
        position = None if rows is None else rows.position()
        wanted = HeadWanted(trusted_head, to_block, position)
        source = from_nodes((rpc_url, *other_rpc_urls), deployment, wanted)
        return audited(source, rows, started, console)


def audited(
    source: Source, rows: Rows | None, started: float, console: Console | None = None
) -> Audited:
    """Audit what a source gives. `started` is when that began, in monotonic seconds."""
    first_block = source.deployment.block_number
    with _progress(console, source.head.number - first_block + 1) as progress:
        report = audit(
            records=source.records,
            storage=source.storage,
            rows=rows,
            first_block=first_block,
            head=source.head,
            trust=source.trust,
            progress=progress,
        )
    return Audited(source.deployment, source.proofs, report, time.monotonic() - started)


def _rows(database_url: str | None, deployment: Deployment) -> AbstractContextManager[Rows | None]:
    if database_url is None:
        return nullcontext(None)
    return audit_rows(database_url, deployment.origin())


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
