"""Drafts of what changes while goods lie still: storage, medium, claims, and void signatures."""

from collections.abc import Callable, Mapping

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Day, Hash32, ReceiptId, Version
from receipts_ledger.domain.receipt import (
    ExtendStorage,
    FromPaper,
    Invalidate,
    LiftClaim,
    NoteClaim,
    ToPaper,
)
from receipts_ledger.domain.sealed import seal
from receipts_ledger.services.draft.desk import Desk
from receipts_ledger.services.intake import Draft


def extend_storage(
    desk: Desk,
    *,
    receipt: ReceiptId,
    storage_day: Day,
    terms: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a longer storage period."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    sealed = seal("terms", terms)
    act = ExtendStorage(receipt, present, storage_day, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def to_paper(
    desk: Desk,
    *,
    receipt: ReceiptId,
    paper: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the change to a paper receipt, of which `paper` says the number."""
    return _with_content(
        ToPaper,
        desk,
        name="paper",
        receipt=receipt,
        content=paper,
        version=version,
        deadline=deadline,
    )


def from_paper(
    desk: Desk,
    *,
    receipt: ReceiptId,
    paper: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the return from paper, once the paper was given up."""
    return _with_content(
        FromPaper,
        desk,
        name="paper",
        receipt=receipt,
        content=paper,
        version=version,
        deadline=deadline,
    )


def note_claim(
    desk: Desk,
    *,
    receipt: ReceiptId,
    claim: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a warehouse's note that a third party claims the goods."""
    return _with_content(
        NoteClaim,
        desk,
        name="claim",
        receipt=receipt,
        content=claim,
        version=version,
        deadline=deadline,
    )


def lift_claim(
    desk: Desk,
    *,
    receipt: ReceiptId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the end of a third party's claim."""
    return _with_content(
        LiftClaim,
        desk,
        name="reason",
        receipt=receipt,
        content=reason,
        version=version,
        deadline=deadline,
    )


def invalidate(
    desk: Desk,
    *,
    receipt: ReceiptId,
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft that acts signed for earlier versions are void."""
    return _with_content(
        Invalidate,
        desk,
        name="reason",
        receipt=receipt,
        content=reason,
        version=version,
        deadline=deadline,
    )


def _with_content(
    make: Callable[[ReceiptId, Version, Hash32, int], Act],
    desk: Desk,
    *,
    name: str,
    receipt: ReceiptId,
    content: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    sealed = seal(name, content)
    act = make(receipt, present, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))
