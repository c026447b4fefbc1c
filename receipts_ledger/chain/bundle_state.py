"""The state at a bundle's head: proofs put by as a node gives them, and given again without it."""

from collections.abc import Callable, Iterable, Mapping, Sequence

import rlp

from receipts_ledger.chain.asked_nodes import AskedNodes
from receipts_ledger.chain.bundle import Bundle
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.raw_records import RawRecords
from receipts_ledger.chain.storage import ContractStorage, ProofAnswer, State
from receipts_ledger.chain.trie_proofs import FalseProof, ProofReader, proof_from
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.comparison import StorageComparison
from receipts_ledger.domain.ids import Address, Hash32, PartyId
from receipts_ledger.domain.ledger import Ledger

_STORAGE_ROOT_AT = 2


class RecordedState:
    """The state as another source has it; hands on every node of a proof that is needed, once."""

    def __init__(self, state: State, contract: Address, keep: Callable[[bytes], None]) -> None:
        self._state = state
        self._contract = contract
        self._keep = keep
        self._asked: dict[int, AskedNodes] = {}

    def header(self, at: BlockRef) -> Header:
        """Return the proved header of a block."""
        header = self._state.header(at)
        self._asked[at.number] = AskedNodes(header.state_root, self._contract)
        return header

    def proof(self, block_number: int, slots: Sequence[Hash32]) -> ProofAnswer | None:
        """Return a proof at a block whose header was read, and keep its nodes."""
        answer = self._state.proof(block_number, slots)
        if answer is None:
            return None
        asked = self._asked[block_number]
        with well_formed(f"block {block_number}: the proof of its state", block_number):
            proofs = [answer["accountProof"], *(each["proof"] for each in answer["storageProof"])]
            for node in (bytes.fromhex(text[2:]) for proof in proofs for text in proof):
                if asked.take(node):
                    self._keep(node)
        return answer

    def words(self, block_number: int, slots: Sequence[Hash32]) -> list[int]:
        """Return what stands in slots, without proof."""
        return self._state.words(block_number, slots)


class BundleState:
    """The state at a bundle's head, as far as its nodes of tries go."""

    def __init__(self, bundle: Bundle, deployment: Deployment, records: RawRecords) -> None:
        self._bundle = bundle
        self._deployment = deployment
        self._records = records
        self._nodes: dict[bytes, bytes] | None = None

    def header(self, at: BlockRef) -> Header:
        """Return the header of the head, which the records have come to. Raises BadFile."""
        header = self._records.last
        if header is None or header.ref() != at:
            raise self._bundle.bad(f"it has the state of its head alone, not of block {at.number}")
        return header

    def proof(self, block_number: int, slots: Sequence[Hash32]) -> ProofAnswer | None:
        """Return the proof that the nodes at hand make, whole or not."""
        last = self._records.last
        if last is None or last.number != block_number:
            raise self._bundle.bad(f"it has the state of its head alone, not of {block_number}")
        if self._nodes is None:
            self._nodes = self._bundle.nodes(last.state_root)
        account_proof = proof_from(self._nodes, last.state_root, self._deployment.address)
        try:
            account = ProofReader(last.state_root).value(self._deployment.address, account_proof)
            storage_root = rlp.decode(account or b"")[_STORAGE_ROOT_AT]
        except (FalseProof, rlp.DecodingError, LookupError):
            # Whoever reads the account's proof finds that out too, and says so.
            return {"accountProof": account_proof, "storageProof": []}
        proofs = [proof_from(self._nodes, storage_root, slot) for slot in slots]
        return {"accountProof": account_proof, "storageProof": [{"proof": each} for each in proofs]}

    def words(self, block_number: int, slots: Sequence[Hash32]) -> list[int]:
        """Raise BadFile: a bundle holds proofs alone."""
        raise self._bundle.bad(f"it says nothing of the storage at block {block_number}")


class BundleStorage:
    """The contract's storage at a bundle's head. What is wrong with it, is the bundle's doing."""

    def __init__(self, bundle: Bundle, deployment: Deployment, records: RawRecords) -> None:
        self._bundle = bundle
        self._storage = ContractStorage(BundleState(bundle, deployment, records), deployment)

    def compare(
        self,
        ledger: Ledger,
        keys_of: Mapping[PartyId, Sequence[Address]],
        cleared: Iterable[bytes],
        at: BlockRef,
    ) -> StorageComparison:
        """Compare every word at the head. Raises BadFile for a false proof, or one that is cut."""
        try:
            return self._storage.compare(ledger, keys_of, cleared, at)
        except InconsistentNode as error:
            raise self._bundle.bad(str(error), block_number=at.number) from error
