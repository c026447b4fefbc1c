"""Receipts: issue, transfer, delivery, freeze, and what they stand for."""

from collections.abc import Callable
from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Response

from receipts_ledger.api import showing
from receipts_ledger.api.answers.acts import ActOut
from receipts_ledger.api.answers.forms import as_of
from receipts_ledger.api.answers.items import tell_items
from receipts_ledger.api.answers.receipts import (
    HistoryPage,
    ReceiptOut,
    ReceiptPage,
    full_receipt,
    history_entry,
    is_its_own,
    public_receipt,
)
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import PartyQuery, PoolQuery, ReceiptPath, TruthQuery
from receipts_ledger.api.paging import Page, cut, opened
from receipts_ledger.api.posting import ACCEPTED, Attempt, PostDep
from receipts_ledger.api.requests.receipts import DeliverIn, IssueIn, OrderIn, TransferIn
from receipts_ledger.api.routes.told import told
from receipts_ledger.api.services import Services
from receipts_ledger.api.signing import Signing
from receipts_ledger.domain.ids import Hash32, ReceiptId, receipt_number
from receipts_ledger.errors import NotFound
from receipts_ledger.services.draft import Desk
from receipts_ledger.services.draft import receipts as draft
from receipts_ledger.services.intake import Draft
from receipts_ledger.store import contents
from receipts_ledger.store.reads import chain, past_history
from receipts_ledger.store.reads import receipts as reads
from receipts_ledger.store.reads.receipts import ReceiptFilter
from receipts_ledger.store.reads.sight import Sight
from receipts_ledger.store.units import Found, Reader

router = APIRouter(prefix="/v1/receipts", tags=["Receipts"])

_NOT_MODIFIED = 304


StatusQuery = Literal["open", "delivered", "merged", "replaced", "cancelled", "written_off"]


class HistoryIn(Page):
    """Whether signers are asked for too."""

    signers: TruthQuery = False


class ReceiptPageIn(Page):
    """Which receipts are asked for. Whoever asks for holders or pledgees sees his own alone."""

    pool_id: PoolQuery | None = None
    holder_id: PartyQuery | None = None
    pledgee_id: PartyQuery | None = None
    status: (
        Literal["open", "delivered", "merged", "replaced", "cancelled", "written_off"] | None
    ) = None
    encumbered: TruthQuery | None = None

    def wanted(self) -> ReceiptFilter:
        """Return the filter."""
        return ReceiptFilter(
            self.pool_id, self.holder_id, self.pledgee_id, self.status, self.encumbered
        )


@router.post("", status_code=ACCEPTED, response_model=ActOut)
def issue_receipts(body: IssueIn, post: PostDep) -> Response:
    """Draft the issue of receipts over goods that have come in: all or none."""
    return post.draft(Attempt("Issue", body.pool_id), issuing(body))


def issuing(body: IssueIn) -> Callable[[Desk], Draft]:
    """Return what drafts the issue that is asked for."""

    def drafted(desk: Desk) -> Draft:
        return draft.issue(
            desk,
            pool=body.pool_id,
            goods=[new.goods() for new in body.receipts],
            documents=[document.named() for document in body.documents],
            evidence=body.evidence,
            deadline=body.deadline,
        )

    return drafted


@router.get("", response_model=ReceiptPage)
def list_receipts(page: Annotated[ReceiptPageIn, Query()], ask: AskDep) -> Response:
    """List receipts by number; each as much as the caller may see of it."""
    wanted = page.wanted()
    query = ("receipts", repr(wanted))
    key = ask.services.cursor_key
    after = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        rows = reads.page(
            reader,
            wanted,
            Sight.of(caller),
            after=ReceiptId(after[0]) if after else None,
            limit=page.limit + 1,
        )
        stand = chain.cursor_row(reader)
    rows, cursor = cut(rows, page.limit, lambda row: [row.receipt_id], query=query, key=key)
    items = [full_receipt(row) if is_its_own(row, caller) else public_receipt(row) for row in rows]
    return told(ReceiptPage(items=items, next_cursor=cursor, as_of=as_of(stand)))


