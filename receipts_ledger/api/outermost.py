"""Around every request: its id, its figures, its last resort, and headers of all answers.

Plain ASGI, so that a body that is refused is not read to its end.
"""

import logging
import os
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from fastapi.routing import APIRoute
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.routing import BaseRoute
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
    """The outermost layer of the app, which counts the answers of its routes."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: CollectorRegistry,
        routes: Iterable[BaseRoute],
        hsts_seconds: int = 0,
    ) -> None:
        self._app = app
        self._headers: Mapping[bytes, bytes] = dict(_HEADERS)
        if hsts_seconds:
            promise = b"max-age=%d" % hsts_seconds
            self._headers = {**self._headers, b"strict-transport-security": promise}
        self._levels = _Levels()
        self._requests = Counter(
            "ledger_http_requests",
            "Answers by method, route and status.",
            ("method", "route", "status"),
            registry=metrics,
        )
        self._seconds = Histogram(
            "ledger_http_seconds", "Time to the answer.", ("method", "route"), registry=metrics
        )
        # Monitoring sees a count rise only from one that it saw before: the first fault too.
        for route in routes:
            if isinstance(route, APIRoute):
                for method in route.methods or ():
                    self._requests.labels(method, route.path, _FAULT)
        # prometheus_client looks a child up by text under a lock, each time.
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

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
                missing = dict(self._headers)
                for name, _ in message["headers"]:
                    missing.pop(name.lower(), None)
                message["headers"] = [
                    *message["headers"],
                    (_REQUEST_ID, request_id),
                    *missing.items(),
                ]
            await send(message)

        bound = structlog.contextvars.bind_contextvars(request_id=request_id.decode())
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
            structlog.contextvars.reset_contextvars(**bound)

    def _note(self, scope: Scope, status: int, seconds: float) -> None:
        method, route = scope["method"], _route_of(scope)
        requests, histogram = self._figures(method, route, status)
        requests.inc()
        histogram.observe(seconds)
        level = logging.DEBUG if method in _READS else logging.INFO
        if self._levels.are_told(level):
            milliseconds = round(seconds * 1_000, 1)
            told = {"route": route, "status": status, "milliseconds": milliseconds}
            _log.log(level, "request", method=method, **told)

    def _figures(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        found = self._children.get((method, route, status))
        if found is None:
            found = (
                self._requests.labels(method, route, status),
                self._seconds.labels(method, route),
            )
            self._children[method, route, status] = found
        return found


class _Levels:
    """Which levels are told at all: structlog puts a logger together before it looks."""

    def __init__(self) -> None:
        self._configured: object = None
        self._told: dict[int, bool] = {}

    def are_told(self, level: int) -> bool:
        """Tell whether a line of this level would go anywhere, as logs are set up now."""
        configured = structlog.get_config()["wrapper_class"]
        if configured is not self._configured:
            self._configured, self._told = configured, {}
        told = self._told.get(level)
        if told is None:
            told = self._told[level] = _log.is_enabled_for(level)
        return told


def _id_of(scope: Scope) -> bytes:
    for name, value in scope["headers"]:
        if name == _REQUEST_ID and _GOOD_ID.fullmatch(value):
            given: bytes = value
            return given
    return os.urandom(16).hex().encode()


def _route_of(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", _UNMATCHED)
