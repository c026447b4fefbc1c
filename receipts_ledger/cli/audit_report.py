"""An audit told to people on a terminal: what was looked at, what came of it, what differs."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receipts_ledger.cli.audit_run import Audited
from receipts_ledger.cli.output import legible
from receipts_ledger.services.audit import Finding, FindingKind, RefusedAct, Report
from receipts_ledger.services.audit.checks import checks

_SHOWN_MAX = 50

_QUESTIONS = {
    FindingKind.CONSENT: "a signature is missing",
    FindingKind.STATEMENT: "not what was signed",
    FindingKind.INNER_CALL: "sent through another contract",
    FindingKind.UNEXPLAINED: "no act explains it",
    FindingKind.CONTRADICTION: "cannot follow from what was before",
    FindingKind.INVARIANT: "breaks an invariant",
    FindingKind.STORAGE: "contract storage differs",
    FindingKind.SQL: "database differs",
}


def print_audit(audited: Audited, console: Console) -> None:
    """Print the report."""
    report, deployment = audited.report, audited.deployment
    console.print(
        f"[bold]Audit of the ledger {escape(deployment.contract)} on chain "
        f"{deployment.chain_id}[/bold]\n"
        f"{_span(report)} (0x{report.head.hash.hex()}), {audited.elapsed_seconds:.1f} s"
    )
    console.print(_checks_table(audited))
    console.print(
        f"At block {report.head.number}: {report.receipts_open:,} receipts open, "
        f"{report.receipts_encumbered:,} of them pledged, {report.receipts_closed:,} closed; "
        f"{report.pools:,} pools, {report.parties:,} parties."
    )
    if report.acts or report.refused:
        console.print(_acts_table(report))
    _print_lines(
        console,
        "Refused, and on record",
        [_refusal_line(refusal) for refusal in report.refusals[:_SHOWN_MAX]],
        report.refused.total(),
    )
    _print_lines(
        console,
        "Differences",
        [_finding_line(finding) for finding in report.findings[:_SHOWN_MAX]],
        report.found.total(),
    )
    console.print(_verdict(report))


def _span(report: Report) -> str:
    """Say which blocks were read; none where an audit goes on from the head itself."""
    if report.first_block > report.head.number:
        return f"No block behind {report.head.number}"
    return f"Blocks {report.first_block} to {report.head.number}"


def _checks_table(audited: Audited) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for check in checks(audited.report, audited.proofs):
        table.add_row(check.verdict, escape(check.told))
    return table


def _acts_table(report: Report) -> Table:
    table = Table(title="Acts on record", title_justify="left")
    table.add_column("act")
    table.add_column("carried out", justify="right")
    for kind, count in report.acts.most_common():
        table.add_row(kind, f"{count:,}")
    for reason, count in report.refused.most_common():
        table.add_row(f"refused: {escape(reason)}", f"{count:,}", style="yellow")
    return table


def _print_lines(console: Console, title: str, lines: Sequence[str], total: int) -> None:
    if not lines:
        return
    console.print(f"\n[bold]{title}[/bold]")
    for line in lines:
        console.print(f"  {line}", soft_wrap=True)
    if total > len(lines):
        console.print(f"  and {total - len(lines):,} more; the report written by --out lists more")
    console.print()


def _refusal_line(refusal: RefusedAct) -> str:
    told = f"block {refusal.block_number}: {refusal.act} of {refusal.subject}: {refusal.reason}"
    return escape(legible(told))


def _finding_line(finding: Finding) -> str:
    place = "" if finding.block_number is None else f" (block {finding.block_number}"
    if finding.tx_hash is not None:
        place += f", transaction {_hex(finding.tx_hash)}"
    place += ")" if place else ""
    question = _QUESTIONS[finding.kind]
    # A database may hold anything, also what a terminal would obey.
    subject, detail = legible(finding.subject), legible(finding.detail + place)
    return f"[red]{escape(subject)}[/red]: {question}: {escape(detail)}"


def _verdict(report: Report) -> str:
    if report.is_clean:
        return "[bold green]EQUAL: everything that was looked at agrees.[/bold green]"
    total = report.found.total()
    return f"[bold red]DIFFERENT: {total:,} difference{'' if total == 1 else 's'}.[/bold red]"


def _hex(content: bytes) -> str:
    return "0x" + content.hex()
