"""The chain as an auditor needs it, from raw blocks: every hash and root computed, no node asked.

Whoever holds the bytes can prove them; where they come from does not matter.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol, TypeVar

import rlp as rlp_reader

from receipts_ledger.chain.decode import Undecodable, decode
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.headers import Header
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.raw_blocks import RawBlock
from receipts_ledger.chain.raw_logs import logs_in
from receipts_ledger.chain.raw_transactions import read_transaction, signed_in_raw
from receipts_ledger.chain.reasons import reason_text
from receipts_ledger.chain.roots import ordered_root
from receipts_ledger.chain.sent import Calls, SentBlock, SentTransaction, signed
from receipts_ledger.chain.signers import Signers
from receipts_ledger.chain.tx_receipts import UndecodableLog
from receipts_ledger.domain.block import BlockRef, LoggedEvent
from receipts_ledger.domain.ids import NO_HASH, Hash32
from receipts_ledger.domain.record import BlockRecord
from receipts_ledger.errors import Fatal

T = TypeVar("T")


class FalseBlock(Fatal):
    """Raw blocks that do not follow from one another, or contents that no header covers."""

    def __init__(self, source: str, number: int, detail: str) -> None:
        super().__init__(f"{source}: block {number}: {detail}")
        self.block_number = number


class RawBlocks(Protocol):
    """Where raw blocks come from, in order from the deployment block."""

    def up_to(self, head: BlockRef) -> Iterator[RawBlock]: ...


class KeptBlocks:
    """Raw blocks that are handed on to somebody who keeps them, as they are read."""

    def __init__(self, blocks: RawBlocks, keep: Callable[[RawBlock], None]) -> None:
        self._blocks = blocks
        self._keep = keep

    def up_to(self, head: BlockRef) -> Iterator[RawBlock]:
        """Yield the blocks from the deployment to `head`."""
        for block in self._blocks.up_to(head):
            self._keep(block)
            yield block


class RawRecords:
    """Everything that raw blocks have on record about one ledger."""

    def __init__(self, blocks: RawBlocks, deployment: Deployment, source: str) -> None:
        """Read `blocks`, which come from what is named as their source."""
        self._source = source
        self._blocks = blocks
        self._deployment = deployment
        self._calls = Calls(deployment)
        self.last: Header | None = None
        """The header that was read last: of the head, once all has been read."""

    def records(self, head: BlockRef) -> Iterator[BlockRecord]:
        """Yield the blocks from the deployment to `head`. Raises FalseBlock, UndecodableLog."""
        raw_blocks = self._blocks.up_to(head)
        with Signers() as signers:
            yield from signed(map(self._sent, raw_blocks), signers)
        if self.last is None or self.last.ref() != head:
            ended = "nowhere" if self.last is None else f"at 0x{self.last.hash.hex()}"
            raise self._false(
                head.number, f"the head to end at is 0x{head.hash.hex()}, the blocks end {ended}"
            )

    def reason(self, refusal: bytes) -> str:
        """Return the rule behind a refusal, with its arguments."""
        return reason_text(refusal)

    def _sent(self, raw: RawBlock) -> SentBlock:
        header = self._next(raw.header)
        number = header.number
        if not header.may_log(self._deployment.address):
            if raw.transactions or raw.tx_receipts:
                raise self._false(number, "has contents, though its bloom rules the ledger out")
            return SentBlock(header, is_proved=True)
        if ordered_root(raw.tx_receipts) != header.receipts_root:
            raise self._false(
                number,
                f"its receipts do not add up to its receipts root 0x{header.receipts_root.hex()}: "
                "a log is missing, changed or moved",
            )
        if ordered_root(raw.transactions) != header.transactions_root:
            raise self._false(
                number,
                "its transactions do not add up to its transactions root "
                f"0x{header.transactions_root.hex()}: one is missing, changed or moved",
            )
        events = list(self._events(number, raw))
        sent = {
            at: self._read(number, _sent, raw.transactions[at])
            for at in {event.tx_index for event in events}
        }
        return SentBlock(header, is_proved=True, calls=tuple(self._calls.made_by(events, sent)))

    def _next(self, raw: bytes) -> Header:
        expected = self._deployment.block_number if self.last is None else self.last.number + 1
        header = self._read(expected, Header.of_raw, raw)
        if header.number != expected:
            raise self._false(expected, f"block {header.number} stands in its place")
        origin = self._deployment.origin().deployment
        if self.last is None and header.ref() != origin:
            raise self._false(
                expected,
                f"it is 0x{header.hash.hex()}, the ledger was deployed in 0x{origin.hash.hex()}",
            )
        if self.last is not None and header.parent_hash != self.last.hash:
            raise self._false(
                expected,
                f"its parent is 0x{header.parent_hash.hex()}, but block {self.last.number} is "
                f"0x{self.last.hash.hex()}",
            )
        self.last = header
        return header

    def _events(self, number: int, raw: RawBlock) -> Iterator[LoggedEvent]:
        log_index = -1
        for tx_index, tx_receipt in enumerate(raw.tx_receipts):
            logs = self._read(number, logs_in, tx_receipt)
            tx_hash = keccak(raw.transactions[tx_index]) if logs else NO_HASH
            for address, topics, body in logs:
                log_index += 1
                if address != self._deployment.address:
                    continue
                try:
                    event = decode(topics, body)
                except Undecodable as error:
                    raise UndecodableLog(
                        f"block {number}, log {log_index}, transaction 0x{tx_hash.hex()}: {error}",
                        block_number=number,
                    ) from error
                yield LoggedEvent(event, number, log_index, tx_hash, tx_index)

    def _read(self, number: int, read: Callable[[bytes], T], raw: bytes) -> T:
        """Read something that a root or hash covers."""
        try:
            return read(raw)
        except (ValueError, LookupError, TypeError, rlp_reader.DecodingError) as error:
            raise self._false(number, f"is not of the form of a block: {error}") from error

    def _false(self, number: int, detail: str) -> FalseBlock:
        return FalseBlock(self._source, number, detail)


def _sent(raw: bytes) -> SentTransaction:
    to, calldata = read_transaction(raw)
    return SentTransaction(Hash32(keccak(raw)), to, calldata, partial(signed_in_raw, raw))
