"""The contract's storage against what the events add up to, proved where the node can prove.

The state says every word that the contract must hold, so the root of its whole storage can
be computed and compared with the one that the block's state root covers: one small proof
for all words, and for there being no others. Where the roots differ, words are asked for
one by one, to name those that do.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeAlias

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
from receipts_ledger.errors import Retryable

WORDS_AT_ONCE = 256
DIFFERENCES_MAX = 1_000
_UNABLE = (RpcErrorKind.METHOD_MISSING, RpcErrorKind.OTHER, RpcErrorKind.UNKNOWN_BLOCK)
_ZERO = rlp(b"")

_Json: TypeAlias = Mapping[str, Any]


class ContractStorage:
    """Storage of one ledger's contract on one node."""

    def __init__(self, rpc: Rpc, deployment: Deployment, reader: ChainReader) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._reader = reader
        self._slots = Slots(ledger_artifact())

    def compare(
        self,
        ledger: Ledger,
        keys_of: Mapping[PartyId, Sequence[Address]],
        cleared: Iterable[bytes],
        at: BlockRef,
    ) -> StorageComparison:
        """Compare every word at the end of a block.

        `cleared` are some keys, items and documents whose words were set once and are zero
        now. Raises InconsistentNode for a false proof, RpcError where the node has not kept
        the state of the block.
        """
        header = self._reader.header(at)
        storage_root = self._proved_storage_root(header)
        if storage_root is None:
            words, differences = self._differences(ledger, keys_of, header, None)
            return StorageComparison(words, False, None, differences)
        leaves = [
            (keccak(place.slot), rlp(integer(place.word)))
            for place in self._slots.words(ledger, keys_of)
        ]
        if trie_root(leaves) == storage_root:
            return StorageComparison(len(leaves), True, True, ())
        words, differences = self._differences(ledger, keys_of, header, storage_root)
        is_complete = None if self._keeps_zeros(cleared, header, storage_root) else False
        return StorageComparison(words, True, is_complete, differences)

    def _proved_storage_root(self, header: Header) -> Hash32 | None:
        """Return the root of the contract's storage, None where the node proves nothing."""
        proof = self._proof(header, ())
        if proof is None:
            return None
        where = f"block {header.number}: the proof of the contract's account"
        with _proving(where):
            account = ProofReader(header.state_root).value(
                self._deployment.address, proof["accountProof"]
            )
            _, _, storage_root, code_hash = rlp_reader.decode(account)
        if "0x" + code_hash.hex() != self._deployment.code_hash:
            raise InconsistentNode(f"{where} is for other code than the deployment file's")
        return Hash32(storage_root)

    def _differences(
        self,
        ledger: Ledger,
        keys_of: Mapping[PartyId, Sequence[Address]],
        header: Header,
        storage_root: Hash32 | None,
    ) -> tuple[int, tuple[WordDifference, ...]]:
        count = 0
        differences: list[WordDifference] = []
        expected = self._slots.words(ledger, keys_of)
        while some := list(islice(expected, WORDS_AT_ONCE)):
            count += len(some)
            found = self._stored(some, header, storage_root)
            for place, word in zip(some, found, strict=True):
                if word != place.word and len(differences) < DIFFERENCES_MAX:
                    differences.append(WordDifference(place.subject(word), place.word, word))
        return count, tuple(differences)

    def _stored(
        self, some: Sequence[SlotWord], header: Header, storage_root: Hash32 | None
    ) -> list[int]:
        if storage_root is None:
            calls = [
                ("eth_getStorageAt", (self._deployment.contract, slot, hex(header.number)))
                for slot in _names(place.slot for place in some)
            ]
            with well_formed(f"block {header.number}: the contract's storage"):
                return [int(word, 16) for word in self._rpc.batch(calls)]
        values = self._values([place.slot for place in some], header, storage_root)
        return [int.from_bytes(rlp_reader.decode(value or _ZERO)) for value in values]

    def _values(
        self, slots: Sequence[Hash32], header: Header, storage_root: Hash32
    ) -> list[bytes | None]:
        """Return what the storage trie holds under these slots, proved; None for no leaf."""
        proof = self._proof(header, list(_names(slots)))
        where = f"block {header.number}: the proof of the contract's storage"
        if proof is None:
            raise Retryable(f"{where} was refused after one had been given")
        reader = ProofReader(storage_root)
        with _proving(where):
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

    def _proof(self, header: Header, slots: Sequence[str]) -> _Json | None:
        try:
            answer: _Json | None = self._rpc.call(
                "eth_getProof", [self._deployment.contract, slots, hex(header.number)]
            )
        except RpcError as error:
            if error.kind in _UNABLE:
                return None
            raise
        return answer


def _names(slots: Iterable[Hash32]) -> Iterator[str]:
    return ("0x" + slot.hex() for slot in slots)


@contextmanager
def _proving(where: str) -> Iterator[None]:
    with well_formed(where):
        try:
            yield
        except (FalseProof, rlp_reader.DecodingError) as error:
            raise InconsistentNode(f"{where} is false: {error}") from error
