"""Blocks of a node, read whole and proved: by hash, with all their logs or not at all.

`None` always means that the node does not know a block. That is no evidence of anything:
the node may lag. What contradicts itself is raised as InconsistentNode.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from msgspec import Raw

from receipts_ledger.chain import answers
from receipts_ledger.chain.answers import TxReceiptAnswer
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.in_flight import in_flight
from receipts_ledger.chain.proofs import InconsistentNode, Proofs, well_formed
from receipts_ledger.chain.rpc import Rpc, RpcError, RpcErrorKind
from receipts_ledger.chain.tx_receipts import TxReceipt, events_in
from receipts_ledger.domain.block import BlockRef, LedgerBlock
from receipts_ledger.domain.finality import Finality
from receipts_ledger.domain.ids import Address, Hash32
from receipts_ledger.errors import Fatal, LedgerError

Json: TypeAlias = Mapping[str, Any]

PAGE_BLOCKS_MAX = 128
# Whatever fills a block, no byte of its JSON costs less than two gas: some 30 MB at most.
PAGE_GAS_MAX = 60_000_000


@dataclass(frozen=True, slots=True)
class HeaderRead:
    """A proved header, and the hashes that the node gives for its transactions."""

    header: Header
    tx_hashes: tuple[str, ...]


_Asked: TypeAlias = tuple[Sequence[HeaderRead], Sequence[Sequence[Raw]]]


class ChainReader:
    """Reads one ledger from one node."""

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self._rpc = rpc
        self._deployment = deployment
        self._contract: Address = deployment.address
        self._has_block_receipts = True

    @cached_property
    def proofs(self) -> Proofs:
        """What this node's engine lets us prove, tried once on the deployment block.

        Raises InconsistentNode when that is less than on the day of the deployment.
        """
        block = self._rpc.call("eth_getBlockByHash", [self._deployment.block_hash, True])
        if block is None:
            raise InconsistentNode(
                f"the node does not know the deployment block {self._deployment.block_hash}",
                block_number=self._deployment.block_number,
            )
        number = self._deployment.block_number
        with well_formed(f"block {number}, of the deployment", number):
            hashes = [transaction["hash"] for transaction in block["transactions"]]
            page = [HeaderRead(Header.of(block), tuple(hashes))]
            (raw,) = self.raw_receipts(page)
            found = Proofs.possible_for(block, answers.tx_receipts(raw))
        if lost := found.lacking(self._deployment.provable):
            raise InconsistentNode(
                f"the deployment block no longer proves its {', '.join(lost)}: the node bends it",
                block_number=self._deployment.block_number,
            )
        return found

    def head(self) -> BlockRef:
        """Return the latest block."""
        head = self._ref("latest")
        if head is None:
            raise InconsistentNode("the node knows no latest block")
        return head

    def finalized(self, finality: Finality) -> BlockRef | None:
        """Return the last final block, None while the node calls none final. Raises Fatal."""
        if finality.depth is None:
            try:
                return self._ref("finalized")
            except RpcError as error:
                raise Fatal(
                    f"the node does not know which block is final ({error.message}): "
                    "set finality to instant or depth:N"
                ) from error
        head = self.head()
        return head if not finality.depth else self.ref(max(0, head.number - finality.depth))

    def ref(self, number: int) -> BlockRef | None:
        """Return the block at a height on the node's present branch."""
        return self._ref(hex(number))

    def with_hash(self, block_hash: Hash32) -> BlockRef | None:
        """Return the block of a hash, on whichever branch of the node's it is."""
        block = self._call_or_none("eth_getBlockByHash", ("0x" + block_hash.hex(), False))
        if block is None:
            return None
        found = self._checked(block, what=f"block 0x{block_hash.hex()}").header.ref()
        if found.hash != block_hash:
            raise InconsistentNode(
                f"asked for block 0x{block_hash.hex()}, the node gave 0x{found.hash.hex()}",
                block_number=found.number,
            )
        return found

    def header(self, at: BlockRef) -> Header:
        """Return the proved header of a block. Raises InconsistentNode when it is unknown."""
        block = self._call_or_none("eth_getBlockByHash", ("0x" + at.hash.hex(), False))
        if block is None:
            raise InconsistentNode(
                f"the node no longer knows block {at.number}", block_number=at.number
            )
        header = self._checked(block, at.number).header
        if header.ref() != at:
            raise InconsistentNode(
                f"asked for block {at.number}, the node gave {header.number}",
                block_number=at.number,
            )
        return header

    def block(self, number_or_hash: int | Hash32) -> LedgerBlock | None:
        """Return a block with all events of the ledger in it, proved."""
        if isinstance(number_or_hash, int):
            what = f"block {number_or_hash}"
            block = self._call_or_none("eth_getBlockByNumber", (hex(number_or_hash), False))
        else:
            what = f"block 0x{number_or_hash.hex()}"
            block = self._call_or_none("eth_getBlockByHash", ("0x" + number_or_hash.hex(), False))
        if block is None:
            return None
        read = self._checked(block, what=what)
        if number_or_hash not in (read.header.number, read.header.hash):
            raise InconsistentNode(f"asked for another block, the node gave {read.header.number}")
        return next(self._with_events([read], self._asked([read])))

    def blocks(self, first: int, last: int) -> Iterator[LedgerBlock]:
        """Yield the blocks from `first` to `last`, linked and proved, some pages at a time.

        Stops before the first block that the node does not know.
        """
        for page, asked in in_flight(self.header_pages(first, last), self._asked):
            yield from self._with_events(page, asked)

    def header_pages(
        self, first: int, last: int, gas_max: int = PAGE_GAS_MAX
    ) -> Iterator[list[HeaderRead]]:
        """Yield proved headers, linked to one another, in pages that are safe to hold whole.

        The blocks of a page have used up to `gas_max`, unless one by itself has used more.
        """
        previous: Header | None = None
        ranges = (
            range(start, min(start + PAGE_BLOCKS_MAX, last + 1))
            for start in range(first, last + 1, PAGE_BLOCKS_MAX)
        )
        for numbers, blocks in in_flight(ranges, self._blocks_of):
            page: list[HeaderRead] = []
            gas = 0
            for number, block in zip(numbers, blocks, strict=True):
                if block is None:
                    break
                read = self._checked(block, number)
                _expect_place(read.header, number, previous)
                previous = read.header
                if page and gas + read.header.gas_used > gas_max:
                    yield page
                    page, gas = [], 0
                page.append(read)
                gas += read.header.gas_used
            if page:
                yield page
            if previous is None or previous.number != numbers[-1]:
                return

    def _blocks_of(self, numbers: range) -> list[Json | None]:
        return self._rpc.batch(
            [("eth_getBlockByNumber", (hex(number), False)) for number in numbers]
        )

    def tx_receipts(self, page: Sequence[HeaderRead]) -> list[list[TxReceipt]]:
        """Return all receipts of each block of a page, proved."""
        return self.proved(page, self.raw_receipts(page))

    def raw_receipts(self, page: Sequence[HeaderRead]) -> list[list[Raw]]:
        """Return for each block one answer about all its receipts, or one about each of them."""
        if self._has_block_receipts:
            try:
                of_blocks = self._rpc.raw_batch(
                    [("eth_getBlockReceipts", ("0x" + read.header.hash.hex(),)) for read in page]
                )
            except RpcError as error:
                if error.kind is not RpcErrorKind.METHOD_MISSING:
                    raise _vanished(error) from error
                self._has_block_receipts = False
            else:
                return [[of_block] for of_block in of_blocks]
        of_transactions = iter(
            self._rpc.raw_batch(
                [
                    ("eth_getTransactionReceipt", (tx_hash,))
                    for read in page
                    for tx_hash in read.tx_hashes
                ]
            )
        )
        return [[next(of_transactions) for _ in read.tx_hashes] for read in page]

    def proved(
        self, page: Sequence[HeaderRead], raw: Sequence[Sequence[Raw]]
    ) -> list[list[TxReceipt]]:
        """Return the receipts in the answers about a page. Raises InconsistentNode for others."""
        all_receipts = []
        for read, of_block in zip(page, raw, strict=True):
            number = read.header.number
            with well_formed(f"block {number}: the receipts of its transactions", number):
                told = [_known(each, read.header) for each in answers.tx_receipts(of_block)]
                found = self.proofs.check_receipts(read.header, read.tx_hashes, told)
            all_receipts.append(found)
        return all_receipts

    def eventful(self, page: Sequence[HeaderRead]) -> list[HeaderRead]:
        """Return the blocks of a page in which the ledger may have done something."""
        return [read for read in page if read.tx_hashes and self.may_log(read.header)]

    def may_log(self, header: Header) -> bool:
        """Return False only when the header proves that the ledger did nothing in the block."""
        return not self.proofs.headers or header.may_log(self._contract)

    def _asked(self, page: Sequence[HeaderRead]) -> _Asked:
        eventful = self.eventful(page)
        return eventful, self.raw_receipts(eventful)

    def _with_events(self, page: Sequence[HeaderRead], asked: _Asked) -> Iterator[LedgerBlock]:
        eventful, raw = asked
        receipts_by_hash = dict(
            zip([read.header.hash for read in eventful], self.proved(eventful, raw), strict=True)
        )
        for read in page:
            header = read.header
            receipts = receipts_by_hash.pop(header.hash, [])
            with well_formed(f"block {header.number}: its logs", header.number):
                events = tuple(events_in(header.number, receipts, self._contract))
            yield LedgerBlock(
                number=header.number,
                hash=header.hash,
                parent_hash=header.parent_hash,
                timestamp_seconds=header.timestamp_seconds,
                receipts_root=header.receipts_root,
                events=events,
            )

    def _checked(
        self, block: Json, asked_for: int | None = None, *, what: str | None = None
    ) -> HeaderRead:
        with well_formed(what or f"block {asked_for}", asked_for):
            if asked_for is not None and int(block["number"], 16) != asked_for:
                raise InconsistentNode(
                    f"asked for block {asked_for}, the node gave {int(block['number'], 16)}",
                    block_number=asked_for,
                )
            read = HeaderRead(self.proofs.check_header(block), tuple(block["transactions"]))
            self.proofs.check_emptiness(read.header, read.tx_hashes)
            return read

    def _ref(self, tag: str) -> BlockRef | None:
        block = self._call_or_none("eth_getBlockByNumber", (tag, False))
        return None if block is None else self._checked(block, what=_words(tag)).header.ref()

    def _call_or_none(self, method: str, params: Sequence[object]) -> Json | None:
        try:
            answer: Json | None = self._rpc.call(method, params)
        except RpcError as error:
            if error.kind is RpcErrorKind.UNKNOWN_BLOCK:
                return None
            raise
        return answer


def _words(tag: str) -> str:
    """Return what a block is called that was asked for by a tag, or by its number in hex."""
    return f"block {int(tag, 16)}" if tag.startswith("0x") else f"the {tag} block"


def _expect_place(header: Header, number: int, previous: Header | None) -> None:
    if previous is not None and header.parent_hash != previous.hash:
        raise InconsistentNode(
            f"block {number}: its parent is 0x{header.parent_hash.hex()}, "
            f"but block {previous.number} is 0x{previous.hash.hex()}",
            block_number=number,
        )


def _known(answer: TxReceiptAnswer | None, header: Header) -> TxReceiptAnswer:
    if answer is None:
        raise InconsistentNode(
            f"block {header.number}: the node has the header, but not all receipts",
            block_number=header.number,
        )
    return answer


def _vanished(error: RpcError) -> LedgerError:
    if error.kind is RpcErrorKind.UNKNOWN_BLOCK:
        return InconsistentNode(f"the node no longer knows a block that it has just named: {error}")
    return error
