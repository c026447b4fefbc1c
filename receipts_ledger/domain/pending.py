"""An act on its way to the ledger: what is stated, who has signed, how far it has come.

It is a row of the gateway's and changes nothing on the ledger until the contract takes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from enum import StrEnum

from receipts_ledger.domain.act import KIND_OF, Act
from receipts_ledger.domain.change import Merge, Split
from receipts_ledger.domain.consent import ANY_ROLE, Need
from receipts_ledger.domain.ids import NO_HASH, Address, Hash32, PartyId, ReceiptId
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
from receipts_ledger.domain.pledge import (
    Cure,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
    Substitute,
)
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import (
    Issue,
    LiftClaim,
    TransferPortfolio,
)


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

    def need(self, act: Act) -> Need:  # noqa: PLR0911  (one return for each exception)
        """Return what the consent matrix demands in this place."""
        match act:
            case Admit() if self.position == 1:
                return Need(ANY_ROLE, None, key=act.key)
            case Recover() if self.position == 2:  # noqa: PLR2004
                return Need(ANY_ROLE, None, key=act.key)
            case CompleteRecovery():
                return Need(ANY_ROLE, None, key=act.key)
            case RevokeKey():
                return Need(ANY_ROLE, self.party_id, or_any=Role.REGISTRAR)
            case LiftClaim():
                return Need(Role.WAREHOUSE, self.party_id, or_any=Role.AUTHORITY)
            case Release() | ReleasePortfolio() | Cure() | VetoRecovery():
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


def receipts_of(act: Act) -> tuple[ReceiptId, ...]:  # noqa: PLR0911  (one return for each shape)
    """Return the receipts that exist already and that the act is about, each once."""
    match act:
        case PledgePortfolio() | ReleasePortfolio() | TransferPortfolio():
            return tuple(ref.receipt_id for ref in act.receipts)
        case Merge():
            return _each_once(act.receipt_id, act.absorbed_id)
        case Substitute():
            return _each_once(act.receipt_id, act.substitute_id)
        case Admit() | Suspend() | Reinstate() | BindKey() | RevokeKey():
            return ()
        case Recover() | VetoRecovery() | CompleteRecovery():
            return ()
        case OpenPool() | Attest() | Issue() | Pause() | Resume() | Seal():
            return ()
        case _:
            return (act.receipt_id,)


def _each_once(*receipts: ReceiptId) -> tuple[ReceiptId, ...]:
    # A receipt that is merged with itself is refused by the contract, and may be asked for.
    return tuple(dict.fromkeys(receipts))


def subject_of(act: Act) -> int:
    """Return the number of the party, pool or receipt that the act is about."""
    match act:
        case Admit() | Suspend() | Reinstate() | BindKey() | RevokeKey():
            return act.party
        case Recover() | VetoRecovery() | CompleteRecovery():
            return act.party
        case OpenPool() | Attest() | Pause() | Resume() | Seal():
            return act.pool
        case Issue():
            return act.pool << 32 | act.first_serial
        case PledgePortfolio() | ReleasePortfolio() | TransferPortfolio():
            return act.receipts[0].receipt_id
        case _:
            return act.receipt_id


def version_of(act: Act) -> int:
    """Return the version that the act names, 0 where it names none or several."""
    match act:
        case Admit() | OpenPool() | Issue():
            return 0
        case PledgePortfolio() | ReleasePortfolio() | TransferPortfolio():
            return 0
        case _:
            return act.version


COMMITMENTS = frozenset(
    (
        "claim",
        "content",
        "description",
        "evidence",
        "notice",
        "order",
        "paper",
        "profile",
        "reason",
        "terms",
    )
)
"""The members of acts that stand for content off the chain."""

_COMMITMENTS_IN: dict[type, tuple[str, ...]] = {
    kind: tuple(member.name for member in fields(kind) if member.name in COMMITMENTS)
    for kind in KIND_OF
}


def commitments_of(act: Act) -> tuple[Hash32, ...]:
    """Return the commitments to contents that the act carries, each once, without empty ones."""
    found: list[Hash32] = [getattr(act, name) for name in _COMMITMENTS_IN[type(act)]]
    if isinstance(act, Issue):
        found += [new.content for new in act.receipts]
    if isinstance(act, Split):
        found += [part.content for part in act.parts]
    return tuple(dict.fromkeys(each for each in found if each != NO_HASH))
