"""What delivering needs."""

from datetime import datetime
from typing import Protocol

from receipts_ledger.domain.delivery import Batch, Claim
from receipts_ledger.domain.ids import Address


class Outbox(Protocol):
    """Subscriptions and how far each was told. Each method is one transaction."""

    def claim(self, seconds: float) -> Claim | None: ...

    def batch(self, claim: Claim) -> Batch: ...

    def advance(self, claim: Claim, seq: int, seconds: float) -> bool:
        """Note that a message was taken, and hold the claim on; False when it is lost."""

    def finish(self, claim: Claim, scanned_to: int) -> None: ...

    def fail(self, claim: Claim, reason: str, next_at: datetime) -> None: ...

    def disable(self, claim: Claim, reason: str) -> None: ...


class Secrets(Protocol):
    """What subscriptions sign with."""

    def secret(self, sealing_key: Address, subscription_id: str, generation: int) -> bytes: ...


class Post(Protocol):
    """The way out."""

    def send(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Have a receiver take a message. Raises NotTaken."""


class NotTaken(Exception):
    """The receiver has not taken a message: why, in words for its owner."""
