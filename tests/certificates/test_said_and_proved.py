"""What certificates say of receipts in every standing, and that it is what the contract holds."""

from dataclasses import fields

import pytest

from receipts_ledger.domain.ids import ReceiptId, date_of, receipt_number
from receipts_ledger.domain.receipt import Flag
from receipts_ledger.store.tables import receipts
from tests.certificates.conftest import TERMS, Gallery
from tests.support.cast import BANK_A, STRANGER, TRADER_A
from tests.support.certifying import FALSE, UNDECIDED, VERIFIED, Json, run


def test_every_receipt_of_a_ledger_is_certified_as_the_contract_holds_it(gallery: Gallery) -> None:
    numbers = [row.receipt_id for row in gallery.at.gateway.rows(receipts)]
    assert len(numbers) > 20
    for number in numbers:
        certificate = gallery.at.certificate(number)
        verdict = gallery.at.verify(certificate)
        assert (verdict.exit_code, verdict.complaint) == (VERIFIED, ""), receipt_number(number)
        held = gallery.at.gateway.ledger.receipt(number)
        said = certificate["receipt"]
        assert said["status"] == held.status.name.lower()
        assert said["encumbered"] is (Flag.ENCUMBERED in held.flags)
        assert (said["holder_id"], said["pledgee_id"]) == (held.holder, held.pledgee)
        assert (said["quantity"], said["version"]) == (held.quantity, held.version)
        assert said["storage_until"] == date_of(held.storage_day).isoformat()


@pytest.mark.parametrize(
    ("standing", "words"),
    [
        ("pledged", "is open, ENCUMBERED in favour of party"),
        ("transferred", "is open, not encumbered"),
        ("delivered", "is delivered, not encumbered"),
        ("in_default", "in default since"),
        ("enforced", "not encumbered"),
    ],
)
def test_the_verifier_says_in_plain_words_how_a_receipt_stands(
    gallery: Gallery, standing: str, words: str
) -> None:
    certificate = gallery.at.certificate(getattr(gallery.story, standing))
    verdict = gallery.at.verify(certificate)
    assert verdict.exit_code == VERIFIED
    assert words in verdict.printed
    assert verdict.printed.endswith("VERIFIED\n")


@pytest.mark.parametrize("standing", ["on_paper", "claimed"])
def test_marks_on_a_receipt_are_certified(gallery: Gallery, standing: str) -> None:
    certificate = gallery.at.certificate(getattr(gallery.life, standing))
    mark = standing.removeprefix("on_")
    assert certificate["receipt"][mark] is True
    assert f"marks: {mark}" in gallery.at.verify(certificate).printed


def test_a_pledge_is_certified_since_when_and_with_its_terms(
    gallery: Gallery, pledged: Json
) -> None:
    verdict = gallery.at.verify(pledged)

    assert pledged["encumbered_since"]["version"] == 2
    assert [change["event"] for change in pledged["changes"]] == ["Issued", "Pledged"]
    shown = {field["name"]: field["value"] for field in pledged["terms"]["shown"]}
    assert shown["amount"] == TERMS["amount"]
    assert f"in favour of party {BANK_A.party}, due" in verdict.printed
    assert f"holder is party {TRADER_A.party}" in verdict.printed
    assert '"rate_basis_points": 4397' in verdict.printed
    assert "ONLY CLAIMED" not in verdict.printed


def test_a_part_that_was_split_off_a_pledged_receipt_is_encumbered_since_its_issue_at_the_latest(
    gallery: Gallery,
) -> None:
    born = []
    for row in gallery.at.gateway.rows(receipts):
        certificate = gallery.at.certificate(row.receipt_id)
        first = certificate["changes"][0]
        if first["event"] == "IssuedFrom" and certificate["encumbered_since"] is not None:
            born.append(certificate)
    assert born
    for certificate in born:
        assert certificate["encumbered_since"]["version"] == 1
        assert certificate["terms"] is None
        assert "at the latest: it was issued encumbered" in gallery.at.verify(certificate).printed


