"""Acts that change receipts, as verbs: drafted by the gateway, compared with what was asked."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from receipts_ledger.client.draft import Draft, Misdrafted
from receipts_ledger.client.goods import NewPart
from receipts_ledger.client.reads import Reads
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.change import Cancel, Merge, Replace, Split, WriteDown
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Hash32, PoolId, ReceiptId, day_of, pool_of
from receipts_ledger.domain.item import count_on_pages
from receipts_ledger.domain.receipt import (
    ExtendStorage,
    FromPaper,
    Invalidate,
    LiftClaim,
    NoteClaim,
    ToPaper,
)

Item = Mapping[str, Json]


class Changing(Reads):
    """Acts in which a receipt changes. Each verb returns a draft, or raises Misdrafted."""

    def split(
        self,
        receipt: ReceiptId,
        parts: Sequence[NewPart],
        *,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a split: the receipt keeps what the parts leave."""
        body = body_of({"parts": [part.to_json() for part in parts]}, None, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/splits", body, deadline)
        draft.expect(Split, receipt_id=receipt, version=version)
        self._expect_parts(draft, parts, pool_of(receipt))
        return draft

    def merge(
        self,
        receipt: ReceiptId,
        absorbed: ReceiptId,
        *,
        items: Sequence[Item] = (),
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a merger: the first receipt absorbs the second."""
        body = body_of({"absorbed_id": absorbed, "items": list(items)}, None, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/mergers", body, deadline)
        draft.expect(Merge, receipt_id=receipt, absorbed_id=absorbed, version=version)
        self.expect_items(draft.act, items, pool_of(receipt))
        return draft

    def replace(
        self,
        receipt: ReceiptId,
        quantity: int,
        content: Mapping[str, Json],
        *,
        items: Sequence[Item] = (),
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a correction: another receipt takes the place of this one."""
        members = {"quantity": quantity, "content": dict(content), "items": list(items)}
        body = body_of(members, None, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/replacements", body, deadline)
        draft.expect(Replace, receipt_id=receipt, quantity=quantity, version=version)
        self.expect_items(draft.act, items, pool_of(receipt))
        return draft.expect_content("content", with_items(content, items), added=("commodity",))

    def cancel(
        self,
        receipt: ReceiptId,
        reason: Mapping[str, Json],
        *,
        items: Sequence[Item] = (),
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the end of a receipt that the warehouse holds itself."""
        body = body_of({"reason": dict(reason), "items": list(items)}, None, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/cancellations", body, deadline)
        draft.expect(Cancel, receipt_id=receipt, version=version)
        self.expect_items(draft.act, items, pool_of(receipt))
        return draft.expect_content("reason", with_items(reason, items))

    def write_down(
        self,
        receipt: ReceiptId,
        quantity: int,
        evidence: Mapping[str, Json],
        *,
        items: Sequence[Item] = (),
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a loss of goods: warehouse and an independent inspector sign it."""
        members = {"quantity": quantity, "evidence": dict(evidence), "items": list(items)}
        body = body_of(members, None, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/write-downs", body, deadline)
        draft.expect(WriteDown, receipt_id=receipt, quantity=quantity, version=version)
        self.expect_items(draft.act, items, pool_of(receipt))
        return draft.expect_content("evidence", with_items(evidence, items))

    def extend_storage(
        self,
        receipt: ReceiptId,
        *,
        storage_until: date,
        terms: Mapping[str, Json] | None = None,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a longer storage period."""
        body = body_of({"storage_until": storage_until.isoformat()}, terms, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/extensions", body, deadline)
        day = day_of(storage_until)
        draft.expect(ExtendStorage, receipt_id=receipt, storage_day=day, version=version)
        return draft.expect_content("terms", terms or {})

    def to_paper(
        self,
        receipt: ReceiptId,
        paper: Mapping[str, Json],
        *,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the change to a paper receipt, of which `paper` says the number."""
        path = f"/v1/receipts/{receipt}/paper"
        return self._with_content(ToPaper, path, receipt, {"paper": paper}, version, deadline)

    def from_paper(
        self,
        receipt: ReceiptId,
        paper: Mapping[str, Json],
        *,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the return from paper, once the paper was given up."""
        path = f"/v1/receipts/{receipt}/paper-returns"
        return self._with_content(FromPaper, path, receipt, {"paper": paper}, version, deadline)

    def note_claim(
        self,
        receipt: ReceiptId,
        claim: Mapping[str, Json],
        *,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a note that a third party claims the goods: the warehouse signs it."""
        path = f"/v1/receipts/{receipt}/claims"
        return self._with_content(NoteClaim, path, receipt, {"claim": claim}, version, deadline)

    def lift_claim(
        self,
        receipt: ReceiptId,
        reason: Mapping[str, Json],
        *,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the end of a claim: the warehouse or an authority signs it."""
        path = f"/v1/receipts/{receipt}/claim-endings"
        return self._with_content(LiftClaim, path, receipt, {"reason": reason}, version, deadline)

    def invalidate(
        self,
        receipt: ReceiptId,
        reason: Mapping[str, Json],
        *,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft that acts signed for earlier versions are void: the holder signs it."""
        path = f"/v1/receipts/{receipt}/invalidations"
        return self._with_content(Invalidate, path, receipt, {"reason": reason}, version, deadline)

    def draft_at(self, path: str, body: Mapping[str, object], deadline: datetime | None) -> Draft:
        """Ask the gateway for a draft at one of its paths."""
        whole = dict(body) if deadline is None else {**body, "deadline": deadline.isoformat()}
        draft = Draft.of(self._http.post(path, whole))
        if deadline is not None:
            draft.expect(type(draft.act), deadline=int(deadline.timestamp()))
        return draft

    def expect_items(self, act: object, asked: Sequence[Item], pool: PoolId) -> None:
        """Raise Misdrafted unless an act names as many items of a pool as were asked for."""
        expect_named(act, asked, counts_pages=self.is_paged(pool, asked))

    def is_paged(self, pool: PoolId, items: Sequence[Item]) -> bool:
        """Tell whether these items of a pool stand in an act by page. Without items none does."""
        return bool(items) and bool(self.pool(pool)["paged"])

    def _expect_parts(self, draft: Draft, asked: Sequence[NewPart], pool: PoolId) -> None:
        if not isinstance(draft.act, Split):
            raise Misdrafted("the gateway drafted no split")
        expect_count("parts", len(asked), draft.act)
        counts_pages = self.is_paged(pool, [item for new in asked for item in new.items])
        for place, (drafted, new) in enumerate(zip(draft.act.parts, asked, strict=True)):
            if drafted.quantity != new.quantity:
                raise Misdrafted(f"the gateway drafted part {place} of the split differently")
            expect_named(drafted, new.items, counts_pages=counts_pages)
            asked_for = with_items(new.content, new.items)
            name = f"parts.{place}.content"
            draft.expect_commitment(name, drafted.content, asked_for, added=("commodity",))

    def _with_content(  # noqa: PLR0917  (all of them come from one verb)
        self,
        kind: type[Act],
        path: str,
        receipt: ReceiptId,
        content: Mapping[str, Mapping[str, Json]],
        version: int | None,
        deadline: datetime | None,
    ) -> Draft:
        draft = self.draft_at(path, body_of(content, None, version), deadline)
        draft.expect(kind, receipt_id=receipt, version=version)
        ((name, said),) = content.items()
        return draft.expect_content(name, said)


def body_of(
    members: Mapping[str, object], terms: Mapping[str, Json] | None, version: int | None
) -> dict[str, object]:
    """Return a request's body, without the members that were not given."""
    optional = {"terms": terms, "version": version}
    return {**members, **{name: value for name, value in optional.items() if value is not None}}


def expect_count(name: str, asked: int, act: object) -> None:
    """Raise Misdrafted unless as many things were drafted as were asked for."""
    drafted = len(getattr(act, name))
    if drafted != asked:
        raise Misdrafted(f"the gateway drafted {drafted} {name} where {asked} were asked for")


def expect_named(act: object, asked: Sequence[Item], *, counts_pages: bool) -> None:
    """Raise Misdrafted unless an act, or a receipt in it, names as many items as were asked for.

    What stands for an item is keyed by the gateway's secret. How many there are can be told, and
    which ones by the content that the act commits to.
    """
    words: tuple[Hash32, ...] = getattr(act, "item_keys", ())
    if (count_on_pages(words) if counts_pages else len(words)) != len(asked):
        raise Misdrafted(f"the gateway drafted other items than the {len(asked)} asked for")


def with_items(content: Mapping[str, Json], items: Sequence[Item]) -> dict[str, Json]:
    """Return what a content is to say that also names items."""
    return {**content, "items": [dict(item) for item in items]} if items else dict(content)
