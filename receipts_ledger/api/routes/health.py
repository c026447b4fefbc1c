"""Whether the process lives, whether it may be sent requests, and its figures."""

from typing import Any

from fastapi import APIRouter, Request, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from typing_extensions import TypedDict

from receipts_ledger.api import problem
from receipts_ledger.api.asking import services_of
from receipts_ledger.api.catalogue import Fault
from receipts_ledger.api.routes.told import told
from receipts_ledger.api.services import Services
from receipts_ledger.errors import LedgerError, Retryable
from receipts_ledger.store import migrate
from receipts_ledger.store.reads import chain

router = APIRouter(tags=["Health"])


class HealthOut(TypedDict):
    """`ok`, and of a ready gateway where it stands."""

    status: str


class ReadyOut(TypedDict):
    """A ready gateway, and how far its index is behind the node."""

    status: str
    block_number: int
    lag_blocks: int


@router.get("/livez", response_model=HealthOut)
async def live() -> Response:
    """Answer while the process lives."""
    return told(HealthOut(status="ok"))


@router.get("/readyz", response_model=ReadyOut)
def ready(request: Request) -> Response:
    """Answer 200 when requests can be served: schema, index and node are in order."""
    try:
        return told(_stand(services_of(request)))
    except _NotReady as reason:
        return problem.answer(problem.problem_of(Fault.UNAVAILABLE, str(reason)), _RETRY)
    except LedgerError:
        return problem.answer_of_retryable(Retryable("a part is away"))


@router.get("/metrics", response_class=Response)
def show_metrics(request: Request) -> Response:
    """Show all figures of this process, for Prometheus."""
    return Response(generate_latest(services_of(request).metrics), media_type=CONTENT_TYPE_LATEST)


class _NotReady(Exception):
    """Why the gateway should get no requests now."""


_RETRY: dict[str, Any] = {"Retry-After": "5"}


def _stand(services: Services) -> ReadyOut:
    if not migrate.at_head(services.database.engine):
        raise _NotReady("the database has another schema than this release")
    with services.database.reading() as reader:
        cursor = chain.cursor_row(reader)
        ledger = chain.ledger(reader)
    if cursor is None or ledger is None or cursor.number < ledger.deployment_block:
        raise _NotReady("the index has not read the ledger's first block")
    if cursor.halted_reason is not None:
        raise _NotReady("the index has halted; an operator has to decide")
    lag = max(0, services.node_head() - cursor.number)
    if lag > services.lag_blocks_max:
        raise _NotReady(f"the index is {lag} blocks behind the node")
    return ReadyOut(status="ok", block_number=cursor.number, lag_blocks=lag)
