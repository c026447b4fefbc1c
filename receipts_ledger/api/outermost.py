"""Around every request: its figures, its last resort, and headers that all answers carry.

Plain ASGI, so that a body that is refused is not read to its end.
"""

import time
from typing import Any

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
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in self._headers if header[0] not in present),
                ]
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            _log.exception("request failed", method=scope["method"], path=scope["path"])
            if status:
                raise
            await problem.answer(problem.problem_of(Fault.INTERNAL))(scope, receive, send_marked)
        finally:
            route = _route_of(scope)
            self._requests.labels(scope["method"], route, status or _FAULT).inc()
            self._seconds.labels(scope["method"], route).observe(time.perf_counter() - begun)


def _route_of(scope: Scope) -> str:
    route: Any = scope.get("route")
    return getattr(route, "path", _UNMATCHED)
