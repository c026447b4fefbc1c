"""The command `audit`: the same audit as scripts/audit_replay.py, which needs no gateway."""

import typer

from receipts_ledger.cli.audit_bundles import export, verify
from receipts_ledger.cli.audit_check import check
from receipts_ledger.cli.audit_look import look_at
from receipts_ledger.cli.audit_options import (
    ByAuditor,
    DatabaseUrl,
    DeploymentFile,
    Html,
    Nodes,
    NoProofs,
    Out,
    Password,
    Pdf,
    SignWith,
    SinceReport,
    StateFile,
    ToBlock,
    TrustedHead,
    WriteState,
    required,
)
from receipts_ledger.cli.audit_telling import papers_of, tell
from receipts_ledger.cli.options import AsJson
from receipts_ledger.errors import Fatal


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
    no_proofs: NoProofs = False,
    as_json: AsJson = False,
) -> None:
    """Replay a ledger from its chain alone and compare contract and database with it.

    The report can be signed by the auditor's key, and written as JSON, HTML and PDF. With
    --since, --state and --auditor only the blocks behind an earlier report are read.

    For example: receipts-ledger audit --rpc http://node:8545 --deployment deployment.json

    Exit code 0: everything agrees. 1: something differs. 2: it could not be decided. Without
    proofs, 0 says only that no difference was seen.
    """
    if context.invoked_subcommand is not None:
        return
    from receipts_ledger.cli.audit_run import run_audit
    from receipts_ledger.cli.audit_since import going_on

    (first, *others), file = required(rpc, "--rpc"), required(deployment, "--deployment")
    if no_proofs:
        papers_and_states = (out, html, pdf, sign_with, since, state, by_auditor, state_file)
        if any(each is not None for each in papers_and_states):
            raise Fatal("--no-proofs: what proves nothing is neither signed nor gone on from")
        look_at(
            first, file, others, trusted_head, database=database, to_block=to_block, as_json=as_json
        )
    papers = papers_of(sign_with, password, out=out, html=html, pdf=pdf)
    tell(
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
