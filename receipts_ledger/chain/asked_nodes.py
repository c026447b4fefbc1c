"""Which nodes of tries the state of one contract may need: no other is kept, by whoever has many.

One is asked for when a node that was taken before leads to it: from the state's root to the
contract's account, and from there to anything in its storage. So none can be made up, and there
are no more than the contract's words make.
"""

from collections.abc import Iterator
from typing import Any, TypeAlias

import rlp

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.trie_proofs import FalseProof, reached
from receipts_ledger.domain.ids import Address, Hash32

LEVELS_MAX = 2 * 65
"""On the way from the state's root to a word: two keys of 64 half bytes, and a leaf behind each."""
_NODE_BYTES_MAX = 576
"""A branch of seventeen hashes has 564."""
_HASH_BYTES = 32
_BRANCH_LENGTH = 17
_STORAGE_ROOT_AT = 2
_LEAF = 0x20

_Node: TypeAlias = bytes | list[Any]


class AskedNodes:
    """Takes the nodes that are asked for, each once."""

    def __init__(self, state_root: Hash32, contract: Address) -> None:
        self.taken: dict[bytes, bytes] = {}
        """By their hashes."""
        self._state_root = state_root
        self._contract = contract
        self._awaited: set[bytes] = {state_root}
        self._is_in_storage = False

    def take(self, raw: bytes) -> bool:
        """Return whether a node was asked for, and keep it then.

        Raises FalseProof for one that is asked for, but is none of a trie.
        """
        digest = keccak(raw)
        if digest not in self._awaited:
            return False
        self._awaited.remove(digest)
        self.taken[digest] = raw
        links = set(_links(_opened(raw)))
        self._awaited |= links - self.taken.keys() if self._is_in_storage else self._on_the_way()
        return True

    def _on_the_way(self) -> set[bytes]:
        found = reached(self.taken, self._state_root, self._contract)
        if found.link is not None:
            return {found.link}
        self._is_in_storage = True
        try:
            return {bytes(rlp.decode(found.value or b"")[_STORAGE_ROOT_AT])}
        except (rlp.DecodingError, LookupError, TypeError):
            # No account: whoever reads the proof finds that out too, and says so.
            return set()


def _opened(raw: bytes) -> _Node:
    if len(raw) > _NODE_BYTES_MAX:
        raise FalseProof(f"a node of {len(raw):,} bytes is larger than any of a trie")
    try:
        node: _Node = rlp.decode(raw)
    except rlp.DecodingError as error:
        raise FalseProof("a node is no RLP") from error
    if isinstance(node, bytes) and node:
        raise FalseProof("a node is none of a trie")
    return node


def _links(node: _Node) -> Iterator[bytes]:
    """Yield the hashes that a node leads to, itself or by a small node within it."""
    if isinstance(node, bytes):
        # An empty trie, or the end of a way; all other ends are hashes.
        if len(node) == _HASH_BYTES:
            yield node
        return
    if len(node) == _BRANCH_LENGTH and isinstance(node[-1], bytes):
        for below in node[:-1]:
            yield from _links(below)
        return
    match node:
        case [bytes(path), below] if path:
            if not path[0] & _LEAF:
                yield from _links(below)
            elif not isinstance(below, bytes):
                raise FalseProof("a leaf holds no word")
        case _:
            raise FalseProof("a node is none of a trie")
