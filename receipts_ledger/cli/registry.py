"""Commands by which parties and pools come to be: registrar, warehouses, inspectors."""

from typing import Annotated

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.acts import Evidence, Wait, sign_and_show
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.domain.party import Role


def register(root: typer.Typer) -> None:
    """Add the commands."""
    for name, command in (("admit", admit), ("open-pool", open_pool), ("attest", attest)):
        root.command(name, rich_help_panel="Parties and pools")(in_session(command))


def admit(
    session: Session,
    *,
    party: options.PartyArgument,
    roles: options.RolesOption,
    address: Annotated[Address, options.address_option("--address", "The party's first key.")],
    name: Annotated[str, typer.Option(help="Legal name.")],
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Admit a party with its first key (registrar and the new key sign).

    For example: receipts-ledger admit 8 --role lender --name "Bank D"
    --address 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
    """
    together = Role(0)
    for role in roles:
        together |= role
    draft = session.client().admit(party, together, address, {"name": name}, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def open_pool(
    session: Session,
    *,
    warehouse: Annotated[PartyId, options.party_option("--warehouse", "Whose place it is.")],
    index: Annotated[int, options.index_option()],
    commodity: Annotated[str, typer.Option(help="Code of the commodity's profile.")],
    place: Annotated[str, typer.Option(help="Where the goods lie.")],
    capacity: options.Capacity,
    attestation_days: Annotated[
        int, typer.Option(min=1, max=255, help="Longest age of a count to lend against, in days.")
    ] = 30,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Open a pool: goods of one kind in one place (registrar and warehouse sign).

    For example: receipts-ledger open-pool --warehouse 12 --index 3 --commodity copper-cathode
    --place "shed 4" --capacity 5000000
    """
    draft = session.client().open_pool(
        warehouse,
        index,
        commodity=commodity,
        place=place,
        capacity=capacity,
        attestation_days=attestation_days,
        deadline=deadline,
    )
    sign_and_show(session, draft, wait=wait)


def attest(
    session: Session,
    *,
    pool: options.PoolArgument,
    quantity: options.Attested,
    evidence: Evidence,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Attest how much lies in a pool today (an inspector signs).

    For example: receipts-ledger attest 12-3 --quantity 4000000 --evidence evidence.json --wait
    """
    draft = session.client().attest(pool, quantity, evidence, deadline=deadline)
    sign_and_show(session, draft, wait=wait)
