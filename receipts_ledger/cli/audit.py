"""The commands of the audit: the same as scripts/audit_replay.py, which needs no gateway."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeAlias, TypeVar

import typer
from rich.console import Console

from receipts_ledger.cli.options import AsJson, hash_option
from receipts_ledger.cli.output import console, print_json
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import LedgerError

if TYPE_CHECKING:
    from receipts_ledger.cli.audit_run import Audited

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
BundleFile: TypeAlias = Annotated[Path, typer.Argument(metavar="BUNDLE", help="The file.")]


def register(root: typer.Typer) -> None:
    """Add the command, and the group under its name."""
    group = typer.Typer()
    group.callback(invoke_without_command=True)(audit)
    group.command("export")(export)
    group.command("verify")(verify)
    root.add_typer(group, name="audit", rich_help_panel="Looking")


def audit(
    context: typer.Context,
    *,
    rpc: Nodes = None,
    deployment: DeploymentFile = None,
    trusted_head: TrustedHead = None,
    database: DatabaseUrl = None,
    to_block: ToBlock = None,
    as_json: AsJson = False,
) -> None:
    """Replay a ledger from its chain alone and compare contract and database with it.

    For example: receipts-ledger audit --rpc http://node:8545 --deployment deployment.json

    Exit code 0: everything agrees. 1: something differs. 2: it could not be decided.
    """
    if context.invoked_subcommand is not None:
        return
    from receipts_ledger.cli.audit_run import run_audit

    (first, *others), file = required(rpc, "--rpc"), required(deployment, "--deployment")
    _tell(
        lambda progress: run_audit(
            rpc_url=first,
            other_rpc_urls=others,
            deployment_file=file,
            trusted_head=trusted_head,
            database_url=database,
            to_block=to_block,
            console=progress,
        ),
        file,
        as_json=as_json,
    )


def export(
    bundle: BundleFile,
    *,
    rpc: Nodes = None,
    deployment: DeploymentFile = None,
    trusted_head: TrustedHead = None,
    to_block: ToBlock = None,
    as_json: AsJson = False,
) -> None:
    """Audit a ledger, and write all that an audit needs into a file, to be verified offline.

    For example: receipts-ledger audit export ledger.bundle --rpc http://node:8545
    --deployment deployment.json

    Exit codes are those of the audit. Where it could not be decided, no file is left.
    """
    from receipts_ledger.cli.audit_run import run_export

    (first, *others), file = required(rpc, "--rpc"), required(deployment, "--deployment")
    _tell(
        lambda progress: run_export(
            bundle=bundle,
            rpc_url=first,
            other_rpc_urls=others,
            deployment_file=file,
            trusted_head=trusted_head,
            to_block=to_block,
            console=progress,
        ),
        file,
        as_json=as_json,
    )


def verify(
    bundle: BundleFile,
    *,
    deployment: DeploymentFile = None,
    trusted_head: TrustedHead = None,
    database: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Audit a ledger from a file that `audit export` has written, without a network.

    For example: receipts-ledger audit verify ledger.bundle --deployment deployment.json

    Exit codes are those of the audit. A file that was cut short or altered is refused, with 2.
    """
    from receipts_ledger.cli.audit_run import run_verify

    _tell(
        lambda progress: run_verify(
            bundle=bundle,
            deployment_file=deployment,
            trusted_head=trusted_head,
            database_url=database,
            console=progress,
        ),
        deployment,
        as_json=as_json,
    )


def _tell(
    run: Callable[[Console | None], "Audited"], deployment: Path | None, *, as_json: bool
) -> NoReturn:
    """Run an audit, print its report, and end with its exit code."""
    from receipts_ledger.cli.audit_report import as_json as report_as_json
    from receipts_ledger.cli.audit_report import exit_code, print_audit
    from receipts_ledger.cli.audit_undecided import undecided_as_json

    try:
        audited = run(None if as_json else Console(stderr=True))
    except LedgerError as error:
        if as_json:
            print_json(undecided_as_json(error, deployment))
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
