"""Looks at what the lanes can pay, so that somebody is told before they cannot.

A lane without funds leaves its work to others by itself; this is about the day before. On
a chain without fees nothing is ever short.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from receipts_ledger.domain.ids import Address
from receipts_ledger.domain.lane import Head, Lane, LaneFunds
from receipts_ledger.services.relay.ports import FeePolicy

# What a transaction with one act asks for, and one that is full.
SMALL_TRANSACTION_GAS = 400_000
FULL_TRANSACTION_GAS = 16_777_216


class Node(Protocol):
    """A node that is asked. Raises Retryable when it does not answer."""

    def head(self) -> Head: ...

    def balance_of(self, lane: Address) -> int: ...


class Lanes(Protocol):
    """The lanes, and what is known of their funds. Each method is one SQL transaction."""

    def every(self) -> Sequence[Lane]: ...

    def put_funds(self, funds: Sequence[LaneFunds]) -> None: ...


class Funds:
    """What the lanes have, beside what they need."""

    def __init__(
        self,
        lanes: Lanes,
        fees: FeePolicy,
        *,
        least_wei: int,
        transactions_min: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._lanes = lanes
        self._fees = fees
        self._least_wei = least_wei
        self._transactions_min = transactions_min
        self._clock = clock

    def look(self, node: Node) -> list[LaneFunds]:
        """Ask the node what each lane has."""
        price_wei = self._fees.fees(node.head().base_fee_wei).max_fee_wei
        cost_wei = self._transactions_min * FULL_TRANSACTION_GAS * price_wei
        return [
            LaneFunds(
                lane=lane.address,
                balance_wei=node.balance_of(lane.address),
                needed_wei=SMALL_TRANSACTION_GAS * price_wei,
                wanted_wei=max(self._least_wei, cost_wei) if price_wei else 0,
                seen_at=self._clock(),
            )
            for lane in self._lanes.every()
        ]

    def step(self, node: Node) -> list[str]:
        """Look, write down what was seen, and return what to warn of."""
        found = self.look(node)
        self._lanes.put_funds(found)
        # Without the balance: the same trouble is told once, however little is left.
        return [
            f"lane 0x{funds.lane.hex()} has less than {funds.wanted_wei} wei: send it funds"
            for funds in found
            if funds.is_low
        ]
