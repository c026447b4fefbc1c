"""Serves the API on a port with uvicorn, in front or beside other work.

Whichever way it is told to stop, requests under way are ended first.
"""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from receipts_ledger.api.app import create_app
from receipts_ledger.api.heads import BoundedHeads
from receipts_ledger.api.services import Services
from receipts_ledger.errors import Fatal
from receipts_ledger.services.collection import sparing_what_stays

_GRACE_SECONDS = 10
_CONNECTIONS_WAITING_MAX = 2048
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
    serve_app(create_app(services), host=host, port=port, told=told, should_end=should_end)


def serve_app(
    app: FastAPI,
    *,
    host: str,
    port: int,
    told: Callable[[str], None],
    should_end: Callable[[], bool] = lambda: False,
) -> None:
    """Serve any app as the API is served; `make bench-http` compares with another one."""
    config = _config(app)
    server = _Server(config)

    async def look() -> None:
        server.should_exit |= should_end()

    config.callback_notify = look
    # Modules and routes are two hundred thousand objects. To look through them again takes more
    # than a tenth of a second, in which nobody is answered.
    with _listening(host, port) as listener, _stop_signals_taken(server), sparing_what_stays():
        told(_url_of(listener))
        server.run(sockets=[listener])


@contextmanager
def serving(services: Services, *, host: str, port: int) -> Iterator[str]:
    """Serve in a thread until the block ends, and yield the URL. Raises Fatal if it cannot."""
    with serving_app(create_app(services), host=host, port=port) as url:
        yield url


@contextmanager
def serving_app(app: FastAPI, *, host: str, port: int) -> Iterator[str]:
    """Serve any app in a thread, as `serving` does. Raises Fatal if it cannot."""
    server = _Server(_config(app))
    with _listening(host, port) as listener:
        options = {"sockets": [listener]}
        thread = threading.Thread(target=server.run, kwargs=options, name="api", daemon=True)
        thread.start()
        try:
            # Whoever connects before uvicorn is up waits in the listener's queue.
            yield _url_of(listener)
        finally:
            server.should_exit = True
            thread.join(2 * _GRACE_SECONDS)


class _Server(uvicorn.Server):
    """uvicorn, which would wait for streams that do not end of themselves."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End the streams, then what uvicorn ends."""
        app = self.config.app
        # `make bench-http` serves another app, which has none.
        if isinstance(app, FastAPI) and hasattr(app.state, "streams"):
            app.state.streams.end()
        await super().shutdown(sockets)


def _config(app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=BoundedHeads,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=_GRACE_SECONDS,
        timeout_notify=1,
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server(
            (host, port), family=family, backlog=_CONNECTIONS_WAITING_MAX
        )
    except OSError as error:
        raise Fatal(f"cannot listen on {host}, port {port}: {error.strerror}") from error
    with listener:
        yield listener


def _url_of(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


@contextmanager
def _stop_signals_taken(server: uvicorn.Server) -> Iterator[None]:
    """Take the signals that uvicorn raises again when it is done: others have to close too.

    One that comes before uvicorn listens for signals itself must not be lost either.
    """

    def end(*_: object) -> None:
        server.should_exit = True

    before = {number: signal.signal(number, end) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
