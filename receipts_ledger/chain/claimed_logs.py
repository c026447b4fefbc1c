"""Logs as a node claims them: asked for by themselves, with nothing that would prove them.

No header, root, signature or storage is read here; a node that leaves out or invents logs is
not found out. Whoever has to rely on what is read uses reader.py.
"""

from collections.abc import Iterator

from msgspec import Raw

from receipts_ledger.chain import answers
from receipts_ledger.chain.decode import Undecodable, decode
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.in_flight import in_flight
from receipts_ledger.chain.proofs import InconsistentNode, well_formed
from receipts_ledger.chain.rpc import NodeSlow, Rpc, RpcError, RpcErrorKind
from receipts_ledger.chain.tx_receipts import UndecodableLog
from receipts_ledger.domain.block import LoggedEvent
from receipts_ledger.domain.ids import Hash32

WINDOW_BLOCKS_FIRST = 8
WINDOW_BLOCKS_MAX = 10_000
PAGE_BYTES_WANTED = 6_000_000
"""About 10,000 logs: larger pages are no faster, and some nodes refuse them."""
TIMEOUTS_MAX = 3
"""So often a smaller page is tried before the node is said to be away."""


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
                yield numbers[-1], list(self._events(numbers, raw))

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

    def _events(self, numbers: range, raw: Raw) -> Iterator[LoggedEvent]:
        ours = self._deployment.contract
        in_transaction = ""
        number, log_index, tx_index, tx_hash = -1, -1, -1, Hash32(b"")
        with well_formed(f"the logs of blocks {numbers[0]} to {numbers[-1]}", numbers[0]):
            for log in answers.logs(raw):
                before = number, log_index
                if log.transaction_hash != in_transaction:
                    in_transaction = log.transaction_hash
                    tx_hash = Hash32(bytes.fromhex(in_transaction[2:]))
                    number, tx_index = int(log.block_number, 16), int(log.transaction_index, 16)
                log_index = int(log.log_index, 16)
                if before >= (number, log_index) or number not in numbers:
                    raise InconsistentNode(
                        f"block {number}, log {log_index}: the node gives it out of order",
                        block_number=number,
                    )
                if log.address.lower() != ours:
                    continue
                topics = [bytes.fromhex(topic[2:]) for topic in log.topics]
                try:
                    event = decode(topics, bytes.fromhex(log.data[2:]))
                except Undecodable as error:
                    raise UndecodableLog(
                        f"block {number}, log {log_index}, transaction {in_transaction}: {error}",
                        block_number=number,
                    ) from error
                yield LoggedEvent(event, number, log_index, tx_hash, tx_index)


def _is_too_much(error: RpcError | NodeSlow) -> bool:
    return isinstance(error, NodeSlow) or error.kind is RpcErrorKind.RANGE_TOO_LARGE
