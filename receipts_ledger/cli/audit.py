"""The commands of the audit: the same as scripts/audit_replay.py, which needs no gateway."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn, TypeAlias, TypeVar

import typer
from rich.console import Console

from receipts_ledger.cli.audit_check import check
from receipts_ledger.cli.options import AsJson, address_option, hash_option
from receipts_ledger.cli.output import console, print_document
from receipts_ledger.domain.ids import Address, Hash32

if TYPE_CHECKING:
    from receipts_ledger.cli.audit_papers import Papers
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
SinceReport: TypeAlias = Annotated[
    Path | None,
    typer.Option("--since", metavar="REPORT", help="Go on from this signed report (its JSON)."),
]
StateFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--state", metavar="FILE", help="The state that was written with that report."),
]
ByAuditor: TypeAlias = Annotated[
    Address | None, address_option("--auditor", "Whose report it has to be.")
]
WriteState: TypeAlias = Annotated[
    Path | None,
    typer.Option("--write-state", metavar="FILE", help="Write the state, to go on from it later."),
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
    group.command("export")(export)
    group.command("verify")(verify)
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
    since: SinceReport = None,
    state: StateFile = None,
    by_auditor: ByAuditor = None,
    state_file: WriteState = None,
    sign_with: SignWith = None,
    password: Password = None,
    out: Out = None,
    html: Html = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """Replay a ledger from its chain alone and compare contract and database with it.

    The report is signed with --sign-with and written with --out. With --since, --state and
    --auditor only the blocks behind an earlier report are read.

    For example: receipts-ledger audit --rpc http://node:8545 --deployment deployment.json

    Exit code 0: everything agrees. 1: something differs. 2: it could not be decided.
    """
    if context.invoked_subcommand is not None:
        return
    from receipts_ledger.cli.audit_run import run_audit
    from receipts_ledger.cli.audit_since import going_on

    (first, *others), file = required(rpc, "--rpc"), required(deployment, "--deployment")
    papers = _papers(sign_with, password, out=out, html=html, pdf=pdf)
    _tell(
        lambda progress: run_audit(
            rpc_url=first,
            other_rpc_urls=others,
            deployment_file=file,
            trusted_head=trusted_head,
            database_url=database,
            to_block=to_block,
            console=progress,
            auditor=papers.auditor,
            going_on=going_on(since, state, by_auditor, database),
            state_file=state_file,
        ),
        papers,
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
    sign_with: SignWith = None,
    password: Password = None,
    out: Out = None,
    html: Html = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """Audit a ledger, and write all that an audit needs into a file, to be verified offline.

    For example: receipts-ledger audit export ledger.bundle --rpc http://node:8545
    --deployment deployment.json

    Exit codes are those of the audit. Where it could not be decided, no file is left.
    """
    from receipts_ledger.cli.audit_run import run_export

    (first, *others), file = required(rpc, "--rpc"), required(deployment, "--deployment")
    papers = _papers(sign_with, password, out=out, html=html, pdf=pdf)
    _tell(
        lambda progress: run_export(
            bundle=bundle,
            rpc_url=first,
            other_rpc_urls=others,
            deployment_file=file,
            trusted_head=trusted_head,
            to_block=to_block,
            console=progress,
            auditor=papers.auditor,
        ),
        papers,
        file,
        as_json=as_json,
    )


def verify(
    bundle: BundleFile,
    *,
    deployment: DeploymentFile = None,
    trusted_head: TrustedHead = None,
    database: DatabaseUrl = None,
    sign_with: SignWith = None,
    password: Password = None,
    out: Out = None,
    html: Html = None,
    pdf: Pdf = None,
    as_json: AsJson = False,
) -> None:
    """Audit a ledger from a file that `audit export` has written, without a network.

    For example: receipts-ledger audit verify ledger.bundle --deployment deployment.json

    Exit codes are those of the audit. A file that was cut short or altered is refused, with 2.
    """
    from receipts_ledger.cli.audit_run import run_verify

    papers = _papers(sign_with, password, out=out, html=html, pdf=pdf)
    _tell(
        lambda progress: run_verify(
            bundle=bundle,
            deployment_file=deployment,
            trusted_head=trusted_head,
            database_url=database,
            console=progress,
            auditor=papers.auditor,
        ),
        papers,
        deployment,
        as_json=as_json,
    )


def _papers(
    sign_with: Path | None,
    password: Path | None,
    *,
    out: Path | None,
    html: Path | None,
    pdf: Path | None,
) -> "Papers":
    from receipts_ledger.cli.audit_papers import Papers, Wanted

    return Papers(Wanted(out=out, html=html, pdf=pdf), sign_with, password)


def _tell(
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


def required(given: T | None, option: str) -> T:
    """Return what was given. Subcommands have other options, so the group demands none itself."""
    if not given:
        raise typer.BadParameter(f"missing option {option}")
    return given
