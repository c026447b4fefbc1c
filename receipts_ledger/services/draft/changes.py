"""Drafts of acts that divide, unite, correct or end receipts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from receipts_ledger.domain.change import Cancel, Merge, NewPart, Replace, Split, WriteDown
from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import NO_HASH, PartyId, ReceiptId, pool_of
from receipts_ledger.domain.receipt import Receipt, holder_in, quantity_in, storage_day_in
from receipts_ledger.domain.sealed import Sealed, seal
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services.draft.desk import Desk
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
from receipts_ledger.services.standing import known_pool


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of a split is to stand for."""

    quantity: int
    content: Mapping[str, Json]
    items: Sequence[Item] = ()


def split(
    desk: Desk,
    *,
    receipt: ReceiptId,
    parts: Sequence[Part],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a split. The receipt keeps what the parts leave, and all that they do not say."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    remaining = quantity_in(word) - sum(part.quantity for part in parts)
    if remaining <= 0:
        raise Refused(
            RefusalCode.SUM_MISMATCH,
            "something has to remain: a receipt is not split into nothing",
            field="parts",
        )
    holder = holder_in(word)
    profile = profile_of(desk, pool_of(receipt), None)
    items = ItemsOfAct()
    new: list[NewPart] = []
    contents: list[Sealed] = []
    for index, part in enumerate(parts):
        goods = Goods(holder, part.quantity, storage_day_in(word), part.content, part.items)
        sealed, marks = sealed_goods(desk, profile, goods, f"parts.{index}.")
        keys = items.take(marks, f"parts.{index}.items")
        contents.append(sealed)
        new.append(NewPart(part.quantity, sealed.commitment, keys))
    next_serial = known_pool(desk.standing, pool_of(receipt)).next_serial
    act = Split(receipt, present, remaining, next_serial, tuple(new), NO_HASH, until)
    return Draft(act, needed(act, {receipt: word}), tuple(contents))


def merge(
    desk: Desk,
    *,
    receipt: ReceiptId,
    absorbed: ReceiptId,
    items: Sequence[Item],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a merger. `items` are all of the absorbed receipt, where goods are serialised."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    other, at_version = desk.receipt(absorbed, None, "absorbed_id")
    keys = named_items(desk, absorbed, items)
    act = Merge(receipt, present, absorbed, at_version, keys, NO_HASH, until)
    return Draft(act, needed(act, {receipt: word, absorbed: other}))


def replace(
    desk: Desk,
    *,
    receipt: ReceiptId,
    quantity: int,
    content: Mapping[str, Json],
    items: Sequence[Item],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft the correction of a receipt by another. `items` are all that it holds."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    found = Receipt.from_word(word)
    goods = Goods(PartyId(found.holder), quantity, found.storage_day, content, items)
    profile = profile_of(desk, pool_of(receipt), None)
    sealed, marks = sealed_goods(desk, profile, goods, "")
    keys = ItemsOfAct().take(marks, "items")
    next_serial = known_pool(desk.standing, pool_of(receipt)).next_serial
    act = Replace(receipt, present, next_serial, quantity, keys, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def cancel(
    desk: Desk,
    *,
    receipt: ReceiptId,
    items: Sequence[Item],
    reason: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a warehouse's end of a receipt that it holds itself."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    keys = named_items(desk, receipt, items)
    sealed = seal("reason", with_items(reason, items))
    act = Cancel(receipt, present, keys, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))


def write_down(
    desk: Desk,
    *,
    receipt: ReceiptId,
    quantity: int,
    items: Sequence[Item],
    evidence: Mapping[str, Json],
    version: int | None,
    deadline: int | None,
) -> Draft:
    """Draft a loss of goods, counted by an inspector."""
    until = desk.deadline(deadline)
    word, present = desk.receipt(receipt, version)
    keys = named_items(desk, receipt, items)
    sealed = seal("evidence", with_items(evidence, items))
    act = WriteDown(receipt, present, quantity, keys, sealed.commitment, until)
    return Draft(act, needed(act, {receipt: word}), (sealed,))
