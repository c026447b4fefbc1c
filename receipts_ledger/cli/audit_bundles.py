"""The commands `audit export` and `audit verify`: a chain put into a file, and the file alone."""

from receipts_ledger.cli.audit_options import (
    BundleFile,
    DatabaseUrl,
    DeploymentFile,
    Html,
    Nodes,
    Out,
    Password,
    Pdf,
    SignWith,
    ToBlock,
    TrustedHead,
    required,
)
from receipts_ledger.cli.audit_telling import papers_of, tell
from receipts_ledger.cli.options import AsJson


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
    papers = papers_of(sign_with, password, out=out, html=html, pdf=pdf)
    tell(
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

    papers = papers_of(sign_with, password, out=out, html=html, pdf=pdf)
    tell(
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
