"""A node's blocks by number, hash and time, for whoever asks what stood at a moment.

Headers are proved like all others. A node whose blocks go back in time is found out here as far
as it is asked, and by the replay of what comes before.
"""

from bisect import bisect_left

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.rpc import Rpc, RpcError, RpcErrorKind
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.moment import TimedBlock


class NodeBlocks:
    """The blocks of one ledger at one node, up to a head that is taken for the newest."""

    def __init__(
        self, rpc: Rpc, deployment: Deployment, reader: ChainReader, head: BlockRef
    ) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._reader = reader
        self._head = head
        self._newest: TimedBlock | None = None
        self._seen: list[tuple[int, int]] = []

    def first(self) -> TimedBlock:
        """Return the block of the deployment. Raises InconsistentNode for another one."""
        first = self.at(self._deployment.block_number)
        if first.ref() != self._deployment.origin().deployment:
            raise InconsistentNode(
                f"block {first.number} is 0x{first.hash.hex()}, the ledger was deployed in "
                f"{self._deployment.block_hash}"
            )
        return first

    def newest(self) -> TimedBlock:
        """Return the newest block."""
        if self._newest is None:
            found = self.at(self._head.number)
            if found.ref() != self._head:
                raise InconsistentNode(
                    f"block {found.number} is 0x{found.hash.hex()}, the head is "
                    f"0x{self._head.hash.hex()}: the node has changed its branch",
                    block_number=found.number,
                )
            self._newest = found
        return self._newest

    def at(self, number: int) -> TimedBlock:
        """Return the block of a number, which must not be later than the newest."""
        for page in self._reader.header_pages(number, number):
            header = page[0].header
            self._expect_order(number, header.timestamp_seconds)
            return TimedBlock(number, header.hash, header.timestamp_seconds)
        raise InconsistentNode(f"the node does not know block {number}")

    def by_hash(self, block_hash: Hash32) -> TimedBlock | None:
        """Return the block with a hash, None where there is none on the node's branch."""
        try:
            block = self._rpc.call("eth_getBlockByHash", ("0x" + block_hash.hex(), False))
        except RpcError as error:
            if error.kind is RpcErrorKind.UNKNOWN_BLOCK:
                return None
            raise
        if block is None:
            return None
        with well_formed(f"block 0x{block_hash.hex()}"):
            number = int(block["number"], 16)
        if number > self.newest().number:
            return None
        found = self.at(number)
        return found if found.hash == block_hash else None

    def expect_linked(self, block: TimedBlock) -> None:
        """Make sure that the newest block goes back to this one, parent by parent, in time.

        Otherwise a node could date a block anew, and hide what happened in the rest of a day.
        """
        newest = self.newest()
        before = block
        for page in self._reader.header_pages(block.number, newest.number):
            for read in page:
                header = read.header
                if header.number == block.number and header.hash != block.hash:
                    raise InconsistentNode(f"block {block.number} is another one when asked again")
                if header.timestamp_seconds < before.timestamp_seconds:
                    raise InconsistentNode(
                        f"the time of block {header.number} is {header.timestamp_seconds}, before "
                        f"that of its parent, {before.timestamp_seconds}: days cannot be told by it"
                    )
                before = TimedBlock(header.number, header.hash, header.timestamp_seconds)
        if before != newest:
            raise InconsistentNode(
                f"block {before.number} is 0x{before.hash.hex()}, the node's newest was "
                f"{newest.number}, 0x{newest.hash.hex()}: it has changed its branch"
            )

    def _expect_order(self, number: int, timestamp_seconds: int) -> None:
        entry = (number, timestamp_seconds)
        at = bisect_left(self._seen, entry)
        before = self._seen[at - 1] if at else entry
        behind = self._seen[at] if at < len(self._seen) else entry
        if before[1] > timestamp_seconds or timestamp_seconds > behind[1]:
            raise InconsistentNode(
                f"the time of block {number} is {timestamp_seconds}, but block {before[0]} is of "
                f"{before[1]} and block {behind[0]} of {behind[1]}: days cannot be told by it"
            )
        if at == len(self._seen) or behind != entry:
            self._seen.insert(at, entry)
