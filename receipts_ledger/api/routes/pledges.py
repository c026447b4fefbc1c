"""Pledges and releases, of one receipt or of a portfolio."""

from fastapi import APIRouter, Response

from receipts_ledger.api.answers.acts import ActOut
from receipts_ledger.api.fields import ReceiptPath
from receipts_ledger.api.posting import ACCEPTED, Attempt, PostDep
from receipts_ledger.api.requests.pledges import (
    PledgeIn,
    PledgePortfolioIn,
    ReleaseIn,
    ReleasePortfolioIn,
)
from receipts_ledger.services.draft import pledges as draft

router = APIRouter(prefix="/v1", tags=["Pledges"])


@router.post("/receipts/{receipt_id}/pledges", status_code=ACCEPTED, response_model=ActOut)
def pledge_receipt(receipt_id: ReceiptPath, body: PledgeIn, post: PostDep) -> Response:
    """Draft a pledge. A receipt that secures a claim already is refused, with evidence."""
    return post.draft(
        Attempt("Pledge", receipt_id),
        lambda desk: draft.pledge(
            desk,
            receipt=receipt_id,
            pledgee=body.pledgee_id,
            maturity_day=body.maturity,
            terms=body.terms,
            documents=[document.named() for document in body.documents],
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/receipts/{receipt_id}/releases", status_code=ACCEPTED, response_model=ActOut)
def release_receipt(receipt_id: ReceiptPath, body: ReleaseIn, post: PostDep) -> Response:
    """Draft a release. The pledgee alone signs it."""
    return post.draft(
        Attempt("Release", receipt_id),
        lambda desk: draft.release(
            desk,
            receipt=receipt_id,
            terms=body.terms or {},
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/pledge-portfolios", status_code=ACCEPTED, response_model=ActOut)
def pledge_portfolio(body: PledgePortfolioIn, post: PostDep) -> Response:
    """Draft one pledge over many receipts of one holder in one warehouse: all or none."""
    return post.draft(
        Attempt("PledgePortfolio", body.receipt_ids[0]),
        lambda desk: draft.pledge_portfolio(
            desk,
            receipts=body.receipt_ids,
            pledgee=body.pledgee_id,
            maturity_day=body.maturity,
            terms=body.terms,
            documents=[document.named() for document in body.documents],
            deadline=body.deadline,
        ),
    )


@router.post("/release-portfolios", status_code=ACCEPTED, response_model=ActOut)
def release_portfolio(body: ReleasePortfolioIn, post: PostDep) -> Response:
    """Draft the release of many receipts: all or none."""
    return post.draft(
        Attempt("ReleasePortfolio", body.receipt_ids[0]),
        lambda desk: draft.release_portfolio(
            desk, receipts=body.receipt_ids, terms=body.terms or {}, deadline=body.deadline
        ),
    )
