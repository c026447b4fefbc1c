"""How far a ledger has been read, which ledger that is, and from where nothing goes back."""

from dataclasses import dataclass

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32


@dataclass(frozen=True, slots=True)
class Origin:
    """Which contract on which chain, and the block in which it was created."""

    chain_id: int
    genesis_hash: Hash32
    contract: Address
    code_hash: Hash32
    deployment: BlockRef


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last block that was read, and the last that is final.

    `epoch` rises by one with every change, whoever makes it: two readers of one chain tell
    by it which of them came first.
    """

    block: BlockRef
    epoch: int
    finalized: BlockRef
    halted_reason: str | None = None


class CursorMoved(Exception):
    """Another reader of the chain was faster. Nothing has been written."""
