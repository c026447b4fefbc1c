"""What to do next about a transaction that is in no block. Plain values in, an action out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from receipts_ledger.domain.lane import Head, Purpose, Stage, Transaction


class Action(Enum):
    """The next thing to do about one transaction."""

    WAIT = auto()
    SEND = auto()
    """The stored bytes of the latest attempt, once more or for the first time."""
    REPLACE = auto()
    """The same call for a higher offer."""
    FILL = auto()
    """Nothing in it can be carried out any more: spend the nonce on nothing."""
    SPENT_ELSEWHERE = auto()
    """The chain counts the nonce as spent, and on none of our attempts."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the relayer is."""

    resend_seconds: float = 15.0
    replace_seconds: float = 60.0
    foreign_seconds: float = 10.0
    """A balancer may take the count from one node and the blocks from another, for a while."""
    attempts_max: int = 12


def decide(
    transaction: Transaction,
    *,
    nonce_on_chain: int,
    is_next: bool,
    head: Head,
    now: datetime,
    pace: Pace,
) -> Action:
    """Return the next action. `is_next` is true of the lane's lowest nonce in no block."""
    if transaction.lane_nonce < nonce_on_chain:
        return Action.SPENT_ELSEWHERE
    if _is_hopeless(transaction, head):
        return Action.FILL
    latest = transaction.attempts[-1]
    if latest.last_sent_at is None or transaction.stage is Stage.MINED:
        return Action.SEND
    is_outbid = head.base_fee_wei is not None and latest.fees.max_fee_wei < head.base_fee_wei
    if (
        (is_next or is_outbid)
        and now - latest.created_at >= timedelta(seconds=pace.replace_seconds)
        and len(transaction.attempts) < pace.attempts_max
    ):
        return Action.REPLACE
    if now - latest.last_sent_at >= timedelta(seconds=pace.resend_seconds):
        return Action.SEND
    return Action.WAIT


def _is_hopeless(transaction: Transaction, head: Head) -> bool:
    # By the chain's clock: as long as that has not passed, the next block may still carry it.
    return (
        transaction.purpose is Purpose.ACTS
        and transaction.deadline_seconds is not None
        and transaction.deadline_seconds < head.timestamp_seconds
    )
