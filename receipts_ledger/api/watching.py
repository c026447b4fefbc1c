"""The door of a process that only works: whether it lives, whether its loops go on, its figures.

The same three addresses as the API has, and nothing else.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from fastapi import FastAPI, Request, Response
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from receipts_ledger.api import figures, problem
from receipts_ledger.api.catalogue import Fault
from receipts_ledger.api.outermost import Outermost
from receipts_ledger.api.routes import health
from receipts_ledger.api.services import Services

StepSeconds: TypeAlias = Callable[[], Mapping[str, float]]
"""Says for each loop how long its present step has taken."""

_UNAVAILABLE_AGAIN = {"Retry-After": "5"}


class LoopFigures(Collector):
    """How long each loop of this process has been at its present step."""

    def __init__(self, step_seconds: StepSeconds) -> None:
        self._step_seconds = step_seconds

    def collect(self) -> Iterator[Metric]:
        """Yield them, 0 between steps."""
        found = GaugeMetricFamily(
            "ledger_worker_step_seconds",
            "How long the present step of a loop has taken, 0 between steps.",
            labels=["loop"],
        )
        for loop, seconds in self._step_seconds().items():
            found.add_metric([loop], seconds)
        yield found


def watch_app(services: Services, step_seconds: StepSeconds, *, stalled_seconds: float) -> FastAPI:
    """Return the app of a worker. It is ready while no step hangs and the index is in order."""
    app = FastAPI(openapi_url=None, redirect_slashes=False)
    app.state.services = services

    @app.get("/readyz")
    def ready(request: Request) -> Response:
        stalled = [name for name, seconds in step_seconds().items() if seconds > stalled_seconds]
        if stalled:
            said = problem.problem_of(Fault.UNAVAILABLE, f"{', '.join(stalled)}: the loop hangs")
            return problem.answer(said, _UNAVAILABLE_AGAIN)
        return health.ready(request)

    app.include_router(health.router)
    app.add_middleware(Outermost, metrics=services.metrics, routes=app.routes)
    services.metrics.register(LoopFigures(step_seconds))
    services.metrics.register(figures.LedgerFigures(services))
    return app
