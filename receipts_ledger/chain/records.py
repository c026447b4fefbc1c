"""A node's blocks as an auditor needs them: acts from calldata, events from logs, all proved.

Blocks without a log of the ledger are passed over only where their bloom, covered by the
header's hash, proves that there is none. Whatever the ledger does leaves a log.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from msgspec import Raw

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.in_flight import in_flight
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.raw_transactions import UnknownTransactionType, signed_in
from receipts_ledger.chain.reader import ChainReader, HeaderRead
from receipts_ledger.chain.reasons import reason_text
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.sent import Calls, SentBlock, SentTransaction, signed
from receipts_ledger.chain.signers import Signed, Signers
from receipts_ledger.chain.tx_receipts import TxReceipt, events_in
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.domain.record import BlockRecord

Json: TypeAlias = Mapping[str, Any]

PAGE_GAS_MAX = 30_000_000
"""Half of what an index reads: three pages are at hand, and whole blocks beside their receipts."""


class LedgerRecords:
    """Everything that a node has on record about one ledger."""

    def __init__(
        self,
        rpc: Rpc,
        deployment: Deployment,
        reader: ChainReader,
        after: BlockRef | None = None,
    ) -> None:
        """Read from the deployment on, or from the block behind `after`."""
        self._rpc = rpc
        self._deployment = deployment
        self._reader = reader
        self._after = after
        self._calls = Calls(deployment)

    def records(self, head: BlockRef) -> Iterator[BlockRecord]:
        """Yield the blocks up to `head`. Raises InconsistentNode, UndecodableLog.

        Each is linked to the one before it, so that the first and the last say which chain
        this is. A node that changes its branch meanwhile is found out at the end.
        """
        if head == self._after:
            return
        after = self._after
        first = self._deployment.block_number if after is None else after.number + 1
        with Signers() as signers:
            yield from signed(self._sent_up_to(head, first), signers)

    def _sent_up_to(self, head: BlockRef, first: int) -> Iterator[SentBlock]:
        last: Header | None = None
        pages = self._reader.header_pages(first, head.number, PAGE_GAS_MAX)
        for page, asked in in_flight(pages, self._asked):
            if last is None:
                self._expect_origin(page[0].header)
            last = page[-1].header
            yield from self._sent(page, asked)
        if last is None or last.number < head.number:
            unknown = first if last is None else last.number + 1
            raise InconsistentNode(
                f"the node does not know block {unknown}, though it gave {head.number} as its head",
                block_number=unknown,
            )
        if last.hash != head.hash:
            raise InconsistentNode(
                f"block {head.number} is 0x{last.hash.hex()}, the head to end at is "
                f"0x{head.hash.hex()}: the node has changed its branch, or tells of another chain",
                block_number=head.number,
            )

    def _expect_origin(self, header: Header) -> None:
        if self._after is not None:
            if header.parent_hash != self._after.hash:
                raise InconsistentNode(
                    f"block {header.number}: its parent is 0x{header.parent_hash.hex()}, but the "
                    f"audit goes on from block {self._after.number}, 0x{self._after.hash.hex()}",
                    block_number=header.number,
                )
            return
        if header.ref() != self._deployment.origin().deployment:
            raise InconsistentNode(
                f"block {header.number} is 0x{header.hash.hex()}, the ledger was deployed in "
                f"{self._deployment.block_hash}",
                block_number=header.number,
            )

    def reason(self, refusal: bytes) -> str:
        """Return the rule behind a refusal, with its arguments."""
        return reason_text(refusal)

    def _asked(self, page: Sequence[HeaderRead]) -> "_Asked":
        eventful = self._reader.eventful(page)
        return _Asked(eventful, self._reader.raw_receipts(eventful), self._whole(eventful))

    def _sent(self, page: Sequence[HeaderRead], asked: "_Asked") -> Iterator[SentBlock]:
        """Yield what was sent to the ledger in each block of a page, and what came of it.

        One block after the other: a page read into all its logs is many times what it was.
        """
        told = {
            read.header.number: (raw, block)
            for read, raw, block in zip(
                asked.eventful, asked.raw_receipts, asked.whole_blocks, strict=True
            )
        }
        for read in page:
            of_block = told.pop(read.header.number, None)
            if of_block is None:
                yield SentBlock(read.header, is_proved=True)
                continue
            raw, block = of_block
            (tx_receipts,) = self._reader.proved([read], [raw])
            yield self._sent_in(read, tx_receipts, block)

    def _sent_in(
        self, read: HeaderRead, tx_receipts: Sequence[TxReceipt], block: Json | None
    ) -> SentBlock:
        header = read.header
        if block is None:
            raise InconsistentNode(
                f"block {header.number}: the node has its header, but not the block",
                block_number=header.number,
            )
        with well_formed(f"block {header.number}: its transactions", header.number):
            transactions = block["transactions"]
            is_proved = self._reader.proofs.check_transactions(
                header, read.tx_hashes, transactions, tx_receipts
            )
            events = events_in(header.number, tx_receipts, self._deployment.address)
            sent = {
                at: _sent(transactions[at], header.number)
                for at in {event.tx_index for event in events}
            }
            return SentBlock(header, is_proved, tuple(self._calls.made_by(events, sent)))

    def _whole(self, page: Sequence[HeaderRead]) -> list[Json | None]:
        return self._rpc.batch(
            [("eth_getBlockByHash", ("0x" + read.header.hash.hex(), True)) for read in page]
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a node says of those blocks of a page in which the ledger may have done something."""

    eventful: Sequence[HeaderRead]
    raw_receipts: Sequence[Sequence[Raw]]
    whole_blocks: Sequence[Json | None]


def _sent(transaction: Json, block_number: int) -> SentTransaction:
    to = transaction["to"]
    return SentTransaction(
        Hash32(bytes.fromhex(transaction["hash"][2:])),
        None if to is None else Address(bytes.fromhex(to[2:])),
        bytes.fromhex(transaction["input"][2:]),
        partial(_signed_in, transaction, block_number),
    )


def _signed_in(transaction: Json, block_number: int) -> Signed | None:
    with well_formed(f"block {block_number}: its transactions", block_number):
        try:
            return signed_in(transaction)
        except UnknownTransactionType:
            return None
