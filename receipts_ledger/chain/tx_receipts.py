"""Receipts of transactions: the bytes that a block's receipts root is made of, and our logs.

Events are read out of the very bytes that were hashed, at the places that RLP gives them, so
a node's word on where a field begins and ends counts for nothing once the root is right.

A *receipt* elsewhere in this package is a warehouse receipt; these are the chain's.
"""

from binascii import unhexlify
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, groupby
from struct import Struct
from typing import TypeAlias

from receipts_ledger.chain.answers import LogAnswer, TxReceiptAnswer
from receipts_ledger.chain.decode import (
    PLAIN_TOPICS,
    PLAIN_WORDS,
    Undecodable,
    decode,
    decode_plain,
)
from receipts_ledger.chain.roots import LIST, STRING, integer, length, rlp, rlp_list
from receipts_ledger.domain.block import LoggedEvent, logged
from receipts_ledger.domain.event import Event
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
        """Yield the logs, in order."""
        for shape, run in self.runs():
            yield from shape.fields.iter_unpack(run)

    def runs(self) -> Iterator[tuple["_Shape", memoryview]]:
        """Yield the bytes of the logs, in order: those together that have one shape."""
        raw, at = memoryview(self.raw), self.logs_at
        for shape, run in _runs(self.shapes):
            end = at + run * shape.fields.size
            yield shape, raw[at:end]
            at = end


def events_in(
    block_number: int, tx_receipts: Sequence[TxReceipt], contract: Address
) -> list[LoggedEvent]:
    """Return the contract's events in the receipts of a block. Raises UndecodableLog."""
    found: list[LoggedEvent] = []
    # Counted here: the place of a log is proved by the receipts root, its number is not.
    log_index = 0
    for tx_index, tx_receipt in enumerate(tx_receipts):
        tx_hash = tx_receipt.tx_hash
        for shape, run in tx_receipt.runs():
            # Columns pay from two rows on.
            is_plain = shape is _PLAIN and len(run) > shape.fields.size
            events = _plain_events(run, contract) if is_plain else None
            if events is not None:
                found += logged(events, block_number, count(log_index), tx_hash, tx_index)
                log_index += len(events)
                continue
            for address, *topics, body in shape.fields.iter_unpack(run):
                if address == contract:
                    try:
                        event = decode(topics, body)
                    except Undecodable as error:
                        raise UndecodableLog(
                            f"block {block_number}, log {log_index}, "
                            f"transaction 0x{tx_hash.hex()}: {error}",
                            block_number=block_number,
                        ) from error
                    found.append(LoggedEvent(event, block_number, log_index, tx_hash, tx_index))
                log_index += 1
    return found


def _plain_events(run: memoryview, contract: Address) -> list[Event] | None:
    """Return the events of logs of the plain shape, None unless they are such of the contract."""
    addresses, kinds, receipts, words, commitments = zip(
        *_PLAIN_FIELDS.iter_unpack(run), strict=True
    )
    return decode_plain(kinds, receipts, words, commitments) if {*addresses} == {contract} else None


@dataclass(frozen=True, slots=True, eq=False)
class _Shape:
    """What two counts say of a log's RLP: its prefixes in hex, its length, where its fields are."""

    before_address: str
    before_topics: str
    before_body: str
    chars: int
    fields: Struct


def _runs(shapes: "Sequence[_Shape]") -> Iterator[tuple["_Shape", int]]:
    """Yield how often each shape stands there in a row."""
    if shapes and shapes.count(shapes[0]) == len(shapes):
        yield shapes[0], len(shapes)
        return
    for shape, run in groupby(shapes):
        yield shape, sum(1 for _ in run)


def _raw_logs(logs: Sequence[LogAnswer]) -> tuple[tuple[_Shape, ...], bytes]:
    """Return the logs' RLP, one after the other: logs are many, and hex is framed unread."""
    shapes = _shapes_of(logs)
    is_plain = shapes.count(_PLAIN) == len(shapes)
    texts = _plain_texts(logs) if is_plain else _texts(shapes, logs)
    # Whatever is longer or shorter than it should be would move the fields behind it.
    if [shape.chars for shape in shapes] != [*map(len, texts)]:
        raise ValueError("a log's topics have not their length")
    if not {len(address) for address in {log.address for log in logs}} <= {_ADDRESS_CHARS}:
        raise ValueError("a log's address has not its length")
    return tuple(shapes), unhexlify("".join(texts))


def _plain_texts(logs: Sequence[LogAnswer]) -> list[str]:
    address, topics, body = _PLAIN.before_address, _PLAIN.before_topics, _PLAIN.before_body
    # Two characters go before each: 0x.
    return [
        f"{address}{log.address[2:]}{topics}{kind[2:]}{_HASH_FRAME}{receipt[2:]}"
        f"{body}{log.data[2:]}"
        for log in logs
        for kind, receipt in (log.topics,)
    ]


def _texts(shapes: "Sequence[_Shape]", logs: Sequence[LogAnswer]) -> list[str]:
    return [
        f"{shape.before_address}{log.address[2:]}{shape.before_topics}"
        f"{_HASH_FRAME.join([topic[2:] for topic in log.topics])}{shape.before_body}{log.data[2:]}"
        for shape, log in zip(shapes, logs, strict=True)
    ]


def _shapes_of(logs: Sequence[LogAnswer]) -> "Sequence[_Shape]":
    sizes = {(len(log.topics), len(log.data)) for log in logs}
    if len(sizes) == 1 and _ONE_BYTE_CHARS not in (chars for _, chars in sizes):
        return (_shape(*sizes.pop()),) * len(logs)
    return [_shape_of(log) for log in logs]


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
        2 * fields.size,
        fields,
    )


_PLAIN = _shape(PLAIN_TOPICS, 2 + 2 * PLAIN_WORDS * _HASH_BYTES)
_PLAIN_FIELDS = Struct(
    _PLAIN.fields.format.replace(f"{PLAIN_WORDS * _HASH_BYTES}s", f"{_HASH_BYTES}s" * PLAIN_WORDS)
)


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
