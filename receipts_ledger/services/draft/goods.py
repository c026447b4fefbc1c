"""Goods in drafts: what a receipt is to stand for, and which items an act names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Day, Hash32, PartyId, PoolId, ReceiptId, pool_of
from receipts_ledger.domain.item import Mark, words_of
from receipts_ledger.domain.sealed import Sealed, seal
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services.commodities import Profile
from receipts_ledger.services.draft.desk import Desk
from receipts_ledger.services.standing import known_pool

ITEM_WORDS_IN_ACT_MAX = 400
"""So many words for items at most in one act: each costs a storage slot, and a block has its limit.

An item is one word, or a page of items two.
"""

Item = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Goods:
    """What one new receipt is to stand for."""

    holder: PartyId
    quantity: int
    storage_day: Day
    content: Mapping[str, Json]
    items: Sequence[Item] = ()


class ItemsOfAct:
    """The items that the receipts of one act are to hold."""

    def __init__(self) -> None:
        self._where: dict[Mark, str] = {}
        self._word_count = 0

    def take(self, marks: Sequence[Mark], field: str) -> tuple[Hash32, ...]:
        """Return the words that name the items of one receipt.

        Raises Refused when another receipt of the act names one of them, or there are too many.
        """
        for place, mark in enumerate(marks):
            at = f"{field}.{place}"
            if mark in self._where:
                raise Refused(
                    RefusalCode.ITEM_ALREADY_RECEIPTED,
                    f"the same as {self._where[mark]}",
                    field=at,
                )
            self._where[mark] = at
        words = words_of(marks)
        self._word_count += len(words)
        if self._word_count > ITEM_WORDS_IN_ACT_MAX:
            raise Refused(
                RefusalCode.INVALID_REQUEST,
                f"an act names {ITEM_WORDS_IN_ACT_MAX} items at most, or half as many pages",
                field=field,
            )
        return words


def named_items(
    desk: Desk, receipt: ReceiptId, items: Sequence[Item], field: str = "items"
) -> tuple[Hash32, ...]:
    """Return the words for items as the profile of the receipt's pool makes them.

    Which pool it is decides whether items are named: the contract, not the profile, asks.
    """
    if not items:
        return ()
    profile = profile_of(desk, pool_of(receipt), None)
    marks = profile.marks(items, field, document_key=desk.document_key)
    return ItemsOfAct().take(marks, field)


def with_items(body: Mapping[str, Json], items: Sequence[Item]) -> dict[str, Json]:
    """Return a content that also says which items an act is about."""
    return {**body, "items": [dict(item) for item in items]} if items else dict(body)


def listed_items(body: Mapping[str, Json]) -> list[Item]:
    """Return the items that a content says."""
    items = body.get("items", ())
    if not isinstance(items, list | tuple):
        return []
    return [item for item in items if isinstance(item, Mapping)]


def sealed_goods(
    desk: Desk, profile: Profile, goods: Goods, prefix: str
) -> tuple[Sealed, tuple[Mark, ...]]:
    """Return the sealed content of a new receipt, and what stands for its items.

    `prefix` leads to the goods in the request: empty, or ending in a dot.
    """
    profile.check_content(goods.content, f"{prefix}content")
    marks = profile.marks(goods.items, f"{prefix}items", document_key=desk.document_key)
    body: dict[str, Json] = {**goods.content, "commodity": profile.code}
    if goods.items:
        body["items"] = [dict(item) for item in goods.items]
    return seal("content", body), marks


def profile_of(desk: Desk, pool: PoolId, field: str | None) -> Profile:
    """Return the profile of what lies in a pool. Raises Refused(ProfileMismatch)."""
    commodity = desk.standing.commodity_of(pool)
    if commodity is None or commodity not in desk.profiles:
        raise Refused(
            RefusalCode.PROFILE_MISMATCH,
            "the gateway does not know what lies in this pool: it was opened elsewhere",
            field=field,
        )
    profile = desk.profiles[commodity]
    if known_pool(desk.standing, pool, field).is_paged != profile.is_paged:
        # The contract would read the words of the one as those of the other.
        raise Refused(
            RefusalCode.PROFILE_MISMATCH,
            f"this pool was not opened as the profile of {commodity} names its items",
            field=field,
        )
    return profile
