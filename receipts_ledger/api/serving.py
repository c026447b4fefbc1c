"""Serves the API on a port until the process is told to stop. Requests under way are ended."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from receipts_ledger.api.app import create_app
from receipts_ledger.api.services import Services
from receipts_ledger.errors import Fatal

_GRACE_SECONDS = 10
_BACKLOG_CONNECTIONS = 2048
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


def serve(
    services: Services,
    *,
    host: str,
    port: int,
    told: Callable[[str], None],
    should_end: Callable[[], bool] = lambda: False,
) -> None:
    """Serve until SIGTERM or SIGINT, or until `should_end` says so. Port 0 takes a free one.

    `told` hears the URL. Raises Fatal when the port cannot be had.
    """
    app = create_app(services)
    with _listening(host, port) as listener, _stop_signals_kept():
        told(_url_of(listener))
        config = uvicorn.Config(
            app,
            access_log=False,
            log_config=None,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
            timeout_notify=1,
        )
        server = uvicorn.Server(config)

        async def look() -> None:
            if should_end():
                server.should_exit = True

        config.callback_notify = look
        server.run(sockets=[listener])


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((host, port), family=family, backlog=_BACKLOG_CONNECTIONS)
    except OSError as error:
        raise Fatal(f"cannot listen on {host}, port {port}: {error.strerror}") from error
    with listener:
        yield listener


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stop_signals_kept() -> Iterator[None]:
    """Take the signals that uvicorn raises again when it is done: what is open is closed first."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, lambda *_: None) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
