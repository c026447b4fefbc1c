"""Receipts that change: in number, goods, storage, medium, and by what is claimed."""

from fastapi import APIRouter, Response

from receipts_ledger.api.answers.acts import ActOut
from receipts_ledger.api.fields import ReceiptPath
from receipts_ledger.api.posting import ACCEPTED, Attempt, PostDep
from receipts_ledger.api.requests.changes import (
    CancelIn,
    ClaimIn,
    ExtendStorageIn,
    MergeIn,
    PaperIn,
    ReasonIn,
    ReplaceIn,
    SplitIn,
    WriteDownIn,
)
from receipts_ledger.services.draft import changes, custody

router = APIRouter(prefix="/v1/receipts", tags=["Changes"])


@router.post("/{receipt_id}/splits", status_code=ACCEPTED, response_model=ActOut)
def split_receipt(receipt_id: ReceiptPath, body: SplitIn, post: PostDep) -> Response:
    """Draft a split: the receipt keeps what the parts leave."""
    return post.draft(
        Attempt("Split", receipt_id),
        lambda desk: changes.split(
            desk,
            receipt=receipt_id,
            parts=[part.part() for part in body.parts],
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/mergers", status_code=ACCEPTED, response_model=ActOut)
def merge_receipts(receipt_id: ReceiptPath, body: MergeIn, post: PostDep) -> Response:
    """Draft a merger: this receipt absorbs another."""
    return post.draft(
        Attempt("Merge", receipt_id),
        lambda desk: changes.merge(
            desk,
            receipt=receipt_id,
            absorbed=body.absorbed_id,
            items=body.items,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/replacements", status_code=ACCEPTED, response_model=ActOut)
def replace_receipt(receipt_id: ReceiptPath, body: ReplaceIn, post: PostDep) -> Response:
    """Draft a correction: another receipt takes the place of this one."""
    return post.draft(
        Attempt("Replace", receipt_id),
        lambda desk: changes.replace(
            desk,
            receipt=receipt_id,
            quantity=body.quantity,
            content=body.content,
            items=body.items,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/cancellations", status_code=ACCEPTED, response_model=ActOut)
def cancel_receipt(receipt_id: ReceiptPath, body: CancelIn, post: PostDep) -> Response:
    """Draft the end of a receipt that the warehouse holds itself."""
    return post.draft(
        Attempt("Cancel", receipt_id),
        lambda desk: changes.cancel(
            desk,
            receipt=receipt_id,
            items=body.items,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/write-downs", status_code=ACCEPTED, response_model=ActOut)
def write_down_receipt(receipt_id: ReceiptPath, body: WriteDownIn, post: PostDep) -> Response:
    """Draft a loss of goods."""
    return post.draft(
        Attempt("WriteDown", receipt_id),
        lambda desk: changes.write_down(
            desk,
            receipt=receipt_id,
            quantity=body.quantity,
            items=body.items,
            evidence=body.evidence,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/extensions", status_code=ACCEPTED, response_model=ActOut)
def extend_storage(receipt_id: ReceiptPath, body: ExtendStorageIn, post: PostDep) -> Response:
    """Draft a longer storage period."""
    return post.draft(
        Attempt("ExtendStorage", receipt_id),
        lambda desk: custody.extend_storage(
            desk,
            receipt=receipt_id,
            storage_day=body.storage_until,
            terms=body.terms or {},
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/paper", status_code=ACCEPTED, response_model=ActOut)
def put_on_paper(receipt_id: ReceiptPath, body: PaperIn, post: PostDep) -> Response:
    """Draft the change to a paper receipt."""
    return post.draft(
        Attempt("ToPaper", receipt_id),
        lambda desk: custody.to_paper(
            desk,
            receipt=receipt_id,
            paper=body.paper,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/paper-returns", status_code=ACCEPTED, response_model=ActOut)
def take_off_paper(receipt_id: ReceiptPath, body: PaperIn, post: PostDep) -> Response:
    """Draft the return from paper."""
    return post.draft(
        Attempt("FromPaper", receipt_id),
        lambda desk: custody.from_paper(
            desk,
            receipt=receipt_id,
            paper=body.paper,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/claims", status_code=ACCEPTED, response_model=ActOut)
def note_claim(receipt_id: ReceiptPath, body: ClaimIn, post: PostDep) -> Response:
    """Draft a note that a third party claims the goods."""
    return post.draft(
        Attempt("NoteClaim", receipt_id),
        lambda desk: custody.note_claim(
            desk,
            receipt=receipt_id,
            claim=body.claim,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/claim-endings", status_code=ACCEPTED, response_model=ActOut)
def lift_claim(receipt_id: ReceiptPath, body: ReasonIn, post: PostDep) -> Response:
    """Draft the end of a third party's claim."""
    return post.draft(
        Attempt("LiftClaim", receipt_id),
        lambda desk: custody.lift_claim(
            desk,
            receipt=receipt_id,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/{receipt_id}/invalidations", status_code=ACCEPTED, response_model=ActOut)
def invalidate_signatures(receipt_id: ReceiptPath, body: ReasonIn, post: PostDep) -> Response:
    """Draft that acts signed for earlier versions are void."""
    return post.draft(
        Attempt("Invalidate", receipt_id),
        lambda desk: custody.invalidate(
            desk,
            receipt=receipt_id,
            reason=body.reason,
            version=body.version,
            deadline=body.deadline,
        ),
    )
