"""Where an audit reads a ledger: from nodes, or from a bundle. Which head, and on whose word.

What is read is proved elsewhere; here it is only chosen.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from receipts_ledger.chain.bundle import Bundle, BundleWriter
from receipts_ledger.chain.bundle_state import BundleStorage, RecordedState
from receipts_ledger.chain.deployment import Deployment, verify
from receipts_ledger.chain.headers import raw_header
from receipts_ledger.chain.proofs import InconsistentNode, Proofs, well_formed
from receipts_ledger.chain.raw_blocks import NodeRawBlocks
from receipts_ledger.chain.raw_records import KeptBlocks, RawRecords
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.records import LedgerRecords
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.storage import ContractStorage, NodeState
from receipts_ledger.cli.audit_heads import HeadWanted, expect_agreement, expect_behind, head_of
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.errors import Fatal
from receipts_ledger.services.audit.ports import Records, Storage
from receipts_ledger.services.audit.trust import Trust, TrustBasis

ALL_PROOFS = Proofs(headers=True, receipts=True, transactions=True)


@dataclass(frozen=True, slots=True)
class Source:
    """One ledger up to a head: its blocks, its storage, and on whose word the head is one."""

    deployment: Deployment
    proofs: Proofs
    head: BlockRef
    trust: Trust
    records: Records
    storage: Storage | None


def from_nodes(
    rpc_urls: Sequence[str],
    deployment: Deployment,
    wanted: HeadWanted,
    after: BlockRef | None = None,
) -> Source:
    """Read from the first of some nodes, all of which have to agree on the head.

    The blocks behind `after` are read, or all from the deployment on.

    Raises Fatal for a node that is not of this ledger's chain or an argument that is none,
    Retryable where nodes do not know the head, lag or contradict one another.
    """
    opened = _opened(rpc_urls, deployment, wanted)
    if after is not None:
        expect_behind(after, opened.head)
    return opened.source(
        LedgerRecords(opened.rpc, deployment, opened.reader, after),
        ContractStorage(opened.state(), deployment),
    )


@contextmanager
def from_nodes_into(
    bundle: Path, rpc_urls: Sequence[str], deployment: Deployment, wanted: HeadWanted
) -> Iterator[Source]:
    """Read from nodes, and put into a new bundle all that is read.

    The bundle is there when the block ends without an error, and not before. Raises what
    from_nodes does, and Fatal where the engine's blocks do not prove what is in them.
    """
    opened = _opened(rpc_urls, deployment, wanted)
    if lacking := opened.reader.proofs.lacking(ALL_PROOFS):
        raise Fatal(
            f"this engine's blocks do not prove their {', '.join(lacking)}: there is nothing that "
            "could be checked offline"
        )
    blocks = NodeRawBlocks(opened.rpc, deployment, opened.reader)
    writer = BundleWriter(bundle, deployment, blocks.genesis(), opened.head)
    kept = KeptBlocks(blocks, writer.add_block)
    state = RecordedState(opened.state(), deployment.address, writer.add_node)
    try:
        yield opened.source(
            RawRecords(kept, deployment, f"the node at {opened.rpc.name}"),
            ContractStorage(state, deployment),
        )
        writer.seal()
    finally:
        writer.drop()


def from_bundle(path: Path, deployment: Deployment | None, wanted: HeadWanted) -> Source:
    """Read from a bundle, which has to be of the ledger of the deployment file, if there is one.

    Raises BadFile for a bundle that is none or is not whole, Fatal for another ledger or head.
    """
    bundle = Bundle(path)
    if deployment is not None and bundle.deployment != deployment:
        differs = [
            each.name
            for each in fields(Deployment)
            if getattr(deployment, each.name) != getattr(bundle.deployment, each.name)
        ]
        raise bundle.bad(f"it is not of the ledger of the deployment file: other {differs[0]}")
    head = bundle.head
    if wanted.trusted not in (None, head.hash):
        raise bundle.bad(f"it ends at block {head.number}, 0x{head.hash.hex()}: not at --head")
    if wanted.number not in (None, head.number):
        raise Fatal(f"--to: the bundle ends at block {head.number}, and is audited whole")
    records = RawRecords(bundle, bundle.deployment, f"bundle {path}")
    basis = TrustBasis.BUNDLE if wanted.trusted is None else TrustBasis.NAMED
    return Source(
        bundle.deployment,
        ALL_PROOFS,
        head,
        Trust(basis, (bundle.name,)),
        records,
        BundleStorage(bundle, bundle.deployment, records) if bundle.has_state else None,
    )


@dataclass(frozen=True, slots=True)
class _Opened:
    """The node that is read, and the head on which all agree."""

    deployment: Deployment
    rpc: Rpc
    reader: ChainReader
    head: BlockRef
    trust: Trust

    def state(self) -> NodeState:
        return NodeState(self.rpc, self.deployment, self.reader)

    def source(self, records: Records, storage: Storage) -> Source:
        return Source(self.deployment, self.reader.proofs, self.head, self.trust, records, storage)


def _opened(rpc_urls: Sequence[str], deployment: Deployment, wanted: HeadWanted) -> _Opened:
    rpcs = [_rpc(url) for url in rpc_urls]
    if len({rpc.place for rpc in rpcs}) < len(rpcs):
        raise Fatal("--rpc: one node was named twice: it agrees with itself in any case")
    readers = []
    for rpc in rpcs:
        verify(rpc, deployment)
        readers.append(reader := ChainReader(rpc, deployment))
        _check_genesis(rpc, reader, deployment)
    if wanted.trusted is not None and not readers[0].proofs.headers:
        raise Fatal(
            "--head: this engine hashes its headers by rules of its own, so that no block "
            "follows from a head's hash: a trusted head proves nothing here"
        )
    names = tuple(rpc.name for rpc in rpcs)
    head = head_of([*zip(names, readers, strict=True)], deployment, wanted)
    for name, reader in zip(names[1:], readers[1:], strict=True):
        expect_agreement(deployment, head, (names[0], readers[0]), (name, reader))
    return _Opened(deployment, rpcs[0], readers[0], head, Trust(_basis(wanted, rpcs), names))


def _rpc(url: str) -> Rpc:
    try:
        return Rpc(url)
    except ValueError as error:
        raise Fatal(f"--rpc: {error}") from error


def _basis(wanted: HeadWanted, rpcs: Sequence[Rpc]) -> TrustBasis:
    if wanted.trusted is not None:
        return TrustBasis.NAMED
    return TrustBasis.NODE if len(rpcs) == 1 else TrustBasis.NODES


def _check_genesis(rpc: Rpc, reader: ChainReader, deployment: Deployment) -> None:
    """Hash the genesis block, whose hash the deployment file names, as all others are hashed."""
    if not reader.proofs.headers:
        return
    block = rpc.call("eth_getBlockByNumber", ("0x0", False))
    with well_formed("block 0, the genesis block", 0):
        if block["hash"] != deployment.genesis_hash or raw_header(block) is None:
            raise InconsistentNode(
                f"block 0: the genesis block does not hash to {deployment.genesis_hash}",
                block_number=0,
            )
