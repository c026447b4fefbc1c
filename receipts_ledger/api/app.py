"""The API as one ASGI app, made from the services that it is given."""

from typing import Any

from fastapi import FastAPI

from receipts_ledger import __version__
from receipts_ledger.api import faults, figures, openapi
from receipts_ledger.api.body_limit import BodyLimit
from receipts_ledger.api.hot import ActPosts, HotRoutes
from receipts_ledger.api.outermost import Outermost
from receipts_ledger.api.routes import (
    acts,
    blocks,
    certificates,
    changes,
    health,
    journal,
    ledger,
    logins,
    oversight,
    parties,
    past,
    pledges,
    pools,
    profiles,
    receipts,
    streams,
    subscriptions,
)
from receipts_ledger.api.services import Services
from receipts_ledger.api.streams import Streams

_DESCRIPTION = """
Warehouse receipts on a permissioned chain. A POST **drafts an act**: the answer carries the
statement that the parties sign (EIP-712). `POST /v1/acts/{id}/signatures` adds a signature; with
the last one the act is judged and relayed. Nothing moves without the signatures of all whose
consent it needs.

Quantities are integers in the base unit of the commodity's profile (UN/ECE Recommendation 20),
amounts integers in minor units of an ISO 4217 currency, times RFC 3339 in UTC. Errors are RFC 9457
problems with a stable `code`.
"""


_ROUTERS = (
    ledger.router,
    blocks.router,
    logins.router,
    parties.router,
    pools.router,
    profiles.router,
    receipts.router,
    certificates.router,
    changes.router,
    past.router,
    pledges.router,
    acts.router,
    journal.router,
    streams.router,
    subscriptions.router,
    oversight.router,
    health.router,
)


class Api(FastAPI):
    """FastAPI with our own OpenAPI document."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document."""
        return openapi.document(self)


def create_app(services: Services) -> FastAPI:
    """Return the API. It fetches nothing: all that it needs is in `services`."""
    app = Api(
        title="Receipts Ledger",
        version=__version__,
        description=_DESCRIPTION,
        openapi_url="/v1/openapi.json",
        # Its page would fetch code from elsewhere.
        docs_url=None,
        redoc_url=None,
        # A path is one path: no redirect that would drop a body.
        redirect_slashes=False,
        # Figures and logs are the gateway's own.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.state.services = services
    app.state.streams = Streams(services)
    for router in _ROUTERS:
        app.include_router(router)
    faults.install(app, _ROUTERS)
    hot = [*receipts.router.routes, *pledges.router.routes]
    app.add_middleware(HotRoutes, services=services, routes=hot)
    posts = [*receipts.router.routes, *acts.router.routes]
    app.add_middleware(ActPosts, services=services, routes=posts)
    app.add_middleware(BodyLimit, bytes_max=services.body_bytes_max)
    app.add_middleware(
        Outermost,
        metrics=services.metrics,
        routes=[route for router in _ROUTERS for route in router.routes],
        hsts_seconds=services.access.hsts_seconds,
    )
    services.metrics.register(figures.LedgerFigures(services))
    return app
