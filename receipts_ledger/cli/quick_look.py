"""A look without proofs, as the doors run and tell it: never in the words of an audit.

Whatever it finds, it has proved nothing, and says so first and last.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from receipts_ledger.chain.claimed_logs import ClaimedLogs
from receipts_ledger.chain.deployment import Deployment, verify
from receipts_ledger.chain.proofs import well_formed
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Fatal, Retryable
from receipts_ledger.services.audit import Finding, Report
from receipts_ledger.services.audit.look import look
from receipts_ledger.services.audit.ports import Rows
from receipts_ledger.store.audit_rows import audit_rows

NOTHING_SEEN = 0
DIFFERENT = 1

_SHOWN_MAX = 50
_WARNING = (
    "NOTHING IS PROVED: no header, root, signature, consent or storage was looked at. The node "
    "may have left out, invented or altered anything"
)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look has seen, of which ledger, on whose word, and how long it took."""

    deployment: Deployment
    node: str
    report: Report
    elapsed_seconds: float


def run_look(
    *,
    rpc_url: str,
    deployment_file: Path,
    database_url: str | None = None,
    to_block: int | None = None,
    console: Console | None = None,
) -> Looked:
    """Look at a ledger up to the node's head, to `to_block`, or to where the database stands.

    Shows its progress on `console`, where there is one and it is a terminal. Raises Fatal
    for arguments that are none, Retryable or RpcError where the node cannot answer.
    """
    started = time.monotonic()
    deployment = Deployment.read(deployment_file)
    try:
        rpc = Rpc(rpc_url)
    except ValueError as error:
        raise Fatal(f"--rpc: {error}") from error
    verify(rpc, deployment)
    first_block = deployment.block_number
    opened = (
        nullcontext(None) if database_url is None else audit_rows(database_url, deployment.origin())
    )
    with opened as rows:
        head = _head(rpc, deployment, rows, to_block)
        with _progress(console, head.number - first_block + 1) as progress:
            report = look(
                claims=ClaimedLogs(rpc, deployment),
                rows=rows,
                first_block=first_block,
                head=head,
                progress=progress,
            )
    return Looked(deployment, rpc.name, report, time.monotonic() - started)


def exit_code(looked: Looked) -> int:
    """Return 1 when a difference was seen; 0 says only that none was."""
    return DIFFERENT if looked.report.found else NOTHING_SEEN


def print_look(looked: Looked, console: Console) -> None:
    """Print what was seen."""
    report, deployment = looked.report, looked.deployment
    console.print(
        f"[bold]A look without proofs at the ledger {escape(deployment.contract)} on chain "
        f"{deployment.chain_id}[/bold]\n[bold yellow]{_WARNING}.[/bold yellow]\n"
        f"Claimed by {escape(looked.node)} for blocks {report.first_block} to "
        f"{report.head.number}, {looked.elapsed_seconds:.1f} s: {report.events:,} events; "
        f"{report.receipts_open:,} receipts open, {report.receipts_encumbered:,} of them pledged, "
        f"{report.receipts_closed:,} closed; {report.pools:,} pools, {report.parties:,} parties."
    )
    if report.rows is not None:
        rows = ", ".join(f"{count:,} {table}" for table, count in report.rows.items())
        console.print(f"Compared with the database, blocks left out: {rows or 'no rows'}.")
    for finding in report.findings[:_SHOWN_MAX]:
        console.print(f"  {_line(finding)}", soft_wrap=True)
    if (total := report.found.total()) > _SHOWN_MAX:
        console.print(f"  and {total - _SHOWN_MAX:,} more; --json writes them to a file")
    seen = f"{total:,} DIFFERENCES SEEN" if total else "NO DIFFERENCE SEEN"
    console.print(f"[bold yellow]UNPROVED: {seen}. An audit without --no-proofs decides.[/]")


