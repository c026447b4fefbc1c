"""A lane: one paying key with its own sequence of nonces, and the transactions in it.

Whoever pays decides nothing on the ledger: authority is in the acts' signatures alone.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32

RETIRED = "retired by the operator"
"""Why a lane is paused that takes nothing any more."""

ActId = NewType("ActId", str)
"""The gateway's name of an act: a UUID."""


class Purpose(StrEnum):
    """What a transaction is for. A filler spends a nonce that nothing else can use."""

    ACTS = "acts"
    FILLER = "filler"


class Stage(StrEnum):
    """How far a transaction has come. It is final once its nonce can never be spent again."""

    PREPARED = "prepared"
    SENT = "sent"
    MINED = "mined"
    FINAL = "final"


class Answer(StrEnum):
    """What a node's word about a transaction means. To have it already is to have taken it."""

    TAKEN = "taken"
    NONCE_SPENT = "nonce_spent"
    FEE_TOO_LOW = "fee_too_low"
    NO_FUNDS = "no_funds"
    NOT_PERMITTED = "not_permitted"
    TOO_MUCH_GAS = "too_much_gas"
    NOT_NOW = "not_now"


@dataclass(frozen=True, slots=True)
class Reply:
    """A node's answer to a transaction, and the words that it used."""

    answer: Answer
    words: str = ""


@dataclass(frozen=True, slots=True)
class Fees:
    """What a transaction offers for each unit of gas. Without a base fee both are the price."""

    max_fee_wei: int
    priority_fee_wei: int


@dataclass(frozen=True, slots=True)
class Head:
    """The node's latest block, as far as a payer has to know it."""

    number: int
    timestamp_seconds: int
    gas_limit: int
    base_fee_wei: int | None


@dataclass(frozen=True, slots=True)
class SignedTransaction:
    """Bytes that may be sent, and their hash."""

    tx_hash: Hash32
    raw: bytes
    fees: Fees


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a nonce is to carry, signed and ready to be stored."""

    gas_limit: int
    calldata: bytes
    signed: SignedTransaction


@dataclass(frozen=True, slots=True)
class Attempt:
    """One signed form of a transaction. All attempts of it share its nonce: one is mined."""

    tx_hash: Hash32
    raw: bytes
    fees: Fees
    created_at: datetime
    last_sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Transaction:
    """A nonce of a lane and what it is to carry. Attempts stand in the order of their making.

    `deadline_seconds` is the last second at which any of its acts could be carried out.
    """

    transaction_id: int
    lane: Address
    lane_nonce: int
    purpose: Purpose
    stage: Stage
    gas_limit: int
    calldata: bytes
    attempts: tuple[Attempt, ...]
    deadline_seconds: int | None
    mined_in: BlockRef | None


@dataclass(frozen=True, slots=True)
class Lane:
    """A lane as the store knows it. A paused one takes no new acts until an operator looks."""

    address: Address
    next_nonce: int
    in_flight_max: int
    paused_reason: str | None

    @property
    def is_retired(self) -> bool:
        """Whether its key has been forgotten, or is about to be."""
        return self.paused_reason == RETIRED


@dataclass(frozen=True, slots=True)
class LaneFunds:
    """What a lane has, what one small transaction needs now, and what it should have."""

    lane: Address
    balance_wei: int
    needed_wei: int
    wanted_wei: int
    seen_at: datetime

    @property
    def is_low(self) -> bool:
        """Whether somebody should send funds."""
        return self.balance_wei < self.wanted_wei

    @property
    def is_empty(self) -> bool:
        """Whether nothing can be relayed with it."""
        return self.balance_wei < self.needed_wei


@dataclass(frozen=True, slots=True)
class TxOutcome:
    """Where a transaction was mined, and whether it went through."""

    tx_hash: Hash32
    block: BlockRef
    has_failed: bool


@dataclass(frozen=True, slots=True)
class QueuedAct:
    """An act that has all its signatures and waits for a transaction.

    `statement` is the wire form without signatures; `claims` names what the act changes, so
    that no two acts on the same thing are under way together.
    """

    act_id: ActId
    statement: bytes
    signatures: tuple[bytes, ...]
    claims: frozenset[str]
