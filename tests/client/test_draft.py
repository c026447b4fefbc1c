"""A signer checks what the gateway gives it to sign, and signs nothing else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from receipts_ledger.chain import keys, wire
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.proofs import Proofs
from receipts_ledger.chain.typed_data import Digester
from receipts_ledger.client import Document, Draft, LedgerClient, Misdrafted
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.content import Json, fingerprint
from receipts_ledger.domain.ids import NO_HASH, PartyId, ReceiptId, Version, day_of
from receipts_ledger.domain.pledge import Pledge, Release
from receipts_ledger.domain.sealed import Sealed, seal
from receipts_ledger.errors import Fatal

KEY = keys.keccak(b"a signer's key")
RECEIPT = ReceiptId(3 << 48 | 1 << 32 | 7)
INVOICE = Document("invoice", "INV-1")
MARK = fingerprint(INVOICE.kind, INVOICE.identifier, key=b"the gateway's secret")
AMOUNT: dict[str, Json] = {"amount": {"minor": 5_000, "currency": "CNY"}}
DEPLOYMENT = Deployment(
    chain_id=31337,
    genesis_hash="0x" + "11" * 32,
    contract="0x" + "22" * 20,
    block_number=1,
    block_hash="0x" + "33" * 32,
    transaction_hash="0x" + "44" * 32,
    code_hash="0x" + "55" * 32,
    registrar_key="0x" + "66" * 20,
    provable=Proofs(headers=True, receipts=True, transactions=True),
)
DIGESTER = Digester(DEPLOYMENT.signing_domain())


def sealed_terms(body: Mapping[str, Json] = AMOUNT) -> Sealed:
    listed = [{**INVOICE.to_json(), "fingerprint": "0x" + MARK.hex()}]
    return seal("terms", {**body, "documents": listed})


def pledge(terms: Sealed) -> Pledge:
    return Pledge(
        receipt_id=RECEIPT,
        version=Version(1),
        pledgee=PartyId(5),
        maturity_day=day_of(date(2027, 3, 31)),
        terms=terms.commitment,
        documents=(MARK,),
        deadline=2_000_000_000,
    )


def answer(act: Act, *contents: Sealed, **changed: Any) -> dict[str, Any]:
    return {
        "act_id": "0a",
        "status": "draft",
        "statement": "0x" + wire.encode(act, ()).hex(),
        "digest": "0x" + DIGESTER.digest(act).hex(),
        "signers": [],
        "contents": {
            "0x" + sealed.commitment.hex(): {
                "body": sealed.body,
                "salts": {name: "0x" + salt.hex() for name, salt in sealed.salts.items()},
            }
            for sealed in contents
        },
        **changed,
    }


@pytest.fixture
def signer() -> LedgerClient:
    return LedgerClient("http://127.0.0.1:9", None, key=KEY, deployment=DEPLOYMENT)


def test_what_was_asked_for_is_taken() -> None:
    terms = sealed_terms()
    draft = Draft.of(answer(pledge(terms), terms))
    draft.expect(Pledge, receipt_id=RECEIPT, pledgee=5).expect_documents("terms", [INVOICE])
    assert draft.expect_content("terms", AMOUNT, added=("documents",)) is draft


def test_another_pledgee_is_not_signed_for() -> None:
    terms = sealed_terms()
    draft = Draft.of(answer(replace(pledge(terms), pledgee=PartyId(6)), terms))
    with pytest.raises(Misdrafted, match="pledgee 6 where 5 was asked for"):
        draft.expect(Pledge, receipt_id=RECEIPT, pledgee=5)


def test_another_kind_of_act_is_not_signed_for() -> None:
    draft = Draft.of(answer(Release(RECEIPT, Version(1), NO_HASH, 2_000_000_000)))
    with pytest.raises(Misdrafted, match="Release where Pledge was asked for"):
        draft.expect(Pledge)


def test_a_larger_amount_is_not_signed_for() -> None:
    terms = sealed_terms({"amount": {"minor": 50_000, "currency": "CNY"}})
    draft = Draft.of(answer(pledge(terms), terms))
    with pytest.raises(Misdrafted, match=r"terms\.amount"):
        draft.expect_content("terms", AMOUNT, added=("documents",))


def test_a_condition_that_nobody_asked_for_is_not_signed_for() -> None:
    terms = sealed_terms({**AMOUNT, "waives_all_rights": True})
    draft = Draft.of(answer(pledge(terms), terms))
    with pytest.raises(Misdrafted, match=r"terms\.waives_all_rights True where None"):
        draft.expect_content("terms", AMOUNT, added=("documents",))


def test_terms_that_the_gateway_does_not_show_are_not_signed_for() -> None:
    draft = Draft.of(answer(pledge(sealed_terms())))
    with pytest.raises(Misdrafted, match="does not show"):
        draft.expect_content("terms", AMOUNT, added=("documents",))


def test_terms_that_do_not_lead_to_the_commitment_are_not_signed_for() -> None:
    shown = answer(pledge(terms := sealed_terms()), terms)
    shown["contents"]["0x" + terms.commitment.hex()]["body"] = {
        **terms.body,
        "amount": {"minor": 1, "currency": "CNY"},
    }
    with pytest.raises(Misdrafted, match="not what the gateway shows"):
        Draft.of(shown).expect_content("terms", AMOUNT, added=("documents",))


def test_a_document_that_nobody_named_is_not_used_up() -> None:
    terms = sealed_terms()
    act = replace(pledge(terms), documents=(MARK, fingerprint("invoice", "other", key=b"k")))
    with pytest.raises(Misdrafted, match="other documents"):
        Draft.of(answer(act, terms)).expect_documents("terms", [INVOICE])


def test_no_terms_stand_for_no_content() -> None:
    draft = Draft.of(answer(Release(RECEIPT, Version(1), NO_HASH, 2_000_000_000)))
    assert draft.expect_content("terms", {}) is draft


@pytest.mark.parametrize("statement", ["0x", "0x00", "zz", "0x" + "ff" * 64])
def test_bytes_that_are_no_statement_are_refused(statement: str) -> None:
    terms = sealed_terms()
    with pytest.raises(Misdrafted, match="cannot be read"):
        Draft.of(answer(pledge(terms), terms, statement=statement))


def test_a_second_act_behind_the_first_is_refused() -> None:
    terms = sealed_terms()
    twice = "0x" + wire.encode(pledge(terms), ()).hex() * 2
    with pytest.raises(Misdrafted, match="something behind"):
        Draft.of(answer(pledge(terms), terms, statement=twice))


def test_the_signature_is_over_the_statement_and_this_ledger(signer: LedgerClient) -> None:
    terms = sealed_terms()
    draft = Draft.of(answer(pledge(terms), terms))
    recovered = keys.recover(DIGESTER.digest(draft.act), signer.signature(draft))
    assert recovered == signer.address


def test_a_digest_that_the_gateway_names_is_never_signed(signer: LedgerClient) -> None:
    terms = sealed_terms()
    other = "0x" + keys.keccak(b"something else").hex()
    with pytest.raises(Misdrafted, match="wrong chain, wrong contract or wrong statement"):
        signer.signature(Draft.of(answer(pledge(terms), terms, digest=other)))


def test_a_digest_of_another_chain_is_never_signed() -> None:
    terms = sealed_terms()
    elsewhere = LedgerClient(
        "http://127.0.0.1:9", None, key=KEY, deployment=replace(DEPLOYMENT, chain_id=1)
    )
    with pytest.raises(Misdrafted):
        elsewhere.signature(Draft.of(answer(pledge(terms), terms)))


def test_without_the_deployment_nothing_is_signed() -> None:
    terms = sealed_terms()
    with pytest.raises(Fatal, match="deployment file"):
        LedgerClient("http://127.0.0.1:9", None, key=KEY).signature(
            Draft.of(answer(pledge(terms), terms))
        )
