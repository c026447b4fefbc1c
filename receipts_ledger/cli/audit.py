"""The command `audit`: the same audit as scripts/audit_replay.py, which needs no gateway."""

from pathlib import Path
from typing import Annotated, TypeAlias, TypeVar

import typer
from rich.console import Console

from receipts_ledger.cli.audit_look import look_at
from receipts_ledger.cli.options import AsJson, hash_option
from receipts_ledger.cli.output import console, print_json
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import LedgerError

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
NoProofs: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-proofs", help="A quick look at what one node claims: proves nothing, and says so."
    ),
]
ToBlock: TypeAlias = Annotated[
    int | None,
    typer.Option("--to", min=0, metavar="BLOCK", help="Last block; else the newest."),
]


def register(root: typer.Typer) -> None:
    """Add the command, and the group under its name."""
    group = typer.Typer()
    group.callback(invoke_without_command=True)(audit)
    root.add_typer(group, name="audit", rich_help_panel="Looking")


def audit(
    context: typer.Context,
    *,
    rpc: Nodes = None,
    deployment: DeploymentFile = None,
    trusted_head: TrustedHead = None,
    database: DatabaseUrl = None,
    to_block: ToBlock = None,
    no_proofs: NoProofs = False,
    as_json: AsJson = False,
) -> None:
    """Replay a ledger from its chain alone and compare contract and database with it.

    For example: receipts-ledger audit --rpc http://node:8545 --deployment deployment.json

    Exit code 0: everything agrees. 1: something differs. 2: it could not be decided. With
    --no-proofs, 0 says only that no difference was seen.
    """
    if context.invoked_subcommand is not None:
        return
    from receipts_ledger.cli.audit_report import as_json as report_as_json
    from receipts_ledger.cli.audit_report import exit_code, print_audit
    from receipts_ledger.cli.audit_run import run_audit
    from receipts_ledger.cli.audit_undecided import undecided_as_json

    (first, *others), file = required(rpc, "--rpc"), required(deployment, "--deployment")
    if no_proofs:
        look_at(
            first, file, others, trusted_head, database=database, to_block=to_block, as_json=as_json
        )
    try:
        audited = run_audit(
            rpc_url=first,
            other_rpc_urls=others,
            deployment_file=file,
            trusted_head=trusted_head,
            database_url=database,
            to_block=to_block,
            console=None if as_json else Console(stderr=True),
        )
    except LedgerError as error:
        if as_json:
            print_json(undecided_as_json(error, file))
        raise
    if as_json:
        print_json(report_as_json(audited))
    else:
        print_audit(audited, console())
    raise typer.Exit(exit_code(audited))


def required(given: T | None, option: str) -> T:
    """Return what was given. Subcommands have other options, so the group demands none itself."""
    if not given:
        raise typer.BadParameter(f"missing option {option}")
    return given
