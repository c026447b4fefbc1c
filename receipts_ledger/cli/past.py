"""The commands `past`: the ledger as it was, replayed and proved from its chain alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.audit_options import DeploymentFile, Nodes, TrustedHead
from receipts_ledger.cli.options import AskedMoment
from receipts_ledger.cli.session import by_options
from receipts_ledger.domain.books import Capacity

if TYPE_CHECKING:
    from receipts_ledger.cli.past_run import LedgerPast

Whose: TypeAlias = Annotated[
    int | None,
    typer.Argument(
        parser=options.parse_party, metavar="[PARTY]", help="Number of the party; else everybody."
    ),
]


@dataclass(frozen=True, slots=True)
class Chain:
    """Which chain is looked at, and as of when. Opening it reads the files that it names."""

    rpc: Nodes
    deployment: DeploymentFile
    trusted_head: TrustedHead
    bundle: Annotated[
        Path | None,
        typer.Option(
            "--bundle", metavar="FILE", help="In the place of a node: what `audit export` wrote."
        ),
    ]
    at: Annotated[
        AskedMoment | None,
        options.asked_moment_option(
            "--at",
            "Block number, block hash, date (its end, UTC) or RFC 3339 time; else the newest.",
        ),
    ]
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs; errors too.")]

    def opened(self) -> "LedgerPast":
        """Return the ledger's past. Raises BadParameter where it is not said from where."""
        from receipts_ledger.cli.past_run import past_of_bundle, past_of_nodes

        if self.bundle is not None:
            return past_of_bundle(self.bundle, self.deployment, self.trusted_head)
        if not self.rpc or self.deployment is None:
            raise typer.BadParameter("missing option --rpc and --deployment, or --bundle")
        return past_of_nodes(self.rpc, self.deployment, self.trusted_head)


_on_chain = by_options(Chain, {"as_json": False})


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
    for command in (receipt, history, pool, stock, party, holder, lender, warehouse):
        group.command(command.__name__)(_on_chain(command))
    root.add_typer(group, name="past", rich_help_panel="Looking")


def receipt(chain: Chain, receipt_id: options.ReceiptArgument) -> None:
    """Show a receipt as it was: who held it, what it was over, whether it was pledged to whom.

    For example: receipts-ledger past receipt 12-1-000345 --at 2026-03-31
    """
    from receipts_ledger.cli.past_told import tell_receipt

    raise typer.Exit(tell_receipt(chain.opened(), receipt_id, chain.at, as_json=chain.as_json))


def history(
    chain: Chain,
    receipt_id: options.ReceiptArgument,
    *,
    with_lineage: Annotated[
        bool,
        typer.Option("--lineage", help="Also of what it came out of, and of what came out of it."),
    ] = False,
) -> None:
    """Show all that happened to a receipt: acts, signers, what changed; what was refused too.

    For example: receipts-ledger past history 12-1-000345 --lineage
    """
    from receipts_ledger.cli.past_history import tell

    raise typer.Exit(
        tell(chain.opened(), receipt_id, chain.at, with_lineage=with_lineage, as_json=chain.as_json)
    )


def pool(chain: Chain, pool_id: options.PoolArgument) -> None:
    """Show a pool as it was: capacity, what was attested, what was receipted.

    For example: receipts-ledger past pool 12-1 --at 2026-03-31T12:00:00Z
    """
    from receipts_ledger.cli.past_told import tell_pool

    raise typer.Exit(tell_pool(chain.opened(), pool_id, chain.at, as_json=chain.as_json))


def stock(
    chain: Chain,
    pool_id: options.PoolArgument,
    *,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print CSV, for a spreadsheet; errors stay lines.")
    ] = False,
) -> None:
    """Show every event that changed a pool's stock, and whether stock was conserved at each.

    For example: receipts-ledger past stock 12-1 --csv
    """
    from receipts_ledger.cli.past_stock import Form, tell

    if as_csv and chain.as_json:
        raise typer.BadParameter("one of them, not both", param_hint="'--csv' or '--json'")
    form = Form.CSV if as_csv else Form.LINES
    form = Form.JSON if chain.as_json else form
    raise typer.Exit(tell(chain.opened(), pool_id, chain.at, form))


def party(chain: Chain, party_id: options.PartyArgument) -> None:
    """Show a party as it was: its roles, whether it was active, which keys spoke for it.

    For example: receipts-ledger past party 12 --at 2026-03-31
    """
    from receipts_ledger.cli.past_told import tell_party

    raise typer.Exit(tell_party(chain.opened(), party_id, chain.at, as_json=chain.as_json))


def holder(chain: Chain, party_id: Whose = None) -> None:
    """Show what a holder held, by pool, and how much of it was pledged.

    For example: receipts-ledger past holder 70001 --at 2026-03-31
    """
    _tell_books(chain, Capacity.HOLDER, party_id)


def lender(chain: Chain, party_id: Whose = None) -> None:
    """Show what was pledged to a lender, by pool, with maturities and what was in default.

    For example: receipts-ledger past lender 21 --at 2026-03-31
    """
    _tell_books(chain, Capacity.LENDER, party_id)


def warehouse(chain: Chain, party_id: Whose = None) -> None:
    """Show what lay in a warehouse, by pool: capacity, attested, receipted, and what was pledged.

    For example: receipts-ledger past warehouse 12 --at 2026-03-31
    """
    _tell_books(chain, Capacity.WAREHOUSE, party_id)


def _tell_books(chain: Chain, capacity: Capacity, party_id: int | None) -> None:
    from receipts_ledger.cli.past_books import tell

    raise typer.Exit(tell(chain.opened(), capacity, party_id, chain.at, as_json=chain.as_json))
