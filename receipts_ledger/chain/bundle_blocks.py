"""A bundle's blocks by number, hash and time, and the beginning of a bundle, up to any of them.

All headers are hashed and linked once, to the bundle's head: what is found by its time is on the
chain that the head stands for.
"""

from array import array
from collections.abc import Iterator
from itertools import islice

from receipts_ledger.chain.bundle import Bundle
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.raw_blocks import RawBlock
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.moment import TimedBlock

_HASH_BYTES = 32


class BundleBlocks:
    """The blocks of a bundle. Holds a hash and a time for each."""

    def __init__(self, bundle: Bundle) -> None:
        """Read and link all headers. Raises BadFile naming the first block that does not follow."""
        self._bundle = bundle
        self._first = bundle.deployment.block_number
        self._hashes = bytearray()
        self._times = array("Q")
        before: Header | None = None
        for number, raw in enumerate(bundle.up_to(bundle.head), self._first):
            before = self._linked(number, raw, before)
            self._hashes += before.hash
            self._times.append(before.timestamp_seconds)
        if before is None or before.ref() != bundle.head:
            raise bundle.bad("its blocks do not end at its head", bundle.head.number)

    def first(self) -> TimedBlock:
        """Return the block of the deployment."""
        return self.at(self._first)

    def newest(self) -> TimedBlock:
        """Return the bundle's head."""
        return self.at(self._bundle.head.number)

    def at(self, number: int) -> TimedBlock:
        """Return the block of a number, which the bundle must have."""
        place = number - self._first
        block_hash = self._hashes[place * _HASH_BYTES : (place + 1) * _HASH_BYTES]
        return TimedBlock(number, Hash32(bytes(block_hash)), self._times[place])

    def by_hash(self, block_hash: Hash32) -> TimedBlock | None:
        """Return the block with a hash, None where the bundle has none."""
        at = self._hashes.find(block_hash)
        while at >= 0 and at % _HASH_BYTES:
            at = self._hashes.find(block_hash, at + 1)
        return None if at < 0 else self.at(self._first + at // _HASH_BYTES)

    def expect_linked(self, block: TimedBlock) -> None:
        """All blocks have been linked to the head when they were read."""

    def _linked(self, number: int, raw: RawBlock, before: Header | None) -> Header:
        try:
            header = Header.of_raw(raw.header)
        except ValueError as error:
            raise self._bundle.bad(f"block {number}: {error}", number) from error
        if header.number != number:
            detail = f"block {number}: block {header.number} stands in its place"
            raise self._bundle.bad(detail, number)
        if before is not None and header.parent_hash != before.hash:
            detail = f"block {number}: its parent is not block {before.number}"
            raise self._bundle.bad(detail, number)
        if before is not None and header.timestamp_seconds < before.timestamp_seconds:
            detail = f"block {number}: its time is before that of its parent"
            raise self._bundle.bad(f"{detail}: days cannot be told by it", number)
        return header


class BeginningOf:
    """The blocks of a bundle up to any of them."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def up_to(self, head: BlockRef) -> Iterator[RawBlock]:
        """Yield the blocks from the deployment to `head`."""
        count = head.number - self._bundle.deployment.block_number + 1
        yield from islice(self._bundle.up_to(self._bundle.head), count)
