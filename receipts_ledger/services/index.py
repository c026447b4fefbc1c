"""Follows the chain: reads its blocks in order and has them written, each exactly once.

The step is here, its decision in follow.py, the reading in pages.py; where rows go is the
store's matter, and what an event means the domain's. No transaction waits for the node.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from receipts_ledger.domain.block import BlockRef, LedgerBlock
from receipts_ledger.domain.cursor import Cursor, CursorMoved, Origin
from receipts_ledger.domain.finality import Finality
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.ledger import Contradiction
from receipts_ledger.errors import Fatal, Retryable
from receipts_ledger.services.collection import without_collection
from receipts_ledger.services.follow import Append, Halt, RollBack, Wait, decide
from receipts_ledger.services.pages import Blocks, Pages


class Source(Blocks, Protocol):
    """A node that is read. What it gives has been proved; None is what it does not know."""

    def head(self) -> BlockRef: ...

    def finalized(self, finality: Finality) -> BlockRef | None: ...

    def ref(self, number: int) -> BlockRef | None: ...

    def block(self, number_or_hash: int | Hash32) -> LedgerBlock | None: ...


class Index(Protocol):
    """What has been read so far. Each method is one transaction.

    Those that change it take the cursor as last seen, and raise CursorMoved and change
    nothing when it is no longer that.
    """

    def cursor(self) -> Cursor | None: ...

    def hash_at(self, number: int) -> Hash32 | None: ...

    def begin(self, origin: Origin, before_first: BlockRef) -> Cursor: ...

    def append(
        self, seen: Cursor, blocks: Sequence[LedgerBlock], finalized: BlockRef | None
    ) -> Cursor:
        """Write blocks, and what is final by now: `finalized` is none behind the last of them."""

    def roll_back(self, seen: Cursor) -> Cursor: ...

    def halt(self, seen: Cursor, reason: str) -> Cursor: ...


class Outcome(StrEnum):
    """What a step came to."""

    ADVANCED = "advanced"
    ROLLED_BACK = "rolled_back"
    UP_TO_DATE = "up_to_date"
    NODE_BEHIND = "node_behind"
    OVERTAKEN = "overtaken"
    HALTED = "halted"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a step has left the cursor, and where it saw the node's head."""

    outcome: Outcome
    cursor: Cursor
    head: BlockRef | None = None


class Indexer:
    """Keeps an index level with a node. Several may run on one index; each block lands once."""

    def __init__(self, source: Source, index: Index, *, origin: Origin, finality: Finality) -> None:
        self._source = source
        self._index = index
        self._origin = origin
        self._finality = finality
        self._pages = Pages(source)

    def start(self) -> Cursor:
        """Begin the index where it is new, and make sure that it is of this very ledger.

        Raises Fatal when it is of another, Retryable when the node does not answer.
        """
        deployment = self._origin.deployment
        block = self._source.block(deployment.number)
        if block is None:
            raise Retryable(f"the node does not know the deployment block {deployment.number}")
        if block.hash != deployment.hash:
            raise Fatal(
                f"block {deployment.number} of the node is 0x{block.hash.hex()}, but the ledger "
                f"was deployed in 0x{deployment.hash.hex()}"
            )
        before_first = BlockRef(deployment.number - 1, block.parent_hash)
        return self._index.begin(self._origin, before_first)

    def step(self) -> Progress:
        """Do the next thing there is to do, in one transaction at most.

        Raises Retryable when node or database are away or the node contradicts itself;
        nothing is written then.
        """
        cursor = self._index.cursor() or self.start()
        if cursor.halted_reason is not None:
            return Progress(Outcome.HALTED, cursor)
        try:
            with without_collection():
                return self._step(cursor)
        except CursorMoved:
            return Progress(Outcome.OVERTAKEN, self._index.cursor() or cursor)

    def catch_up(self) -> Progress:
        """Step until there is nothing to do, or nothing that can be done."""
        while True:
            progress = self.step()
            if progress.outcome not in (Outcome.ADVANCED, Outcome.ROLLED_BACK, Outcome.OVERTAKEN):
                return progress

    def _step(self, cursor: Cursor) -> Progress:
        head = self._source.head()
        finalized = self._source.finalized(self._finality)
        try:
            final_number = cursor.finalized.number if finalized is None else finalized.number
            page = self._pages.after(cursor.block, head, final_number)
        except Fatal as error:
            # To skip what cannot be read would make all that follows false.
            return self._halt(cursor, str(error), head)
        action = decide(
            cursor,
            head=head,
            ours_at_head=self._index.hash_at(head.number),
            parent_of_next=page[0].parent_hash if page else None,
        )
        match action:
            case Append():
                return self._append(cursor, page, head, finalized)
            case RollBack():
                return Progress(Outcome.ROLLED_BACK, self._index.roll_back(cursor), head)
            case Halt(reason):
                return self._halt(cursor, reason, head)
            case Wait():
                return self._wait(cursor, head, finalized)

    def _append(
        self,
        cursor: Cursor,
        page: Sequence[LedgerBlock],
        head: BlockRef,
        finalized: BlockRef | None,
    ) -> Progress:
        try:
            after = self._index.append(cursor, page, self._up_to(page[-1].ref(), finalized))
        except Contradiction as error:
            return self._halt(cursor, str(error), head)
        return Progress(Outcome.ADVANCED, after, head)

    def _wait(self, cursor: Cursor, head: BlockRef, finalized: BlockRef | None) -> Progress:
        if head != cursor.block:
            return Progress(Outcome.NODE_BEHIND, cursor, head)
        finalized = self._up_to(cursor.block, finalized)
        if finalized is not None and finalized.number > cursor.finalized.number:
            cursor = self._index.append(cursor, (), finalized)
        return Progress(Outcome.UP_TO_DATE, cursor, head)

    def _up_to(self, last: BlockRef, finalized: BlockRef | None) -> BlockRef | None:
        """Return the last block up to ours that is final, as the node has it now."""
        if finalized is None or finalized.number <= last.number:
            return finalized
        # Ours may have been read a while ago, before it was final, of a branch that is gone.
        return self._source.ref(last.number)

    def _halt(self, cursor: Cursor, reason: str, head: BlockRef) -> Progress:
        return Progress(Outcome.HALTED, self._index.halt(cursor, reason), head)
