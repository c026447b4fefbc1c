"""Around every request: its id, its figures, its last resort, and headers of all answers.

Plain ASGI, so that a body that is refused is not read to its end.
"""

import re
import time
from typing import Any
from uuid import uuid4

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from receipts_ledger.api import problem
from receipts_ledger.api.catalogue import Fault

_log = structlog.get_logger(__name__)
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cache-control", b"no-store"),
    # Nothing that is answered here is a page; a page says itself what it may do.
    (b"content-security-policy", b"default-src 'none'; base-uri 'none'; frame-ancestors 'none'"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
_REQUEST_ID = b"x-request-id"
# Whoever asks may give an id, if it can be taken for nothing else in a line of a log.
_GOOD_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_READS = ("GET", "HEAD", "OPTIONS")
_UNMATCHED = "(none)"
_FAULT = 500


class Outermost:
    """The outermost layer of the app."""

    def __init__(self, app: ASGIApp, *, metrics: CollectorRegistry, hsts_seconds: int = 0) -> None:
        self._app = app
        self._headers: tuple[tuple[bytes, bytes], ...] = _HEADERS
        if hsts_seconds:
            promise = b"max-age=%d" % hsts_seconds
            self._headers = (*_HEADERS, (b"strict-transport-security", promise))
        self._requests = Counter(
            "ledger_http_requests",
            "Answers by method, route and status.",
            ("method", "route", "status"),
            registry=metrics,
        )
        self._seconds = Histogram(
            "ledger_http_seconds", "Time to the answer.", ("method", "route"), registry=metrics
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whatever goes wrong, an answer goes out."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status, seconds = 0, 0.0
        request_id = _id_of(scope)

        async def send_marked(message: Message) -> None:
            nonlocal status, seconds
            if message["type"] == "http.response.start":
                status, seconds = message["status"], time.perf_counter() - begun
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    (_REQUEST_ID, request_id),
                    *(header for header in self._headers if header[0] not in present),
                ]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id.decode()):
            try:
                await self._app(scope, receive, send_marked)
            except Exception:
                _log.exception("request failed", method=scope["method"], path=scope["path"])
                if status:
                    raise
                said = problem.problem_of(Fault.INTERNAL)
                await problem.answer(said)(scope, receive, send_marked)
            finally:
                # A stream goes on for long after its answer has begun.
                self._note(scope, status or _FAULT, seconds or time.perf_counter() - begun)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = scope["method"], _route_of(scope)
        self._requests.labels(method, route, status).inc()
        self._seconds.labels(method, route).observe(seconds)
        told = _log.debug if method in _READS else _log.info
        milliseconds = round(seconds * 1_000, 1)
        told("request", method=method, route=route, status=status, milliseconds=milliseconds)


def _id_of(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == _REQUEST_ID and _GOOD_ID.fullmatch(value):
            given: bytes = value
            return given
    return uuid4().hex.encode()


def _route_of(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", _UNMATCHED)
