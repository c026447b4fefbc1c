"""Every act as a verb: ask the gateway for a draft, and compare it with what was asked for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from receipts_ledger.client.draft import Draft, Misdrafted
from receipts_ledger.client.goods import Document, NewGoods
from receipts_ledger.client.reads import Reads
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Address, PartyId, PoolId, ReceiptId, day_of, pool_id
from receipts_ledger.domain.party import Admit, BindKey, Reinstate, RevokeKey, Role, Suspend
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
)
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.receipt import Deliver, Freeze, Issue, Transfer, Unfreeze


class Drafting(Reads):
    """The acts. Each verb returns a draft that says what was asked, or raises Misdrafted."""

    # Parties

    def admit(
        self,
        party_id: PartyId,
        roles: Role,
        key: Address,
        profile: Mapping[str, Json],
        *,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the admission of a party with its first key."""
        body = {
            "party_id": party_id,
            "roles": [role.name.lower() for role in roles if role.name],
            "key": "0x" + key.hex(),
            "profile": dict(profile),
        }
        draft = self._draft("/v1/parties", body, deadline)
        draft.expect(Admit, party=party_id, roles=roles, key=key)
        return draft.expect_content("profile", profile)

    def suspend(
        self, party_id: PartyId, reason: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft a suspension."""
        draft = self._draft(f"/v1/parties/{party_id}/suspension", {"reason": reason}, deadline)
        return draft.expect(Suspend, party=party_id).expect_content("reason", reason)

    def reinstate(
        self, party_id: PartyId, reason: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft the end of a suspension."""
        draft = self._draft(f"/v1/parties/{party_id}/reinstatement", {"reason": reason}, deadline)
        return draft.expect(Reinstate, party=party_id).expect_content("reason", reason)

    def bind_key(
        self, party_id: PartyId, key: Address, *, deadline: datetime | None = None
    ) -> Draft:
        """Draft one more key for a party."""
        body = {"key": "0x" + key.hex()}
        draft = self._draft(f"/v1/parties/{party_id}/keys", body, deadline)
        return draft.expect(BindKey, party=party_id, key=key)

    def revoke_key(
        self, party_id: PartyId, key: Address, *, deadline: datetime | None = None
    ) -> Draft:
        """Draft the end of a key."""
        body = {"key": "0x" + key.hex()}
        draft = self._draft(f"/v1/parties/{party_id}/key-revocations", body, deadline)
        return draft.expect(RevokeKey, party=party_id, key=key)

    # Pools

    def open_pool(
        self,
        warehouse_id: PartyId,
        index: int,
        *,
        commodity: str,
        place: str,
        capacity: int,
        attestation_days: int,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a pool: goods of one kind in one place of one warehouse."""
        body = {
            "warehouse_id": warehouse_id,
            "index": index,
            "commodity": commodity,
            "place": place,
            "capacity": capacity,
            "attestation_days": attestation_days,
        }
        draft = self._draft("/v1/pools", body, deadline)
        draft.expect(
            OpenPool,
            pool=pool_id(warehouse_id, index),
            quantity_capacity=capacity,
            attestation_days=attestation_days,
        )
        asked = {"commodity": commodity, "place": place}
        return draft.expect_content("description", asked, added=("base_unit",))

    def attest(
        self,
        pool: PoolId,
        quantity: int,
        evidence: Mapping[str, Json],
        *,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft an inspector's count of a pool."""
        body = {"quantity": quantity, "evidence": dict(evidence)}
        draft = self._draft(f"/v1/pools/{pool}/attestations", body, deadline)
        draft.expect(Attest, pool=pool, quantity=quantity)
        return draft.expect_content("evidence", evidence)

    # Receipts

    def issue(
        self,
        pool: PoolId,
        receipts: Sequence[NewGoods],
        *,
        documents: Sequence[Document],
        evidence: Mapping[str, Json],
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the issue of receipts over goods that have come in: all or none."""
        body = {
            "pool_id": pool,
            "receipts": [new.to_json() for new in receipts],
            "documents": [document.to_json() for document in documents],
            "evidence": dict(evidence),
        }
        draft = self._draft("/v1/receipts", body, deadline).expect(Issue, pool=pool)
        _expect_issue(draft, receipts)
        draft.expect_documents("evidence", documents)
        return draft.expect_content("evidence", evidence, added=("documents",))

    def transfer(
        self,
        receipt: ReceiptId,
        transferee: PartyId,
        *,
        terms: Mapping[str, Json] | None = None,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a change of holder."""
        body = _body({"transferee_id": transferee}, terms, version)
        draft = self._draft(f"/v1/receipts/{receipt}/transfers", body, deadline)
        draft.expect(Transfer, receipt_id=receipt, transferee=transferee, version=version)
        return draft.expect_content("terms", terms or {})

    def pledge(
        self,
        receipt: ReceiptId,
        pledgee: PartyId,
        *,
        maturity: date,
        terms: Mapping[str, Json],
        documents: Sequence[Document],
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a pledge: holder, warehouse and pledgee sign it."""
        body = _pledge_body(pledgee, maturity, terms, documents, version)
        draft = self._draft(f"/v1/receipts/{receipt}/pledges", body, deadline)
        draft.expect(
            Pledge,
            receipt_id=receipt,
            version=version,
            pledgee=pledgee,
            maturity_day=day_of(maturity),
        )
        draft.expect_documents("terms", documents)
        return draft.expect_content("terms", terms, added=("documents",))

    def pledge_portfolio(
        self,
        receipts: Sequence[ReceiptId],
        pledgee: PartyId,
        *,
        maturity: date,
        terms: Mapping[str, Json],
        documents: Sequence[Document],
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft one pledge over many receipts of one holder in one warehouse: all or none."""
        body = {
            "receipt_ids": sorted(receipts),
            **_pledge_body(pledgee, maturity, terms, documents, None),
        }
        draft = self._draft("/v1/pledge-portfolios", body, deadline)
        draft.expect(PledgePortfolio, pledgee=pledgee, maturity_day=day_of(maturity))
        _expect_receipts(draft, receipts)
        draft.expect_documents("terms", documents)
        return draft.expect_content("terms", terms, added=("documents",))

    def release(
        self,
        receipt: ReceiptId,
        *,
        terms: Mapping[str, Json] | None = None,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a release: the pledgee alone signs it."""
        body = _body({}, terms, version)
        draft = self._draft(f"/v1/receipts/{receipt}/releases", body, deadline)
        draft.expect(Release, receipt_id=receipt, version=version)
        return draft.expect_content("terms", terms or {})

    def assign_pledge(
        self,
        receipt: ReceiptId,
        new_pledgee: PartyId,
        *,
        terms: Mapping[str, Json] | None = None,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the assignment of a pledge: pledgee and new pledgee sign it."""
        body = _body({"new_pledgee_id": new_pledgee}, terms, version)
        draft = self._draft(f"/v1/receipts/{receipt}/assignments", body, deadline)
        draft.expect(AssignPledge, receipt_id=receipt, new_pledgee=new_pledgee, version=version)
        return draft.expect_content("terms", terms or {})

    def default(
        self,
        receipt: ReceiptId,
        notice: Mapping[str, Json],
        *,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a declaration of default: the pledgee alone signs it, after maturity."""
        body = _body({"notice": dict(notice)}, None, version)
        draft = self._draft(f"/v1/receipts/{receipt}/defaults", body, deadline)
        draft.expect(Default, receipt_id=receipt, version=version)
        return draft.expect_content("notice", notice)

    def cure(
        self,
        receipt: ReceiptId,
        *,
        maturity: date,
        terms: Mapping[str, Json] | None = None,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the end of a default: the claim is due on another day."""
        body = _body({"maturity": maturity.isoformat()}, terms, version)
        draft = self._draft(f"/v1/receipts/{receipt}/cures", body, deadline)
        draft.expect(Cure, receipt_id=receipt, maturity_day=day_of(maturity), version=version)
        return draft.expect_content("terms", terms or {})

    def enforce(
        self,
        receipt: ReceiptId,
        transferee: PartyId,
        *,
        terms: Mapping[str, Json] | None = None,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the enforcement of a pledge: pledgee and transferee sign it."""
        body = _body({"transferee_id": transferee}, terms, version)
        draft = self._draft(f"/v1/receipts/{receipt}/enforcements", body, deadline)
        draft.expect(Enforce, receipt_id=receipt, transferee=transferee, version=version)
        return draft.expect_content("terms", terms or {})

    def release_portfolio(
        self,
        receipts: Sequence[ReceiptId],
        *,
        terms: Mapping[str, Json] | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the release of many receipts: all or none."""
        body = _body({"receipt_ids": sorted(receipts)}, terms, None)
        draft = self._draft("/v1/release-portfolios", body, deadline).expect(ReleasePortfolio)
        _expect_receipts(draft, receipts)
        return draft.expect_content("terms", terms or {})

    def deliver(
        self,
        receipt: ReceiptId,
        quantity: int,
        evidence: Mapping[str, Json],
        *,
        items: Sequence[Mapping[str, Json]] = (),
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a delivery, full or part: holder, warehouse, and the pledgee if pledged."""
        body = _body({"quantity": quantity, "evidence": dict(evidence)}, None, version)
        if items:
            body["items"] = list(items)
        draft = self._draft(f"/v1/receipts/{receipt}/deliveries", body, deadline)
        draft.expect(Deliver, receipt_id=receipt, quantity=quantity, version=version)
        _expect_count("item_keys", len(items), draft.act)
        return draft.expect_content("evidence", evidence, added=("items",) if items else ())

    def freeze(
        self, receipt: ReceiptId, order: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft an authority's freeze."""
        draft = self._draft(f"/v1/receipts/{receipt}/freezes", {"order": order}, deadline)
        return draft.expect(Freeze, receipt_id=receipt).expect_content("order", order)

    def unfreeze(
        self, receipt: ReceiptId, order: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft the end of a freeze."""
        draft = self._draft(f"/v1/receipts/{receipt}/unfreezes", {"order": order}, deadline)
        return draft.expect(Unfreeze, receipt_id=receipt).expect_content("order", order)

    def _draft(self, path: str, body: Mapping[str, object], deadline: datetime | None) -> Draft:
        whole = dict(body) if deadline is None else {**body, "deadline": deadline.isoformat()}
        draft = Draft.of(self._http.post(path, whole))
        if deadline is not None:
            draft.expect(type(draft.act), deadline=int(deadline.timestamp()))
        return draft


def _body(
    members: Mapping[str, object], terms: Mapping[str, Json] | None, version: int | None
) -> dict[str, object]:
    optional = {"terms": terms, "version": version}
    return {**members, **{name: value for name, value in optional.items() if value is not None}}


def _pledge_body(
    pledgee: PartyId,
    maturity: date,
    terms: Mapping[str, Json],
    documents: Sequence[Document],
    version: int | None,
) -> dict[str, object]:
    members = {
        "pledgee_id": pledgee,
        "maturity": maturity.isoformat(),
        "documents": [document.to_json() for document in documents],
    }
    return _body(members, terms, version)


def _expect_count(name: str, asked: int, act: object) -> None:
    drafted = len(getattr(act, name))
    if drafted != asked:
        raise Misdrafted(f"the gateway drafted {drafted} {name} where {asked} were asked for")


def _expect_receipts(draft: Draft, asked: Sequence[ReceiptId]) -> None:
    drafted = [ref.receipt_id for ref in getattr(draft.act, "receipts", ())]
    if drafted != sorted(asked):
        raise Misdrafted("the gateway drafted other receipts than those that were asked for")


def _expect_issue(draft: Draft, asked: Sequence[NewGoods]) -> None:
    if not isinstance(draft.act, Issue):
        raise Misdrafted("the gateway drafted no issue")
    _expect_count("receipts", len(asked), draft.act)
    for place, (drafted, new) in enumerate(zip(draft.act.receipts, asked, strict=True)):
        given = (drafted.holder, drafted.quantity, drafted.storage_day, len(drafted.item_keys))
        if given != (new.holder_id, new.quantity, day_of(new.storage_until), len(new.items)):
            raise Misdrafted(f"the gateway drafted receipt {place} of the issue differently")
        name = f"receipts.{place}.content"
        draft.expect_commitment(name, drafted.content, new.content, added=("commodity", "items"))
