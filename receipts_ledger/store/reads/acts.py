"""Acts, with their signers and receipts, as far as somebody may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, not_, or_, select, true, tuple_

from receipts_ledger.domain.consent import ANY_ROLE
from receipts_ledger.domain.ids import Hash32, PartyId, ReceiptId
from receipts_ledger.domain.pending import (
    ActStatus,
    Consent,
    PendingAct,
    receipts_of,
    subject_of,
    version_of,
)
from receipts_ledger.domain.untold import SUBSTITUTE, UNTOLD
from receipts_ledger.store.acts import SIGNERS, consent_of
from receipts_ledger.store.bulk import among
from receipts_ledger.store.prepared import Prepared, asked
from receipts_ledger.store.reads.sight import Sight
from receipts_ledger.store.tables import act_receipts, act_signers, acts, receipts
from receipts_ledger.store.units import Found, Reader

# What a pledgee does alone, and the pledgor has to be told of with what it says.
_NOTICES = ("Default", "Cure")
# A party sees who is to speak for it, above all when it ought to object.
_OF_KEYS = ("Admit", "Recover", "CompleteRecovery")
_CARRIED_OUT = ("mined", "final")
_UNDER_WAY = (ActStatus.DRAFT, ActStatus.SIGNED)


@dataclass(frozen=True, slots=True)
class ActRow:
    """The row of an act that no transaction has carried yet, and nobody has refused."""

    act_id: str
    kind: str
    digest: Hash32
    status: ActStatus
    subject: int
    version: int
    deadline: int
    created_at: datetime
    updated_at: datetime
    created_by: PartyId | None
    statement: bytes
    refusal: None = None
    tx_hash: None = None
    block_number: Any = None


@dataclass(frozen=True, slots=True)
class ShownAct:
    """The row of an act, its consents in order, and its receipts."""

    row: Found | ActRow
    consents: tuple[Consent, ...]
    receipt_ids: tuple[ReceiptId, ...]


def act(reader: Reader, act_id: str, sight: Sight) -> ShownAct | None:
    """Return an act, None where there is none to be seen."""
    row = _row(reader, act_id, sight)
    if row is None:
        return None
    receipts_of_act = reader.ask(_RECEIPTS, act_id=act_id)
    return ShownAct(
        row,
        tuple([consent_of(signer) for signer in reader.ask(SIGNERS, of_act=act_id)]),
        tuple([ReceiptId(link.receipt_id) for link in receipts_of_act]),
    )


def is_seen(reader: Reader, act_id: str, sight: Sight) -> bool:
    """Tell whether there is such an act to be seen."""
    return _row(reader, act_id, sight) is not None


def known(pending: PendingAct, sight: Sight) -> ShownAct | None:
    """Return an act under way as its unit of work has it, None where it has to be read."""
    # As `_concerns` has it, of an act that gives nobody notice yet.
    is_concerned = (
        sight.party_id is None
        or pending.created_by == sight.party_id
        or any(
            consent.party_id == sight.party_id
            or (consent.party_id is None and int(consent.role) & sight.roles)
            for consent in pending.consents
        )
    )
    receipt_ids = receipts_of(pending.act)
    if pending.status not in _UNDER_WAY or len(receipt_ids) > 1 or not is_concerned:
        return None
    return ShownAct(
        ActRow(
            act_id=pending.act_id,
            kind=pending.kind,
            digest=pending.digest,
            status=pending.status,
            subject=subject_of(pending.act),
            version=version_of(pending.act),
            deadline=pending.act.deadline,
            created_at=pending.created_at,
            updated_at=pending.updated_at,
            created_by=pending.created_by,
            statement=pending.statement,
        ),
        pending.consents,
        receipt_ids,
    )


def page(
    reader: Reader,
    sight: Sight,
    *,
    status: str | None,
    party_id: PartyId | None,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[ShownAct]:
    """Return the next acts, newest first; of a party, those that it signs or has drafted.

    Those in which it has yet to sign, and may not be told as a signer, are left out.
    """
    conditions = [true() if sight.party_id is None else _concerns(sight.party_id, sight.roles)]
    if status is not None:
        conditions.append(acts.c.status == status)
    if party_id is not None:
        conditions.append(or_(acts.c.created_by == party_id, _told_to_sign(party_id, sight)))
    if before is not None:
        conditions.append(tuple_(acts.c.created_at, acts.c.act_id) < before)
    query = select(acts).where(and_(*conditions))
    ordered = query.order_by(acts.c.created_at.desc(), acts.c.act_id.desc()).limit(limit)
    return _with_members(reader, reader.rows(ordered))


def _concerns(party_id: Any, roles: Any) -> ColumnElement[bool]:
    """Acts that it has drafted, that need its consent, that admit it or give it notice."""
    of_its_role = exists().where(
        act_signers.c.act_id == acts.c.act_id,
        act_signers.c.party_id.is_(None),
        act_signers.c.role.bitwise_and(roles) != 0,
    )
    return or_(
        acts.c.created_by == party_id,
        _signed_by(party_id),
        of_its_role,
        and_(acts.c.kind.in_(_OF_KEYS), acts.c.subject == party_id),
        and_(acts.c.kind.in_(_NOTICES), acts.c.status.in_(_CARRIED_OUT), _pledged_by(party_id)),
    )


def _pledged_by(party_id: Any) -> ColumnElement[bool]:
    # Of the pledge that stands: who holds the receipt later has no business with its former debts.
    return exists().where(
        act_receipts.c.act_id == acts.c.act_id,
        receipts.c.receipt_id == act_receipts.c.receipt_id,
        receipts.c.holder_id == party_id,
        receipts.c.pledged_at_block <= acts.c.block_number,
    )


def _signed_by(party_id: Any) -> ColumnElement[bool]:
    return exists().where(act_signers.c.act_id == acts.c.act_id, act_signers.c.party_id == party_id)


def _told_to_sign(party_id: PartyId, sight: Sight) -> ColumnElement[bool]:
    if sight.party_id in (None, party_id):
        return _signed_by(party_id)
    # What is found by a name tells the name: no less is asked here than where acts are shown.
    return exists().where(
        act_signers.c.act_id == acts.c.act_id,
        act_signers.c.party_id == party_id,
        or_(
            act_signers.c.signature.is_not(None),
            acts.c.kind.not_in(UNTOLD),
            acts.c.created_by.is_(None),
            and_(act_signers.c.role != int(ANY_ROLE), acts.c.kind != SUBSTITUTE),
            _stores_all(sight),
        ),
    )


def _stores_all(sight: Sight) -> ColumnElement[bool]:
    elsewhere = exists().where(
        act_receipts.c.act_id == act_signers.c.act_id,
        receipts.c.receipt_id == act_receipts.c.receipt_id,
        not_(sight.its_stock()),
    )
    return not_(elsewhere)


def _row(reader: Reader, act_id: str, sight: Sight) -> Found | None:
    if sight.party_id is None:
        return reader.ask_first(_ANY, act_id=act_id)
    return reader.ask_first(
        _CONCERNING, act_id=act_id, sight_party=sight.party_id, sight_roles=sight.roles
    )


_OF_ACT = acts.c.act_id == asked("act_id", acts.c.act_id)
_ANY = Prepared(select(acts).where(_OF_ACT))
_CONCERNING = Prepared(
    select(acts).where(
        _OF_ACT,
        _concerns(
            asked("sight_party", acts.c.created_by), asked("sight_roles", act_signers.c.role)
        ),
    )
)
_RECEIPTS = Prepared(
    select(act_receipts)
    .where(act_receipts.c.act_id == asked("act_id", act_receipts.c.act_id))
    .order_by(act_receipts.c.receipt_id)
)


def _with_members(reader: Reader, rows: Sequence[Found]) -> list[ShownAct]:
    act_ids = [row.act_id for row in rows]
    consents: dict[str, list[Consent]] = {act_id: [] for act_id in act_ids}
    receipt_ids: dict[str, list[ReceiptId]] = {act_id: [] for act_id in act_ids}
    for condition in among(act_signers.c.act_id, act_ids):
        for signer in reader.rows(
            select(act_signers).where(condition).order_by(act_signers.c.position)
        ):
            consents[signer.act_id].append(consent_of(signer))
    for condition in among(act_receipts.c.act_id, act_ids):
        for link in reader.rows(
            select(act_receipts).where(condition).order_by(act_receipts.c.receipt_id)
        ):
            receipt_ids[link.act_id].append(ReceiptId(link.receipt_id))
    return [
        ShownAct(row, tuple(consents[row.act_id]), tuple(receipt_ids[row.act_id])) for row in rows
    ]
