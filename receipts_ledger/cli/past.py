"""The commands `past`: the ledger as it was, replayed and proved from its chain alone."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.options import AsJson, AskedMoment
from receipts_ledger.domain.books import Capacity

Node: TypeAlias = Annotated[
    str,
    typer.Option("--rpc", envvar="RECEIPTS_LEDGER_RPC", metavar="URL", help="JSON-RPC of a node."),
]
DeploymentFile: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--deployment",
        envvar="RECEIPTS_LEDGER_DEPLOYMENT",
        metavar="FILE",
        help="Deployment file.",
    ),
]
At: TypeAlias = Annotated[
    AskedMoment | None,
    options.asked_moment_option(
        "--at",
        "Block number, block hash, date (its end, UTC) or RFC 3339 time; else the newest block.",
    ),
]
Whose: TypeAlias = Annotated[
    int | None,
    typer.Argument(
        parser=options.parse_party, metavar="[PARTY]", help="Number of the party; else everybody."
    ),
]


def register(root: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help=(
            "The ledger as it was at a block or day, proved from its chain alone.\n\n"
            "Exit code 0: replayed, and everything agrees. 1: the replay has found a difference, "
            "or there was no such thing. 2: it could not be decided."
        ),
        no_args_is_help=True,
    )
    group.command("receipt")(receipt)
    group.command("history")(history)
    group.command("pool")(pool)
    group.command("stock")(stock)
    group.command("party")(party)
    group.command("holder")(holder)
    group.command("lender")(lender)
    group.command("warehouse")(warehouse)
    root.add_typer(group, name="past", rich_help_panel="Looking")


def receipt(
    receipt_id: options.ReceiptArgument,
    *,
    at: At = None,
    rpc: Node,
    deployment: DeploymentFile,
    as_json: AsJson = False,
) -> None:
    """Show a receipt as it was: who held it, what it was over, whether it was pledged to whom.

    For example: receipts-ledger past receipt 12-1-000345 --at 2026-03-31
    """
    from receipts_ledger.cli import past_told
    from receipts_ledger.cli.past_run import NodePast

    raise typer.Exit(
        past_told.tell_receipt(NodePast(rpc, deployment), receipt_id, at, as_json=as_json)
    )


def history(
    receipt_id: options.ReceiptArgument,
    *,
    with_lineage: Annotated[
        bool,
        typer.Option("--lineage", help="Also of what it came out of, and of what came out of it."),
    ] = False,
    at: At = None,
    rpc: Node,
    deployment: DeploymentFile,
    as_json: AsJson = False,
) -> None:
    """Show all that happened to a receipt: acts, signers, what changed; what was refused too.

    For example: receipts-ledger past history 12-1-000345 --lineage
    """
    from receipts_ledger.cli import past_history
    from receipts_ledger.cli.past_run import NodePast

    raise typer.Exit(
        past_history.tell(
            NodePast(rpc, deployment), receipt_id, at, with_lineage=with_lineage, as_json=as_json
        )
    )


def pool(
    pool_id: options.PoolArgument,
    *,
    at: At = None,
    rpc: Node,
    deployment: DeploymentFile,
    as_json: AsJson = False,
) -> None:
    """Show a pool as it was: capacity, what was attested, what was receipted.

    For example: receipts-ledger past pool 12-1 --at 2026-03-31T12:00:00Z
    """
    from receipts_ledger.cli import past_told
    from receipts_ledger.cli.past_run import NodePast

    raise typer.Exit(past_told.tell_pool(NodePast(rpc, deployment), pool_id, at, as_json=as_json))


def stock(
    pool_id: options.PoolArgument,
    *,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, for a spreadsheet; errors stay lines.")
    ] = False,
    at: At = None,
    rpc: Node,
    deployment: DeploymentFile,
    as_json: AsJson = False,
) -> None:
    """Show every event that changed a pool's stock, and whether stock was conserved at each.

    For example: receipts-ledger past stock 12-1 --csv
    """
    from receipts_ledger.cli import past_stock
    from receipts_ledger.cli.past_run import NodePast

    if as_csv and as_json:
        raise typer.BadParameter("one of them, not both", param_hint="'--csv' or '--json'")
    form = past_stock.Form.CSV if as_csv else past_stock.Form.LINES
    form = past_stock.Form.JSON if as_json else form
    raise typer.Exit(past_stock.tell(NodePast(rpc, deployment), pool_id, at, form))


def party(
    party_id: options.PartyArgument,
    *,
    at: At = None,
    rpc: Node,
    deployment: DeploymentFile,
    as_json: AsJson = False,
) -> None:
    """Show a party as it was: its roles, whether it was active, which keys spoke for it.

    For example: receipts-ledger past party 12 --at 2026-03-31
    """
    from receipts_ledger.cli import past_told
    from receipts_ledger.cli.past_run import NodePast

    raise typer.Exit(past_told.tell_party(NodePast(rpc, deployment), party_id, at, as_json=as_json))


def holder(
    party_id: Whose = None,
    *,
    at: At = None,
    rpc: Node,
    deployment: DeploymentFile,
    as_json: AsJson = False,
) -> None:
    """Show what a holder held, by pool, and how much of it was pledged.

    For example: receipts-ledger past holder 70001 --at 2026-03-31
    """
    _books(Capacity.HOLDER, party_id, at, rpc, deployment, as_json=as_json)


def lender(
    party_id: Whose = None,
    *,
    at: At = None,
    rpc: Node,
    deployment: DeploymentFile,
    as_json: AsJson = False,
) -> None:
    """Show what was pledged to a lender, by pool, with maturities and what was in default.

    For example: receipts-ledger past lender 21 --at 2026-03-31
    """
    _books(Capacity.LENDER, party_id, at, rpc, deployment, as_json=as_json)


def warehouse(
    party_id: Whose = None,
    *,
    at: At = None,
    rpc: Node,
    deployment: DeploymentFile,
    as_json: AsJson = False,
) -> None:
    """Show what lay in a warehouse, by pool: capacity, attested, receipted, and what was pledged.

    For example: receipts-ledger past warehouse 12 --at 2026-03-31
    """
    _books(Capacity.WAREHOUSE, party_id, at, rpc, deployment, as_json=as_json)


def _books(
    capacity: Capacity,
    party_id: int | None,
    at: AskedMoment | None,
    rpc: str,
    deployment: Path,
    *,
    as_json: bool,
) -> None:
    from receipts_ledger.cli import past_books
    from receipts_ledger.cli.past_run import NodePast

    raise typer.Exit(
        past_books.tell(NodePast(rpc, deployment), capacity, party_id, at, as_json=as_json)
    )
