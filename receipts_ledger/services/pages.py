"""Reads the chain in pages, the next one while the last is being written.

What follows what is seen from the blocks' parents alone, so a page that was read before
the chain changed its mind is found out like any other.
"""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

from receipts_ledger.domain.block import BlockRef, LedgerBlock
from receipts_ledger.errors import Fatal

PAGE_BLOCKS_MAX = 2_000
PAGE_EVENTS_MAX = 10_000
# A receipt's row is written once for each page, however often the page changes it. Of final
# blocks nothing is kept to go back by, so that more of them fit into the same memory.
FINAL_PAGE_EVENTS_MAX = 75_000


class Blocks(Protocol):
    """A node that is read. What it gives has been proved; it ends where the node's chain does."""

    def blocks(self, first: int, last: int) -> Iterator[LedgerBlock]: ...


@dataclass(frozen=True, slots=True)
class _Coming:
    """A page that is being read, and the block that it is to follow."""

    after: BlockRef
    page: Future[list[LedgerBlock]]


class Pages:
    """Pages of one source, for one thread."""

    def __init__(self, source: Blocks) -> None:
        self._source = source
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="read-ahead")
        self._coming: _Coming | None = None
        self._blocks: Iterator[LedgerBlock] = iter(())
        self._blocks_after: BlockRef | None = None

    def after(self, block: BlockRef, head: BlockRef, final_number: int) -> list[LedgerBlock]:
        """Return the next blocks, linked: all of them follow ours, or the first does not.

        An empty page means that the node shows no block there. Pages are larger up to the last
        final block.
        """
        page = self._take(block) or self._read(block, head, final_number)
        if len(page) > 1 and page[-1].number < head.number:
            last = page[-1].ref()
            coming = self._reader.submit(self._read, last, head, final_number)
            self._coming = _Coming(last, coming)
        return page

    def _take(self, block: BlockRef) -> list[LedgerBlock]:
        coming, self._coming = self._coming, None
        if coming is None:
            return []
        if coming.after == block:
            return coming.page.result()
        # Read for nothing. It is waited for all the same: the source serves one at a time.
        wait([coming.page])
        return []

    def _read(self, block: BlockRef, head: BlockRef, final_number: int) -> list[LedgerBlock]:
        page: list[LedgerBlock] = []
        events = 0
        last = block
        try:
            for following in self._following(block, head):
                is_linked = following.parent_hash == last.hash
                if is_linked or not page:
                    page.append(following)
                events += len(following.events)
                last = following.ref()
                is_final = following.number < final_number
                events_max = FINAL_PAGE_EVENTS_MAX if is_final else PAGE_EVENTS_MAX
                if not is_linked or events >= events_max or len(page) == PAGE_BLOCKS_MAX:
                    break
        except Fatal:
            # What stands before it is good, and the next page meets the fault first.
            if not page:
                raise
        self._blocks_after = last
        return page

    def _following(self, block: BlockRef, head: BlockRef) -> Iterator[LedgerBlock]:
        # The source reads many blocks at a time: those left over from the last page are
        # used first.
        if block == self._blocks_after:
            for following in self._blocks:
                yield following
                block = following.ref()
        if block.number < head.number:
            self._blocks = self._source.blocks(block.number + 1, head.number)
            # Not `yield from`: that would close the source as soon as a page is full.
            for following in self._blocks:
                yield following
