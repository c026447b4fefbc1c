"""An audit told to people and to programs: what was looked at, what came of it, what differs."""

from collections.abc import Iterator, Sequence, Set
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receipts_ledger.cli.audit_run import Audited
from receipts_ledger.domain.comparison import StorageComparison
from receipts_ledger.services.audit import Finding, FindingKind, RefusedAct, Report

EQUAL = 0
DIFFERENT = 1

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


# I8 is storage and database, I9 consent; I7, I10 and I11 show when an event cannot follow.
_OF_INVARIANTS = (
    FindingKind.INVARIANT,
    FindingKind.CONTRADICTION,
    FindingKind.CONSENT,
    FindingKind.STORAGE,
    FindingKind.SQL,
)


def exit_code(audited: Audited) -> int:
    """Return 0 when everything agrees, 1 when something differs."""
    return EQUAL if audited.report.is_clean else DIFFERENT


def print_audit(audited: Audited, console: Console) -> None:
    """Print the report."""
    report, deployment = audited.report, audited.deployment
    console.print(
        f"[bold]Audit of the ledger {escape(deployment.contract)} on chain "
        f"{deployment.chain_id}[/bold]\n"
        f"Blocks {report.first_block} to {report.head.number} "
        f"(0x{report.head.hash.hex()}), {audited.elapsed_seconds:.1f} s"
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


def write_json(audited: Audited, path: Path) -> None:
    """Write the report as JSON. Raises OSError."""
    path.write_bytes(orjson.dumps(as_json(audited), option=orjson.OPT_INDENT_2) + b"\n")


def as_json(audited: Audited) -> dict[str, Any]:
    """Return the report as JSON values. Hashes are in 0x-hex."""
    report, proofs, storage = audited.report, audited.proofs, audited.report.storage
    return {
        "verdict": "equal" if report.is_clean else "different",
        "ledger": {
            "chain_id": audited.deployment.chain_id,
            "contract": audited.deployment.contract,
        },
        "first_block": report.first_block,
        "head": {"number": report.head.number, "hash": _hex(report.head.hash)},
        "trust": {
            "basis": report.trust.basis.value,
            "sources": list(report.trust.sources),
            "told": report.trust.in_words(),
        },
        "proved": {
            "headers": proofs.headers,
            "receipts": proofs.receipts,
            "transactions": proofs.transactions and not report.unproved_transaction_blocks,
            "storage": storage is not None and storage.is_proved,
            "nothing_else_stored": None if storage is None else storage.is_complete,
        },
        "checks": [{"verdict": verdict, "check": told} for verdict, told in _checks(audited)],
        "counts": {
            "blocks": report.blocks,
            "transactions": report.calls,
            "events": report.events,
            "signatures": report.signatures,
            "acts": dict(report.acts),
            "refused": dict(report.refused),
            "parties": report.parties,
            "pools": report.pools,
            "receipts_open": report.receipts_open,
            "receipts_closed": report.receipts_closed,
            "receipts_encumbered": report.receipts_encumbered,
            "storage_words": 0 if storage is None else storage.words,
            "receipts_open_proved": _when_proved(storage, "receipts_open"),
            "pools_proved": _when_proved(storage, "pools"),
            "rows": None if report.rows is None else dict(report.rows),
        },
        "refusals": [_refusal_json(refusal) for refusal in report.refusals],
        "difference_count": report.found.total(),
        "differences": [_finding_json(finding) for finding in report.findings],
        "elapsed_seconds": round(audited.elapsed_seconds, 3),
    }


def _checks_table(audited: Audited) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for verdict, told in _checks(audited):
        table.add_row(verdict, told)
    return table


def _checks(audited: Audited) -> Iterator[tuple[str, str]]:
    report, proofs = audited.report, audited.proofs
    found = report.found.keys()
    yield "trusted" if report.trust.is_checked else "ON TRUST", report.trust.in_words()
    yield _proved(proofs.headers), f"{report.blocks:,} block headers, linked and re-hashed"
    yield _proved(proofs.receipts), "receipts roots: no log left out, added or changed"
    yield (
        _proved(proofs.transactions and not report.unproved_transaction_blocks),
        f"transactions roots: the calldata of {report.calls:,} transactions is what was sent",
    )
    yield (
        _agrees(found, FindingKind.CONSENT, FindingKind.INNER_CALL),
        f"{report.signatures:,} signatures recovered; every act has all consents that it needs",
    )
    yield (
        _agrees(found, FindingKind.STATEMENT, FindingKind.UNEXPLAINED, FindingKind.CONTRADICTION),
        f"{report.events:,} events, each the one that follows from what was signed",
    )
    yield _agrees(found, *_OF_INVARIANTS), "invariants I1 to I11"
    yield _storage_check(report, found)
    if report.rows is not None:
        rows = ", ".join(f"{count:,} {table}" for table, count in report.rows.items())
        yield _agrees(found, FindingKind.SQL), f"database, row by row: {rows or 'no rows'}"


def _storage_check(report: Report, found: Set[FindingKind]) -> tuple[str, str]:
    storage = report.storage
    if storage is None:
        return "not done", "contract storage"
    told = (
        f"contract storage: {storage.words:,} words, among them {storage.receipts_open:,} open "
        f"receipts and {storage.pools:,} pools that agree"
    )
    if not storage.is_proved:
        verdict = _agrees(found, FindingKind.STORAGE)
        return verdict, f"{told}, as the node says; NOT PROVED, the node gives no proofs"
    told += ", proved by the head's state root"
    if storage.is_complete:
        told += ", and nothing else is stored"
    elif storage.is_complete is None:
        told += "; that nothing else is stored cannot be shown on this node"
    return _agrees(found, FindingKind.STORAGE), told


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
        console.print(f"  and {total - len(lines):,} more; --json writes them to a file")
    console.print()


def _refusal_line(refusal: RefusedAct) -> str:
    return escape(
        f"block {refusal.block_number}: {refusal.act} of {refusal.subject}: {refusal.reason}"
    )


def _finding_line(finding: Finding) -> str:
    place = "" if finding.block_number is None else f" (block {finding.block_number}"
    if finding.tx_hash is not None:
        place += f", transaction {_hex(finding.tx_hash)}"
    place += ")" if place else ""
    question = _QUESTIONS[finding.kind]
    return f"[red]{escape(finding.subject)}[/red]: {question}: {escape(finding.detail + place)}"


def _verdict(report: Report) -> str:
    if report.is_clean:
        return "[bold green]EQUAL: everything that was looked at agrees.[/bold green]"
    total = report.found.total()
    return f"[bold red]DIFFERENT: {total:,} difference{'' if total == 1 else 's'}.[/bold red]"


def _when_proved(storage: StorageComparison | None, name: str) -> int:
    """Return how many agree with a word that the head's state root covers."""
    if storage is None or not storage.is_proved:
        return 0
    return int(getattr(storage, name))


def _proved(is_proved: bool) -> str:
    return "proved" if is_proved else "NOT PROVED"


def _agrees(found: Set[FindingKind], *kinds: FindingKind) -> str:
    return "DIFFERENT" if found & {*kinds} else "agrees"


def _refusal_json(refusal: RefusedAct) -> dict[str, Any]:
    return {
        "block": refusal.block_number,
        "transaction": _hex(refusal.tx_hash),
        "act": refusal.act,
        "subject": refusal.subject,
        "digest": _hex(refusal.digest),
        "reason": refusal.reason,
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "subject": finding.subject,
        "detail": finding.detail,
        "block": finding.block_number,
        "transaction": None if finding.tx_hash is None else _hex(finding.tx_hash),
    }


def _hex(content: bytes) -> str:
    return "0x" + content.hex()
