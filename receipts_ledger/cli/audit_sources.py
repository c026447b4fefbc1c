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
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Fatal, Retryable
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


@dataclass(frozen=True, slots=True)
class HeadWanted:
    """Where an audit is to end; where nothing is said, at the newest block.

    `trusted` is a hash that the auditor has by another way, `position` where a database stands.
    """

    trusted: Hash32 | None = None
    number: int | None = None
    position: BlockRef | None = None


def from_nodes(rpc_urls: Sequence[str], deployment: Deployment, wanted: HeadWanted) -> Source:
    """Read from the first of some nodes, all of which have to agree on the head.

    Raises Fatal for a node that is not of this ledger's chain or an argument that is none,
    Retryable where nodes do not know the head, lag or contradict one another.
    """
    opened = _opened(rpc_urls, deployment, wanted)
    return opened.source(
        LedgerRecords(opened.rpc, deployment, opened.reader),
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
    try:
        yield opened.source(
            RawRecords(kept, deployment, f"the node at {opened.rpc.name}"),
            ContractStorage(RecordedState(opened.state(), writer.add_node), deployment),
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
    if wanted.position not in (None, head):
        raise Fatal(
            f"the database stands at block {wanted.position.number}, the bundle ends at "
            f"{head.number}, 0x{head.hash.hex()}: they can be compared at one block only"
        )
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
    if len({rpc.url for rpc in rpcs}) < len(rpcs):
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
    head = _head(readers, deployment, wanted)
    names = tuple(rpc.name for rpc in rpcs)
    for name, reader in zip(names[1:], readers[1:], strict=True):
        _expect_agreement(deployment, head, (names[0], readers[0]), (name, reader))
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
    with well_formed("the genesis block", 0):
        if block["hash"] != deployment.genesis_hash or raw_header(block) is None:
            raise InconsistentNode(
                f"block 0: the genesis block does not hash to {deployment.genesis_hash}",
                block_number=0,
            )


def _head(readers: Sequence[ChainReader], deployment: Deployment, wanted: HeadWanted) -> BlockRef:
    if wanted.trusted is not None:
        head = _trusted(readers[0], deployment, wanted.trusted)
        if wanted.number not in (None, head.number):
            raise Fatal(f"--to: the trusted head is block {head.number}, not {wanted.number}")
        if wanted.position not in (None, head):
            raise Fatal(
                f"--head: block {head.number}, but the database stands at block "
                f"{wanted.position.number} and can be compared there only"
            )
        return head
    if wanted.position is not None:
        return _position(readers[0], wanted.position, wanted.number)
    latest = min((reader.head() for reader in readers), key=lambda head: head.number)
    if wanted.number is None:
        return latest
    if not deployment.block_number <= wanted.number <= latest.number:
        raise Fatal(
            f"--to: block {wanted.number} is not between the deployment at "
            f"{deployment.block_number} and the head at {latest.number}"
        )
    at = readers[0].ref(wanted.number)
    if at is None:
        raise Retryable(f"the node does not know block {wanted.number}")
    return at


def _trusted(reader: ChainReader, deployment: Deployment, trusted: Hash32) -> BlockRef:
    head = reader.with_hash(trusted)
    if head is None:
        raise Retryable(
            f"the node does not know the trusted head 0x{trusted.hex()}: it lags, or is of "
            "another chain"
        )
    if head.number < deployment.block_number:
        raise Fatal(
            f"--head: block {head.number} is before the deployment at {deployment.block_number}"
        )
    return head


def _position(reader: ChainReader, position: BlockRef, to_block: int | None) -> BlockRef:
    """Return where the database stands, which must be on the node's branch."""
    if to_block not in (None, position.number):
        raise Fatal(
            f"--to: the database stands at block {position.number} and can be compared there "
            f"only, not at {to_block}"
        )
    on_chain = reader.ref(position.number)
    if on_chain is None:
        raise Retryable(f"the node does not know block {position.number}, the database's last one")
    if on_chain != position:
        raise Retryable(
            f"the database's block {position.number} is 0x{position.hash.hex()}, the node's is "
            f"0x{on_chain.hash.hex()}: one of them has yet to follow a change of branch"
        )
    return position


def _expect_agreement(
    deployment: Deployment,
    head: BlockRef,
    first: tuple[str, ChainReader],
    other: tuple[str, ChainReader],
) -> None:
    """Raise InconsistentNode naming the first block of which two nodes say different things."""
    name, reader = other
    there = reader.ref(head.number)
    if there == head:
        return
    if there is None:
        raise Retryable(f"the node at {name} does not know block {head.number}: it lags")
    same, differs = deployment.block_number, head.number
    while differs - same > 1:
        middle = (same + differs) // 2
        if first[1].ref(middle) == reader.ref(middle):
            same = middle
        else:
            differs = middle
    one, two = first[1].ref(differs), reader.ref(differs)
    raise InconsistentNode(
        f"block {differs}: it is {_named(one)} on the node at {first[0]} and {_named(two)} on the "
        f"node at {name}: from there on they tell of different chains",
        block_number=differs,
    )


def _named(block: BlockRef | None) -> str:
    return "unknown" if block is None else f"0x{block.hash.hex()}"
