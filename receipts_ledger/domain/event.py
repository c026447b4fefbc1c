"""The events: everything that can have happened on the ledger."""

from typing import TypeAlias

from receipts_ledger.domain.change import (
    Absorbed,
    Cancelled,
    Divided,
    IssuedFrom,
    Merged,
    Replaced,
    WrittenDown,
)
from receipts_ledger.domain.claim import (
    DocumentUsed,
    ItemFreed,
    ItemReceipted,
    ItemsFreed,
    ItemsReceipted,
)
from receipts_ledger.domain.fact import fact
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.party import (
    Admitted,
    KeyBound,
    KeyRevoked,
    Recovered,
    RecoveryBegun,
    RecoveryVetoed,
    Reinstated,
    Suspended,
)
from receipts_ledger.domain.pledge import (
    Cured,
    Defaulted,
    Enforced,
    PledgeAssigned,
    Pledged,
    Released,
    Substituted,
)
from receipts_ledger.domain.pool import (
    Attested,
    PoolBroughtOver,
    PoolOpened,
    PoolPaused,
    PoolResumed,
    PoolSealed,
)
from receipts_ledger.domain.receipt import (
    ClaimLifted,
    ClaimNoted,
    Delivered,
    Invalidated,
    Issued,
    PutOnPaper,
    ReceiptBroughtOver,
    ReceiptFrozen,
    ReceiptUnfrozen,
    StorageExtended,
    TakenOffPaper,
    Transferred,
)


@fact(frozen=True, slots=True)
class ActRefused:
    """An act in a relay was refused and changed nothing. `reason` is the encoded rule."""

    digest: Hash32
    subject: int
    reason: bytes


ReceiptEvent: TypeAlias = (
    Issued
    | Transferred
    | Pledged
    | Released
    | PledgeAssigned
    | Defaulted
    | Cured
    | Enforced
    | Delivered
    | ReceiptFrozen
    | ReceiptUnfrozen
    | Divided
    | IssuedFrom
    | Merged
    | Absorbed
    | Replaced
    | Cancelled
    | WrittenDown
    | Substituted
    | StorageExtended
    | PutOnPaper
    | TakenOffPaper
    | ClaimNoted
    | ClaimLifted
    | Invalidated
    | ReceiptBroughtOver
)
PartyEvent: TypeAlias = (
    Admitted
    | Suspended
    | Reinstated
    | KeyBound
    | KeyRevoked
    | RecoveryBegun
    | RecoveryVetoed
    | Recovered
)
PoolEvent: TypeAlias = (
    PoolOpened | Attested | PoolPaused | PoolResumed | PoolSealed | PoolBroughtOver
)
ClaimEvent: TypeAlias = ItemReceipted | ItemFreed | ItemsReceipted | ItemsFreed | DocumentUsed
Event: TypeAlias = ReceiptEvent | PartyEvent | PoolEvent | ClaimEvent | ActRefused
