"""Receipts of transactions: the bytes that a block's receipts root is made of, and our logs.

A *receipt* elsewhere in this package is a warehouse receipt; these are the chain's.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from receipts_ledger.chain.decode import Undecodable, decode
from receipts_ledger.chain.roots import LIST, STRING, integer, length, rlp, rlp_list
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import Fatal

_ADDRESS_BYTES = 20
_HASH_BYTES = 32
_HASH_FRAME = length(_HASH_BYTES, STRING).hex()
_FRAMES_KEPT = 256


class UndecodableLog(Fatal):
    """A log of our contract that is none of its events: this release cannot read this ledger."""

    def __init__(self, detail: str, *, block_number: int) -> None:
        super().__init__(detail)
        self.block_number = block_number


def raw_tx_receipt(tx_receipt: Mapping[str, Any]) -> bytes:
    """Return the receipt's bytes as they stand in the receipts trie."""
    status = tx_receipt.get("status")
    outcome = _bytes(tx_receipt["root"]) if status is None else integer(int(status, 16))
    body = rlp_list(
        (
            rlp(outcome),
            rlp(integer(int(tx_receipt["cumulativeGasUsed"], 16))),
            rlp(_bytes(tx_receipt["logsBloom"])),
            rlp_list((bytes.fromhex("".join([_raw_log(log) for log in tx_receipt["logs"]])),)),
        )
    )
    kind = int(tx_receipt.get("type") or "0x0", 16)
    return bytes((kind,)) + body if kind else body


def events_in(
    block_number: int, tx_receipts: Sequence[Mapping[str, Any]], contract: Address
) -> Iterator[LoggedEvent]:
    """Yield the contract's events in the receipts of a block. Raises UndecodableLog."""
    ours = "0x" + contract.hex()
    log_index = -1
    for tx_index, tx_receipt in enumerate(tx_receipts):
        for log in tx_receipt["logs"]:
            # Counted here: the place of a log is proved by the receipts root, its number is not.
            log_index += 1
            if log["address"].lower() != ours:
                continue
            topics = [bytes.fromhex(topic[2:]) for topic in log["topics"]]
            tx_hash = Hash32(bytes.fromhex(tx_receipt["transactionHash"][2:]))
            try:
                event = decode(topics, bytes.fromhex(log["data"][2:]))
            except Undecodable as error:
                raise UndecodableLog(
                    f"block {block_number}, log {log_index}, "
                    f"transaction 0x{tx_hash.hex()}: {error}",
                    block_number=block_number,
                ) from error
            yield LoggedEvent(event, block_number, log_index, tx_hash, tx_index)


def _raw_log(log: Mapping[str, Any]) -> str:
    """Return the log's RLP in hex: logs are many, and hex can be framed without reading it."""
    topics, body = log["topics"], log["data"][2:]
    size = len(body) // 2
    if size == 1:
        return rlp(
            [_bytes(log["address"]), [_bytes(topic) for topic in topics], _bytes(log["data"])]
        ).hex()
    frame, topics_frame, body_frame = _frames(len(topics), size)
    joined = "".join([_HASH_FRAME + topic[2:] for topic in topics])
    return f"{frame}{log['address'][2:]}{topics_frame}{joined}{body_frame}{body}"


@lru_cache(maxsize=_FRAMES_KEPT)
def _frames(topic_count: int, body_size: int) -> tuple[str, str, str]:
    """Return the RLP prefixes of a log with its address, of its topics, and of its body.

    Addresses and topics have one length each, so they follow from two counts. A body of one
    byte may be its own prefix, and is none of these.
    """
    topics = topic_count * (1 + _HASH_BYTES)
    topics_frame, body_frame = length(topics, LIST), length(body_size, STRING)
    members = 1 + _ADDRESS_BYTES + len(topics_frame) + topics + len(body_frame) + body_size
    frame = length(members, LIST) + length(_ADDRESS_BYTES, STRING)
    return frame.hex(), topics_frame.hex(), body_frame.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