def look_as_json(looked: Looked) -> dict[str, Any]:
    """Return what was seen as JSON values. Its verdicts are none that an audit gives."""
    report = looked.report
    counts: Mapping[str, Any] = {
        "blocks": report.blocks,
        "events": report.events,
        "parties": report.parties,
        "pools": report.pools,
        "receipts_open": report.receipts_open,
        "receipts_closed": report.receipts_closed,
        "receipts_encumbered": report.receipts_encumbered,
        "rows": None if report.rows is None else dict(report.rows),
    }
    return {
        "verdict": "unproved_difference_seen" if report.found else "unproved_no_difference_seen",
        "warning": f"{_WARNING}.",
        "proved": dict.fromkeys(
            ("headers", "receipts", "transactions", "signatures", "consents", "storage"), False
        ),
        "ledger": {
            "chain_id": looked.deployment.chain_id,
            "contract": looked.deployment.contract,
        },
        "claimed_by": looked.node,
        "first_block": report.first_block,
        "claimed_head": {"number": report.head.number, "hash": "0x" + report.head.hash.hex()},
        "counts": counts,
        "difference_count": report.found.total(),
        "differences": [
            {
                "kind": finding.kind.value,
                "subject": finding.subject,
                "detail": finding.detail,
                "block": finding.block_number,
                "transaction": None if finding.tx_hash is None else "0x" + finding.tx_hash.hex(),
            }
            for finding in report.findings
        ],
        "elapsed_seconds": round(looked.elapsed_seconds, 3),
    }


def write_look(looked: Looked, path: Path) -> None:
    """Write it as JSON. Raises OSError."""
    path.write_bytes(orjson.dumps(look_as_json(looked), option=orjson.OPT_INDENT_2) + b"\n")


def expect_no_trust(*, trusted_head: Hash32 | None, nodes: int) -> None:
    """Raise Fatal for what would only lend a look a weight that it has not."""
    if trusted_head is not None:
        raise Fatal("--head: a look with --no-proofs follows nothing from a head's hash")
    if nodes > 1:
        raise Fatal("--rpc: a look with --no-proofs believes one node: name one")


def _head(rpc: Rpc, deployment: Deployment, rows: Rows | None, to_block: int | None) -> BlockRef:
    position = None if rows is None else rows.position()
    if position is not None and to_block not in (None, position.number):
        raise Fatal(
            f"--to: the database stands at block {position.number} and can be compared there "
            f"only, not at {to_block}"
        )
    latest = _claimed(rpc, "latest")
    wanted = to_block if position is None else position.number
    if wanted is None:
        return latest
    if not deployment.block_number <= wanted <= latest.number:
        whose = "--to: block" if position is None else "the database's block"
        raise (Fatal if position is None else Retryable)(
            f"{whose} {wanted} is not between the deployment at {deployment.block_number} and "
            f"the head at {latest.number}"
        )
    head = _claimed(rpc, hex(wanted))
    if position not in (None, head):
        raise Retryable(
            f"the database's block {wanted} is 0x{position.hash.hex()}, the node's is "
            f"0x{head.hash.hex()}: one of them has yet to follow a change of branch"
        )
    return head


def _claimed(rpc: Rpc, tag: str) -> BlockRef:
    block = rpc.call("eth_getBlockByNumber", (tag, False))
    if block is None:
        raise Retryable(f"the node does not know block {tag}")
    with well_formed(f"the block at {tag}"):
        return BlockRef(int(block["number"], 16), Hash32(bytes.fromhex(block["hash"][2:])))


def _line(finding: Finding) -> str:
    place = "" if finding.block_number is None else f" (block {finding.block_number})"
    return f"[red]{escape(finding.subject)}[/red]: {escape(finding.detail + place)}"


@contextmanager
def _progress(console: Console | None, blocks: int) -> Iterator[Callable[[int], None]]:
    if console is None or not console.is_terminal:
        yield lambda done: None
        return
    columns = (TextColumn("looking"), BarColumn(), MofNCompleteColumn(), TextColumn("blocks"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("look", total=blocks)
        yield lambda done: bar.update(task, completed=done)
