"""Drafts for claims that are not paid when they are due: default, cure, enforcement.

Whether a claim is due or its notice has run is not asked here: the contract's clock decides.
"""

from collections.abc import Mapping

from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Day, PartyId, ReceiptId
from receipts_ledger.domain.pledge import Cure, Default, Enforce
from receipts_ledger.domain.sealed import seal
from receipts_ledger.services.draft.desk import Desk
from receipts_ledger.services.draft.pledges import expect_pledged
from receipts_ledger.services.intake import Draft
from receipts_ledger.services.standing import known_party


def default(
    desk: Desk,
    *,
    receipt: ReceiptId,
    notice: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a pledgee's declaration that its claim was not paid."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    expect_pledged(receipt, word)
    sealed = seal("notice", notice)
    act = Default(receipt, present, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def cure(
    desk: Desk,
    *,
    receipt: ReceiptId,
    maturity_day: Day,
    terms: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the end of a default: the claim is due on another day."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    expect_pledged(receipt, word)
    sealed = seal("terms", terms)
    act = Cure(receipt, present, maturity_day, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def enforce(
    desk: Desk,
    *,
    receipt: ReceiptId,
    transferee: PartyId,
    terms: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the enforcement of a pledge: the receipt goes to the transferee."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    expect_pledged(receipt, word)
    known_party(desk.standing, transferee, "transferee_id")
    sealed = seal("terms", terms)
    act = Enforce(receipt, present, transferee, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))
