"""Blocks as their hashes see them: the bytes of headers, transactions and receipts.

These bytes are all that an audit needs, and all that it can prove. A node is asked for them
here; they are proved and read in raw_records.py, wherever they come from.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import msgspec

from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header, raw_header
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.raw_transactions import UnknownTransactionType, raw_transaction
from receipts_ledger.chain.reader import PAGE_BLOCKS_MAX, PAGE_GAS_MAX, ChainReader, HeaderRead
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.tx_receipts import TxReceipt
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.errors import Fatal


class RawBlock(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A header, and all transactions and receipts of a block whose bloom may hold a log of ours.

    Of other blocks the header alone says that nothing of ours is in them.
    """

    header: bytes
    transactions: list[bytes]
    tx_receipts: list[bytes]

    @property
    def size(self) -> int:
        """Bytes in it."""
        return len(self.header) + sum(map(len, self.transactions)) + sum(map(len, self.tx_receipts))


_Read: TypeAlias = tuple[bytes, HeaderRead]


class NodeRawBlocks:
    """Raw blocks of one ledger's chain, from one node."""

    def __init__(self, rpc: Rpc, deployment: Deployment, reader: ChainReader) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._reader = reader

    def genesis(self) -> bytes:
        """Return the genesis block's header."""
        (found,) = self._headers(0, 0)
        return found[0]

    def up_to(self, head: BlockRef) -> Iterator[RawBlock]:
        """Yield the blocks from the deployment to `head`, as far as the node knows them."""
        for start in range(self._deployment.block_number, head.number + 1, PAGE_BLOCKS_MAX):
            last = min(start + PAGE_BLOCKS_MAX - 1, head.number)
            for page in _in_pages(self._headers(start, last)):
                yield from self._raw_blocks(page)

    def _headers(self, first: int, last: int) -> Iterator[_Read]:
        numbers = range(first, last + 1)
        blocks = self._rpc.batch(
            [("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
        )
        for number, block in zip(numbers, blocks, strict=True):
            if block is None:
                raise InconsistentNode(
                    f"the node does not know block {number}, which is below its head",
                    block_number=number,
                )
            with well_formed(f"block {number}", number):
                raw = raw_header(block)
                if raw is None:
                    # Says why: a lie, or a fork that this release does not know.
                    self._reader.proofs.check_header(block)
                    raise InconsistentNode(
                        f"block {number}: its hash does not follow from its header",
                        block_number=number,
                    )
                yield raw, HeaderRead(Header.of_raw(raw), tuple(block["transactions"]))

    def _raw_blocks(self, page: Sequence[_Read]) -> Iterator[RawBlock]:
        eventful = [read for _, read in page if self._reader.may_log(read.header)]
        all_receipts = self._reader.tx_receipts(eventful)
        whole = self._rpc.batch(
            [("eth_getBlockByHash", ("0x" + read.header.hash.hex(), True)) for read in eventful]
        )
        found = {
            read.header.number: self._contents(read.header, block, tx_receipts)
            for read, block, tx_receipts in zip(eventful, whole, all_receipts, strict=True)
        }
        for raw, read in page:
            transactions, receipts = found.pop(read.header.number, ([], []))
            yield RawBlock(raw, transactions, receipts)

    def _contents(
        self, header: Header, block: Any, tx_receipts: Sequence[TxReceipt]
    ) -> tuple[list[bytes], list[bytes]]:
        number = header.number
        if block is None:
            raise InconsistentNode(
                f"block {number}: the node has its header, but not the block", block_number=number
            )
        with well_formed(f"block {number}: its transactions", number):
            try:
                transactions = [raw_transaction(each) for each in block["transactions"]]
            except UnknownTransactionType as error:
                raise Fatal(
                    f"block {number}: {error}, which this release cannot write out: the ledger "
                    "cannot be put into a bundle"
                ) from error
            return transactions, [each.raw for each in tx_receipts]


def _in_pages(headers: Iterator[_Read]) -> Iterator[list[_Read]]:
    """Yield headers in pages whose blocks are safe to hold whole."""
    page: list[_Read] = []
    gas = 0
    for raw, read in headers:
        if page and gas + read.header.gas_used > PAGE_GAS_MAX:
            yield page
            page, gas = [], 0
        page.append((raw, read))
        gas += read.header.gas_used
    if page:
        yield page
