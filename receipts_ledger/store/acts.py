"""Acts on their way: rows of drafts, signatures, contents and slots, in one transaction.

What becomes of an act once the relayer has it is written elsewhere (relay, outcomes).
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Address, Hash32, PartyId, ReceiptId
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.pending import (
    ActStatus,
    Consent,
    PendingAct,
    receipts_of,
    subject_of,
    version_of,
)
from receipts_ledger.domain.refusal import RefusalOnRecord
from receipts_ledger.domain.sealed import Sealed
from receipts_ledger.errors import NotFound
from receipts_ledger.store import keystores
from receipts_ledger.store.contents import keep
from receipts_ledger.store.prepared import Prepared, absent, asked, in_places, rows_of
from receipts_ledger.store.tables import act_receipts, act_signers, acts, key_uses, pledge_slots
from receipts_ledger.store.units import Found, Writer

ReadStatement: TypeAlias = Callable[[bytes], Act]
"""Reads the act of an unsigned wire form."""

_JUDGEMENT_SECONDS_MAX = 120
_ENDS = (ActStatus.REFUSED, ActStatus.EXPIRED, ActStatus.WITHDRAWN)

_OF_ACT = acts.c.act_id == asked("of_act", acts.c.act_id)
_FIND = Prepared(select(acts).where(_OF_ACT))
_LOCK = Prepared(select(acts).where(_OF_ACT).with_for_update())
_OF_DIGEST = Prepared(select(acts).where(acts.c.digest == asked("digest", acts.c.digest)))
_ADD = absent(
    acts,
    *("act_id", "digest", "kind", "subject", "version", "statement", "deadline", "status"),
    *("created_by", "created_at", "updated_at"),
)
_OF_SIGNER = ("act_id", "position", "party_id", "role")
_OF_SIGNED_ACT = act_signers.c.act_id == asked("of_act", act_signers.c.act_id)
SIGNERS = Prepared(select(act_signers).where(_OF_SIGNED_ACT).order_by(act_signers.c.position))
"""The consents of an act, `of_act`, in their order."""
_PUT_SIGNATURE = Prepared(
    update(act_signers)
    .where(
        _OF_SIGNED_ACT,
        act_signers.c.position == asked("at_position", act_signers.c.position),
        act_signers.c.signature.is_(None),
    )
    .values({name: asked(name, act_signers.c[name]) for name in ("signature", "key", "signed_at")})
)
_TOUCH = Prepared(
    update(acts).where(_OF_ACT).values(updated_at=asked("updated_at", acts.c.updated_at))
)
_SETTLE = Prepared(
    update(acts)
    .where(_OF_ACT)
    .values({name: asked(name, acts.c[name]) for name in ("status", "refusal", "updated_at")})
)


class StoredActs:
    """The acts in one open transaction."""

    def __init__(self, writer: Writer, read_statement: ReadStatement) -> None:
        self._writer = writer
        self._read_statement = read_statement
        self._locked: dict[str, PendingAct] = {}

    def add(self, pending: PendingAct, contents: Sequence[Sealed]) -> PendingAct:
        """Write a draft with what it commits to, and return it.

        A statement that has been drafted before is not written again: what has become of
        the first is returned.
        """
        is_new = self._writer.ask_first(
            _ADD,
            act_id=pending.act_id,
            digest=pending.digest,
            kind=pending.kind,
            subject=subject_of(pending.act),
            version=version_of(pending.act),
            statement=pending.statement,
            deadline=pending.act.deadline,
            status=pending.status,
            created_by=pending.created_by,
            created_at=pending.created_at,
            updated_at=pending.updated_at,
        )
        if is_new is None:
            earlier = self._writer.ask_first(_OF_DIGEST, digest=pending.digest)
            if earlier is None:
                raise NotFound("act with digest", "0x" + pending.digest.hex())
            return self._read(earlier)
        signers = [
            (pending.act_id, consent.position, consent.party_id, int(consent.role))
            for consent in pending.consents
        ]
        if signers:
            adding = rows_of(act_signers, _OF_SIGNER, len(signers))
            self._writer.carry_out(adding, **in_places(_OF_SIGNER, signers))
        self._writer.insert_many(
            act_receipts, [(pending.act_id, receipt) for receipt in receipts_of(pending.act)]
        )
        keep(self._writer, contents, pending.created_at)
        return pending

    def find(self, act_id: str) -> PendingAct | None:
        """Return an act, None where there is none."""
        row = self._writer.ask_first(_FIND, of_act=act_id)
        return None if row is None else self._read(row)

    def lock(self, act_id: str) -> PendingAct:
        """Return an act that nobody else changes meanwhile. Raises NotFound."""
        if act_id not in self._locked:
            row = self._writer.ask_first(_LOCK, of_act=act_id)
            if row is None:
                raise NotFound("act", act_id)
            self._locked[act_id] = self._read(row)
        return self._locked[act_id]

    def put_signatures(self, pending: PendingAct) -> None:
        """Write the signatures that are new."""
        locked = self._locked.pop(pending.act_id, None)
        written = () if locked is None else locked.consents
        for consent in pending.consents:
            if consent.signature is not None and consent not in written:
                self._writer.carry_out(
                    _PUT_SIGNATURE,
                    of_act=pending.act_id,
                    at_position=consent.position,
                    signature=consent.signature,
                    key=consent.key,
                    signed_at=consent.signed_at,
                )
        self._writer.carry_out(_TOUCH, of_act=pending.act_id, updated_at=pending.updated_at)

    def take_slots(self, pending: PendingAct, at: datetime) -> ReceiptId | None:
        """Take the slots of all receipts, or return the first that another act has."""
        # In one order for everybody, so that two portfolios cannot wait for each other.
        for receipt_id in sorted(receipts_of(pending.act)):
            self._writer.run(
                delete(pledge_slots).where(
                    pledge_slots.c.receipt_id == receipt_id,
                    pledge_slots.c.act_id != pending.act_id,
                    pledge_slots.c.act_id.in_(select(acts.c.act_id).where(_has_lost_its_slot(at))),
                )
            )
            if not self._writer.insert_absent(
                pledge_slots, receipt_id=receipt_id, act_id=pending.act_id, taken_at=at
            ):
                holder = self._writer.scalar(
                    select(pledge_slots.c.act_id).where(pledge_slots.c.receipt_id == receipt_id)
                )
                if holder != pending.act_id:
                    return receipt_id
        return None

    def settle(
        self, act_id: str, status: ActStatus, refusal: RefusalOnRecord | None, at: datetime
    ) -> None:
        """Change the status, and give the slots back when that is the act's end."""
        self._locked.pop(act_id, None)
        self._writer.carry_out(
            _SETTLE, of_act=act_id, status=status, refusal=explained(refusal), updated_at=at
        )
        if status in _ENDS:
            self._writer.run(delete(pledge_slots).where(pledge_slots.c.act_id == act_id))

    def kept_keys_of(self, party_id: PartyId) -> Sequence[Address]:
        """Return the keys that the gateway keeps for a party, the oldest first."""
        return keystores.addresses_of(self._writer, party_id)

    def note_key_use(self, act_id: str, key: Address, api_token_id: str, at: datetime) -> None:
        """Write down that a kept key has signed, and for whom."""
        self._writer.insert(key_uses, address=key, act_id=act_id, token_id=api_token_id, at=at)

    def _read(self, row: Found) -> PendingAct:
        signers = self._writer.ask(SIGNERS, of_act=row.act_id)
        return PendingAct(
            act_id=row.act_id,
            act=self._read_statement(row.statement),
            digest=Hash32(row.digest),
            statement=row.statement,
            status=ActStatus(row.status),
            consents=tuple(consent_of(signer) for signer in signers),
            created_by=None if row.created_by is None else PartyId(row.created_by),
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


def consent_of(row: Found) -> Consent:
    """Return the consent that a row of act_signers says."""
    return Consent(
        position=row.position,
        party_id=None if row.party_id is None else PartyId(row.party_id),
        role=Role(row.role),
        signature=row.signature,
        key=None if row.key is None else Address(row.key),
        signed_at=row.signed_at,
    )


def _has_lost_its_slot(at: datetime) -> ColumnElement[bool]:
    """An act that has ended, or whose last signer's request died before the contract answered."""
    return or_(
        acts.c.status.in_(_ENDS),
        and_(
            acts.c.status == ActStatus.DRAFT,
            acts.c.updated_at < at - timedelta(seconds=_JUDGEMENT_SECONDS_MAX),
        ),
    )


def explained(refusal: RefusalOnRecord | None) -> dict[str, object] | None:
    """Return how an act carries its refusal."""
    if refusal is None:
        return None
    return {
        "code": refusal.code,
        "detail": refusal.detail.get("detail", ""),
        "details": {name: said for name, said in refusal.detail.items() if name != "detail"},
        "refusal_id": refusal.refusal_id,
    }
