"""How fast the node hands out logs to a client that does nothing with them.

Two connections that are kept open, so that the node never waits for a question; pages of
about 10,000 logs. Whoever reads these logs from this node can be no faster.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from threading import local
from urllib.parse import urlsplit

from benchmarks.index.given import Given

_IN_FLIGHT = 2
_PAGE_LOGS = 10_000
_TIMEOUT_SECONDS = 60.0
_IN_EVERY_LOG = b'"logIndex"'


def fetch(given: Given) -> Callable[[], int]:
    """Count the logs; return work that asks for all of them again and looks at none."""
    asking = _Asking(given.rpc_url)
    address, first = given.deployment.contract, given.deployment.block_number
    questions = [_question(address, block, block) for block in range(first, given.to_block + 1)]
    logs = [answer.count(_IN_EVERY_LOG) for answer in map(asking.ask, questions)]
    pages = [_question(address, first + start, first + end) for start, end in page_ends(logs)]
    sizes = [len(asking.ask(page)) for page in pages]

    def work() -> int:
        with ThreadPoolExecutor(_IN_FLIGHT) as threads:
            assert list(threads.map(lambda page: len(asking.ask(page)), pages)) == sizes
        return sum(logs)

    return work


def page_ends(logs: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last block of each page, given the logs of each block."""
    start, in_page = 0, 0
    for block, count in enumerate(logs):
        if in_page and in_page + count > _PAGE_LOGS:
            yield start, block - 1
            start, in_page = block, 0
        in_page += count
    if start < len(logs):
        yield start, len(logs) - 1


class _Asking:
    """A connection for each thread."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._threads = local()

    def ask(self, question: bytes) -> bytes:
        if not hasattr(self._threads, "connection"):
            self._threads.connection = HTTPConnection(self._address, timeout=_TIMEOUT_SECONDS)
        connection: HTTPConnection = self._threads.connection
        connection.request("POST", "/", question, {"Content-Type": "application/json"})
        return connection.getresponse().read()


def _question(address: str, first: int, last: int) -> bytes:
    wanted = {"address": address, "fromBlock": hex(first), "toBlock": hex(last)}
    return json.dumps(
        {"jsonrpc": "2.0", "id": 1, "method": "eth_getLogs", "params": [wanted]}
    ).encode()
