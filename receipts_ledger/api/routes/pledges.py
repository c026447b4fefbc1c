"""Pledges: how they come, pass on, and end."""

from fastapi import APIRouter, Response

from receipts_ledger.api.answers.acts import ActOut
from receipts_ledger.api.fields import ReceiptPath
from receipts_ledger.api.posting import ACCEPTED, Attempt, PostDep
from receipts_ledger.api.requests.pledges import (
    AssignPledgeIn,
    CureIn,
    DefaultIn,
    EnforceIn,
    PledgeIn,
    PledgePortfolioIn,
    ReleaseIn,
    ReleasePortfolioIn,
    SubstituteIn,
)
from receipts_ledger.api.requests.receipts import TransferPortfolioIn
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.services.draft import Desk, defaults, receipts
from receipts_ledger.services.draft import pledges as draft
from receipts_ledger.services.intake import Draft

router = APIRouter(prefix="/v1", tags=["Pledges"])


@router.post("/receipts/{receipt_id}/pledges", status_code=ACCEPTED, response_model=ActOut)
def pledge_receipt(receipt_id: ReceiptPath, body: PledgeIn, post: PostDep) -> Response:
    """Draft a pledge. A receipt that secures a claim already is refused, with evidence."""
    return post.draft(Attempt("Pledge", receipt_id), lambda desk: drafted(desk, receipt_id, body))


def drafted(desk: Desk, receipt_id: ReceiptId, body: PledgeIn) -> Draft:
    """Return the draft of a pledge. Raises Refused for a receipt that is pledged."""
    return draft.pledge(
        desk,
        receipt=receipt_id,
        pledgee=body.pledgee_id,
        maturity_day=body.maturity,
        terms=body.terms,
        documents=[document.named() for document in body.documents],
        version=body.version,
        deadline=body.deadline,
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


@router.post("/receipts/{receipt_id}/assignments", status_code=ACCEPTED, response_model=ActOut)
def assign_pledge(receipt_id: ReceiptPath, body: AssignPledgeIn, post: PostDep) -> Response:
    """Draft the assignment of a pledge to another lender."""
    return post.draft(
        Attempt("AssignPledge", receipt_id),
        lambda desk: draft.assign_pledge(
            desk,
            receipt=receipt_id,
            new_pledgee=body.new_pledgee_id,
            terms=body.terms or {},
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/receipts/{receipt_id}/substitutions", status_code=ACCEPTED, response_model=ActOut)
def substitute_receipt(receipt_id: ReceiptPath, body: SubstituteIn, post: PostDep) -> Response:
    """Draft the move of a pledge to another receipt."""
    return post.draft(
        Attempt("Substitute", receipt_id),
        lambda desk: draft.substitute(
            desk,
            receipt=receipt_id,
            substitute=body.substitute_id,
            terms=body.terms,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/receipts/{receipt_id}/defaults", status_code=ACCEPTED, response_model=ActOut)
def declare_default(receipt_id: ReceiptPath, body: DefaultIn, post: PostDep) -> Response:
    """Draft a declaration of default. The pledgee alone signs it."""
    return post.draft(
        Attempt("Default", receipt_id),
        lambda desk: defaults.default(
            desk,
            receipt=receipt_id,
            notice=body.notice,
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/receipts/{receipt_id}/cures", status_code=ACCEPTED, response_model=ActOut)
def cure_default(receipt_id: ReceiptPath, body: CureIn, post: PostDep) -> Response:
    """Draft the end of a default. The pledgee alone signs it."""
    return post.draft(
        Attempt("Cure", receipt_id),
        lambda desk: defaults.cure(
            desk,
            receipt=receipt_id,
            maturity_day=body.maturity,
            terms=body.terms or {},
            version=body.version,
            deadline=body.deadline,
        ),
    )


@router.post("/receipts/{receipt_id}/enforcements", status_code=ACCEPTED, response_model=ActOut)
def enforce_pledge(receipt_id: ReceiptPath, body: EnforceIn, post: PostDep) -> Response:
    """Draft the enforcement of a pledge. Pledgee and transferee sign it."""
    return post.draft(
        Attempt("Enforce", receipt_id),
        lambda desk: defaults.enforce(
            desk,
            receipt=receipt_id,
            transferee=body.transferee_id,
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


@router.post("/transfer-portfolios", status_code=ACCEPTED, response_model=ActOut)
def transfer_portfolio(body: TransferPortfolioIn, post: PostDep) -> Response:
    """Draft a change of holder of many receipts: all or none."""
    return post.draft(
        Attempt("TransferPortfolio", body.receipt_ids[0]),
        lambda desk: receipts.transfer_portfolio(
            desk,
            receipts=body.receipt_ids,
            transferee=body.transferee_id,
            terms=body.terms or {},
            deadline=body.deadline,
        ),
    )
