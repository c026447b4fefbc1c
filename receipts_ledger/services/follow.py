"""What to do next about a chain that grows, lags, and may change its mind.

Plain values in, a plain action out; no node and no database, so that a test can try every
history. The one rule: only a block that contradicts ours is evidence of a change of
branch. A missing block is evidence of nothing; the node may lag.
"""

from dataclasses import dataclass
from typing import TypeAlias

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.cursor import Cursor
from receipts_ledger.domain.ids import Hash32


@dataclass(frozen=True, slots=True)
class Append:
    """The next block follows ours."""


@dataclass(frozen=True, slots=True)
class RollBack:
    """The node's chain contradicts our last block: take that one back."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Going on would change what was final. An operator decides."""

    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do now: the node has nothing new, or nothing at all, to show."""


Action: TypeAlias = Append | RollBack | Halt | Wait


def decide(
    cursor: Cursor,
    *,
    head: BlockRef,
    ours_at_head: Hash32 | None,
    parent_of_next: Hash32 | None,
) -> Action:
    """Return the next action.

    `head` is the node's latest block, `ours_at_head` the hash of our own block of that
    height, `parent_of_next` the parent hash of the node's block behind our last one; None
    where we, or the node, have no such block.
    """
    if head.number > cursor.block.number:
        if parent_of_next is None:
            return Wait()
        if parent_of_next == cursor.block.hash:
            return Append()
        return _back(cursor, f"the next block's parent is 0x{parent_of_next.hex()}")
    if ours_at_head is None or ours_at_head == head.hash:
        return Wait()
    return _back(cursor, f"the node's block {head.number} is 0x{head.hash.hex()}")


def _back(cursor: Cursor, evidence: str) -> RollBack | Halt:
    block, finalized = cursor.block, cursor.finalized
    if block.number > finalized.number:
        return RollBack()
    return Halt(
        f"the chain contradicts block {block.number} (0x{block.hash.hex()}), which is final: "
        f"{evidence}"
    )
