"""Receipts of transactions: the bytes that a block's receipts root is made of, and our logs.

Events are read out of the very bytes that were hashed, at the places that RLP gives them, so
a node's word on where a field begins and ends counts for nothing once the root is right.

A *receipt* elsewhere in this package is a warehouse receipt; these are the chain's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import TypeAlias

from receipts_ledger.chain.answers import LogAnswer, TxReceiptAnswer
from receipts_ledger.chain.decode import Undecodable, decode
from receipts_ledger.chain.roots import LIST, STRING, integer, length, rlp, rlp_list
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import Fatal

_ADDRESS_BYTES = 20
_HASH_BYTES = 32
_ADDRESS_CHARS = 2 + 2 * _ADDRESS_BYTES
_ONE_BYTE_CHARS = 4
_HASH_FRAME = length(_HASH_BYTES, STRING).hex()
_SHAPES_KEPT = 256
_LISTS_FROM = 0xC0

Log: TypeAlias = tuple[bytes, ...]
"""Address, topics, and the body at the end."""


class UndecodableLog(Fatal):
    """A log of our contract that is none of its events: this release cannot read this ledger."""

    def __init__(self, detail: str, *, block_number: int) -> None:
        super().__init__(detail)
        self.block_number = block_number


@dataclass(frozen=True, slots=True)
class TxReceipt:
    """A receipt as it stands in the receipts trie, and where in it the logs are."""

    tx_hash: Hash32
    raw: bytes
    shapes: "tuple[_Shape, ...]"
    logs_at: int

    @classmethod
    def of(cls, told: TxReceiptAnswer) -> "TxReceipt":
        """Write out a receipt that a node tells of. Raises ValueError for what is none."""
        if told.status is None and told.root is None:
            raise ValueError("a receipt has neither status nor root")
        outcome = _bytes(told.root or "") if told.status is None else integer(int(told.status, 16))
        shapes, logs = _raw_logs(told.logs)
        body = rlp_list(
            (
                rlp(outcome),
                rlp(integer(int(told.cumulative_gas_used, 16))),
                rlp(_bytes(told.logs_bloom)),
                rlp_list((logs,)),
            )
        )
        kind = int(told.type or "0x0", 16)
        raw = bytes((kind,)) + body if kind else body
        # The logs end the receipt.
        return cls(Hash32(_bytes(told.transaction_hash)), raw, shapes, len(raw) - len(logs))

    @property
    def type(self) -> int:
        """The type of the transaction, which begins the receipt unless it is 0."""
        return self.raw[0] if self.raw[0] < _LISTS_FROM else 0

    def logs(self) -> Iterator[Log]:
        """Return the logs, in order."""
        if self.shapes and self.shapes.count(self.shapes[0]) == len(self.shapes):
            return self.shapes[0].fields.iter_unpack(memoryview(self.raw)[self.logs_at :])
        return self._logs()

    def _logs(self) -> Iterator[Log]:
        at = self.logs_at
        for shape in self.shapes:
            yield shape.fields.unpack_from(self.raw, at)
            at += shape.fields.size


def events_in(
    block_number: int, tx_receipts: Sequence[TxReceipt], contract: Address
) -> Iterator[LoggedEvent]:
    """Yield the contract's events in the receipts of a block. Raises UndecodableLog."""
    log_index = -1
    for tx_index, tx_receipt in enumerate(tx_receipts):
        tx_hash = tx_receipt.tx_hash
        for log in tx_receipt.logs():
            # Counted here: the place of a log is proved by the receipts root, its number is not.
            log_index += 1
            if log[0] != contract:
                continue
            try:
                event = decode(log[1:-1], log[-1])
            except Undecodable as error:
                raise UndecodableLog(
                    f"block {block_number}, log {log_index}, "
                    f"transaction 0x{tx_hash.hex()}: {error}",
                    block_number=block_number,
                ) from error
            yield LoggedEvent(event, block_number, log_index, tx_hash, tx_index)


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """What two counts say of a log's RLP: its prefixes in hex, its length, where its fields are."""

    before_address: str
    before_topics: str
    before_body: str
    chars: int
    fields: Struct


def _raw_logs(logs: Sequence[LogAnswer]) -> tuple[tuple[_Shape, ...], bytes]:
    """Return the logs' RLP, one after the other: logs are many, and hex is framed unread."""
    shapes = [_shape_of(log) for log in logs]
    texts = [
        f"{shape.before_address}{log.address}{shape.before_topics}{_HASH_FRAME.join(log.topics)}"
        f"{shape.before_body}{log.data}"
        for shape, log in zip(shapes, logs, strict=True)
    ]
    # Whatever is longer or shorter than it should be would move the fields behind it.
    if [shape.chars for shape in shapes] != [*map(len, texts)]:
        raise ValueError("a log's topics have not their length")
    if not {len(address) for address in {log.address for log in logs}} <= {_ADDRESS_CHARS}:
        raise ValueError("a log's address has not its length")
    return tuple(shapes), bytes.fromhex("".join(texts).replace("0x", ""))


def _shape_of(log: LogAnswer) -> _Shape:
    chars = len(log.data)
    # A body of one byte may be its own prefix.
    if chars == _ONE_BYTE_CHARS and log.data < "0x80":
        return _shape_of_one_byte(len(log.topics))
    return _shape(len(log.topics), chars)


@lru_cache(maxsize=_SHAPES_KEPT)
def _shape(topic_count: int, body_chars: int) -> _Shape:
    body_size = body_chars // 2 - 1
    return _shaped(topic_count, body_size, length(body_size, STRING))


@lru_cache(maxsize=_SHAPES_KEPT)
def _shape_of_one_byte(topic_count: int) -> _Shape:
    return _shaped(topic_count, 1, b"")


def _shaped(topic_count: int, body_size: int, before_body: bytes) -> _Shape:
    topics_size = topic_count * (1 + _HASH_BYTES)
    before_topics = length(topics_size, LIST)
    members = 1 + _ADDRESS_BYTES + len(before_topics) + topics_size + len(before_body) + body_size
    before_address = length(members, LIST) + length(_ADDRESS_BYTES, STRING)
    fields = Struct(
        f"{len(before_address)}x{_ADDRESS_BYTES}s{len(before_topics)}x"
        f"{f'x{_HASH_BYTES}s' * topic_count}{len(before_body)}x{body_size}s"
    )
    return _Shape(
        before_address.hex(),
        before_topics.hex() + _HASH_FRAME * bool(topic_count),
        before_body.hex(),
        # Address, topics and body each come with their 0x.
        2 * fields.size + 2 * (topic_count + 2),
        fields,
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
