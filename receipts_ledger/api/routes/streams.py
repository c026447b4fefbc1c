"""The feed as a stream of server-sent events."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import decimal
from receipts_ledger.api.streams.stream import EventStream
from receipts_ledger.domain.finality import MinFinality

router = APIRouter(prefix="/v1", tags=["Journal"])

_SEQ_MAX = 2**63 - 1


class StreamIn(BaseModel):
    """From where on the feed is asked for, and from when on an event is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Annotated[int, *decimal(0, _SEQ_MAX)] = 0
    finality: Annotated[
        MinFinality,
        Field(description="`mined`: at once, with what is taken back; `final`: when it stands."),
    ] = MinFinality.MINED


@router.get("/events/stream", status_code=200, response_class=EventStream)
async def stream_events(
    query: Annotated[StreamIn, Query()],
    ask: AskDep,
    request: Request,
    last_event_id: Annotated[
        int | None,
        *decimal(0, _SEQ_MAX, "`id` of the last event that was read; comes before `after`."),
        Header(),
    ] = None,
) -> EventStream:
    """Stream the feed: what was missed, then what comes. The same sight as GET /v1/events."""
    opened: EventStream = await request.app.state.streams.open(
        ask.secret_hash,
        after=query.after if last_event_id is None else last_event_id,
        asked_as="after" if last_event_id is None else "last-event-id",
        finality=query.finality,
    )
    return opened
