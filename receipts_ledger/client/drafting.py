"""Every act as a verb: ask the gateway for a draft, and compare it with what was asked for."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from receipts_ledger.client.changing import (
    Changing,
    body_of,
    expect_count,
    expect_named,
    with_items,
)
from receipts_ledger.client.draft import Draft, Misdrafted
from receipts_ledger.client.goods import Document, NewGoods
from receipts_ledger.domain.content import Json
from receipts_ledger.domain.ids import Address, PartyId, PoolId, ReceiptId, day_of, pool_id, pool_of
from receipts_ledger.domain.party import (
    Admit,
    BindKey,
    CompleteRecovery,
    Recover,
    Reinstate,
    RevokeKey,
    Role,
    Suspend,
    VetoRecovery,
)
from receipts_ledger.domain.pledge import (
    AssignPledge,
    Cure,
    Default,
    Enforce,
    Pledge,
    PledgePortfolio,
    Release,
    ReleasePortfolio,
    Substitute,
)
from receipts_ledger.domain.pool import Attest, OpenPool, Pause, Resume, Seal
from receipts_ledger.domain.receipt import (
    Deliver,
    Freeze,
    Issue,
    Transfer,
    TransferPortfolio,
    Unfreeze,
)


class Drafting(Changing):
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
        draft = self.draft_at("/v1/parties", body, deadline)
        draft.expect(Admit, party=party_id, roles=roles, key=key)
        return draft.expect_content("profile", profile)

    def suspend(
        self, party_id: PartyId, reason: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft a suspension."""
        draft = self.draft_at(f"/v1/parties/{party_id}/suspension", {"reason": reason}, deadline)
        return draft.expect(Suspend, party=party_id).expect_content("reason", reason)

    def reinstate(
        self, party_id: PartyId, reason: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft the end of a suspension."""
        draft = self.draft_at(f"/v1/parties/{party_id}/reinstatement", {"reason": reason}, deadline)
        return draft.expect(Reinstate, party=party_id).expect_content("reason", reason)

    def bind_key(
        self, party_id: PartyId, key: Address, *, deadline: datetime | None = None
    ) -> Draft:
        """Draft one more key for a party."""
        body = {"key": "0x" + key.hex()}
        draft = self.draft_at(f"/v1/parties/{party_id}/keys", body, deadline)
        return draft.expect(BindKey, party=party_id, key=key)

    def revoke_key(
        self, party_id: PartyId, key: Address, *, deadline: datetime | None = None
    ) -> Draft:
        """Draft the end of a key."""
        body = {"key": "0x" + key.hex()}
        draft = self.draft_at(f"/v1/parties/{party_id}/key-revocations", body, deadline)
        return draft.expect(RevokeKey, party=party_id, key=key)

    def recover(
        self,
        party_id: PartyId,
        key: Address,
        evidence: Mapping[str, Json],
        *,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the recovery of a party all of whose keys are lost."""
        body = {"key": "0x" + key.hex(), "evidence": dict(evidence)}
        draft = self.draft_at(f"/v1/parties/{party_id}/recovery", body, deadline)
        draft.expect(Recover, party=party_id, key=key)
        return draft.expect_content("evidence", evidence)

    def veto_recovery(
        self, party_id: PartyId, reason: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft a party's objection to its recovery: any of its keys signs it."""
        path = f"/v1/parties/{party_id}/recovery-vetoes"
        draft = self.draft_at(path, {"reason": reason}, deadline)
        return draft.expect(VetoRecovery, party=party_id).expect_content("reason", reason)

    def complete_recovery(
        self,
        party_id: PartyId,
        key: Address,
        evidence: Mapping[str, Json],
        *,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the end of a recovery whose notice has passed: the new key signs it."""
        body = {"key": "0x" + key.hex(), "evidence": dict(evidence)}
        draft = self.draft_at(f"/v1/parties/{party_id}/recovery-completions", body, deadline)
        draft.expect(CompleteRecovery, party=party_id, key=key)
        return draft.expect_content("evidence", evidence)

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
        bonded: bool = False,
        non_negotiable: bool = False,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a pool: goods of one kind in one place of one warehouse.

        `bonded` goods lie under customs; `non_negotiable` receipts are never endorsed.
        """
        body = {
            "warehouse_id": warehouse_id,
            "index": index,
            "commodity": commodity,
            "place": place,
            "capacity": capacity,
            "attestation_days": attestation_days,
            "bonded": bonded,
            "non_negotiable": non_negotiable,
        }
        draft = self.draft_at("/v1/pools", body, deadline)
        draft.expect(
            OpenPool,
            pool=pool_id(warehouse_id, index),
            quantity_capacity=capacity,
            attestation_days=attestation_days,
            is_bonded=bonded,
            is_non_negotiable=non_negotiable,
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
        draft = self.draft_at(f"/v1/pools/{pool}/attestations", body, deadline)
        draft.expect(Attest, pool=pool, quantity=quantity)
        return draft.expect_content("evidence", evidence)

    def pause(
        self, pool: PoolId, reason: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft a stop to new receipts and new pledges in a pool: the guardian signs it."""
        draft = self.draft_at(f"/v1/pools/{pool}/pauses", {"reason": reason}, deadline)
        return draft.expect(Pause, pool=pool).expect_content("reason", reason)

    def resume(
        self, pool: PoolId, reason: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft the end of a pause: the registrar signs it."""
        draft = self.draft_at(f"/v1/pools/{pool}/resumptions", {"reason": reason}, deadline)
        return draft.expect(Resume, pool=pool).expect_content("reason", reason)

    def seal_pool(
        self, pool: PoolId, reason: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft the end of a pool on this ledger: registrar and authority sign it."""
        draft = self.draft_at(f"/v1/pools/{pool}/seals", {"reason": reason}, deadline)
        return draft.expect(Seal, pool=pool).expect_content("reason", reason)

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
        draft = self.draft_at("/v1/receipts", body, deadline).expect(Issue, pool=pool)
        self._expect_issue(draft, receipts, pool)
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
        body = body_of({"transferee_id": transferee}, terms, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/transfers", body, deadline)
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
        draft = self.draft_at(f"/v1/receipts/{receipt}/pledges", body, deadline)
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
        draft = self.draft_at("/v1/pledge-portfolios", body, deadline)
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
        body = body_of({}, terms, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/releases", body, deadline)
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
        body = body_of({"new_pledgee_id": new_pledgee}, terms, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/assignments", body, deadline)
        draft.expect(AssignPledge, receipt_id=receipt, new_pledgee=new_pledgee, version=version)
        return draft.expect_content("terms", terms or {})

    def substitute(
        self,
        receipt: ReceiptId,
        substitute: ReceiptId,
        *,
        terms: Mapping[str, Json],
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft the move of a pledge: holder, the substitute's warehouse and pledgee sign it."""
        body = body_of({"substitute_id": substitute}, terms, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/substitutions", body, deadline)
        draft.expect(Substitute, receipt_id=receipt, substitute_id=substitute, version=version)
        return draft.expect_content("terms", terms)

    def default(
        self,
        receipt: ReceiptId,
        notice: Mapping[str, Json],
        *,
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a declaration of default: the pledgee alone signs it, after maturity."""
        body = body_of({"notice": dict(notice)}, None, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/defaults", body, deadline)
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
        body = body_of({"maturity": maturity.isoformat()}, terms, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/cures", body, deadline)
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
        body = body_of({"transferee_id": transferee}, terms, version)
        draft = self.draft_at(f"/v1/receipts/{receipt}/enforcements", body, deadline)
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
        body = body_of({"receipt_ids": sorted(receipts)}, terms, None)
        draft = self.draft_at("/v1/release-portfolios", body, deadline).expect(ReleasePortfolio)
        _expect_receipts(draft, receipts)
        return draft.expect_content("terms", terms or {})

    def transfer_portfolio(
        self,
        receipts: Sequence[ReceiptId],
        transferee: PartyId,
        *,
        terms: Mapping[str, Json] | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a change of holder of many receipts: all or none."""
        members = {"receipt_ids": sorted(receipts), "transferee_id": transferee}
        draft = self.draft_at("/v1/transfer-portfolios", body_of(members, terms, None), deadline)
        draft.expect(TransferPortfolio, transferee=transferee)
        _expect_receipts(draft, receipts)
        return draft.expect_content("terms", terms or {})

    def deliver(
        self,
        receipt: ReceiptId,
        quantity: int,
        evidence: Mapping[str, Json],
        *,
        items: Sequence[Mapping[str, Json]] = (),
        documents: Sequence[Document] = (),
        version: int | None = None,
        deadline: datetime | None = None,
    ) -> Draft:
        """Draft a delivery, full or part: holder, warehouse, and the pledgee if pledged."""
        body = body_of({"quantity": quantity, "evidence": dict(evidence)}, None, version)
        if items:
            body["items"] = list(items)
        if documents:
            body["documents"] = [document.to_json() for document in documents]
        draft = self.draft_at(f"/v1/receipts/{receipt}/deliveries", body, deadline)
        draft.expect(Deliver, receipt_id=receipt, quantity=quantity, version=version)
        self.expect_items(draft.act, items, pool_of(receipt))
        if documents:
            draft.expect_documents("evidence", documents)
        expect_count("documents", len(documents), draft.act)
        added = ("documents",) if documents else ()
        return draft.expect_content("evidence", with_items(evidence, items), added=added)

    def freeze(
        self, receipt: ReceiptId, order: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft an authority's freeze."""
        draft = self.draft_at(f"/v1/receipts/{receipt}/freezes", {"order": order}, deadline)
        return draft.expect(Freeze, receipt_id=receipt).expect_content("order", order)

    def unfreeze(
        self, receipt: ReceiptId, order: Mapping[str, Json], *, deadline: datetime | None = None
    ) -> Draft:
        """Draft the end of a freeze."""
        draft = self.draft_at(f"/v1/receipts/{receipt}/unfreezes", {"order": order}, deadline)
        return draft.expect(Unfreeze, receipt_id=receipt).expect_content("order", order)

    def _expect_issue(self, draft: Draft, asked: Sequence[NewGoods], pool: PoolId) -> None:
        if not isinstance(draft.act, Issue):
            raise Misdrafted("the gateway drafted no issue")
        expect_count("receipts", len(asked), draft.act)
        counts_pages = self.is_paged(pool, [item for new in asked for item in new.items])
        for place, (drafted, new) in enumerate(zip(draft.act.receipts, asked, strict=True)):
            given = (drafted.holder, drafted.quantity, drafted.storage_day)
            if given != (new.holder_id, new.quantity, day_of(new.storage_until)):
                raise Misdrafted(f"the gateway drafted receipt {place} of the issue differently")
            expect_named(drafted, new.items, counts_pages=counts_pages)
            asked_for = with_items(new.content, new.items)
            name = f"receipts.{place}.content"
            draft.expect_commitment(name, drafted.content, asked_for, added=("commodity",))


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
    return body_of(members, terms, version)


def _expect_receipts(draft: Draft, asked: Sequence[ReceiptId]) -> None:
    drafted = [ref.receipt_id for ref in getattr(draft.act, "receipts", ())]
    if drafted != sorted(asked):
        raise Misdrafted("the gateway drafted other receipts than those that were asked for")
