"""Drafts of acts on receipts: issue, transfer, delivery, freeze and its end."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Day, Hash32, PartyId, PoolId, ReceiptId, Version, pool_of
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
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services.commodities import Profile
from receipts_ledger.services.draft.desk import Desk, Document, listed
from receipts_ledger.services.intake import Draft
from receipts_ledger.services.standing import known_party, known_pool

ITEMS_IN_ACT_MAX = 400
"""So many items at most in one act: each costs a storage slot, and a block has its limit."""

Item = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Goods:
    """What one new receipt is to stand for."""

    holder: PartyId
    quantity: int
    storage_day: Day
    content: Mapping[str, Json]
    items: Sequence[Item] = ()


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
    if sum(len(one.items) for one in goods) > ITEMS_IN_ACT_MAX:
        raise Refused(
            RefusalCode.INVALID_REQUEST,
            f"an act names at most {ITEMS_IN_ACT_MAX} items",
            field="receipts",
        )
    marks = desk.fingerprints(documents)
    sealed_evidence = seal("evidence", {**evidence, "documents": listed(documents, marks)})
    new: list[NewReceipt] = []
    contents: list[Sealed] = [sealed_evidence]
    where: dict[Hash32, str] = {}
    for index, one in enumerate(goods):
        field = f"receipts.{index}"
        known_party(desk.standing, one.holder, f"{field}.holder_id")
        sealed, keys = sealed_goods(desk, profile, one, field)
        for place, key in enumerate(keys):
            if key in where:
                raise Refused(
                    RefusalCode.ITEM_ALREADY_RECEIPTED,
                    f"the same as {where[key]}",
                    field=f"{field}.items.{place}",
                )
            where[key] = f"{field}.items.{place}"
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


def named_items(
    desk: Desk, receipt: ReceiptId, items: Sequence[Item], field: str = "items"
) -> tuple[Hash32, ...]:
    """Return the keys of items as the profile of the receipt's pool makes them.

    Which pool it is decides whether items are named: the contract, not the profile, asks.
    """
    if not items:
        return ()
    profile = profile_of(desk, pool_of(receipt), None)
    return profile.item_keys(items, field, document_key=desk.document_key)


def with_items(body: Mapping[str, Json], items: Sequence[Item]) -> dict[str, Json]:
    """Return a content that also says which items an act is about."""
    return {**body, "items": [dict(item) for item in items]} if items else dict(body)


def sealed_goods(
    desk: Desk, profile: Profile, goods: Goods, field: str
) -> tuple[Sealed, tuple[Hash32, ...]]:
    """Return the sealed content of a new receipt, and the keys of its items."""
    profile.check_content(goods.content, f"{field}.content")
    keys = profile.item_keys(goods.items, f"{field}.items", document_key=desk.document_key)
    body: dict[str, Json] = {**goods.content, "commodity": profile.code}
    if goods.items:
        body["items"] = [dict(item) for item in goods.items]
    return seal("content", body), keys


def profile_of(desk: Desk, pool: PoolId, field: str | None) -> Profile:
    """Return the profile of what lies in a pool. Raises Refused(ProfileMismatch)."""
    commodity = desk.standing.commodity_of(pool)
    if commodity is None or commodity not in desk.profiles:
        raise Refused(
            RefusalCode.PROFILE_MISMATCH,
            "the gateway does not know what lies in this pool: it was opened elsewhere",
            field=field,
        )
    return desk.profiles[commodity]
