"""Drafts of acts on pools: where goods lie, and how much of them has been counted."""

from collections.abc import Callable, Mapping

from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Hash32, PartyId, PoolId, Version, pool_id, pool_number
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.sealed import seal
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services.commodities import Profile
from receipts_ledger.services.draft.desk import Desk, expect_version
from receipts_ledger.services.intake import Draft
from receipts_ledger.services.standing import known_party, known_pool


def open_pool(
    desk: Desk,
    *,
    warehouse_id: PartyId,
    index: int,
    commodity: str,
    place: str,
    quantity_capacity: int,
    attestation_days: int,
    is_bonded: bool,
    is_non_negotiable: bool,
    deadline: int | None,
) -> Draft:
    """Draft a pool: goods of one kind in one place of one warehouse."""
    until = desk.deadline(deadline)
    known_party(desk.standing, warehouse_id, "warehouse_id")
    profile = _profile(desk, commodity)
    unit = profile.document["base_unit"]["code"]
    sealed = seal("description", {"commodity": profile.code, "place": place, "base_unit": unit})
    act = OpenPool(
        pool_id(warehouse_id, index),
        quantity_capacity,
        attestation_days,
        is_serialised=profile.is_serialised,
        is_paged=profile.is_paged,
        is_bonded=is_bonded,
        is_non_negotiable=is_non_negotiable,
        description=sealed.commitment,
        deadline=until,
    )
    return Draft(act, needed(act, {}), (sealed,))


def attest(
    desk: Desk,
    *,
    pool: PoolId,
    quantity: int,
    evidence: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft an inspector's count of a pool."""
    until = desk.deadline(deadline)
    present = known_pool(desk.standing, pool).version
    sealed = seal("evidence", evidence)
    act = Attest(
        pool,
        expect_version(pool, version, present, f"pool {pool_number(pool)}"),
        quantity,
        sealed.commitment,
        until,
    )
    return Draft(act, needed(act, {}), (sealed,))


def pause(
    desk: Desk,
    *,
    pool: PoolId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a guardian's stop to new receipts and new pledges in a pool."""
    return _for_reason(Pause, desk, pool=pool, reason=reason, version=version, deadline=deadline)


def resume(
    desk: Desk,
    *,
    pool: PoolId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the end of a pause."""
    return _for_reason(Resume, desk, pool=pool, reason=reason, version=version, deadline=deadline)


def seal_pool(
    desk: Desk,
    *,
    pool: PoolId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the end of a pool on this ledger."""
    return _for_reason(Seal, desk, pool=pool, reason=reason, version=version, deadline=deadline)


def _for_reason(
    make: Callable[[PoolId, Version, Hash32, int], Pause | Resume | Seal],
    desk: Desk,
    *,
    pool: PoolId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    until = desk.deadline(deadline)
    present = known_pool(desk.standing, pool).version
    named = expect_version(pool, version, present, f"pool {pool_number(pool)}")
    sealed = seal("reason", reason)
    act = make(pool, named, sealed.commitment, until)
    return Draft(act, needed(act, {}), (sealed,))


def _profile(desk: Desk, commodity: str) -> Profile:
    if commodity not in desk.profiles:
        raise Refused(
            RefusalCode.PROFILE_MISMATCH, "there is no such commodity profile", field="commodity"
        )
    return desk.profiles[commodity]
