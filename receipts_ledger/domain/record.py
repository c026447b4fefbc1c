"""What a block holds of the ledger, as an auditor reads it: calls, the acts in them, events.

An act on record has been sent to the contract; whether it was carried out is seen from the
events beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Address, Hash32


class Entry(StrEnum):
    """How a transaction reached the ledger."""

    CREATION = "creation"
    EXECUTE = "execute"
    RELAY = "relay"
    ELSEWHERE = "elsewhere"
    """Through another contract: the transaction itself holds no act."""


@dataclass(frozen=True, slots=True)
class ActOnRecord:
    """An act as it stands in calldata. `act` is None when its words say nothing to sign.

    `signers` has one entry for each signature, None for one that belongs to no key.
    """

    act: Act | None
    subject: int
    digest: Hash32
    signers: tuple[Address | None, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A transaction that went through and left events of the ledger.

    Most acts have all consents without the sender's, whose signature costs as much to recover as
    any other: so it is `recover_sender`, for whoever has to know.
    """

    entry: Entry
    tx_hash: Hash32
    recover_sender: Callable[[], Address]
    acts: tuple[ActOnRecord, ...]
    events: tuple[LoggedEvent, ...]

    @property
    def sender(self) -> Address:
        """Who has sent it."""
        return self.recover_sender()


@dataclass(frozen=True, slots=True)
class BlockRecord:
    """A block and its calls. `are_transactions_proved` is False where their root could not be."""

    number: int
    hash: Hash32
    parent_hash: Hash32
    timestamp_seconds: int
    receipts_root: Hash32
    are_transactions_proved: bool
    calls: tuple[Call, ...]
