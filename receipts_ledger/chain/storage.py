"""The contract's storage against what the events add up to, proved where the node can prove.

The state says every word that the contract must hold, so the root of its whole storage can
be computed and compared with the one that the block's state root covers: one small proof
for all words, and for there being no others. Where the roots differ, words are asked for
one by one, to name those that do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol, TypeAlias

import rlp as rlp_reader

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.roots import integer, rlp, trie_root
from receipts_ledger.chain.rpc import Rpc, RpcError, RpcErrorKind
from receipts_ledger.chain.slots import Slots, SlotWord
from receipts_ledger.chain.trie_proofs import FalseProof, ProofReader
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.comparison import StorageComparison, WordDifference
from receipts_ledger.domain.ids import Address, Hash32, PartyId
from receipts_ledger.domain.ledger import Ledger

WORDS_AT_ONCE = 256
DIFFERENCES_MAX = 1_000
_UNABLE = (RpcErrorKind.METHOD_MISSING, RpcErrorKind.OTHER, RpcErrorKind.UNKNOWN_BLOCK)
_ZERO = rlp(b"")

ProofAnswer: TypeAlias = Mapping[str, Any]
"""An answer to eth_getProof (EIP-1186)."""


class State(Protocol):
    """Where the state of a block is read. Nothing that it says is believed, if it can be proved."""

    def header(self, at: BlockRef) -> Header:
        """Return the proved header of a block."""
        ...

    def proof(self, block_number: int, slots: Sequence[Hash32]) -> ProofAnswer | None:
        """Return a proof of the contract's account and of slots of its storage, None for none."""
        ...

    def words(self, block_number: int, slots: Sequence[Hash32]) -> list[int]:
        """Return what stands in slots, without proof."""
        ...


class NodeState:
    """The state as a node has it."""

    def __init__(self, rpc: Rpc, deployment: Deployment, reader: ChainReader) -> None:
        self._rpc = rpc
        self._contract = deployment.contract
        self._reader = reader

    def header(self, at: BlockRef) -> Header:
        """Return the proved header of a block. Raises InconsistentNode when it is unknown."""
        return self._reader.header(at)

    def proof(self, block_number: int, slots: Sequence[Hash32]) -> ProofAnswer | None:
        """Return what the node answers to eth_getProof, None where it has no proofs."""
        try:
            answer: ProofAnswer | None = self._rpc.call(
                "eth_getProof", [self._contract, _names(slots), hex(block_number)]
            )
        except RpcError as error:
            if error.kind in _UNABLE:
                return None
            raise
        return answer

    def words(self, block_number: int, slots: Sequence[Hash32]) -> list[int]:
        """Return what the node says that stands in slots."""
        calls = [
            ("eth_getStorageAt", (self._contract, slot, hex(block_number)))
            for slot in _names(slots)
        ]
        with well_formed(f"block {block_number}: the contract's storage", block_number):
            return [int(word, 16) for word in self._rpc.batch(calls)]


