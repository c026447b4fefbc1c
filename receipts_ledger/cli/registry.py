"""Commands by which parties and pools come to be: registrar, warehouses, inspectors."""

from typing import Annotated

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.acts import Evidence, Reason, Wait, sign_and_show
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.domain.ids import Address, PartyId
from receipts_ledger.domain.party import Role


def register(root: typer.Typer) -> None:
    """Add the commands."""
    of_parties = (admit, suspend, reinstate, bind_key, revoke_key)
    of_recovery = (recover, veto_recovery, complete_recovery)
    of_pools = (open_pool, attest, pause, resume, seal_pool)
    for command in (*of_parties, *of_recovery, *of_pools):
        name = command.__name__.replace("_", "-")
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
    bonded: Annotated[
        bool, typer.Option("--bonded", help="Goods leave only against a customs clearance.")
    ] = False,
    non_negotiable: Annotated[
        bool,
        typer.Option("--non-negotiable", help="Receipts are made out to a person, not to order."),
    ] = False,
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
        bonded=bonded,
        non_negotiable=non_negotiable,
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


def suspend(
    session: Session,
    *,
    party: options.PartyArgument,
    reason: Reason,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Suspend a party: it starts nothing new (the registrar signs).

    For example: receipts-ledger suspend 8 --reason reason.json
    """
    draft = session.client().suspend(party, reason, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def reinstate(
    session: Session,
    *,
    party: options.PartyArgument,
    reason: Reason,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Lift a suspension (the registrar signs).

    For example: receipts-ledger reinstate 8 --reason reason.json
    """
    draft = session.client().reinstate(party, reason, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def bind_key(
    session: Session,
    *,
    party: options.PartyArgument,
    address: Annotated[Address, options.address_option("--address", "The key.")],
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Bind one more key to a party (registrar and a live key of the party sign).

    For example: receipts-ledger bind-key 8
    --address 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
    """
    draft = session.client().bind_key(party, address, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def revoke_key(
    session: Session,
    *,
    party: options.PartyArgument,
    address: Annotated[Address, options.address_option("--address", "The key.")],
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Revoke a key of a party (the party or the registrar signs).

    For example: receipts-ledger revoke-key 8
    --address 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
    """
    draft = session.client().revoke_key(party, address, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def recover(
    session: Session,
    *,
    party: options.PartyArgument,
    address: Annotated[Address, options.address_option("--address", "The new key.")],
    evidence: Evidence,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Recover a party all of whose keys are lost (registrar, authority, new key sign).

    For example: receipts-ledger recover 8 --evidence evidence.json
    --address 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
    """
    draft = session.client().recover(party, address, evidence, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def complete_recovery(
    session: Session,
    *,
    party: options.PartyArgument,
    address: Annotated[Address, options.address_option("--address", "The new key.")],
    evidence: Evidence,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Complete a recovery once the notice has passed (the new key signs).

    For example: receipts-ledger complete-recovery 8 --evidence evidence.json
    --address 0x70997970c51812dc3a010c7d01b50e0d17dc79c8
    """
    draft = session.client().complete_recovery(party, address, evidence, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def veto_recovery(
    session: Session,
    *,
    party: options.PartyArgument,
    reason: Reason,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Object to a recovery (any key of the party signs).

    For example: receipts-ledger veto-recovery 8 --reason reason.json
    """
    draft = session.client().veto_recovery(party, reason, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def pause(
    session: Session,
    *,
    pool: options.PoolArgument,
    reason: Reason,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Stop new receipts and new pledges in a pool (the guardian signs).

    For example: receipts-ledger pause 12-3 --reason reason.json
    """
    draft = session.client().pause(pool, reason, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def resume(
    session: Session,
    *,
    pool: options.PoolArgument,
    reason: Reason,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """Let business go on in a paused pool (the registrar signs).

    For example: receipts-ledger resume 12-3 --reason reason.json
    """
    draft = session.client().resume(pool, reason, deadline=deadline)
    sign_and_show(session, draft, wait=wait)


def seal_pool(
    session: Session,
    *,
    pool: options.PoolArgument,
    reason: Reason,
    deadline: options.Deadline = None,
    wait: Wait = False,
) -> None:
    """End a pool on this ledger for ever (registrar and authority sign).

    For example: receipts-ledger seal-pool 12-3 --reason reason.json
    """
    draft = session.client().seal_pool(pool, reason, deadline=deadline)
    sign_and_show(session, draft, wait=wait)
