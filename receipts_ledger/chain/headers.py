"""Block headers as nodes give them, and the bytes of which a header's hash is made.

Which fields a header has depends on the forks its chain has gone through, and is seen from
the fields themselves. Clique seals stand in the extra data and are hashed with it; Besu's BFT
engines leave the commit seals out of the hash.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import rlp as rlp_reader

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.roots import integer, rlp
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32

_BLOOM_BYTES = 256
_BLOOM_INDEX_MAX = 2047
_BLOOM_CONTENTS_KEPT = 64
_HASH_BYTES = 32
_VANITY_BYTES = 32
_BYTES, _NUMBER = "bytes", "number"

# In the order of the header's RLP. From `baseFeePerGas` on, each fork appended its own.
_FIELDS = (
    ("parentHash", _BYTES),
    ("sha3Uncles", _BYTES),
    ("miner", _BYTES),
    ("stateRoot", _BYTES),
    ("transactionsRoot", _BYTES),
    ("receiptsRoot", _BYTES),
    ("logsBloom", _BYTES),
    ("difficulty", _NUMBER),
    ("number", _NUMBER),
    ("gasLimit", _NUMBER),
    ("gasUsed", _NUMBER),
    ("timestamp", _NUMBER),
    ("extraData", _BYTES),
    ("mixHash", _BYTES),
    ("nonce", _BYTES),
)
_LATER_FIELDS = (
    ("baseFeePerGas", _NUMBER),
    ("withdrawalsRoot", _BYTES),
    ("blobGasUsed", _NUMBER),
    ("excessBlobGas", _NUMBER),
    ("parentBeaconBlockRoot", _BYTES),
    ("requestsHash", _BYTES),
)
_PLACES = {name: place for place, (name, _) in enumerate(_FIELDS)}
_EXTRA_AT = _PLACES["extraData"]
_NAMED = {name for name, _ in (*_FIELDS, *_LATER_FIELDS)}
_BESIDE = {"hash", "size", "totalDifficulty", "transactions", "uncles", "withdrawals"}
"""What nodes give with a header, and no hash of the header covers."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the ledger reads of a header."""

    number: int
    hash: Hash32
    parent_hash: Hash32
    timestamp_seconds: int
    state_root: Hash32
    transactions_root: Hash32
    receipts_root: Hash32
    bloom: bytes
    gas_used: int

    @classmethod
    def of(cls, block: Mapping[str, Any]) -> "Header":
        """Read a block as JSON-RPC gives it. Raises KeyError or ValueError for what is none."""
        return cls(
            number=int(block["number"], 16),
            hash=_hash32(block["hash"]),
            parent_hash=_hash32(block["parentHash"]),
            timestamp_seconds=int(block["timestamp"], 16),
            state_root=_hash32(block["stateRoot"]),
            transactions_root=_hash32(block["transactionsRoot"]),
            receipts_root=_hash32(block["receiptsRoot"]),
            bloom=_bytes(block["logsBloom"]),
            gas_used=int(block["gasUsed"], 16),
        )

    @classmethod
    def of_raw(cls, raw: bytes) -> "Header":
        """Read the bytes of which the header's hash is made. Raises ValueError for others."""
        try:
            fields = rlp_reader.decode(raw, strict=True)
        except rlp_reader.DecodingError as error:
            raise ValueError("a header that is no RLP") from error
        flat = isinstance(fields, list) and all(isinstance(field, bytes) for field in fields)
        if not flat or len(fields) < len(_FIELDS):
            raise ValueError("a header that has not the fields of one")
        bloom = fields[_PLACES["logsBloom"]]
        if len(bloom) != _BLOOM_BYTES:
            raise ValueError(f"a bloom of {len(bloom)} bytes")
        return cls(
            number=int.from_bytes(fields[_PLACES["number"]]),
            hash=keccak(raw),
            parent_hash=_hash_at(fields, "parentHash"),
            timestamp_seconds=int.from_bytes(fields[_PLACES["timestamp"]]),
            state_root=_hash_at(fields, "stateRoot"),
            transactions_root=_hash_at(fields, "transactionsRoot"),
            receipts_root=_hash_at(fields, "receiptsRoot"),
            bloom=bloom,
            gas_used=int.from_bytes(fields[_PLACES["gasUsed"]]),
        )

    def ref(self) -> BlockRef:
        """Return number and hash."""
        return BlockRef(self.number, self.hash)

    def may_log(self, contract: Address) -> bool:
        """Return False only when the bloom proves that no log of the contract is in the block."""
        return bloom_has(self.bloom, contract)


def hash_is_own(block: Mapping[str, Any]) -> bool:
    """Return whether the block's hash follows from its fields, by any rule that we know."""
    return raw_header(block) is not None


def raw_header(block: Mapping[str, Any]) -> bytes | None:
    """Return the bytes whose Keccak is the block's hash, None where no rule that we know fits."""
    try:
        claimed = _hash32(block["hash"])
        fields = _header_fields(block)
    except (KeyError, ValueError, TypeError):
        return None
    if keccak(raw := rlp(fields)) == claimed:
        return raw
    extra = fields[_EXTRA_AT]
    if len(extra) <= _VANITY_BYTES:
        return None
    for sealed in _without_seals(extra):
        fields[_EXTRA_AT] = sealed
        if keccak(raw := rlp(fields)) == claimed:
            return raw
    return None


def unknown_fields(block: Mapping[str, Any]) -> list[str]:
    """Name what a node gives with a header that no fork known to this release has put there."""
    known = _NAMED | _BESIDE
    return sorted(name for name, value in block.items() if name not in known and value is not None)


def bloom_has(bloom: bytes, content: bytes) -> bool:
    """Return False only when the 2,048-bit bloom proves that `content` is not in it."""
    return all(bloom[byte] & bit for byte, bit in _bloom_bits(content))


@lru_cache(maxsize=_BLOOM_CONTENTS_KEPT)
def _bloom_bits(content: bytes) -> tuple[tuple[int, int], ...]:
    """Return the places of the bloom that `content` sets: byte, and bit of it."""
    digest = keccak(content)
    bits = [int.from_bytes(digest[at : at + 2]) & _BLOOM_INDEX_MAX for at in (0, 2, 4)]
    return tuple((_BLOOM_BYTES - 1 - bit // 8, 1 << bit % 8) for bit in bits)


def _header_fields(block: Mapping[str, Any]) -> list[bytes]:
    fields = [_field(block[name], kind) for name, kind in _FIELDS]
    later = [(block.get(name), kind) for name, kind in _LATER_FIELDS]
    return fields + [_field(value, kind) for value, kind in later if value is not None]


def _without_seals(extra: bytes) -> list[bytes]:
    """Return Besu's extra data as hashed: QBFT with round 0 and no seals, IBFT 2 with neither."""
    try:
        vanity, validators, vote, *_ = rlp_reader.decode(extra, strict=True)
    except (rlp_reader.DecodingError, ValueError, TypeError):
        return []
    return [rlp([vanity, validators, vote, b"", []]), rlp([vanity, validators, vote])]


def _field(value: Any, kind: str) -> bytes:
    return integer(int(value, 16)) if kind is _NUMBER else _bytes(value)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _hash_at(fields: Sequence[bytes], name: str) -> Hash32:
    content = fields[_PLACES[name]]
    if len(content) != _HASH_BYTES:
        raise ValueError(f"{name} of a header is no hash")
    return Hash32(content)


def _hash32(text: str) -> Hash32:
    content = _bytes(text)
    if len(content) != _HASH_BYTES:
        raise ValueError(f"{text} is no 32-byte hash")
    return Hash32(content)
