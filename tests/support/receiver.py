"""A receiver of webhooks: a real server on loopback that does as a test says."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

SOON_SECONDS = 30.0


class Receiver:
    """Keeps what it was sent; `answer` says with which status, or does what it likes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.sent: list[tuple[dict[str, str], bytes]] = []
        self.answer: Callable[[BaseHTTPRequestHandler], int | None] = lambda _: 204

    @property
    def numbers(self) -> list[int]:
        """The numbers of what it was sent, in the order in which it came."""
        return [int(headers["webhook-id"].split("_")[1]) for headers, _ in self.sent]

    @property
    def bodies(self) -> list[Any]:
        """What it was sent."""
        return [orjson.loads(body) for _, body in self.sent]

    def until(self, count: int) -> None:
        """Wait until so much was sent."""
        deadline = time.monotonic() + SOON_SECONDS
        while len(self.sent) < count:
            assert time.monotonic() < deadline, self.numbers
            time.sleep(0.02)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Run a receiver."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.sent.append((headers, body))
            status = receiver.answer(self)
            if status is not None:
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    receiver = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
