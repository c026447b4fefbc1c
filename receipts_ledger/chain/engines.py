"""What is known of each kind of chain: finality, fees, and what its nodes bear.

Data and no behaviour. The operator's own settings come before it.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

_GWEI = 10**9


@dataclass(frozen=True, slots=True)
class Engine:
    """One kind of chain. The members but `block_seconds` are settings of the same name."""

    block_seconds: float
    """Time between blocks as such chains are mostly run; 0 where blocks come with transactions."""
    finality: str
    fee_mode: str
    fee_tip_wei: int
    fee_price_wei: int
    fee_bump_per_mille: int
    lane_in_flight_max: int
    rpc_batch_calls_max: int

    def settings(self) -> Mapping[str, Any]:
        """Return what stands for settings that nobody has given."""
        members = asdict(self)
        del members["block_seconds"]
        return members


ENGINES: Mapping[str, Engine] = {
    # Of a chain that we know nothing about: nodes such as Erigon's take 100 calls at once.
    "generic": Engine(
        block_seconds=12.0,
        finality="instant",
        fee_mode="eip1559",
        fee_tip_wei=_GWEI,
        fee_price_wei=_GWEI,
        fee_bump_per_mille=125,
        lane_in_flight_max=16,
        rpc_batch_calls_max=100,
    ),
    "anvil": Engine(
        block_seconds=0.0,
        finality="instant",
        fee_mode="eip1559",
        fee_tip_wei=_GWEI,
        fee_price_wei=_GWEI,
        fee_bump_per_mille=125,
        lane_in_flight_max=64,
        rpc_batch_calls_max=256,
    ),
    # No fees: a replacement differs by its gas limit, and no pool asks for more of nothing.
    "besu-qbft": Engine(
        block_seconds=2.0,
        finality="instant",
        fee_mode="zero",
        fee_tip_wei=0,
        fee_price_wei=0,
        fee_bump_per_mille=125,
        lane_in_flight_max=16,
        rpc_batch_calls_max=256,
    ),
    # Its base fee falls to 7 wei and stays there, so a price of nothing is never mined. Four
    # signers may take back a few blocks; nobody has seen six. The pool takes 16 for each key.
    "geth-clique": Engine(
        block_seconds=2.0,
        finality="depth:6",
        fee_mode="eip1559",
        fee_tip_wei=_GWEI,
        fee_price_wei=2 * _GWEI,
        fee_bump_per_mille=125,
        lane_in_flight_max=16,
        rpc_batch_calls_max=256,
    ),
}
GENERIC = "generic"
