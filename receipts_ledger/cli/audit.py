"""The command `audit`: the same audit as scripts/audit_replay.py, which needs no gateway."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from receipts_ledger.cli.options import AsJson
from receipts_ledger.cli.output import console, print_json


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Looking")(audit)


def audit(
    *,
    rpc: Annotated[
        str, typer.Option(envvar="RECEIPTS_LEDGER_RPC", metavar="URL", help="JSON-RPC of a node.")
    ],
    deployment: Annotated[
        Path,
        typer.Option(envvar="RECEIPTS_LEDGER_DEPLOYMENT", metavar="FILE", help="Deployment file."),
    ],
    database: Annotated[
        str | None,
        typer.Option("--db", metavar="URL", help="Compare this database too, row by row."),
    ] = None,
    to_block: Annotated[
        int | None,
        typer.Option("--to", min=0, metavar="BLOCK", help="Last block; else the newest."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Replay a ledger from its chain alone and compare contract and database with it.

    For example: receipts-ledger audit --rpc http://node:8545 --deployment deployment.json

    Exit code 0: everything agrees. 1: something differs. 2: it could not be decided.
    """
    from receipts_ledger.cli.audit_report import as_json as report_as_json
    from receipts_ledger.cli.audit_report import exit_code, print_audit
    from receipts_ledger.cli.audit_run import run_audit

    audited = run_audit(
        rpc_url=rpc,
        deployment_file=deployment,
        database_url=database,
        to_block=to_block,
        console=None if as_json else Console(stderr=True),
    )
    if as_json:
        print_json(report_as_json(audited))
    else:
        print_audit(audited, console())
    raise typer.Exit(exit_code(audited))
