"""What a node can prove of one receipt at one block, gathered and checked.

Each answer is held against the block's hash before it goes on: what a node makes up is raised
as InconsistentNode, and never certified. Words are read here only as far as it takes to find
them; what they mean is domain's.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import rlp as rlp_reader
from trie.hexary import HexaryTrie

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header, raw_header
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.reader import ChainReader, HeaderRead
from receipts_ledger.chain.roots import integer, rlp
from receipts_ledger.chain.rpc import Rpc, RpcError, RpcErrorKind
from receipts_ledger.chain.slots import Slots
from receipts_ledger.chain.trie_proofs import FalseProof, ProofReader
from receipts_ledger.chain.tx_receipts import TxReceipt, UndecodableLog, events_in
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.certificate import Change, ChangeProof, Proof, StateProof
from receipts_ledger.domain.ids import Address, Hash32, ReceiptId, pool_of
from receipts_ledger.errors import RefusalCode, Refused, Retryable

LINK_BLOCKS_MAX = 256
"""With more blocks between them than these, two blocks are not linked."""
LINK_HEADERS_MAX = 1_024
"""So many headers link blocks in one proof; the gaps that are nearest to the block come first."""
BLOCKS_AT_ONCE = 16
"""Of so many blocks all receipts are held at a time."""

_HALF_BITS = 128
_HALF = (1 << _HALF_BITS) - 1
_NO_WORD = b"\x80"

_Json: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Block:
    read: HeaderRead
    raw: bytes

    @property
    def header(self) -> Header:
        return self.read.header


class ReceiptProofs:
    """Proofs about the receipts of one ledger, from one node."""

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._reader = ChainReader(rpc, deployment)
        self._slots = Slots(ledger_artifact())

    def prove(self, receipt_id: ReceiptId, at: BlockRef, changes: Sequence[Change]) -> Proof:
        """Prove a receipt's word at a block, its pool's, and changes of it up to there.

        Raises Refused(NoStateProofs) where this node or this chain proves no state,
        InconsistentNode for an answer that the block does not cover, Retryable where the node
        does not have what was asked for.
        """
        blocks = self._blocks([at, *(change.block for change in changes)])
        state = self._state(receipt_id, blocks[at.hash])
        proofs = self._changes(changes, blocks)
        between = self._between(sorted(blocks.values(), key=lambda block: block.header.number))
        every = {block.header.hash: block for block in [*blocks.values(), *between]}
        newest_first = sorted(every.values(), key=lambda block: -block.header.number)
        return Proof(state, proofs, tuple(block.raw for block in newest_first))

    def _blocks(self, wanted: Sequence[BlockRef]) -> dict[Hash32, _Block]:
        each_once = list(dict.fromkeys(wanted))
        answers = self._batch(
            [("eth_getBlockByHash", ("0x" + ref.hash.hex(), False)) for ref in each_once]
        )
        return {
            ref.hash: self._read(answer, ref.number, ref.hash)
            for ref, answer in zip(each_once, answers, strict=True)
        }

    def _read(self, answer: _Json | None, number: int, expected: Hash32) -> _Block:
        if answer is None:
            raise InconsistentNode(f"the node does not know block {number}")
        with well_formed(f"block {number}", number):
            header = Header.of(answer)
            tx_hashes = tuple(answer["transactions"])
        if (header.number, header.hash) != (number, expected):
            raise InconsistentNode(f"asked for block {number}, the node gave another")
        raw = raw_header(answer)
        if raw is None and self._deployment.provable.headers:
            raise InconsistentNode(f"block {number}: its hash does not follow from its header")
        if raw is None:
            raise Refused(
                RefusalCode.NO_STATE_PROOFS, "this chain hashes its headers by rules of its own"
            )
        return _Block(HeaderRead(header, tx_hashes), raw)

    def _state(self, receipt_id: ReceiptId, block: _Block) -> StateProof:
        header = block.header
        pair_slot, pool_slot = (
            self._slots.of_pair(receipt_id),
            self._slots.of_pool(pool_of(receipt_id)),
        )
        answer = self._state_proof([pair_slot, pool_slot], header.number)
        with _proving(f"block {header.number}: the proof of the receipt's words"):
            account_nodes = answer["accountProof"]
            account = ProofReader(header.state_root).value(self._deployment.address, account_nodes)
            _, _, storage_root, code_hash = rlp_reader.decode(account)
            if "0x" + code_hash.hex() != self._deployment.code_hash:
                raise FalseProof("it is of other code than the deployment file's")
            reader = ProofReader(storage_root)
            pair_nodes, pool_nodes = (entry["proof"] for entry in answer["storageProof"])
            pair = _word(reader.value(pair_slot, pair_nodes))
            pool_word = _word(reader.value(pool_slot, pool_nodes))
        word = pair >> (receipt_id & 1) * _HALF_BITS & _HALF
        # Of a receipt that is not there the pool tells enough, and the neighbour's word is kept.
        shows_pair = bool(word) or not pair
        return StateProof(
            block=header.ref(),
            timestamp_seconds=header.timestamp_seconds,
            word=word or None,
            pool_word=pool_word,
            account_nodes=_contents(account_nodes),
            receipt_nodes=_contents(pair_nodes) if shows_pair else (),
            pool_nodes=_contents(pool_nodes),
        )

    def _state_proof(self, slots: Sequence[Hash32], number: int) -> _Json:
        names = ["0x" + slot.hex() for slot in slots]
        try:
            answer: _Json = self._rpc.call(
                "eth_getProof", [self._deployment.contract, names, hex(number)]
            )
        except RpcError as error:
            if error.kind is RpcErrorKind.METHOD_MISSING:
                raise Refused(
                    RefusalCode.NO_STATE_PROOFS, "the node of this gateway has no eth_getProof"
                ) from error
            raise Retryable(f"the node does not prove the state of block {number}") from error
        return answer

    def _changes(
        self, changes: Sequence[Change], blocks: Mapping[Hash32, _Block]
    ) -> tuple[ChangeProof, ...]:
        if changes and not self._deployment.provable.receipts:
            raise Refused(
                RefusalCode.NO_STATE_PROOFS, "this chain hashes receipts by rules of its own"
            )
        wanted = list(dict.fromkeys(change.block.hash for change in changes))
        proofs: dict[tuple[Hash32, int], ChangeProof] = {}
        for first in range(0, len(wanted), BLOCKS_AT_ONCE):
            some = [blocks[each] for each in wanted[first : first + BLOCKS_AT_ONCE]]
            for block, tx_receipts in zip(some, self._tx_receipts(some), strict=True):
                logs = _Logs(block.header, tx_receipts, self._deployment.address)
                for change in changes:
                    if change.block.hash == block.header.hash:
                        proofs[change.block.hash, change.log_index] = logs.proof_of(change)
        return tuple(proofs[change.block.hash, change.log_index] for change in changes)

    def _tx_receipts(self, blocks: Sequence[_Block]) -> list[list[TxReceipt]]:
        try:
            return self._reader.tx_receipts([block.read for block in blocks])
        except RpcError as error:
            raise Retryable("the node does not give the receipts of a block") from error

    def _between(self, blocks: Sequence[_Block]) -> Iterator[_Block]:
        """Yield the blocks between those that are near to one another, newest first."""
        left = LINK_HEADERS_MAX
        for older, newer in reversed(list(pairwise(blocks))):
            gap = newer.header.number - older.header.number - 1
            if gap > min(LINK_BLOCKS_MAX, left):
                continue
            left -= gap
            yield from self._links(older, newer)

    def _links(self, older: _Block, newer: _Block) -> list[_Block]:
        numbers = range(older.header.number + 1, newer.header.number)
        answers = self._batch([("eth_getBlockByNumber", (hex(n), False)) for n in numbers])
        links: list[_Block] = []
        for number, answer in zip(numbers, answers, strict=True):
            if answer is None:
                raise InconsistentNode(f"the node does not know block {number}")
            with well_formed(f"block {number}", number):
                claimed = Hash32(bytes.fromhex(answer["hash"][2:]))
            links.append(self._read(answer, number, claimed))
        for parent, child in pairwise([older, *links, newer]):
            if child.header.parent_hash != parent.header.hash:
                raise InconsistentNode(
                    f"block {child.header.number} does not follow the one before it"
                )
        return links

    def _batch(self, calls: Sequence[tuple[str, Sequence[object]]]) -> list[Any]:
        try:
            return self._rpc.batch(list(calls))
        except RpcError as error:
            raise Retryable(f"the node does not give what a proof needs: {error}") from error


class _Logs:
    """The ledger's events in a block, and the trie that proves each of them."""

    def __init__(self, header: Header, tx_receipts: Sequence[TxReceipt], contract: Address) -> None:
        self._where = f"block {header.number}"
        try:
            events = events_in(header.number, tx_receipts, contract)
            self._events = {event.log_index: event for event in events}
        except UndecodableLog as error:
            raise InconsistentNode(f"{self._where}: {error}") from error
        self._logs_before = [0]
        self._trie = HexaryTrie({})
        for place, tx_receipt in enumerate(tx_receipts):
            self._logs_before.append(self._logs_before[-1] + len(tx_receipt.shapes))
            self._trie.set(rlp(integer(place)), tx_receipt.raw)  # type: ignore[no-untyped-call]
        if self._trie.root_hash != header.receipts_root:
            raise InconsistentNode(f"{self._where}: its receipts do not add up to their root")

    def proof_of(self, change: Change) -> ChangeProof:
        """Prove the log of a change. Raises InconsistentNode where another is in its place."""
        found = self._events.get(change.log_index)
        if found is None or found.event != change.event:
            raise InconsistentNode(
                f"{self._where}, log {change.log_index}: the node and the index do not agree"
            )
        nodes = self._trie.get_proof(rlp(integer(found.tx_index)))  # type: ignore[no-untyped-call]
        return ChangeProof(
            tx_index=found.tx_index,
            log_index=change.log_index - self._logs_before[found.tx_index],
            nodes=tuple(rlp_reader.encode(node) for node in nodes),
        )


def _word(value: bytes | None) -> int:
    return int.from_bytes(rlp_reader.decode(value or _NO_WORD))


def _contents(nodes: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(node[2:]) for node in nodes)


@contextmanager
def _proving(where: str) -> Iterator[None]:
    with well_formed(where):
        try:
            yield
        except (FalseProof, rlp_reader.DecodingError) as error:
            raise InconsistentNode(f"{where} is false: {error}") from error
