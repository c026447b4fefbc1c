"""Drafts of acts on receipts: issue, transfer, delivery, freeze and its end."""

from collections.abc import Callable, Mapping, Sequence

from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Hash32, PartyId, PoolId, ReceiptId, Version
from receipts_ledger.domain.receipt import (
    Deliver,
    Freeze,
    Issue,
    NewReceipt,
    Transfer,
    TransferPortfolio,
    Unfreeze,
)
from receipts_ledger.domain.sealed import Sealed, seal
from receipts_ledger.services.draft.desk import Desk, Document, listed
from receipts_ledger.services.draft.goods import (
    Goods,
    Item,
    ItemsOfAct,
    named_items,
    profile_of,
    sealed_goods,
    with_items,
)
from receipts_ledger.services.intake import Draft
from receipts_ledger.services.standing import known_party, known_pool


def issue(
    desk: Desk,
    *,
    pool: PoolId,
    goods: Sequence[Goods],
    documents: Sequence[Document],
    evidence: Mapping[str, Json],
    deadline: int | None,
) -> Draft:
    """Draft the issue of receipts over goods that have come in: all or none."""
    until = desk.deadline(deadline)
    first_serial = known_pool(desk.standing, pool, "pool_id").next_serial
    profile = profile_of(desk, pool, "pool_id")
    marks = desk.fingerprints(documents)
    sealed_evidence = seal("evidence", {**evidence, "documents": listed(documents, marks)})
    new: list[NewReceipt] = []
    contents: list[Sealed] = [sealed_evidence]
    items = ItemsOfAct()
    for index, one in enumerate(goods):
        field = f"receipts.{index}"
        known_party(desk.standing, one.holder, f"{field}.holder_id")
        sealed, found = sealed_goods(desk, profile, one, f"{field}.")
        keys = items.take(found, f"{field}.items")
        contents.append(sealed)
        new.append(NewReceipt(one.holder, one.quantity, one.storage_day, sealed.commitment, keys))
    act = Issue(
        pool,
        first_serial,
        tuple(new),
        marks,
        sealed_evidence.commitment,
        until,
    )
    return Draft(act, needed(act, {}), tuple(contents))


def transfer(
    desk: Desk,
    *,
    receipt: ReceiptId,
    transferee: PartyId,
    terms: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a change of holder."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    known_party(desk.standing, transferee, "transferee_id")
    sealed = seal("terms", terms)
    act = Transfer(receipt, present, transferee, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def transfer_portfolio(
    desk: Desk,
    *,
    receipts: Sequence[ReceiptId],
    transferee: PartyId,
    terms: Mapping[str, Json],
    deadline: int | None,
) -> Draft:
    """Draft a change of holder of many receipts: all or none."""
    until = desk.deadline(deadline)
    words, refs = desk.portfolio(receipts)
    known_party(desk.standing, transferee, "transferee_id")
    sealed = seal("terms", terms)
    act = TransferPortfolio(refs, transferee, sealed.commitment, until)
    return Draft(act, needed(act, words), (sealed,))


def deliver(
    desk: Desk,
    *,
    receipt: ReceiptId,
    quantity: int,
    items: Sequence[Item],
    documents: Sequence[Document],
    evidence: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a delivery, full or part. Goods under customs need a clearance among the documents."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    keys = named_items(desk, receipt, items)
    marks = desk.fingerprints(documents)
    body = with_items(evidence, items)
    if documents:
        body["documents"] = list(listed(documents, marks))
    sealed = seal("evidence", body)
    act = Deliver(receipt, present, quantity, keys, marks, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def freeze(
    desk: Desk,
    *,
    receipt: ReceiptId,
    order: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft an authority's freeze."""
    return _by_order(Freeze, desk, receipt=receipt, order=order, version=version, deadline=deadline)


def unfreeze(
    desk: Desk,
    *,
    receipt: ReceiptId,
    order: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the end of a freeze."""
    return _by_order(
        Unfreeze, desk, receipt=receipt, order=order, version=version, deadline=deadline
    )


def _by_order(
    make: Callable[[ReceiptId, Version, Hash32, int], Freeze | Unfreeze],
    desk: Desk,
    *,
    receipt: ReceiptId,
    order: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    sealed = seal("order", order)
    act = make(receipt, present, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))
