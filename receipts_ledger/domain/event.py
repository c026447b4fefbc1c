"""The events: everything that can have happened on the ledger."""

from dataclasses import dataclass
from typing import TypeAlias

from receipts_ledger.domain.claim import DocumentUsed, ItemFreed, ItemReceipted
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.party import Admitted, KeyBound, KeyRevoked, Reinstated, Suspended
from receipts_ledger.domain.pledge import (
    Cured,
    Defaulted,
    Enforced,
    PledgeAssigned,
    Pledged,
    Released,
)
from receipts_ledger.domain.pool import Attested, PoolOpened
from receipts_ledger.domain.receipt import (
    Delivered,
    Issued,
    ReceiptFrozen,
    ReceiptUnfrozen,
    Transferred,
)


@dataclass(frozen=True, slots=True)
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
)
PartyEvent: TypeAlias = Admitted | Suspended | Reinstated | KeyBound | KeyRevoked
PoolEvent: TypeAlias = PoolOpened | Attested
ClaimEvent: TypeAlias = ItemReceipted | ItemFreed | DocumentUsed
Event: TypeAlias = ReceiptEvent | PartyEvent | PoolEvent | ClaimEvent | ActRefused