class ContractStorage:
    """Storage of one ledger's contract."""

    def __init__(self, state: State, deployment: Deployment) -> None:
        self._state = state
        self._deployment = deployment
        self._slots = Slots(ledger_artifact())

    def compare(
        self,
        ledger: Ledger,
        keys_of: Mapping[PartyId, Sequence[Address]],
        cleared: Iterable[bytes],
        at: BlockRef,
    ) -> StorageComparison:
        """Compare every word at the end of a block.

        `cleared` are some names under which the contract has found zeros, or has set them.
        Raises InconsistentNode for a false proof, RpcError where the node has not kept the
        state of the block.
        """
        header = self._state.header(at)
        storage_root = self._proved_storage_root(header)
        if storage_root is None:
            return self._word_by_word(ledger, keys_of, header, None)
        count, leaves = _Count(), []
        for place in self._slots.words(ledger, keys_of):
            count.add(place)
            leaves.append((keccak(place.slot), rlp(integer(place.word))))
        if trie_root(leaves) == storage_root:
            return count.comparison(is_proved=True, is_complete=True)
        compared = self._word_by_word(ledger, keys_of, header, storage_root)
        if self._keeps_zeros(cleared, header, storage_root):
            return compared
        return replace(compared, is_complete=False)

    def _proved_storage_root(self, header: Header) -> Hash32 | None:
        """Return the root of the contract's storage, None where the node proves nothing."""
        proof = self._state.proof(header.number, ())
        if proof is None:
            return None
        where = f"block {header.number}: the proof of the contract's account"
        with _proving(where, header.number):
            account = ProofReader(header.state_root).value(
                self._deployment.address, proof["accountProof"]
            )
            _, _, storage_root, code_hash = rlp_reader.decode(account)
        if "0x" + code_hash.hex() != self._deployment.code_hash:
            raise InconsistentNode(
                f"{where} is for other code than the deployment file's",
                block_number=header.number,
            )
        return Hash32(storage_root)

    def _word_by_word(
        self,
        ledger: Ledger,
        keys_of: Mapping[PartyId, Sequence[Address]],
        header: Header,
        storage_root: Hash32 | None,
    ) -> StorageComparison:
        count = _Count()
        differences: list[WordDifference] = []
        expected = self._slots.words(ledger, keys_of)
        while some := list(islice(expected, WORDS_AT_ONCE)):
            found = self._stored(some, header, storage_root)
            for place, word in zip(some, found, strict=True):
                if word == place.word:
                    count.add(place)
                    continue
                count.words += 1
                if len(differences) < DIFFERENCES_MAX:
                    differences.append(WordDifference(place.subject(word), place.word, word))
        is_proved = storage_root is not None
        return count.comparison(is_proved=is_proved, is_complete=None, differences=differences)

    def _stored(
        self, some: Sequence[SlotWord], header: Header, storage_root: Hash32 | None
    ) -> list[int]:
        if storage_root is None:
            return self._state.words(header.number, [place.slot for place in some])
        values = self._values([place.slot for place in some], header, storage_root)
        return [int.from_bytes(rlp_reader.decode(value or _ZERO)) for value in values]

    def _values(
        self, slots: Sequence[Hash32], header: Header, storage_root: Hash32
    ) -> list[bytes | None]:
        """Return what the storage trie holds under these slots, proved; None for no leaf."""
        proof = self._state.proof(header.number, slots)
        where = f"block {header.number}: the proof of the contract's storage"
        if proof is None:
            raise InconsistentNode(
                f"{where} was refused after one had been given", block_number=header.number
            )
        reader = ProofReader(storage_root)
        with _proving(where, header.number):
            return [
                reader.value(slot, entry["proof"])
                for slot, entry in zip(slots, proof["storageProof"], strict=True)
            ]

    def _keeps_zeros(self, cleared: Iterable[bytes], header: Header, storage_root: Hash32) -> bool:
        """Return whether the node leaves words in the trie after they have become zero.

        By the protocol they go. Anvil leaves them, and a root that covers them says nothing
        about there being no others.
        """
        slots = list(self._slots.of_keys(cleared))
        return bool(slots) and _ZERO in self._values(slots, header, storage_root)


@dataclass(slots=True)
class _Count:
    """Of words compared, and of what stands in those that agree."""

    words: int = 0
    receipts_open: int = 0
    pools: int = 0

    def add(self, agrees: SlotWord) -> None:
        self.words += 1
        self.receipts_open += agrees.receipts_open
        self.pools += agrees.pools

    def comparison(
        self,
        *,
        is_proved: bool,
        is_complete: bool | None,
        differences: Sequence[WordDifference] = (),
    ) -> StorageComparison:
        return StorageComparison(
            self.words,
            is_proved,
            is_complete,
            tuple(differences),
            receipts_open=self.receipts_open,
            pools=self.pools,
        )


def _names(slots: Iterable[Hash32]) -> list[str]:
    return ["0x" + slot.hex() for slot in slots]


@contextmanager
def _proving(where: str, block_number: int) -> Iterator[None]:
    with well_formed(where, block_number):
        try:
            yield
        except (FalseProof, rlp_reader.DecodingError) as error:
            raise InconsistentNode(
                f"{where} is false: {error}", block_number=block_number
            ) from error
