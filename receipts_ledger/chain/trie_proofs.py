"""Merkle-Patricia proofs: what stands under a key of a trie of which only the root is known.

Proofs of many keys under one root share most of their nodes, so a node is hashed and read
once. Tests hold this together with the `trie` package.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import rlp

from receipts_ledger.chain.keys import keccak

_BRANCH_LENGTH = 17
_VALUE_AT = 16


class FalseProof(ValueError):
    """Nodes that do not lead from the root to the key."""


class ProofReader:
    """Reads proofs under one root."""

    def __init__(self, root: bytes) -> None:
        self._root = root
        self._nodes: dict[str, tuple[bytes, Any]] = {}

    def value(self, key: bytes, proof: Sequence[str]) -> bytes | None:
        """Return what stands under the key, None when the proof shows that nothing does.

        The key is hashed first, as in the tries of state and storage. Raises FalseProof.
        """
        nodes = iter(proof)
        return _walk(self._root, key, lambda link: self._open(link, next(nodes, None)))

    def _open(self, link: bytes, raw: str | None) -> Any:
        if raw is None:
            raise FalseProof("the proof ends before it proves anything")
        known = self._nodes.get(raw)
        if known is None:
            content = bytes.fromhex(raw[2:])
            try:
                known = self._nodes[raw] = keccak(content), rlp.decode(content)
            except rlp.DecodingError as error:
                raise FalseProof("a node of the proof is no RLP") from error
        digest, node = known
        if digest != link:
            raise FalseProof(f"a node hashes to 0x{digest.hex()}, not to 0x{link.hex()}")
        if not isinstance(node, list) or len(node) not in (2, _BRANCH_LENGTH):
            raise FalseProof("a node of the proof is no node of a trie")
        return node


def proof_from(nodes: Mapping[bytes, bytes], root: bytes, key: bytes) -> list[str]:
    """Return the nodes, by their hashes, that lead from a root to a key, as far as there are any.

    Raises FalseProof for a node that is none.
    """
    found: list[str] = []

    def open_known(link: bytes) -> Any:
        raw = nodes.get(link)
        if raw is None:
            raise _NotThere(link)
        found.append("0x" + raw.hex())
        try:
            return rlp.decode(raw)
        except rlp.DecodingError as error:
            raise FalseProof("a node of the proof is no RLP") from error

    with suppress(_NotThere):
        _walk(root, key, open_known)
    return found


@dataclass(frozen=True, slots=True)
class Reached:
    """How far nodes lead: to what stands under the key, or to the hash of a node that is not there.

    Both None where they show that nothing stands there.
    """

    value: bytes | None = None
    link: bytes | None = None


def reached(nodes: Mapping[bytes, bytes], root: bytes, key: bytes) -> Reached:
    """Return how far well-formed nodes, by their hashes, lead from a root to a key."""

    def open_known(link: bytes) -> Any:
        raw = nodes.get(link)
        if raw is None:
            raise _NotThere(link)
        return rlp.decode(raw)

    try:
        return Reached(value=_walk(root, key, open_known))
    except _NotThere as missing:
        return Reached(link=missing.link)


class _NotThere(Exception):
    """A node that is not among those at hand."""

    def __init__(self, link: bytes) -> None:
        self.link = link


def _walk(root: bytes, key: bytes, open_node: Callable[[bytes], Any]) -> bytes | None:
    path = keccak(key).hex()
    link: Any = root
    while True:
        node = open_node(link) if isinstance(link, bytes) else link
        if node == b"":
            # The one node of an empty trie.
            return None
        if len(node) == _BRANCH_LENGTH:
            link = node[int(path[0], 16)] if path else node[_VALUE_AT]
            if not path or not link:
                return bytes(link) or None
            path = path[1:]
            continue
        nibbles, is_leaf = _path(node[0])
        if is_leaf:
            return bytes(node[1]) if nibbles == path else None
        if not path.startswith(nibbles):
            return None
        path, link = path[len(nibbles) :], node[1]


def _path(encoded: bytes) -> tuple[str, bool]:
    """Return the nibbles of a leaf or an extension, and whether it is a leaf."""
    nibbles = encoded.hex()
    kind = int(nibbles[0], 16)
    return nibbles[1 if kind & 1 else 2 :], bool(kind & 2)
