"""Block headers as nodes give them, and whether a header's hash is its own.

Which fields a header has depends on the forks its chain has gone through, and is seen from
the fields themselves. Besu's BFT engines leave the commit seals out of the hash.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import rlp as rlp_reader

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.roots import integer, rlp
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32

_BLOOM_BYTES = 256
_BLOOM_INDEX_MAX = 2047
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
_EXTRA_AT = [name for name, _ in _FIELDS].index("extraData")


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

    def ref(self) -> BlockRef:
        """Return number and hash."""
        return BlockRef(self.number, self.hash)

    def may_log(self, contract: Address) -> bool:
        """Return False only when the bloom proves that no log of the contract is in the block."""
        return bloom_has(self.bloom, contract)


def hash_is_own(block: Mapping[str, Any]) -> bool:
    """Return whether the block's hash follows from its fields, by any rule that we know."""
    return hashed_form(block) is not None


def hashed_form(block: Mapping[str, Any]) -> bytes | None:
    """Return the RLP whose hash the block's is, None where it is that of none that we know."""
    try:
        claimed = _hash32(block["hash"])
        fields = _header_fields(block)
    except (KeyError, ValueError, TypeError):
        return None
    whole = rlp(fields)
    if keccak(whole) == claimed:
        return whole
    extra = fields[_EXTRA_AT]
    if len(extra) <= _VANITY_BYTES:
        return None
    for sealed in _without_seals(extra):
        fields[_EXTRA_AT] = sealed
        hashed = rlp(fields)
        if keccak(hashed) == claimed:
            return hashed
    return None


def bloom_has(bloom: bytes, content: bytes) -> bool:
    """Return False only when the 2,048-bit bloom proves that `content` is not in it."""
    digest = keccak(content)
    for at in (0, 2, 4):
        bit = int.from_bytes(digest[at : at + 2]) & _BLOOM_INDEX_MAX
        if not bloom[_BLOOM_BYTES - 1 - bit // 8] >> bit % 8 & 1:
            return False
    return True


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


def _hash32(text: str) -> Hash32:
    content = _bytes(text)
    if len(content) != _HASH_BYTES:
        raise ValueError(f"{text} is no 32-byte hash")
    return Hash32(content)
