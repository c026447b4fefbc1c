"""The audit as every door runs it: of nodes or of a bundle, perhaps with one database."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.proofs import Proofs
from receipts_ledger.chain.state_file import write_state
from receipts_ledger.cli.audit_heads import HeadWanted, expect_position
from receipts_ledger.cli.audit_since import GoingOn, opened
from receipts_ledger.cli.audit_sources import (
    Source,
    from_bundle,
    from_nodes,
    from_nodes_into,
)
from receipts_ledger.domain.carried import Carried
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import Fatal
from receipts_ledger.services.audit import Report, audit
from receipts_ledger.services.audit.ports import Rows
from receipts_ledger.services.audit.since import Since
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
    auditor: Address | None = None,
    going_on: GoingOn | None = None,
    state_file: Path | None = None,
) -> Audited:
    """Audit a ledger up to the trusted head, the node's, `to_block`, or where the database stands.

    All nodes have to agree on the head; the first is read. Shows its progress on `console`,
    where there is one and it is a terminal. Raises Fatal for arguments that are none, Retryable
    or RpcError where nodes cannot answer, or contradict themselves or one another. `auditor` is
    the key that is to sign the report. With `going_on` only the blocks behind an earlier report
    are read; `state_file` takes the state from which a later audit may go on.
    """
    started = time.monotonic()
    deployment = Deployment.read(deployment_file)
    since = None if going_on is None else opened(going_on, deployment)
    if state_file is not None and state_file.exists():
        raise Fatal(f"--write-state: file {state_file} exists")
    with _rows(database_url, deployment) as rows:
        position = None if rows is None else rows.position()
        wanted = HeadWanted(trusted_head, to_block, position)
        after = None if since is None else since.earlier.head
        source = from_nodes((rpc_url, *other_rpc_urls), deployment, wanted, after)
        keep = None if state_file is None else partial(write_state, state_file, head=source.head)
        return audited(source, rows, started, console, auditor, since=since, keep=keep)


def run_export(
    *,
    bundle: Path,
    rpc_url: str,
    deployment_file: Path,
    other_rpc_urls: Sequence[str] = (),
    trusted_head: Hash32 | None = None,
    to_block: int | None = None,
    console: Console | None = None,
    auditor: Address | None = None,
) -> Audited:
    """Audit a ledger as run_audit does, and put all that was read into a new bundle.

    A bundle is left whatever the audit finds, and none where it cannot decide.
    """
    started = time.monotonic()
    deployment = Deployment.read(deployment_file)
    wanted = HeadWanted(trusted_head, to_block)
    with from_nodes_into(bundle, (rpc_url, *other_rpc_urls), deployment, wanted) as source:
        return audited(source, None, started, console, auditor)


def run_verify(
    *,
    bundle: Path,
    deployment_file: Path | None = None,
    trusted_head: Hash32 | None = None,
    database_url: str | None = None,
    to_block: int | None = None,
    console: Console | None = None,
    auditor: Address | None = None,
) -> Audited:
    """Audit a bundle, without a network. Raises Fatal for one that is none, or is not true."""
    started = time.monotonic()
    deployment = None if deployment_file is None else Deployment.read(deployment_file)
    source = from_bundle(bundle, deployment, HeadWanted(trusted_head, to_block))
    with _rows(database_url, source.deployment) as rows:
        expect_position(source.head, rows)
        return audited(source, rows, started, console, auditor)


def audited(
    source: Source,
    rows: Rows | None,
    started: float,
    console: Console | None = None,
    auditor: Address | None = None,
    *,
    since: Since | None = None,
    keep: Callable[[Carried], None] | None = None,
) -> Audited:
    """Audit what a source gives. `started` is when that began, in monotonic seconds."""
    first_block = source.deployment.block_number
    if since is not None:
        first_block = since.earlier.head.number + 1
    with _progress(console, source.head.number - first_block + 1) as progress:
        report = audit(
            records=source.records,
            storage=source.storage,
            rows=rows,
            first_block=first_block,
            head=source.head,
            trust=source.trust,
            auditor=auditor,
            progress=progress,
            since=since,
            keep=keep,
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
