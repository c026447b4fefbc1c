"""Drafts of acts on parties and their keys."""

from collections.abc import Callable, Mapping

from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Address, Hash32, PartyId, Version
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
    Role,
    Suspend,
    VetoRecovery,
)
from receipts_ledger.domain.sealed import seal
from receipts_ledger.services.draft.desk import Desk, expect_version
from receipts_ledger.services.intake import Draft
from receipts_ledger.services.standing import known_party


def admit(
    desk: Desk,
    *,
    party_id: PartyId,
    roles: Role,
    key: Address,
    profile: Mapping[str, Json],
    deadline: int | None,
) -> Draft:
    """Draft the admission of a party with its first key."""
    until = desk.deadline(deadline)
    sealed = seal("profile", profile)
    act = Admit(party_id, roles, key, sealed.commitment, until)
    return Draft(act, needed(act, {}), (sealed,))


def suspend(
    desk: Desk,
    *,
    party_id: PartyId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a suspension."""
    return _standing(
        Suspend, desk, party_id=party_id, reason=reason, version=version, deadline=deadline
    )


def reinstate(
    desk: Desk,
    *,
    party_id: PartyId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the end of a suspension."""
    return _standing(
        Reinstate, desk, party_id=party_id, reason=reason, version=version, deadline=deadline
    )


def bind_key(
    desk: Desk, *, party_id: PartyId, key: Address, version: int | None, deadline: int | None
) -> Draft:
    """Draft one more key for a party."""
    until = desk.deadline(deadline)
    act = BindKey(party_id, _version(desk, party_id, version), key, until)
    return Draft(act, needed(act, {}))


def revoke_key(
    desk: Desk, *, party_id: PartyId, key: Address, version: int | None, deadline: int | None
) -> Draft:
    """Draft the end of a key."""
    until = desk.deadline(deadline)
    act = RevokeKey(party_id, _version(desk, party_id, version), key, until)
    return Draft(act, needed(act, {}))


def recover(
    desk: Desk,
    *,
    party_id: PartyId,
    key: Address,
    evidence: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the recovery of a party all of whose keys are lost."""
    until = desk.deadline(deadline)
    sealed = seal("evidence", evidence)
    present = _version(desk, party_id, version)
    act = Recover(party_id, present, key, sealed.commitment, until)
    return Draft(act, needed(act, {}), (sealed,))


def veto_recovery(
    desk: Desk,
    *,
    party_id: PartyId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a party's objection: a key is not lost."""
    return _standing(
        VetoRecovery, desk, party_id=party_id, reason=reason, version=version, deadline=deadline
    )


def complete_recovery(
    desk: Desk,
    *,
    party_id: PartyId,
    key: Address,
    evidence: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the end of a recovery whose notice has passed: the new key speaks."""
    until = desk.deadline(deadline)
    sealed = seal("evidence", evidence)
    present = _version(desk, party_id, version)
    act = CompleteRecovery(party_id, present, key, sealed.commitment, until)
    return Draft(act, needed(act, {}), (sealed,))


def _standing(
    make: Callable[[PartyId, Version, Hash32, int], Suspend | Reinstate | VetoRecovery],
    desk: Desk,
    *,
    party_id: PartyId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    until = desk.deadline(deadline)
    sealed = seal("reason", reason)
    present = _version(desk, party_id, version)
    act = make(party_id, present, sealed.commitment, until)
    return Draft(act, needed(act, {}), (sealed,))


def _version(desk: Desk, party_id: PartyId, asked: int | None) -> Version:
    present = known_party(desk.standing, party_id).version
    return expect_version(party_id, asked, present, f"party {party_id}")
