"""Receipts of transactions: the bytes that a block's receipts root is made of, and our logs.

A *receipt* elsewhere in this package is a warehouse receipt; these are the chain's.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from receipts_ledger.chain.decode import Undecodable, decode
from receipts_ledger.chain.roots import integer, rlp, rlp_list
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import Fatal

_ADDRESS_RLP = b"\x94"
_HASH_RLP = b"\xa0"


class UndecodableLog(Fatal):
    """A log of our contract that is none of its events: this release cannot read this ledger."""


def raw_tx_receipt(tx_receipt: Mapping[str, Any]) -> bytes:
    """Return the receipt's bytes as they stand in the receipts trie."""
    status = tx_receipt.get("status")
    outcome = _bytes(tx_receipt["root"]) if status is None else integer(int(status, 16))
    body = rlp_list(
        (
            rlp(outcome),
            rlp(integer(int(tx_receipt["cumulativeGasUsed"], 16))),
            rlp(_bytes(tx_receipt["logsBloom"])),
            rlp_list([_raw_log(log) for log in tx_receipt["logs"]]),
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
            topics = tuple([bytes.fromhex(topic[2:]) for topic in log["topics"]])
            body = bytes.fromhex(log["data"][2:])
            tx_hash = Hash32(bytes.fromhex(tx_receipt["transactionHash"][2:]))
            try:
                event = decode(topics, body)
            except Undecodable as error:
                raise UndecodableLog(
                    f"block {block_number}, log {log_index}, transaction 0x{tx_hash.hex()}: {error}"
                ) from error
            yield LoggedEvent(event, block_number, log_index, tx_hash, tx_index, topics, body)


def _raw_log(log: Mapping[str, Any]) -> bytes:
    # Addresses and topics have one length each, so their RLP prefix is known beforehand.
    topics = b"".join([_HASH_RLP + bytes.fromhex(topic[2:]) for topic in log["topics"]])
    return rlp_list(
        (
            _ADDRESS_RLP + bytes.fromhex(log["address"][2:]),
            rlp_list((topics,)),
            rlp(bytes.fromhex(log["data"][2:])),
        )
    )


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text[2:])
