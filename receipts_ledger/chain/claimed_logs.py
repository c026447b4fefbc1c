"""Logs as a node claims them: asked for by themselves, with nothing that would prove them.

No header, root, signature or storage is read here; a node that leaves out or invents logs is
not found out. Whoever has to rely on what is read uses reader.py.
"""

from binascii import unhexlify
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from struct import Struct

from msgspec import Raw

from receipts_ledger.chain import answers
from receipts_ledger.chain.answers import PlacedLogAnswer
from receipts_ledger.chain.decode import (
    PLAIN_TOPICS,
    PLAIN_WORDS,
    Undecodable,
    decode,
    decode_plain,
)
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.in_flight import in_flight
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.rpc import NodeSlow, Rpc, RpcError, RpcErrorKind
from receipts_ledger.chain.tx_receipts import UndecodableLog
from receipts_ledger.domain.block import LoggedEvent, logged
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import Hash32

WINDOW_BLOCKS_FIRST = 8
WINDOW_BLOCKS_MAX = 10_000
PAGE_BYTES_WANTED = 6_000_000
"""About 10,000 logs: larger pages are no faster, and some nodes refuse them."""
TIMEOUTS_MAX = 3
"""So often a smaller page is tried before the node is said to be away."""
_WORD_BYTES = 32
_PLAIN = Struct(f"{_WORD_BYTES}s" * (PLAIN_TOPICS + PLAIN_WORDS))
_PLAIN_CHARS = 2 + 2 * PLAIN_WORDS * _WORD_BYTES


class ClaimedLogs:
    """The logs of one ledger that one node claims there are."""

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self._rpc = rpc
        self._deployment = deployment
        # Threads share it: a lost step does no harm.
        self._window_blocks = WINDOW_BLOCKS_FIRST
        self._was_refused = False

    def pages(self, last: int) -> Iterator[tuple[int, list[LoggedEvent]]]:
        """Yield the events up to block `last`: some at a time, each with the block behind them.

        Raises InconsistentNode for logs that are out of order, UndecodableLog.
        """
        for _, pages in in_flight(self._ranges(last), self._ask):
            for numbers, raw in pages:
                yield numbers[-1], self._events(numbers, raw)

    def _ranges(self, last: int) -> Iterator[range]:
        start = self._deployment.block_number
        while start <= last:
            end = min(start + self._window_blocks, last + 1)
            yield range(start, end)
            start = end

    def _ask(self, numbers: range) -> list[tuple[range, Raw]]:
        """Return the logs of some blocks, in as many pages as the node makes of them."""
        pages: list[tuple[range, Raw]] = []
        timeouts = 0
        while numbers:
            part = numbers[: self._window_blocks]
            try:
                (raw,) = self._rpc.raw_batch([("eth_getLogs", (self._wanted(part),))])
            except (RpcError, NodeSlow) as error:
                timeouts += isinstance(error, NodeSlow)
                if len(part) == 1 or timeouts > TIMEOUTS_MAX or not _is_too_much(error):
                    raise
                self._was_refused = True
                self._window_blocks = len(part) // 2
                continue
            pages.append((part, raw))
            numbers = numbers[len(part) :]
            self._adapt(len(part), len(memoryview(raw)))
        return pages

    def _wanted(self, numbers: range) -> dict[str, str]:
        return {
            "address": self._deployment.contract,
            "fromBlock": hex(numbers[0]),
            "toBlock": hex(numbers[-1]),
        }

    def _adapt(self, blocks: int, page_bytes: int) -> None:
        """Bring the next page nearer to the size that is wanted, slowly where one was refused."""
        if page_bytes > 2 * PAGE_BYTES_WANTED:
            self._window_blocks = max(1, blocks // 2)
        elif page_bytes < PAGE_BYTES_WANTED // 2 and blocks >= self._window_blocks:
            more = max(1, blocks // 4) if self._was_refused else blocks
            self._window_blocks = min(WINDOW_BLOCKS_MAX, blocks + more)

    def _events(self, numbers: range, raw: Raw) -> list[LoggedEvent]:
        found: list[LoggedEvent] = []
        place = -1, -1
        with well_formed(f"the logs of blocks {numbers[0]} to {numbers[-1]}", numbers[0]):
            for in_hex, of_one in groupby(answers.logs(raw), attrgetter("transaction_hash")):
                logs = [*of_one]
                number, tx_index = int(logs[0].block_number, 16), int(logs[0].transaction_index, 16)
                indices = [int(log.log_index, 16) for log in logs]
                for log_index in indices:
                    if place >= (place := (number, log_index)) or number not in numbers:
                        raise InconsistentNode(
                            f"block {number}, log {log_index}: the node gives it out of order",
                            block_number=number,
                        )
                tx_hash = Hash32(bytes.fromhex(in_hex[2:]))
                events = self._plain(logs) if len(logs) > 1 else None
                if events is not None:
                    found += logged(events, number, indices, tx_hash, tx_index)
                    continue
                for log, log_index in zip(logs, indices, strict=True):
                    if log.address.lower() == self._deployment.contract:
                        event = _decoded(log, number, log_index)
                        found.append(LoggedEvent(event, number, log_index, tx_hash, tx_index))
        return found

    def _plain(self, logs: Sequence[PlacedLogAnswer]) -> list[Event] | None:
        """Return the events of logs of the plain shape, None unless all are such of the ledger."""
        if {(len(log.topics), len(log.data)) for log in logs} != {(PLAIN_TOPICS, _PLAIN_CHARS)}:
            return None
        if {address.lower() for address in {log.address for log in logs}} != {
            self._deployment.contract
        }:
            return None
        raw = unhexlify(
            "".join([f"{log.topics[0][2:]}{log.topics[1][2:]}{log.data[2:]}" for log in logs])
        )
        # A topic of another length than a word's would also move a kind to where none is known.
        if len(raw) != len(logs) * _PLAIN.size:
            return None
        return decode_plain(*zip(*_PLAIN.iter_unpack(raw), strict=True))


def _decoded(log: PlacedLogAnswer, number: int, log_index: int) -> Event:
    try:
        return decode(
            [bytes.fromhex(topic[2:]) for topic in log.topics], bytes.fromhex(log.data[2:])
        )
    except Undecodable as error:
        raise UndecodableLog(
            f"block {number}, log {log_index}, transaction {log.transaction_hash}: {error}",
            block_number=number,
        ) from error


def _is_too_much(error: RpcError | NodeSlow) -> bool:
    return isinstance(error, NodeSlow) or error.kind is RpcErrorKind.RANGE_TOO_LARGE
