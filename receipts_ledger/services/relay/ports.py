"""What the relayer needs of others, in its own words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.cursor import Cursor
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.lane import (
    ActId,
    Fees,
    Head,
    Lane,
    Prepared,
    Purpose,
    QueuedAct,
    Reply,
    SignedTransaction,
    Transaction,
    TxOutcome,
)
from receipts_ledger.errors import Refused, Retryable

Prepare: TypeAlias = Callable[[int, Sequence[ActId]], Prepared]
"""Makes the transaction for a nonce and the acts that are still to be carried."""


class Node(Protocol):
    """A node, asked and sent to. Raises Retryable when it does not answer."""

    def head(self) -> Head: ...

    def has_block(self, block: BlockRef) -> bool:
        """Tell whether a block is one of the chain that the node is on now."""

    def nonce_of(self, lane: Address) -> int:
        """Return how many transactions of this key are mined."""

    def balance_of(self, lane: Address) -> int: ...

    def outcomes(self, tx_hashes: Sequence[Hash32]) -> Mapping[Hash32, TxOutcome]:
        """Return what became of transactions, without those that are in no block."""

    def send(self, raw: bytes) -> Reply: ...


class Judge(Protocol):
    """The contract, asked without being changed, and the calls that it understands."""

    def simulate_each(self, wires: Sequence[tuple[bytes, int]]) -> list[Refused | Retryable | None]:
        """Judge acts, each with the gas it is given; Retryable where there is no verdict."""

    def signed_form(self, statement: bytes, signatures: Sequence[bytes]) -> bytes: ...

    def relay_calldata(self, wires: Sequence[bytes]) -> bytes: ...

    def act_gas(self, wire: bytes) -> int: ...

    def batch_gas(self, gas_of_acts: int) -> int: ...

    @property
    def transaction_gas_max(self) -> int:
        """More than this no transaction may ask for, whatever a block holds."""


class Payer(Protocol):
    """The key of a lane."""

    @property
    def address(self) -> Address: ...

    @property
    def filler_gas(self) -> int:
        """What a transaction costs that does nothing."""

    def sign(
        self, purpose: Purpose, *, nonce: int, calldata: bytes, gas_limit: int, fees: Fees
    ) -> SignedTransaction: ...


class FeePolicy(Protocol):
    """What to offer for gas."""

    def fees(self, base_fee_wei: int | None) -> Fees: ...

    def raised(self, offered: Fees, base_fee_wei: int | None) -> Fees | None: ...


class Queue(Protocol):
    """Acts that wait for a transaction. Each method is one SQL transaction."""

    def waiting(self, count_max: int) -> Sequence[QueuedAct]: ...

    def claims_in_flight(self) -> frozenset[str]: ...

    def refuse(self, act_id: ActId, refusal: Refused) -> None: ...

    def expire(self) -> int:
        """End the acts whose deadline has passed before they were sent, and count them."""

    def expire_act(self, act_id: ActId) -> None: ...


class Lanes(Protocol):
    """The lanes and how far the chain has been read. Each method is one SQL transaction."""

    def lane(self, address: Address) -> Lane: ...

    def pause(self, address: Address, reason: str) -> None: ...

    def resume(self, address: Address, next_nonce: int) -> None: ...

    def cursor(self) -> Cursor | None: ...


class Transactions(Protocol):
    """The transactions in the lanes. Each method is one SQL transaction."""

    def unsettled(self, lane: Address) -> Sequence[Transaction]:
        """Return the transactions that are in no block which the index holds, by nonce."""

    def assign(
        self, lane: Address, act_ids: Sequence[ActId], prepare: Prepare
    ) -> Transaction | None:
        """Give the acts that still wait the lane's next nonce, and store what is to be sent.

        None when none of them waits any more, or the lane is full or paused.
        """

    def replace(
        self, transaction: Transaction, purpose: Purpose, prepared: Prepared
    ) -> Transaction | None:
        """Store one more attempt. None when another relayer has stored one meanwhile."""

    def mark_sent(self, transaction: Transaction, tx_hash: Hash32) -> None: ...

    def mark_mined(self, transaction: Transaction, outcome: TxOutcome) -> None: ...

    def mark_unmined(self, transaction: Transaction) -> None: ...

    def finish(self, lane: Address) -> None:
        """Make final what is mined below finality; acts that it did not carry wait again."""

    def abandon(self, transaction: Transaction) -> None:
        """Give up a nonce that another has spent; the acts wait again."""


Clock: TypeAlias = Callable[[], datetime]
