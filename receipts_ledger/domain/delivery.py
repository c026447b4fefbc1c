"""What is delivered to whom: a subscription while somebody serves it, and its next messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from receipts_ledger.domain.ids import Address


@dataclass(frozen=True, slots=True)
class Claim:
    """A subscription that is ours to serve for a while. `number` fences who is late."""

    subscription_id: str
    number: int
    url: str
    generation: int
    former_until: datetime | None
    sealing_key: Address
    failures: int
    failing_since: datetime | None


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the feed, as its receiver may see it at this moment.

    `name` is the same for the same entry, and another for another, also where a database that
    was replaced by an older copy gives a number anew.
    """

    seq: int
    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """The next messages, and how far the feed was looked through for them."""

    messages: Sequence[Message]
    scanned_to: int
