"""How the commands of the audit end: the report printed, signed and written, and its exit code."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer
from rich.console import Console

from receipts_ledger.cli.output import console, print_document

if TYPE_CHECKING:
    from receipts_ledger.cli.audit_papers import Papers
    from receipts_ledger.cli.audit_run import Audited


def papers_of(
    sign_with: Path | None,
    password: Path | None,
    *,
    out: Path | None,
    html: Path | None,
    pdf: Path | None,
) -> "Papers":
    """Return the papers that are wanted. Raises Fatal where they cannot be made."""
    from receipts_ledger.cli.audit_papers import Papers, Wanted

    return Papers(Wanted(out=out, html=html, pdf=pdf), sign_with, password)


def tell(
    run: Callable[[Console | None], "Audited"],
    papers: "Papers",
    deployment: Path | None,
    *,
    as_json: bool,
) -> NoReturn:
    """Run an audit, print and write its report, and end with its exit code."""
    from receipts_ledger.cli.audit_issue import issue
    from receipts_ledger.cli.audit_report import print_audit

    progress = None if as_json else Console(stderr=True)
    issued = issue(lambda: run(progress), papers, deployment)
    if as_json:
        print_document(issued.told)
    audited = issued.outcome()
    if not as_json:
        print_audit(audited, console())
    raise typer.Exit(issued.exit_code)
