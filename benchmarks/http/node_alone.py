"""The peer of minting: Anvil alone, from the same state, with a client that does nothing else.

It runs as it runs by default: every transaction is mined at once. Nobody checks contents, and
who signs acts has signed them before.
"""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.rpc import Rpc

_POLL_SECONDS = 0.0005

Sent = dict[str, str]


@dataclass
class NodeAlone:
    """A node at the state from which the gateway began. Each measurement begins there again."""

    rpc: Rpc
    _accounts: Sequence[str] = field(init=False)
    _snapshot: Any = field(init=False)

    def __post_init__(self) -> None:
        self._accounts = self.rpc.call("eth_accounts")
        self._snapshot = self.rpc.call("evm_snapshot")

    def seconds(self, transactions: Sequence[Sent], *, clients: int) -> float:
        """Have so many clients send them, each waiting until its last one is mined.

        One that names no sender is sent from its client's own account.
        """
        assert self.rpc.call("evm_revert", [self._snapshot]) is True
        self._snapshot = self.rpc.call("evm_snapshot")
        begun = time.perf_counter()
        with ThreadPoolExecutor(clients) as crowd:
            list(crowd.map(self._send, self._accounts[:clients], _shares(transactions, clients)))
        return time.perf_counter() - begun

    def _send(self, account: str, transactions: Sequence[Sent]) -> None:
        with _connected(self.rpc.url) as connection:
            for transaction in transactions:
                sent = {"from": account} | transaction
                tx_hash = _call(connection, "eth_sendTransaction", sent)
                while (mined := _call(connection, "eth_getTransactionReceipt", tx_hash)) is None:
                    time.sleep(_POLL_SECONDS)
                assert mined["status"] == "0x1", transaction


@contextmanager
def _connected(url: str) -> Iterator[HTTPConnection]:
    """Keep the one connection of a client. The gateway's clients have no more than that either."""
    connection = HTTPConnection(urlsplit(url).netloc)
    try:
        yield connection
    finally:
        connection.close()


def _call(connection: HTTPConnection, method: str, asked: object) -> Any:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": [asked]}
    connection.request("POST", "/", json.dumps(body), {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())
    assert "error" not in answer, answer
    return answer["result"]


def _shares(transactions: Sequence[Sent], clients: int) -> Iterator[Sequence[Sent]]:
    return (transactions[at::clients] for at in range(clients))


@contextmanager
def node_alone(state: str, *, accounts: int) -> Iterator[NodeAlone]:
    """Start a node with so many accounts that stands at a state, as another has dumped it."""
    # A state is larger than what Anvil takes at a time by default.
    with anvil("--no-request-size-limit", "--accounts", str(accounts)) as node:
        rpc = Rpc(node.url)
        assert rpc.call("anvil_loadState", [state]) is True
        yield NodeAlone(rpc)
