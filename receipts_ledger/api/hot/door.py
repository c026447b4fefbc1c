"""Stands before the app, answers the hot routes as far as it can, and hands on the rest."""

import re
from collections.abc import Iterable

import structlog
from fastapi import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from receipts_ledger.api.hot import bodies
from receipts_ledger.api.hot.readings import Readings
from receipts_ledger.api.hot.receipt import shown
from receipts_ledger.api.hot.second_pledge import SecondPledges
from receipts_ledger.api.services import Services
from receipts_ledger.domain.ids import parse_receipt_number
from receipts_ledger.errors import Refused, Retryable

_log = structlog.get_logger(__name__)

_SHOW, _PLEDGE = "show_receipt", "pledge_receipt"
_NAMES = {("GET", None): _SHOW, ("POST", "/pledges"): _PLEDGE}
_PATH = re.compile(r"/v1/receipts/([0-9-]{1,20})(/pledges)?", re.ASCII)


class HotRoutes:
    """ASGI, without what FastAPI does for each request."""

    def __init__(self, app: ASGIApp, *, services: Services, routes: Iterable[BaseRoute]) -> None:
        self._app = app
        self._services = services
        self._readings = Readings(services.database)
        self._second_pledges = SecondPledges(services)
        self._routes = {
            route.name: route
            for route in routes
            if isinstance(route, Route) and route.name in _NAMES.values()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http" and not scope.get("root_path"):
            asked = _PATH.fullmatch(scope["path"])
            if asked is not None:
                receive, answer = await self._answer(scope, receive, asked)
                if answer is not None:
                    await answer(scope, receive, send)
                    return
        await self._app(scope, receive, send)

    async def _answer(
        self, scope: Scope, receive: Receive, asked: re.Match[str]
    ) -> tuple[Receive, Response | None]:
        """Return the answer if there is one, and how the app then hears the request."""
        name = _NAMES.get((scope["method"], asked[2]))
        if name is None:
            return receive, None
        heard = receive
        try:
            receipt_id = parse_receipt_number(asked[1])
            if name == _SHOW:
                answer = await shown(scope, receipt_id, self._services, self._readings)
            else:
                body, heard = await bodies.heard(receive)
                answer = await self._second_pledges.refused(scope, receipt_id, body)
        except (ValueError, Refused, Retryable):
            # The app meets the same, and says so in full.
            return heard, None
        except Exception:
            # Whoever comes by the shorter way must not fare worse for it.
            _log.exception("hot route failed", route=name)
            return heard, None
        if answer is not None:
            # What figures and logs call it.
            scope["route"] = self._routes[name]
        return heard, answer
