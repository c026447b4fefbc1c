"""What a node says of the receipts of transactions, as types: no dictionary for each log.

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
