"""A node that lies: a proxy before a real one, whose answers a test may bend."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

import orjson

from receipts_ledger.chain.rpc import Rpc, RpcError

Bend: TypeAlias = Callable[[str, list[Any], Any], Any]
"""Takes method, parameters and the true result; returns what the node will say, or raises it."""
Turn: TypeAlias = Callable[[str, list[Any]], list[Any]]
"""Takes method and parameters; returns the parameters with which the true node is asked."""
Limit: TypeAlias = Callable[[list[Any]], tuple[int, Any] | None]
"""Takes a batch; returns the HTTP status and body with which the node turns it down, or None."""
Doorkeeper: TypeAlias = Callable[[], tuple[int, bytes] | None]
"""Returns the HTTP status and body with which a request is turned away unread, or None."""


class LyingNode:
    """Set `bend` to make it lie; without, it says the truth."""

    def __init__(self, node: Rpc) -> None:
        self._node = node
        self.bend: Bend | None = None
        self.turn: Turn | None = None
        self.limit: Limit | None = None
        self.doorkeeper: Doorkeeper | None = None
        self.withholds_reverts = False

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the JSON-RPC answer to one request."""
        method, params = request["method"], request["params"]
        head = {"jsonrpc": "2.0", "id": request["id"]}
        try:
            asked = params if self.turn is None else self.turn(method, params)
            result = self._node.call(method, asked)
            return head | {"result": self.bend(method, params, result) if self.bend else result}
        except RpcError as error:
            said: dict[str, Any] = {"code": error.code, "message": error.message}
            if error.revert is not None and not self.withholds_reverts:
                said["data"] = "0x" + error.revert.hex()
            return head | {"error": said}

    def respond(self, asked: Any) -> tuple[int, bytes]:
        """Return HTTP status and body of the answer to one request or a batch."""
        if not isinstance(asked, list):
            return 200, orjson.dumps(self.answer(asked))
        turned_down = None if self.limit is None else self.limit(asked)
        if turned_down is not None:
            status, body = turned_down
            return status, body if isinstance(body, bytes) else orjson.dumps(body)
        return 200, orjson.dumps([self.answer(request) for request in asked])

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Serve on a loopback port; yields the URL."""
        lying = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two writes: one waiting for the other's ACK costs 40 ms.
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                asked = orjson.loads(self.rfile.read(int(self.headers["Content-Length"])))
                turned_away = None if lying.doorkeeper is None else lying.doorkeeper()
                status, body = turned_away or lying.respond(asked)
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """Say nothing of clients that go before they are answered."""
                if not isinstance(sys.exception(), ConnectionError):
                    super().handle_error(request, client_address)

        server = Server(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
