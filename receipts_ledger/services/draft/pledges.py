"""Drafts of pledges and releases, of one receipt or of a portfolio, and of what moves a pledge.

Two refusals come this early, before anybody is asked to sign: a receipt that the index
shows as pledged, with evidence, and a pledge without a trade document. The chain cannot
see what a document is; that there is one is the gateway's to ask.
"""

from collections.abc import Mapping, Sequence

from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Day, Hash32, PartyId, ReceiptId, receipt_number
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
    Substitute,
)
from receipts_ledger.domain.receipt import ENCUMBERED_BIT
from receipts_ledger.domain.sealed import Sealed, seal
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services.draft.desk import Desk, Document, listed
from receipts_ledger.services.intake import Draft
from receipts_ledger.services.standing import known_party, refuse_if_pledged


def pledge(
    desk: Desk,
    *,
    receipt: ReceiptId,
    pledgee: PartyId,
    maturity_day: Day,
    terms: Mapping[str, Json],
    documents: Sequence[Document],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a pledge of one receipt."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    marks, sealed = _agreement(desk, [receipt], pledgee, terms, documents)
    act = Pledge(
        receipt,
        present,
        pledgee,
        maturity_day,
        sealed.commitment,
        marks,
        until,
    )
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def pledge_portfolio(
    desk: Desk,
    *,
    receipts: Sequence[ReceiptId],
    pledgee: PartyId,
    maturity_day: Day,
    terms: Mapping[str, Json],
    documents: Sequence[Document],
    deadline: int | None,
) -> Draft:
    """Draft one pledge over many receipts: all or none."""
    until = desk.deadline(deadline)
    words, refs = desk.portfolio(receipts)
    marks, sealed = _agreement(desk, receipts, pledgee, terms, documents)
    act = PledgePortfolio(refs, pledgee, maturity_day, sealed.commitment, marks, until)
    return Draft(act, needed(act, words), (sealed,))


def release(
    desk: Desk,
    *,
    receipt: ReceiptId,
    terms: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the release of one receipt."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    expect_pledged(receipt, word)
    sealed = seal("terms", terms)
    act = Release(receipt, present, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def release_portfolio(
    desk: Desk,
    *,
    receipts: Sequence[ReceiptId],
    terms: Mapping[str, Json],
    deadline: int | None,
) -> Draft:
    """Draft the release of many receipts: all or none."""
    until = desk.deadline(deadline)
    words, refs = desk.portfolio(receipts)
    for index, receipt in enumerate(receipts):
        expect_pledged(receipt, words[receipt], f"receipt_ids.{index}")
    sealed = seal("terms", terms)
    act = ReleasePortfolio(refs, sealed.commitment, until)
    return Draft(act, needed(act, words), (sealed,))


def assign_pledge(
    desk: Desk,
    *,
    receipt: ReceiptId,
    new_pledgee: PartyId,
    terms: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the assignment of a pledge to another lender."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    expect_pledged(receipt, word)
    known_party(desk.standing, new_pledgee, "new_pledgee_id")
    sealed = seal("terms", terms)
    act = AssignPledge(receipt, present, new_pledgee, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def substitute(
    desk: Desk,
    *,
    receipt: ReceiptId,
    substitute: ReceiptId,
    terms: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the move of a pledge to another receipt of the same holder."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    expect_pledged(receipt, word)
    other, at_version = desk.receipt(substitute, None, "substitute_id")
    refuse_if_pledged(desk.standing, [substitute])
    sealed = seal("terms", terms)
    act = Substitute(receipt, present, substitute, at_version, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word, substitute: other}), (sealed,))


def _agreement(
    desk: Desk,
    receipts: Sequence[ReceiptId],
    pledgee: PartyId,
    terms: Mapping[str, Json],
    documents: Sequence[Document],
) -> tuple[tuple[Hash32, ...], Sealed]:
    known_party(desk.standing, pledgee, "pledgee_id")
    if not documents:
        raise Refused(
            RefusalCode.NO_TRADE_BACKGROUND,
            "name at least one document of the trade that is financed",
            field="documents",
        )
    marks = desk.fingerprints(documents)
    refuse_if_pledged(desk.standing, receipts)
    return marks, seal("terms", {**terms, "documents": listed(documents, marks)})


def expect_pledged(receipt: ReceiptId, word: int, field: str | None = None) -> None:
    """Raise Refused(NotEncumbered) for a receipt that nobody could be asked about as pledgee."""
    if not word & ENCUMBERED_BIT:
        raise Refused(
            RefusalCode.NOT_ENCUMBERED,
            f"receipt {receipt_number(receipt)} is not pledged",
            field=field,
        )
