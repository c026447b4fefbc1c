"""The index: what has been read of the chain, in one transaction for each change.

Every change locks and compares the cursor before it reads anything else; blocks, events,
projections, images, feed, acts and the cursor then change together or not at all.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from receipts_ledger.domain.block import BlockRef, LedgerBlock
from receipts_ledger.domain.cursor import Cursor, Origin
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Retryable
from receipts_ledger.store import blocks, cursor, event_rows, feed, outcomes, undo
from receipts_ledger.store.kept import Kept
from receipts_ledger.store.outcomes import ReadReason
from receipts_ledger.store.projections import Fold, Image
from receipts_ledger.store.units import Database, Reader, Writer


class StoredIndex:
    """The index of one ledger in one database. Processes and threads may share it."""

    def __init__(
        self, database: Database, *, read_reason: ReadReason, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._read_reason = read_reason
        self._clock = clock
        self._kept = Kept()

    def cursor(self) -> Cursor | None:
        """Return how far the chain has been read, None before `begin`."""
        with self._database.reading() as reader:
            return cursor.read(reader)

    def hash_at(self, number: int) -> Hash32 | None:
        """Return the hash of our block of this height, None where we have none."""
        with self._database.reading() as reader:
            return blocks.hash_at(reader, number)

    def begin(self, origin: Origin, before_first: BlockRef) -> Cursor:
        """Begin the index of a ledger, or go on with it, and return the cursor.

        Raises Fatal when the database holds another ledger.
        """
        with self._database.writing() as writer:
            cursor.begin(writer, origin, before_first, self._clock())
            begun = cursor.read(writer)
        assert begun is not None  # noqa: S101  (written or found two lines above)
        return begun

    def append(
        self, seen: Cursor, page: Sequence[LedgerBlock], finalized: BlockRef | None
    ) -> Cursor:
        """Write blocks that follow the cursor, and what has become final by now.

        Raises CursorMoved when another was faster, Contradiction for an event that cannot
        follow from those before it, Retryable for blocks that do not follow one another.
        """
        fold = self._kept.take(seen)
        with self._database.writing() as writer:
            cursor.lock(writer, seen)
            _expect_links(seen.block, page)
            last = page[-1].ref() if page else seen.block
            final = _final(writer, seen, page, finalized)
            undo.keep(writer, _write(writer, fold, page, final.number))
            undo.drop_until(writer, final.number)
            now = self._clock()
            outcomes.settle(writer, page, read_reason=self._read_reason, now=now)
            runs = [run for block in page for run in feed.applied(block)]
            if final.number > seen.finalized.number:
                runs += feed.finalized(writer, seen.finalized.number, final)
                outcomes.finalize(writer, final.number, now)
            feed.publish(writer, runs, now)
            after = cursor.move(writer, seen, block=last, finalized=final, now=now)
        self._kept.keep(after, fold)
        return after

    def roll_back(self, seen: Cursor) -> Cursor:
        """Take back the cursor's block, which must be above the last final one."""
        if seen.block.number <= seen.finalized.number:
            raise ValueError(f"block {seen.block.number} is final and stays")
        with self._database.writing() as writer:
            cursor.lock(writer, seen)
            rows = blocks.event_rows(writer, seen.block.number)
            refused = [row.log_index for row in rows if row.kind == "ActRefused"]
            now = self._clock()
            undo.play_back(writer, seen.block.number)
            feed.keep_payloads(writer, seen.block, rows)
            outcomes.take_back(writer, seen.block, refused, now)
            feed.publish(writer, feed.reverted(seen.block, rows), now)
            parent = blocks.remove(writer, seen.block.number)
            return cursor.move(writer, seen, block=parent, finalized=seen.finalized, now=now)

    def halt(self, seen: Cursor, reason: str) -> Cursor:
        """Stop here until an operator has looked. No row but the cursor changes."""
        with self._database.writing() as writer:
            cursor.lock(writer, seen)
            return cursor.move(
                writer,
                seen,
                block=seen.block,
                finalized=seen.finalized,
                now=self._clock(),
                halted_reason=reason,
            )

    def resume(self, seen: Cursor) -> Cursor:
        """Lift a halt, once its reason is gone."""
        with self._database.writing() as writer:
            cursor.lock(writer, seen)
            return cursor.move(
                writer, seen, block=seen.block, finalized=seen.finalized, now=self._clock()
            )


def _expect_links(before: BlockRef, page: Sequence[LedgerBlock]) -> None:
    for block in page:
        if (block.number, block.parent_hash) != (before.number + 1, before.hash):
            raise Retryable(f"block {block.number} does not follow block {before.number}")
        before = block.ref()


def _final(
    reader: Reader, seen: Cursor, page: Sequence[LedgerBlock], finalized: BlockRef | None
) -> BlockRef:
    """Return the last of our blocks that is final; never one before that of the cursor."""
    last = page[-1].ref() if page else seen.block
    if finalized is None or finalized.number <= seen.finalized.number:
        return seen.finalized
    if finalized.number > last.number:
        raise ValueError(f"block {finalized.number} says nothing about ours up to {last.number}")
    ours = {block.number: block.hash for block in page}.get(finalized.number) or blocks.hash_at(
        reader, finalized.number
    )
    if ours != finalized.hash:
        raise Retryable(f"the node calls another block {finalized.number} final than ours")
    return finalized


def _write(
    writer: Writer, fold: Fold, page: Sequence[LedgerBlock], final_number: int
) -> list[tuple[int, Image]]:
    """Write blocks, events and projections; return the images of the blocks that may still go."""
    fold.read(writer, [logged.event for block in page for logged in block.events])
    images: list[tuple[int, Image]] = []

    def apply(block: LedgerBlock) -> None:
        if block.number == final_number + 1:
            # There is no way back behind a final block, so no image of what was there.
            fold.take_images()
        fold.apply(block.events)
        if block.number > final_number:
            images.extend((block.number, image) for image in fold.take_images())

    blocks.write(writer, page)
    event_rows.write(writer, page, along=apply)
    fold.save(writer)
    return images
