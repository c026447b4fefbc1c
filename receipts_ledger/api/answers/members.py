"""Parties, pools and commodity profiles as the API tells them."""

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import (
    AsOf,
    Place,
    date_text,
    hexadecimal,
    optional_hexadecimal,
    place_of,
)
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import pool_number
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.sealed import Sealed
from receipts_ledger.services.commodities import Profile
from receipts_ledger.store.units import Found


class PartyOut(TypedDict):
    """A party. Of its profile, strangers see the name."""

    party_id: int
    roles: list[str]
    active: bool
    in_recovery: bool
    veto_until: str | None
    version: int
    keys: list[str]
    profile_commitment: str
    profile: dict[str, Any] | None
    last_change: Place


class PartyPage(TypedDict):
    """Parties by number."""

    items: list[PartyOut]
    next_cursor: str | None
    as_of: AsOf | None


class PoolOut(TypedDict):
    """A pool. Quantities in `base_unit` (UN/ECE Recommendation 20)."""

    pool_id: int
    number: str
    warehouse_id: int
    commodity: str | None
    place: str | None
    base_unit: str | None
    serialised: bool
    paged: bool
    bonded: bool
    non_negotiable: bool
    paused: bool
    sealed: bool
    capacity: int
    attested: int
    receipted: int
    attestation_days: int
    attested_on: str | None
    inspector_id: int | None
    next_serial: int
    version: int
    description_commitment: str
    evidence_commitment: str | None
    last_change: Place


class PoolPage(TypedDict):
    """Pools by number."""

    items: list[PoolOut]
    next_cursor: str | None
    as_of: AsOf | None


class NameOut(TypedDict):
    """A name in English and Chinese."""

    en: str
    zh: str


class UnitOut(TypedDict):
    """A unit of measure by its code in UN/ECE Recommendation 20."""

    code: str
    en: str
    zh: str
    base_units: NotRequired[int]


class ExchangeOut(TypedDict):
    """Under which code the goods are traded where."""

    name: str
    code: str


class ItemRuleOut(TypedDict):
    """How serialised goods are told apart.

    Where there is a `serial_field`, the key fields name a series, in which it counts the items
    without gaps; they then stand on the ledger by page of 256.
    """

    kind: str
    key_fields: list[str]
    serial_field: NotRequired[str]
    schema: dict[str, Any]


class ProfileOut(TypedDict):
    """A commodity: names, units, identity, and the JSON Schema of a receipt's content."""

    code: str
    name: NameOut
    hs_code: str
    exchange: ExchangeOut
    base_unit: UnitOut
    trade_unit: UnitOut
    standard_lot_base_units: int
    lot_tolerance_basis_points: int
    identity: str
    identity_rule: NameOut
    content: dict[str, Any]
    item: NotRequired[ItemRuleOut]


class ProfileList(TypedDict):
    """All commodity profiles."""

    items: list[ProfileOut]


def told_party(
    row: Found, keys: Sequence[bytes], profile: Sealed | None, caller: Caller
) -> PartyOut:
    """Return a party."""
    body: Mapping[str, Json] | None = None if profile is None else profile.body
    if body is not None and not (caller.sees_everything or caller.party_id == row.party_id):
        body = {name: body[name] for name in ("name",) if name in body}
    return PartyOut(
        party_id=row.party_id,
        roles=[role.name.lower() for role in Role(row.roles) if role.name],
        active=row.is_active,
        in_recovery=row.notice_day is not None,
        veto_until=None if row.notice_day is None else date_text(row.notice_day),
        version=row.version,
        keys=[hexadecimal(key) for key in keys],
        profile_commitment=hexadecimal(row.profile),
        profile=None if body is None else dict(body),
        last_change=place_of(row),
    )


def told_pool(row: Found, description: Sealed | None) -> PoolOut:
    """Return a pool."""
    said: Mapping[str, Json] = {} if description is None else description.body
    return PoolOut(
        pool_id=row.pool_id,
        number=pool_number(row.pool_id),
        warehouse_id=row.warehouse_id,
        commodity=_text(said.get("commodity")),
        place=_text(said.get("place")),
        base_unit=_text(said.get("base_unit")),
        serialised=row.is_serialised,
        paged=row.is_paged,
        bonded=row.is_bonded,
        non_negotiable=row.is_non_negotiable,
        paused=row.is_paused,
        sealed=row.is_sealed,
        capacity=row.quantity_capacity,
        attested=row.quantity_attested,
        receipted=row.quantity_receipted,
        attestation_days=row.attestation_days,
        attested_on=date_text(row.attestation_day) if row.attestation_day else None,
        inspector_id=row.inspector_id,
        next_serial=row.next_serial,
        version=row.version,
        description_commitment=hexadecimal(row.description),
        evidence_commitment=optional_hexadecimal(row.evidence),
        last_change=place_of(row),
    )


def told_profile(profile: Profile) -> ProfileOut:
    """Return a commodity profile, as it ships."""
    document: Any = profile.document
    told: ProfileOut = document
    return told


def _text(value: Json) -> str | None:
    return value if isinstance(value, str) else None
