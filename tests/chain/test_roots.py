"""RLP, roots and proofs against the `rlp` and `trie` packages."""

import pytest
import rlp as rlp_package
from hypothesis import given
from hypothesis import strategies as st
from trie.hexary import HexaryTrie

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.roots import EMPTY_ROOT, integer, ordered_root, rlp, trie_root
from receipts_ledger.chain.trie_proofs import FalseProof, ProofReader

values = st.binary(min_size=1, max_size=80)
maps = st.dictionaries(st.binary(min_size=1, max_size=4), values, max_size=40)
nested = st.recursive(
    st.binary(max_size=70), lambda inner: st.lists(inner, max_size=6), max_leaves=20
)


def by_package(content: dict[bytes, bytes]) -> HexaryTrie:
    trie = HexaryTrie({})
    for key, value in content.items():
        trie[key] = value
    return trie


@given(nested)
def test_rlp_is_the_packages(item: list[bytes] | bytes) -> None:
    assert rlp(item) == rlp_package.encode(item)


@pytest.mark.parametrize("size", [0, 1, 54, 55, 56, 57, 255, 256, 65_536])
def test_rlp_changes_its_prefix_where_the_package_does(size: int) -> None:
    content = b"\xff" * size
    assert rlp(content) == rlp_package.encode(content)
    assert rlp([content]) == rlp_package.encode([content])


@given(st.integers(0, 2**256))
def test_numbers_have_no_leading_zeros(number: int) -> None:
    assert rlp(integer(number)) == rlp_package.encode(number)


@given(maps)
def test_a_root_is_the_packages(content: dict[bytes, bytes]) -> None:
    assert trie_root(content.items()) == by_package(content).root_hash


@pytest.mark.parametrize("count", [1, 2, 16, 17, 127, 128, 129, 300])
def test_the_root_of_a_list_is_the_packages(count: int) -> None:
    items = [keccak(bytes([number % 251])) * 2 for number in range(count)]
    content = {rlp_package.encode(place): item for place, item in enumerate(items)}
    assert ordered_root(items) == by_package(content).root_hash


def test_the_root_of_nothing_is_known() -> None:
    assert ordered_root([]) == EMPTY_ROOT == HexaryTrie({}).root_hash


@given(maps, st.binary(min_size=1, max_size=4))
def test_a_proof_shows_what_is_there_and_what_is_not(
    content: dict[bytes, bytes], asked: bytes
) -> None:
    trie = by_package({keccak(key): value for key, value in content.items()})
    reader = ProofReader(trie.root_hash)
    for key in (*content, asked):
        if content:
            assert reader.value(key, proof_of(trie, key)) == content.get(key)


@given(st.dictionaries(st.binary(min_size=1, max_size=4), values, min_size=1), st.data())
def test_a_proof_with_one_changed_byte_is_false(
    content: dict[bytes, bytes], data: st.DataObject
) -> None:
    trie = by_package({keccak(key): value for key, value in content.items()})
    key = data.draw(st.sampled_from(sorted(content)))
    proof = proof_of(trie, key)
    place = data.draw(st.integers(0, len(proof) - 1))
    node = bytearray.fromhex(proof[place][2:])
    node[data.draw(st.integers(0, len(node) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    proof[place] = "0x" + node.hex()
    with pytest.raises(FalseProof):
        ProofReader(trie.root_hash).value(key, proof)


def test_a_proof_that_ends_too_early_is_false() -> None:
    trie = by_package({keccak(bytes([number])): b"value" * 9 for number in range(50)})
    whole = proof_of(trie, b"\x00")
    for length in range(len(whole)):
        with pytest.raises(FalseProof):
            ProofReader(trie.root_hash).value(b"\x00", whole[:length])


def proof_of(trie: HexaryTrie, key: bytes) -> list[str]:
    """Return the proof as a node gives it: nodes that stand inside others are not listed."""
    nodes = [rlp_package.encode(node) for node in trie.get_proof(keccak(key))]  # type: ignore[no-untyped-call]
    return ["0x" + node.hex() for place, node in enumerate(nodes) if place == 0 or len(node) >= 32]
