"""RLP and the roots of Merkle-Patricia tries, of lists and maps that are known whole.

A block's receipts and transactions, and a contract's storage, are known whole before their
root is asked for, so the trie is hashed once from the bottom up and no node is kept. The
`trie` package inserts key by key, which costs ten times as much; tests hold the two together.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import TypeAlias

from receipts_ledger.chain.keys import keccak
from receipts_ledger.domain.ids import Hash32

Rlp: TypeAlias = "bytes | Sequence[Rlp]"

STRING, LIST = 0x80, 0xC0

_NOTHING = b"\x80"
_INLINE_MAX = 31
_SHORT_MAX = 55
_HEX_DIGITS = "0123456789abcdef"
EMPTY_ROOT = keccak(_NOTHING)


def rlp(item: Rlp) -> bytes:
    """Return the RLP encoding of bytes, or of lists of them to any depth."""
    if isinstance(item, bytes):
        if len(item) == 1 and item[0] < _NOTHING[0]:
            return item
        return length(len(item), STRING) + item
    return rlp_list([rlp(member) for member in item])


def rlp_list(encoded: Iterable[bytes]) -> bytes:
    """Return the RLP list of members that are encoded already."""
    body = b"".join(encoded)
    return length(len(body), LIST) + body


def length(size: int, kind: int) -> bytes:
    """Return the RLP prefix of a string or list whose body has `size` bytes."""
    if size <= _SHORT_MAX:
        return bytes((kind + size,))
    digits = integer(size)
    return bytes((kind + _SHORT_MAX + len(digits),)) + digits


def integer(value: int) -> bytes:
    """Return a number as RLP wants it: big-endian without leading zeros, zero as nothing."""
    return value.to_bytes((value.bit_length() + 7) // 8)


def ordered_root(items: Sequence[bytes]) -> Hash32:
    """Return the root of a list: each item under the RLP of its place."""
    return trie_root((rlp(integer(place)), item) for place, item in enumerate(items))


def trie_root(leaves: Iterable[tuple[bytes, bytes]]) -> Hash32:
    """Return the root of a map. Keys are distinct, values not empty; any order."""
    ordered = sorted((key.hex(), value) for key, value in leaves)
    if not ordered:
        return EMPTY_ROOT
    return keccak(_node(ordered, 0, len(ordered), 0))


def _node(leaves: list[tuple[str, bytes]], start: int, end: int, depth: int) -> bytes:
    """Return the node over leaves[start:end], which agree in their first `depth` nibbles."""
    first, value = leaves[start]
    if end - start == 1:
        return rlp_list((rlp(_path(first[depth:], "2", "3")), rlp(value)))
    shared = _shared(first, leaves[end - 1][0], depth)
    if shared:
        below = _node(leaves, start, end, depth + shared)
        return rlp_list((rlp(_path(first[depth : depth + shared], "0", "1")), _link(below)))
    ends_here = _NOTHING
    if len(first) == depth:
        ends_here = rlp(value)
        start += 1
    links = []
    for digit in _HEX_DIGITS:
        # Keys that share the first `depth` nibbles are ordered by the next one.
        split = bisect_left(leaves, (first[:depth] + digit + "g",), start, end)
        links.append(_link(_node(leaves, start, split, depth + 1)) if split > start else _NOTHING)
        start = split
    return rlp_list((*links, ends_here))


def _shared(first: str, last: str, depth: int) -> int:
    for place, (one, other) in enumerate(zip(first[depth:], last[depth:], strict=False)):
        if one != other:
            return place
    return min(len(first), len(last)) - depth


def _link(node: bytes) -> bytes:
    return node if len(node) <= _INLINE_MAX else b"\xa0" + keccak(node)


def _path(nibbles: str, even: str, odd: str) -> bytes:
    return bytes.fromhex(odd + nibbles if len(nibbles) % 2 else even + "0" + nibbles)
