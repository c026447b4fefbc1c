"""What can be proved about a node's answers, and what is raised when they contradict it.

A header's hash covers its fields, its receipts root every log and its transactions root
every transaction. A node that leaves out, adds, changes or moves one is found out here.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Any

from receipts_ledger.chain.answers import TxReceiptAnswer
from receipts_ledger.chain.headers import Header, hash_is_own, unknown_fields
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.raw_transactions import (
    UnknownTransactionType,
    raw_transaction,
    type_of,
)
from receipts_ledger.chain.roots import EMPTY_ROOT, ordered_root
from receipts_ledger.chain.tx_receipts import TxReceipt
from receipts_ledger.domain.ids import Hash32
from receipts_ledger.errors import Retryable


class InconsistentNode(Retryable):
    """The node's answers contradict one another. It lies, lags, or has just changed branch."""

    def __init__(self, detail: str, *, block_number: int | None = None) -> None:
        super().__init__(detail)
        self.block_number = block_number


@dataclass(frozen=True, slots=True)
class Proofs:
    """Which of its answers an engine lets us prove, seen from the deployment block.

    Some engines hash headers or encode receipts by rules of their own.
    """

    headers: bool
    receipts: bool
    transactions: bool

    @classmethod
    def possible_for(
        cls, block: Mapping[str, Any], tx_receipts: Sequence[TxReceiptAnswer | None]
    ) -> "Proofs":
        """Try each proof on a block with all its transactions, and its receipts.

        Raises ValueError for a receipt that the node does not know.
        """
        told = [each for each in tx_receipts if each is not None]
        if len(told) != len(tx_receipts):
            raise ValueError("the node does not know all receipts of the block")
        header = Header.of(block)
        return cls(
            headers=hash_is_own(block),
            receipts=_receipts_root([TxReceipt.of(each) for each in told]) == header.receipts_root,
            transactions=_transactions_root(block["transactions"]) == header.transactions_root,
        )

    def lacking(self, wanted: "Proofs") -> list[str]:
        """Name what is provable by `wanted`, and not by these."""
        return [
            member.name
            for member in fields(self)
            if getattr(wanted, member.name) and not getattr(self, member.name)
        ]

    def check_header(self, block: Mapping[str, Any]) -> Header:
        """Return the header. Raises InconsistentNode when its hash is not its own."""
        header = Header.of(block)
        if self.headers and not hash_is_own(block):
            raise InconsistentNode(
                f"block {header.number}: {_why_unproved(header, block)}", block_number=header.number
            )
        return header

    def check_emptiness(self, header: Header, tx_hashes: Sequence[str]) -> None:
        """Raise InconsistentNode for a block said to be without transactions that has receipts.

        The list beside a header is not covered by its hash; without this a node could hide a
        block's logs by hiding its transactions.
        """
        if self.receipts and not tx_hashes and header.receipts_root != EMPTY_ROOT:
            raise InconsistentNode(
                f"block {header.number}: the node gives no transactions, but its receipts root "
                f"0x{header.receipts_root.hex()} is of some",
                block_number=header.number,
            )

    def check_receipts(
        self,
        header: Header,
        tx_hashes: Sequence[str],
        tx_receipts: Sequence[TxReceiptAnswer],
    ) -> list[TxReceipt]:
        """Return the receipts. Raises InconsistentNode unless they are the block's, in order."""
        where, at = f"block {header.number}", header.number
        if len(tx_receipts) != len(tx_hashes):
            raise InconsistentNode(
                f"{where}: {len(tx_receipts)} receipts for {len(tx_hashes)} transactions",
                block_number=at,
            )
        claimed = "0x" + header.hash.hex()
        for tx_hash, tx_receipt in zip(tx_hashes, tx_receipts, strict=True):
            if tx_receipt.transaction_hash != tx_hash:
                raise InconsistentNode(
                    f"{where}: receipt of {tx_receipt.transaction_hash} in the place of {tx_hash}",
                    block_number=at,
                )
            if tx_receipt.block_hash != claimed:
                raise InconsistentNode(
                    f"{where}: the receipt of {tx_hash} is of block {tx_receipt.block_hash}",
                    block_number=at,
                )
            if not {log.block_hash for log in tx_receipt.logs} <= {claimed}:
                raise InconsistentNode(
                    f"{where}: a log of {tx_hash} is of another block", block_number=at
                )
        found = [TxReceipt.of(tx_receipt) for tx_receipt in tx_receipts]
        if self.receipts and _receipts_root(found) != header.receipts_root:
            raise InconsistentNode(
                f"{where}: its receipts do not add up to its receipts root "
                f"0x{header.receipts_root.hex()}: a log is missing, changed or moved",
                block_number=at,
            )
        return found

    def check_transactions(
        self,
        header: Header,
        tx_hashes: Sequence[str],
        transactions: Sequence[Mapping[str, Any]],
        tx_receipts: Sequence[TxReceipt],
    ) -> bool:
        """Return whether the transactions were proved. Raises InconsistentNode when they are false.

        False only for a block with a transaction of a type that we cannot write out, as its
        receipt, which was proved, says too.
        """
        where, at = f"block {header.number}", header.number
        if [transaction["hash"] for transaction in transactions] != list(tx_hashes):
            raise InconsistentNode(
                f"{where}: the node gives two lists of its transactions", block_number=at
            )
        if not self.transactions:
            return False
        try:
            raw = [raw_transaction(transaction) for transaction in transactions]
        except UnknownTransactionType:
            self._expect_types(header, transactions, tx_receipts)
            return False
        for tx_hash, content in zip(tx_hashes, raw, strict=True):
            if "0x" + keccak(content).hex() != tx_hash:
                raise InconsistentNode(
                    f"{where}: transaction {tx_hash} is not what it hashes to", block_number=at
                )
        if ordered_root(raw) != header.transactions_root:
            raise InconsistentNode(
                f"{where}: its transactions do not add up to its transactions root "
                f"0x{header.transactions_root.hex()}: one is missing, changed or moved",
                block_number=at,
            )
        return True

    def _expect_types(
        self,
        header: Header,
        transactions: Sequence[Mapping[str, Any]],
        tx_receipts: Sequence[TxReceipt],
    ) -> None:
        """Raise InconsistentNode where a transaction's type is another than its receipt's.

        By naming a type that nobody knows, a node could keep any calldata from being proved.
        """
        if not self.receipts:
            return
        for transaction, tx_receipt in zip(transactions, tx_receipts, strict=True):
            if type_of(transaction) != tx_receipt.type:
                raise InconsistentNode(
                    f"block {header.number}: transaction {transaction['hash']} is said to be of "
                    f"type {type_of(transaction)}, but its receipt is of type {tx_receipt.type}",
                    block_number=header.number,
                )


@contextmanager
def well_formed(what: str, block_number: int | None = None) -> Iterator[None]:
    """Raise InconsistentNode for an answer of another form; `what` says what was asked for."""
    try:
        yield
    except (LookupError, ValueError, TypeError, AttributeError, ArithmeticError) as error:
        raise InconsistentNode(
            f"{what}: the node's answer does not have the form that it has to have",
            block_number=block_number,
        ) from error


def _why_unproved(header: Header, block: Mapping[str, Any]) -> str:
    unknown = unknown_fields(block)
    if unknown:
        return (
            f"its header has fields that this release does not know ({', '.join(unknown)}), so "
            "that its hash cannot be checked: use a release that knows this fork"
        )
    return f"its hash 0x{header.hash.hex()} does not follow from its header"


def _receipts_root(tx_receipts: Sequence[TxReceipt]) -> Hash32:
    return ordered_root([tx_receipt.raw for tx_receipt in tx_receipts])


def _transactions_root(transactions: Sequence[Mapping[str, Any]]) -> Hash32 | None:
    try:
        return ordered_root([raw_transaction(transaction) for transaction in transactions])
    except UnknownTransactionType:
        return None
