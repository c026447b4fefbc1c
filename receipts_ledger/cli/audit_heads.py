"""Which block an audit ends at, and whether all who are asked call it the head."""

from collections.abc import Sequence
from dataclasses import dataclass

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Fatal, Retryable
from receipts_ledger.services.audit.ports import Rows

LAG_BLOCKS_MAX = 16
"""So far a node may be behind another that is asked a moment later, and still follow its chain."""


@dataclass(frozen=True, slots=True)
class HeadWanted:
    """Where an audit is to end; where nothing is said, at the newest block.

    `trusted` is a hash that the auditor has by another way, `position` where a database stands.
    """

    trusted: Hash32 | None = None
    number: int | None = None
    position: BlockRef | None = None


def head_of(
    nodes: Sequence[tuple[str, ChainReader]], deployment: Deployment, wanted: HeadWanted
) -> BlockRef:
    """Return the block to end at. Raises Fatal or Retryable where it is none, or not there."""
    readers = [reader for _, reader in nodes]
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
    heads = [(name, reader.head()) for name, reader in nodes]
    shortest, latest = min(heads, key=lambda told: told[1].number)
    if wanted.number is None:
        _expect_abreast(shortest, latest, *max(heads, key=lambda told: told[1].number))
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


def expect_position(head: BlockRef, rows: Rows | None) -> None:
    """Raise Fatal for a database that does not stand at a bundle's head."""
    if rows is not None and (position := rows.position()) != head:
        raise Fatal(
            f"the database stands at block {position.number}, 0x{position.hash.hex()}, the bundle "
            f"ends at {head.number}, 0x{head.hash.hex()}: they can be compared at one block only"
        )


def expect_behind(after: BlockRef, head: BlockRef) -> None:
    """Raise Fatal or InconsistentNode unless an audit can go on from a block to the head."""
    if after.number > head.number:
        raise Fatal(
            f"--since: the report ends at block {after.number}, behind the head at {head.number}"
        )
    if after.number == head.number and after != head:
        raise InconsistentNode(
            f"block {head.number} is 0x{head.hash.hex()}, the audit goes on from "
            f"0x{after.hash.hex()}",
            block_number=head.number,
        )


def expect_agreement(
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


def _expect_abreast(shortest: str, latest: BlockRef, longest: str, newest: BlockRef) -> None:
    """Raise InconsistentNode for a node that keeps back more than the newest few blocks.

    Nodes that agree on an old block agree on nothing behind it: an audit that ended there would
    call a ledger equal whose newest acts nobody has looked at.
    """
    if newest.number - latest.number > LAG_BLOCKS_MAX:
        raise InconsistentNode(
            f"the node at {shortest} ends at block {latest.number}, the node at {longest} at "
            f"{newest.number}: it lags, or keeps blocks back; name the block to end at by --to or "
            "--head",
            block_number=latest.number + 1,
        )


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


def _named(block: BlockRef | None) -> str:
    return "unknown" if block is None else f"0x{block.hash.hex()}"
