"""The ledger's past from a node: which block a moment is, and the replay up to there."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from receipts_ledger.chain.deployment import Deployment, verify
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.records import LedgerRecords
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.timed_blocks import NodeBlocks
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.moment import Moment, TimedBlock, block_of
from receipts_ledger.errors import Fatal, Refused
from receipts_ledger.services.past.replaying import OnlookerT, Past, replayed


class NodePast:
    """The past of one ledger, as one node's chain proves it."""

    def __init__(self, rpc_url: str, deployment_file: Path) -> None:
        """Open it. Raises Fatal for arguments that are none, Retryable where the node is away."""
        self.deployment = Deployment.read(deployment_file)
        try:
            rpc = Rpc(rpc_url)
        except ValueError as error:
            raise Fatal(f"--rpc: {error}") from error
        verify(rpc, self.deployment)
        reader = ChainReader(rpc, self.deployment)
        self.records = LedgerRecords(rpc, self.deployment, reader)
        self._blocks = NodeBlocks(rpc, self.deployment, reader)

    def block(self, moment: Moment | None) -> TimedBlock:
        """Return the block that stood at a moment, the newest for none. Raises Fatal."""
        if moment is None:
            return self._blocks.newest()
        try:
            found = block_of(moment, self._blocks)
        except Refused as refused:
            raise Fatal(f"--at: {refused.detail}") from refused
        self._blocks.expect_linked(found)
        return found

    def replayed(self, at: TimedBlock, onlooker: Callable[[Ledger], OnlookerT]) -> Past[OnlookerT]:
        """Return the ledger as it was after a block. Says on a terminal that it is at it."""
        blocks = at.number - self.deployment.block_number + 1
        with Console(stderr=True).status(f"replaying {blocks:,} blocks"):
            return replayed(
                self.records,
                first_block=self.deployment.block_number,
                at=at.ref(),
                onlooker=onlooker,
            )
