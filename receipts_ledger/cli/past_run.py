"""The past of a ledger, from nodes or a bundle: which block a moment is, and the replay to it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console

from receipts_ledger.chain.bundle import Bundle
from receipts_ledger.chain.bundle_blocks import BeginningOf, BundleBlocks
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.raw_records import RawRecords
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.timed_blocks import NodeBlocks
from receipts_ledger.cli.audit_heads import HeadWanted
from receipts_ledger.cli.audit_sources import from_bundle, from_nodes
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.moment import Moment, TimedBlock, TimedBlocks, block_of
from receipts_ledger.errors import Fatal, Refused
from receipts_ledger.services.audit.ports import Records
from receipts_ledger.services.audit.trust import Trust
from receipts_ledger.services.past.replaying import OnlookerT, Past, replayed


class _LinkedBlocks(TimedBlocks, Protocol):
    """Blocks that can be led back to from the newest."""

    def expect_linked(self, block: TimedBlock) -> None: ...


class LedgerPast:
    """The past of one ledger, as its chain proves it below one head."""

    def __init__(
        self,
        deployment: Deployment,
        trust: Trust,
        blocks: _LinkedBlocks,
        records: Callable[[], Records],
    ) -> None:
        """`records` gives what is read anew for each replay."""
        self.deployment = deployment
        self.trust = trust
        self._blocks = blocks
        self._records = records

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

    def reason(self, refusal: bytes) -> str:
        """Return the rule behind a refusal, with its arguments."""
        return self._records().reason(refusal)

    def replayed(self, at: TimedBlock, onlooker: Callable[[Ledger], OnlookerT]) -> Past[OnlookerT]:
        """Return the ledger as it was after a block. Says on a terminal that it is at it."""
        blocks = at.number - self.deployment.block_number + 1
        with Console(stderr=True).status(f"replaying {blocks:,} blocks"):
            return replayed(
                self._records(),
                first_block=self.deployment.block_number,
                at=at.ref(),
                trust=self.trust,
                onlooker=onlooker,
            )


def past_of_nodes(
    rpc_urls: Sequence[str], deployment_file: Path, trusted_head: Hash32 | None
) -> LedgerPast:
    """Read the past from the first of some nodes, all of which have to agree on the head.

    Raises Fatal for arguments that are none, Retryable where a node is away or contradicts.
    """
    deployment = Deployment.read(deployment_file)
    source = from_nodes(rpc_urls, deployment, HeadWanted(trusted_head))
    rpc = Rpc(rpc_urls[0])
    blocks = NodeBlocks(rpc, deployment, ChainReader(rpc, deployment), source.head)
    return LedgerPast(deployment, source.trust, blocks, lambda: source.records)


def past_of_bundle(
    bundle_file: Path, deployment_file: Path | None, trusted_head: Hash32 | None
) -> LedgerPast:
    """Read the past from a bundle, without a network. Raises Fatal for one that is none."""
    deployment = None if deployment_file is None else Deployment.read(deployment_file)
    source = from_bundle(bundle_file, deployment, HeadWanted(trusted_head))
    bundle = Bundle(bundle_file)

    def records() -> Records:
        return RawRecords(BeginningOf(bundle), bundle.deployment, f"bundle {bundle_file}")

    return LedgerPast(source.deployment, source.trust, BundleBlocks(bundle), records)