def test_content_that_a_split_replaced_is_certified_as_of_the_split(gallery: Gallery) -> None:
    certificate = gallery.at.certificate(gallery.life.divided)
    (row,) = (
        row for row in gallery.at.gateway.rows(receipts) if row.receipt_id == gallery.life.divided
    )
    assert certificate["content"]["commitment"] == "0x" + row.content.hex()
    assert certificate["changes"][-1]["version"] == certificate["receipt"]["version"]
    assert gallery.at.verify(certificate).exit_code == VERIFIED


def test_the_state_alone_is_certified_without_how_it_came_about(gallery: Gallery) -> None:
    certificate = gallery.at.certificate(gallery.pledged, "?state_only=true")
    assert (certificate["changes"], certificate["content"], certificate["terms"]) == (
        [],
        None,
        None,
    )
    assert certificate["encumbered_since"] is None
    verdict = gallery.at.verify(certificate)
    assert verdict.exit_code == VERIFIED
    assert "ENCUMBERED" in verdict.printed


def test_a_number_that_was_never_given_is_certified_as_no_receipt(gallery: Gallery) -> None:
    never = ReceiptId(gallery.pledged + 1_000)
    certificate = gallery.at.certificate(never, by=STRANGER)
    assert certificate["receipt"] == {
        "receipt_id": never,
        "number": receipt_number(never),
        "exists": False,
    }
    verdict = gallery.at.verify(certificate)
    assert verdict.exit_code == VERIFIED
    assert "there is no receipt" in verdict.printed


def test_a_number_beside_the_last_receipt_is_certified_without_the_word_of_its_neighbour(
    gallery: Gallery,
) -> None:
    never = gallery.free ^ 1
    assert never not in {row.receipt_id for row in gallery.at.gateway.rows(receipts)}
    certificate = gallery.at.certificate(ReceiptId(never), by=STRANGER)
    assert certificate["proof"]["receipt"] == []
    assert gallery.at.verify(certificate).exit_code == VERIFIED


def test_a_number_of_a_pool_that_was_never_opened_is_certified_as_no_receipt(
    gallery: Gallery,
) -> None:
    certificate = gallery.at.certificate(ReceiptId(99 << 48 | 7 << 32 | 1))
    assert certificate["pool"]["exists"] is False
    assert gallery.at.verify(certificate).exit_code == VERIFIED


def test_the_word_of_a_neighbour_in_the_proof_is_spoken_of(gallery: Gallery) -> None:
    story = gallery.story
    for one in (getattr(story, field.name) for field in fields(story)):
        is_there = bool(gallery.at.gateway.ledger.word("receiptWord(uint64)", one ^ 1))
        printed = gallery.at.verify(gallery.at.certificate(one)).printed
        assert ("the word of its neighbour" in printed) is is_there


def test_with_an_address_alone_the_number_of_the_chain_is_only_claimed(
    gallery: Gallery, pledged: Json
) -> None:
    contract = gallery.at.gateway.ledger.deployment.contract
    verdict = gallery.at.verify(pledged, "--contract", contract)
    assert verdict.exit_code == VERIFIED
    assert "ONLY CLAIMED: that this is chain" in verdict.printed


def test_the_receipt_that_is_meant_is_compared(gallery: Gallery, pledged: Json) -> None:
    meant, other = receipt_number(gallery.pledged), receipt_number(gallery.free)
    named = gallery.at.ledger_named()
    assert gallery.at.verify(pledged, *named, "--receipt", meant).exit_code == VERIFIED
    verdict = gallery.at.verify(pledged, *named, "--receipt", other)
    assert verdict.exit_code == FALSE
    assert f"of another receipt: of {meant}" in verdict.complaint


def test_without_a_ledger_that_is_meant_nothing_is_decided(gallery: Gallery, pledged: Json) -> None:
    """Anybody can deploy a contract that says what he likes, and prove what it says."""
    file = gallery.at.folder / "some.json"
    verdict = run(str(file), "--head", pledged["block"]["hash"])
    assert verdict.exit_code == UNDECIDED
    assert "--deployment --contract is required" in verdict.complaint
