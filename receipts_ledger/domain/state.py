"""How a receipt, a pool or a party stands, as names and plain values, and what an act changed.

The names are those of the API's answers. What an event means is not decided here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from receipts_ledger.domain.ids import date_of
from receipts_ledger.domain.party import Party, Role
from receipts_ledger.domain.pool import Pool
from receipts_ledger.domain.receipt import Flag, Receipt

Plain: TypeAlias = int | str | bool | date | tuple[str, ...] | None
State: TypeAlias = Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class Changed:
    """One member that is another than before. `before` is None where there was nothing."""

    member: str
    before: Plain
    after: Plain


def receipt_state(receipt: Receipt) -> State:
    """Return how a receipt stands. In default, the day of that stands for the maturity."""
    is_in_default = Flag.IN_DEFAULT in receipt.flags
    day = None if receipt.maturity_day is None else date_of(receipt.maturity_day)
    return {
        "status": receipt.status.name.lower(),
        "holder_id": receipt.holder,
        "quantity": receipt.quantity,
        "encumbered": Flag.ENCUMBERED in receipt.flags,
        "pledgee_id": receipt.pledgee,
        "maturity": None if is_in_default else day,
        "in_default": is_in_default,
        "in_default_since": day if is_in_default else None,
        "frozen": Flag.FROZEN in receipt.flags,
        "claimed": Flag.CLAIMED in receipt.flags,
        "paper": Flag.PAPER in receipt.flags,
        "storage_until": date_of(receipt.storage_day),
        "version": receipt.version,
    }


def pool_state(pool: Pool) -> State:
    """Return how a pool stands. Quantities are in its base units."""
    return {
        "capacity": pool.quantity_capacity,
        "attested": pool.quantity_attested,
        "receipted": pool.quantity_receipted,
        "attestation_days": pool.attestation_days,
        "attested_on": date_of(pool.attestation_day) if pool.attestation_day else None,
        "next_serial": pool.next_serial,
        "serialised": pool.is_serialised,
        "paged": pool.is_paged,
        "bonded": pool.is_bonded,
        "non_negotiable": pool.is_non_negotiable,
        "paused": pool.is_paused,
        "sealed": pool.is_sealed,
        "version": pool.version,
    }


def party_state(party: Party) -> State:
    """Return how a party stands."""
    return {
        "roles": role_names(party.roles),
        "active": party.is_active,
        "key_count": party.key_count,
        "in_recovery": party.notice_day is not None,
        "veto_until": None if party.notice_day is None else date_of(party.notice_day),
        "vetoed": party.is_vetoed,
        "version": party.version,
    }


def role_names(roles: Role) -> tuple[str, ...]:
    """Return roles by their names."""
    return tuple(str(role.name).lower() for role in Role(roles))


def changed(before: State | None, after: State) -> tuple[Changed, ...]:
    """Return what is another than before; of what was not there, all that is more than nothing."""
    if before is None:
        return tuple(Changed(name, None, value) for name, value in after.items() if value)
    return tuple(
        Changed(name, before[name], value) for name, value in after.items() if before[name] != value
    )
