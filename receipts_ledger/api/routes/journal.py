"""What is written down: refusals, and the feed of events."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from receipts_ledger.api.answers.journal import (
    EventPage,
    RefusalPage,
    told_event,
    told_refusal,
)
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import decimal
from receipts_ledger.api.paging import LIMIT, LIMIT_MAX, Page, cut, expect_in_feed, opened
from receipts_ledger.api.routes.told import told
from receipts_ledger.store.reads import feed, refusals
from receipts_ledger.store.reads.sight import Sight

router = APIRouter(prefix="/v1", tags=["Journal"])

_SEQ_MAX = 2**63 - 1


class RefusalPageIn(Page):
    """Which refusals are asked for."""

    code: Annotated[str, Field(pattern="^[A-Za-z]{1,40}$")] | None = None


class FeedIn(BaseModel):
    """From where on the feed is asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after: Annotated[int, *decimal(0, _SEQ_MAX)] = 0
    limit: Annotated[int, *decimal(1, LIMIT_MAX)] = LIMIT


@router.get("/refusals", response_model=RefusalPage)
def list_refusals(page: Annotated[RefusalPageIn, Query()], ask: AskDep) -> Response:
    """List refusals, newest first: one's own, and attempts on what one lends against or stores."""
    query = ("refusals", page.code)
    key = ask.services.cursor_key
    before = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        rows = refusals.page(
            reader,
            Sight.of(caller),
            code=page.code,
            before=(datetime.fromisoformat(before[0]), before[1]) if before else None,
            limit=page.limit + 1,
        )
    rows, cursor = cut(
        rows, page.limit, lambda row: [row.at.isoformat(), row.refusal_id], query=query, key=key
    )
    return told(RefusalPage(items=[told_refusal(row, caller) for row in rows], next_cursor=cursor))


@router.get("/events", response_model=EventPage)
def list_events(page: Annotated[FeedIn, Query()], ask: AskDep) -> Response:
    """Show the feed behind a sequence number. It has no gap; what is not the caller's is short."""
    with ask.reading() as (reader, caller):
        rows = feed.page(reader, after=page.after, limit=page.limit)
        if not rows:
            expect_in_feed(reader, page.after, "after")
    items = [told_event(row, caller) for row in rows]
    return told(EventPage(items=items, last_seq=items[-1]["seq"] if items else page.after))
