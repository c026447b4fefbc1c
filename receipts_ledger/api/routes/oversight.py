"""Who has read what is confidential, and what kept keys have signed: for operator and auditors."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from receipts_ledger.api.answers.access import (
    ContentReadPage,
    KeyUsePage,
    told_key_use,
    told_read,
)
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import PartyQuery, ReceiptField
from receipts_ledger.api.paging import Page, cut, opened
from receipts_ledger.api.routes.told import told
from receipts_ledger.domain.caller import Caller
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.store import content_reads

router = APIRouter(prefix="/v1", tags=["Oversight"])


class KeyUsePageIn(Page):
    """Whose kept keys are asked for."""

    party_id: PartyQuery | None = None


class ContentReadPageIn(KeyUsePageIn):
    """Which reads are asked for: by whom, of which receipt."""

    receipt_id: ReceiptField | None = None


@router.get("/content-reads", response_model=ContentReadPage)
def list_content_reads(page: Annotated[ContentReadPageIn, Query()], ask: AskDep) -> Response:
    """List who was shown which receipt's contents, or which act, newest first."""
    query = ("content-reads", page.party_id, page.receipt_id)
    key = ask.services.cursor_key
    before = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        _expect_overseer(caller)
        rows = content_reads.page(
            reader,
            receipt_id=page.receipt_id,
            party_id=page.party_id,
            before=before[0] if before else None,
            limit=page.limit + 1,
        )
    rows, cursor = cut(rows, page.limit, lambda row: [row.id], query=query, key=key)
    return told(ContentReadPage(items=[told_read(row) for row in rows], next_cursor=cursor))


@router.get("/key-uses", response_model=KeyUsePage)
def list_key_uses(page: Annotated[KeyUsePageIn, Query()], ask: AskDep) -> Response:
    """List what the gateway has signed with the keys that it keeps, newest first."""
    query = ("key-uses", page.party_id)
    key = ask.services.cursor_key
    before = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        _expect_overseer(caller)
        rows = content_reads.page_of_key_uses(
            reader,
            party_id=page.party_id,
            before=before[0] if before else None,
            limit=page.limit + 1,
        )
    rows, cursor = cut(rows, page.limit, lambda row: [row.id], query=query, key=key)
    return told(KeyUsePage(items=[told_key_use(row) for row in rows], next_cursor=cursor))


def _expect_overseer(caller: Caller) -> None:
    if not caller.oversees:
        raise Refused(RefusalCode.NOT_YOUR_ROLE, "it is for the operator and for auditors")
