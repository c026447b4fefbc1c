"""The command `audit`: the same audit as scripts/audit_replay.py, which needs no gateway."""

from pathlib import Path
from typing import Annotated, TypeAlias, TypeVar

import typer
from rich.console import Console

from receipts_ledger.cli.audit_check import check
from receipts_ledger.cli.options import AsJson, hash_option
from receipts_ledger.cli.output import console, print_document
from receipts_ledger.domain.ids import Hash32

T = TypeVar("T")

Nodes: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--rpc",
        envvar="RECEIPTS_LEDGER_RPC",
        metavar="URL",
        help="JSON-RPC of a node. Given again: nodes that must agree.",
    ),
]
DeploymentFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(envvar="RECEIPTS_LEDGER_DEPLOYMENT", metavar="FILE", help="Deployment file."),
]
TrustedHead: TypeAlias = Annotated[
    Hash32 | None,
    hash_option("--head", "Hash of the block to end at, got from somebody whom you trust."),
]
DatabaseUrl: TypeAlias = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="Compare this database too, row by row."),
]
ToBlock: TypeAlias = Annotated[
    int | None,
    typer.Option("--to", min=0, metavar="BLOCK", help="Last block; else the newest."),
]
SignWith: TypeAlias = Annotated[
    Path | None,
    typer.Option("--sign-with", metavar="FILE", help="Keystore file of the auditor's key."),
]
Password: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--password",
        envvar="RECEIPTS_LEDGER_KEY_PASSWORD_FILE",
        metavar="FILE",
        help="File with the keystore's password; without it you are asked.",
    ),
]
Out: TypeAlias = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Write the report here as JSON, HTML and PDF."),
]
Html: TypeAlias = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report as HTML.")
]
Pdf: TypeAlias = Annotated[
    Path | None, typer.Option("--pdf", metavar="FILE", help="Write the report as PDF.")
]


def register(root: typer.Typer) -> None:
    """Add the command, and the group under its name."""
    group = typer.Typer()
    group.callback(invoke_without_command=True)(audit)
    group.command("check")(check)
    root.add_typer(group, name="audit", rich_help_panel="Looking")


def audit(
    context: typer.Context,
    *,
    rpc: Nodes = None,
    deployment: DeploymentFile = None,
    trusted_head: TrustedHead = None,
    database: DatabaseUrl = None,
    to_block: ToBlock = None,
    sign_with: SignWith = None,
    password: Password = None,
    out: Out = None,
    html: Html = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """Replay a ledger from its chain alone and compare contract and database with it.

    For example: receipts-ledger audit --rpc http://node:8545 --deployment deployment.json

    The report is signed with --sign-with and written with --out.

    Exit code 0: everything agrees. 1: something differs. 2: it could not be decided.
    """
    if context.invoked_subcommand is not None:
        return
    from receipts_ledger.cli.audit_issue import issue
    from receipts_ledger.cli.audit_papers import Papers, Wanted
    from receipts_ledger.cli.audit_report import print_audit
    from receipts_ledger.cli.audit_run import run_audit

    (first, *others), file = required(rpc, "--rpc"), required(deployment, "--deployment")
    papers = Papers(Wanted(out=out, html=html, pdf=pdf), sign_with, password)
    issued = issue(
        lambda: run_audit(
            rpc_url=first,
            other_rpc_urls=others,
            deployment_file=file,
            trusted_head=trusted_head,
            database_url=database,
            to_block=to_block,
            console=None if as_json else Console(stderr=True),
            auditor=papers.auditor,
        ),
        papers,
        file,
    )
    if as_json:
        print_document(issued.told)
    audited = issued.outcome()
    if not as_json:
        print_audit(audited, console())
    raise typer.Exit(issued.exit_code)


def required(given: T | None, option: str) -> T:
    """Return what was given. Subcommands have other options, so the group demands none itself."""
    if not given:
        raise typer.BadParameter(f"missing option {option}")
    return given
