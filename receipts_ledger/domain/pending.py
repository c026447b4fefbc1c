"""An act on its way to the ledger: what is stated, who has signed, how far it has come.

It is a row of the gateway's and changes nothing on the ledger until the contract takes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.consent import ANY_ROLE, Need
from receipts_ledger.domain.ids import NO_HASH, Address, Hash32, PartyId, ReceiptId
from receipts_ledger.domain.party import Admit, BindKey, Reinstate, RevokeKey, Role, Suspend
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
)
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.receipt import Deliver, Freeze, Issue, Transfer, Unfreeze


class ActStatus(StrEnum):
    """How far an act has come. The last four are ends."""

    DRAFT = "draft"
    SIGNED = "signed"
    ASSIGNED = "assigned"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Consent:
    """One place among the signatures, and what stands in it."""

    position: int
    party_id: PartyId | None
    role: Role
    signature: bytes | None = None
    key: Address | None = None
    signed_at: datetime | None = None

    def need(self, act: Act) -> Need:
        """Return what the consent matrix demands in this place."""
        match act:
            case Admit() if self.position == 1:
                return Need(ANY_ROLE, None, key=act.key)
            case RevokeKey():
                return Need(ANY_ROLE, self.party_id, or_any=Role.REGISTRAR)
            case Release() | ReleasePortfolio() | Cure():
                return Need(self.role, self.party_id, even_suspended=True)
            case _:
                return Need(self.role, self.party_id)


@dataclass(frozen=True, slots=True)
class PendingAct:
    """An act with its consents, in the order of the consent matrix."""

    act_id: str
    act: Act
    digest: Hash32
    statement: bytes
    status: ActStatus
    consents: tuple[Consent, ...]
    created_by: PartyId | None
    created_at: datetime
    updated_at: datetime

    @property
    def kind(self) -> str:
        """The kind of act, by name."""
        return type(self.act).__name__

    @property
    def signatures(self) -> tuple[bytes, ...]:
        """The signatures that are there, in order. A party in two places stands in both."""
        return tuple(c.signature for c in self.consents if c.signature is not None)

    @property
    def is_complete(self) -> bool:
        """Whether everybody has signed, and only the judges have to be asked."""
        return self.status is ActStatus.DRAFT and all(c.signature for c in self.consents)

    def signed(
        self, positions: Sequence[int], key: Address, signature: bytes, at: datetime
    ) -> "PendingAct":
        """Return the act with a signature in these places."""
        consents = tuple(
            replace(c, signature=signature, key=key, signed_at=at) if c.position in positions else c
            for c in self.consents
        )
        return replace(self, consents=consents, updated_at=at)


def consents_of(needs: Sequence[Need]) -> tuple[Consent, ...]:
    """Return the empty places for what an act needs."""
    return tuple(
        Consent(position, need.party, need.or_any or need.role)
        for position, need in enumerate(needs)
    )


def receipts_of(act: Act) -> tuple[ReceiptId, ...]:
    """Return the receipts that exist already and that the act is about."""
    match act:
        case PledgePortfolio() | ReleasePortfolio():
            return tuple(ref.receipt_id for ref in act.receipts)
        case Admit() | Suspend() | Reinstate() | BindKey() | RevokeKey():
            return ()
        case OpenPool() | Attest() | Issue():
            return ()
        case _:
            return (act.receipt_id,)


def subject_of(act: Act) -> int:
    """Return the number of the party, pool or receipt that the act is about."""
    match act:
        case Admit() | Suspend() | Reinstate() | BindKey() | RevokeKey():
            return act.party
        case OpenPool() | Attest():
            return act.pool
        case Issue():
            return act.pool << 32 | act.first_serial
        case PledgePortfolio() | ReleasePortfolio():
            return act.receipts[0].receipt_id
        case _:
            return act.receipt_id


def version_of(act: Act) -> int:
    """Return the version that the act names, 0 where it names none or several."""
    match act:
        case Admit() | OpenPool() | Issue() | PledgePortfolio() | ReleasePortfolio():
            return 0
        case _:
            return act.version


def commitments_of(act: Act) -> tuple[Hash32, ...]:
    """Return the commitments to contents that the act carries, without empty ones."""
    match act:
        case Admit():
            found = (act.profile,)
        case Suspend() | Reinstate():
            found = (act.reason,)
        case OpenPool():
            found = (act.description,)
        case Attest() | Deliver():
            found = (act.evidence,)
        case Issue():
            contents = (new.content for new in act.receipts)
            return tuple(dict.fromkeys(h for h in (act.evidence, *contents) if h != NO_HASH))
        case (
            Transfer()
            | Pledge()
            | Release()
            | PledgePortfolio()
            | ReleasePortfolio()
            | AssignPledge()
            | Cure()
            | Enforce()
        ):
            found = (act.terms,)
        case Default():
            found = (act.notice,)
        case Freeze() | Unfreeze():
            found = (act.order,)
        case BindKey() | RevokeKey():
            return ()
    return tuple(commitment for commitment in found if commitment != NO_HASH)
