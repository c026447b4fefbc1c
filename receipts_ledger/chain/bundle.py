"""Bundles: all that an audit needs of a ledger's chain, in one file. The form: docs/audit.md.

Written from a node while it is audited, read without a network. A bundle is believed no more
than a node is: the same hashes and roots are computed over what is in it.
"""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import msgspec
import orjson

from receipts_ledger.chain.asked_nodes import LEVELS_MAX, AskedNodes
from receipts_ledger.chain.deployment import COUNT_MAX, Deployment
from receipts_ledger.chain.frames import BadFile, Format, FrameFile, FrameWriter
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.raw_blocks import RawBlock
from receipts_ledger.chain.trie_proofs import FalseProof
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Hash32

T = TypeVar("T")

BUNDLE = Format("bundle", b"WRLAUDIT", 1)
MANIFEST, BLOCKS, NODES = b"M", b"B", b"N"

_FRAME_BYTES = 2**20
_FRAME_OF_MANY_BYTES_MAX = 2 * _FRAME_BYTES
_CONTENT_BYTES_MIN = 64
"""Shorter than any transaction or receipt that is signed, or has a bloom."""
_HASH_BYTES = 32
_ONE_BLOCK = b"\x91\x93"
_ORDER = (MANIFEST, BLOCKS, NODES)
_BLOCKS = msgspec.msgpack.Decoder(list[RawBlock])
_OUTLINES = msgspec.msgpack.Decoder(list[tuple[bytes, msgspec.Raw, msgspec.Raw]])
_NODES = msgspec.msgpack.Decoder(list[bytes])


class BundleWriter:
    """Writes a bundle, a frame at a time."""

    def __init__(self, path: Path, deployment: Deployment, genesis: bytes, head: BlockRef) -> None:
        """Begin. Raises Fatal where the file exists or cannot be written."""
        self._frames = FrameWriter(path, BUNDLE)
        self._head = head
        self._blocks: list[RawBlock] = []
        self._nodes: list[bytes] = []
        self._size = 0
        self._block_count = self._node_count = 0
        manifest = {
            "deployment": asdict(deployment),
            "genesis": "0x" + genesis.hex(),
            "head": {"number": head.number, "hash": "0x" + head.hash.hex()},
        }
        self._frames.add(MANIFEST, orjson.dumps(manifest))

    def add_block(self, block: RawBlock) -> None:
        """Write the next block."""
        if self._size and self._size + block.size > _FRAME_BYTES:
            self._write()
        self._blocks.append(block)
        self._block_count += 1
        self._size += block.size

    def add_node(self, node: bytes) -> None:
        """Write a node of the trie of accounts or of the contract's storage, after all blocks."""
        if self._blocks or self._size + len(node) > _FRAME_BYTES:
            self._write()
        self._nodes.append(node)
        self._node_count += 1
        self._size += len(node)

    def seal(self) -> None:
        """End the bundle."""
        self._write()
        self._frames.seal({"blocks": self._block_count, "nodes": self._node_count})

    def drop(self) -> None:
        """Leave nothing, unless it was sealed."""
        self._frames.drop()

    def _write(self) -> None:
        if self._blocks:
            self._frames.add(BLOCKS, msgspec.msgpack.encode(self._blocks))
        if self._nodes:
            self._frames.add(NODES, msgspec.msgpack.encode(self._nodes))
        self._blocks, self._nodes, self._size = [], [], 0