@router.get("/{receipt_id}", response_model=ReceiptOut, responses={_NOT_MODIFIED: {}})
def show_receipt(
    receipt_id: ReceiptPath,
    ask: AskDep,
    if_none_match: Annotated[
        str | None, Header(max_length=showing.IF_NONE_MATCH_LENGTH_MAX)
    ] = None,
) -> Response:
    """Show one receipt. Its ETag begins with its version; `If-None-Match` saves the body."""
    with ask.reading() as (reader, caller):
        row = reads.receipt(reader, receipt_id)
        if row is None:
            raise NotFound("receipt", receipt_number(receipt_id))

        def with_contents(shown: ReceiptOut) -> ReceiptOut:
            ask.services.access.read_log.note_receipt(caller, receipt_id)
            return _with_contents(shown, reader, row, ask.services)

        return showing.answer(
            row,
            caller,
            shows_all=showing.shows_all_in(reader, row, caller),
            if_none_match=if_none_match,
            with_contents=with_contents,
        )


@router.get("/{receipt_id}/history", response_model=HistoryPage)
def show_history(
    receipt_id: ReceiptPath, page: Annotated[HistoryIn, Query()], ask: AskDep
) -> Response:
    """Show what has happened to a receipt, oldest first, and what each event changed.

    With `signers`, those concerned are shown who signed each act, and whose keys these were.
    """
    query = ("history", receipt_id)
    key = ask.services.cursor_key
    after = opened(page.cursor, query, key)
    with ask.reading() as (reader, caller):
        receipt = reads.receipt(reader, receipt_id)
        if receipt is None:
            raise NotFound("receipt", receipt_number(receipt_id))
        shows_all = showing.shows_all_in(reader, receipt, caller)
        rows = reads.history(
            reader,
            receipt_id,
            after=(after[0], after[1]) if after else None,
            limit=page.limit + 1,
        )
        rows, cursor = cut(
            rows, page.limit, lambda row: [row.block_number, row.log_index], query=query, key=key
        )
        changes = past_history.changes(reader, receipt_id, rows)
        signing = Signing(reader, rows, ask.services) if page.signers and shows_all else None
    items = [
        history_entry(row, changed, shows_all=shows_all)
        for row, changed in zip(rows, changes, strict=True)
    ]
    if signing is not None:
        # The node is asked when the database is done with.
        signing.tell(items)
    return told(HistoryPage(items=items, next_cursor=cursor))


@router.post("/{receipt_id}/transfers", status_code=ACCEPTED, response_model=ActOut)
def transfer_receipt(receipt_id: ReceiptPath, body: TransferIn, post: PostDep) -> Response:
    """Draft a change of holder."""
    return post.draft(
        Attempt("Transfer", receipt_id),
        lambda desk: draft.transfer(
            desk,
            receipt=receipt_id,
            transferee=body.transferee_id,
            terms=body.terms or {},
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/deliveries", status_code=ACCEPTED, response_model=ActOut)
def deliver_goods(receipt_id: ReceiptPath, body: DeliverIn, post: PostDep) -> Response:
    """Draft a delivery, full or part. While the receipt is pledged, the pledgee signs too."""
    return post.draft(
        Attempt("Deliver", receipt_id),
        lambda desk: draft.deliver(
            desk,
            receipt=receipt_id,
            quantity=body.quantity,
            items=body.items,
            documents=[document.named() for document in body.documents],
            evidence=body.evidence,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/freezes", status_code=ACCEPTED, response_model=ActOut)
def freeze_receipt(receipt_id: ReceiptPath, body: OrderIn, post: PostDep) -> Response:
    """Draft an authority's freeze."""
    return post.draft(
        Attempt("Freeze", receipt_id),
        lambda desk: draft.freeze(
            desk,
            receipt=receipt_id,
            order=body.order,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/unfreezes", status_code=ACCEPTED, response_model=ActOut)
def unfreeze_receipt(receipt_id: ReceiptPath, body: OrderIn, post: PostDep) -> Response:
    """Draft the end of a freeze."""
    return post.draft(
        Attempt("Unfreeze", receipt_id),
        lambda desk: draft.unfreeze(
            desk,
            receipt=receipt_id,
            order=body.order,
            version=body.version,
            deadline=body.deadline,
        ),
    )


def _with_contents(shown: ReceiptOut, reader: Reader, row: Found, services: Services) -> ReceiptOut:
    tell_items(shown, reader, services)
    wanted = [Hash32(one) for one in (row.content, row.terms) if one is not None]
    found = {
        commitment: dict(one.body) for commitment, one in contents.find(reader, wanted).items()
    }
    return showing.add_contents(shown, found.get(row.content), found.get(row.terms))
