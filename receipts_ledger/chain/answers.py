"""What a node says of logs and of receipts of transactions, as types: no dictionary for each log.

Only members that the ledger reads are here; all others are passed over while the JSON is read.
"""

from collections.abc import Iterable

import msgspec
from msgspec import Raw, Struct


class LogAnswer(Struct, gc=False, rename="camel"):
    """A log."""

    address: str
    topics: list[str]
    data: str
    block_hash: str


class PlacedLogAnswer(Struct, gc=False, rename="camel"):
    """A log that was asked for by itself: the node says where it stands."""

    address: str
    topics: list[str]
    data: str
    block_number: str
    transaction_hash: str
    transaction_index: str
    log_index: str


class TxReceiptAnswer(Struct, rename="camel"):
    """A receipt of a transaction. `root` stood in the place of `status` before Byzantium."""

    transaction_hash: str
    block_hash: str
    cumulative_gas_used: str
    logs_bloom: str
    logs: list[LogAnswer]
    type: str | None = None
    status: str | None = None
    root: str | None = None


_DECODER: msgspec.json.Decoder[list[TxReceiptAnswer] | TxReceiptAnswer | None] = (
    msgspec.json.Decoder(list[TxReceiptAnswer] | TxReceiptAnswer | None)
)
_LOGS: msgspec.json.Decoder[list[PlacedLogAnswer]] = msgspec.json.Decoder(list[PlacedLogAnswer])


def logs(answer: Raw) -> list[PlacedLogAnswer]:
    """Read an answer to eth_getLogs. Raises ValueError for what is none."""
    try:
        return _LOGS.decode(answer)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error


def tx_receipts(answers: Iterable[Raw]) -> list[TxReceiptAnswer | None]:
    """Read answers to eth_getBlockReceipts or eth_getTransactionReceipt, one after the other.

    None is what the node does not know. Raises ValueError for what is no such answer.
    """
    found: list[TxReceiptAnswer | None] = []
    for answer in answers:
        try:
            told = _DECODER.decode(answer)
        except msgspec.DecodeError as error:
            raise ValueError(str(error)) from error
        found += told if isinstance(told, list) else [told]
    return found