class Bundle:
    """A bundle that is whole. Whether what is in it is true, the audit says."""

    def __init__(self, path: Path) -> None:
        """Open it. Raises BadFile naming the place at which it is none."""
        self._file = FrameFile(path, BUNDLE)
        self.name = path.name
        self._expect_order()
        try:
            manifest = orjson.loads(next(self._file.frames()).content)
            self.deployment = Deployment.of(manifest["deployment"])
            self.head = BlockRef(
                _number(manifest["head"]["number"]), _hash32(manifest["head"]["hash"])
            )
            self.genesis = bytes.fromhex(manifest["genesis"][2:])
            self._block_count = _number(self._file.sealed["blocks"])
            self.has_state = _number(self._file.sealed["nodes"]) > 0
        except (KeyError, TypeError, ValueError) as error:
            raise self._file.bad(f"its first frame is none of a ledger: {error!r}") from error
        self._expect_genesis()

    def up_to(self, head: BlockRef) -> Iterator[RawBlock]:
        """Yield the blocks. Whether they lead to `head`, is for whoever proves them to find."""
        count = 0
        for kind, content in self._file.frames():
            if kind == BLOCKS:
                self._expect_weight(content)
                blocks = self._decoded(_BLOCKS, content, "blocks")
                count += len(blocks)
                yield from blocks
        if count != self._block_count:
            raise self._file.bad(f"it has {count:,} blocks, its seal says {self._block_count:,}")

    def nodes(self, state_root: Hash32) -> dict[bytes, bytes]:
        """Return the nodes of tries by their hashes.

        Raises BadFile where there are some that do not lead from that root to the contract's
        words: none of these is held.
        """
        asked = AskedNodes(state_root, self.deployment.address)
        # A writer's order takes one reading. Any other takes one for each level at most.
        for _ in range(LEVELS_MAX):
            count, taken_before = 0, len(asked.taken)
            for node in self._each_node():
                count += 1
                self._take(asked, node)
            if len(asked.taken) in (count, taken_before):
                break
        if strangers := count - len(asked.taken):
            raise self._file.bad(
                f"{strangers:,} of its {count:,} nodes of tries lead to no word of the contract's "
                "at its head, or stand there twice"
            )
        return asked.taken

    def bad(self, detail: str, block_number: int | None = None) -> BadFile:
        """Return the error for something that is not as it should be."""
        error = self._file.bad(detail)
        error.block_number = block_number
        return error

    def _each_node(self) -> Iterator[bytes]:
        for kind, content in self._file.frames():
            if kind == NODES:
                self._expect_small(content)
                yield from self._decoded(_NODES, content, "nodes of a trie")

    def _take(self, asked: AskedNodes, node: bytes) -> None:
        try:
            asked.take(node)
        except FalseProof as error:
            raise self._file.bad(str(error)) from error

    def _expect_order(self) -> None:
        places = [_ORDER.index(kind) if kind in _ORDER else -1 for kind in self._file.kinds]
        if places != sorted(places) or places.count(0) != 1 or -1 in places:
            raise self._file.bad("its frames are not those of a bundle, in their order")

    def _expect_genesis(self) -> None:
        if "0x" + keccak(self.genesis).hex() != self.deployment.genesis_hash:
            raise self._file.bad(
                "its genesis block does not hash to the deployment's, "
                f"{self.deployment.genesis_hash}"
            )

    def _expect_weight(self, content: bytes) -> None:
        """Raise BadFile for a frame that would take many times its size once it is read.

        Only a block that is large itself has a frame of more than usual size.
        """
        if len(content) <= _FRAME_OF_MANY_BYTES_MAX:
            return
        if not content.startswith(_ONE_BLOCK):
            self._expect_small(content)
        for _, *lists in self._decoded(_OUTLINES, content, "blocks"):
            for each in map(bytes, lists):
                if _length(each) * _CONTENT_BYTES_MIN > len(each):
                    raise self._file.bad("a block has more contents than its bytes can hold")

    def _expect_small(self, content: bytes) -> None:
        if len(content) > _FRAME_OF_MANY_BYTES_MAX:
            raise self._file.bad(
                f"a frame of {len(content):,} bytes is more than one of many things may have"
            )

    def _decoded(self, decoder: "msgspec.msgpack.Decoder[T]", content: bytes, what: str) -> T:
        try:
            return decoder.decode(content)
        except msgspec.DecodeError as error:
            raise self._file.bad(f"a frame holds no {what}: {error}") from error


def _length(array: bytes) -> int:
    """Return how many elements an array of MessagePack says that it has."""
    size = {b"\xdc": 2, b"\xdd": 4}.get(array[:1])
    return array[0] & 0x0F if size is None else int.from_bytes(array[1 : 1 + size])


def _number(told: object) -> int:
    if type(told) is not int or not 0 <= told <= COUNT_MAX:
        raise ValueError(f"{told!r} is no number of blocks or nodes")
    return told


def _hash32(text: str) -> Hash32:
    content = bytes.fromhex(text[2:])
    if len(content) != _HASH_BYTES:
        raise ValueError(f"{text} is no hash")
    return Hash32(content)
