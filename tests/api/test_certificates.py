"""Who may have a receipt certified, and how much of its content then is in the certificate."""

import pytest

from receipts_ledger.api.answers.certificate_sheet import sheet_of
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.sheets import Code
from receipts_ledger.store.tables import content_reads
from tests.api.test_need_to_know import CONCERNED, OTHERS
from tests.support.cast import (
    BANK_A,
    BANK_C,
    INSPECTOR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway, done, issue_body, pledge_body


def _name(who: Member | str) -> str:
    return who if isinstance(who, str) else who.name


def _path(receipt: ReceiptId, query: str = "") -> str:
    return f"/v1/receipts/{receipt}/certificate{query}"


@pytest.fixture(scope="module")
def pledged(gateway: Gateway) -> ReceiptId:
    """A receipt of trader A that is pledged to bank A, with its contents, all of it final."""
    pool = gateway.open_pool(index=7)
    body = issue_body(gateway, pool)
    done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)
    receipt = ReceiptId(pool << 32 | 1)
    path, pledge = f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_A)
    done(gateway, TRADER_A, path, pledge, TRADER_A, WAREHOUSE_A, BANK_A)
    settle(gateway)
    return receipt


def settle(gateway: Gateway) -> None:
    """Let everything become final."""
    for _ in range(2):
        gateway.ledger.rpc.call("evm_mine")
    gateway.index()


@pytest.mark.parametrize("who", CONCERNED, ids=_name)
def test_those_concerned_have_the_whole_receipt_certified(
    gateway: Gateway, pledged: ReceiptId, who: Member | str
) -> None:
    certificate = gateway.door(who).get(_path(pledged)).json()

    receipt = certificate["receipt"]
    assert (receipt["holder_id"], receipt["pledgee_id"]) == (TRADER_A.party, BANK_A.party)
    assert [field["name"] for field in certificate["content"]["shown"]] == [
        "brand",
        "bundles",
        "commodity",
        "grade",
    ]
    assert "amount" in [field["name"] for field in certificate["terms"]["shown"]]


@pytest.mark.parametrize("who", OTHERS, ids=_name)
@pytest.mark.parametrize("query", ["", "?state_only=true", "?disclose="])
def test_others_get_none_however_little_they_ask_for(
    gateway: Gateway, pledged: ReceiptId, who: Member, query: str
) -> None:
    """The proof shows the receipt's whole word, whatever is left out beside it."""
    answer = gateway.door(who).get(_path(pledged, query))
    assert (answer.status_code, answer.json()["code"]) == (403, "NotYourRole")
    assert str(TRADER_A.party) not in answer.text


def test_a_bank_that_the_holder_asks_gets_one_as_long_as_it_is_asked(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    settle(gateway)
    assert gateway.door(BANK_C).get(_path(receipt)).status_code == 403

    pledge = pledge_body(gateway, BANK_C)
    act = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", pledge).json()
    certificate = gateway.door(BANK_C).get(_path(receipt)).json()
    assert certificate["receipt"]["encumbered"] is False

    gateway.door(TRADER_A).post(f"/v1/acts/{act['act_id']}/withdrawal", {})
    assert gateway.door(BANK_C).get(_path(receipt)).status_code == 403


def test_that_there_is_no_such_receipt_is_certified_for_anybody_admitted(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    never = ReceiptId(pledged + 40)
    certificate = gateway.door(STRANGER).get(_path(never)).json()
    assert certificate["receipt"]["exists"] is False
    answer = gateway.client.get(_path(never))
    assert (answer.status_code, answer.json()["code"]) == (401, "NotAuthenticated")


def test_one_field_is_shown_and_the_rest_is_nowhere_in_the_answer(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    answer = gateway.door(TRADER_A).get(_path(pledged, "?disclose=grade,terms.rate_basis_points"))

    certificate = answer.json()
    assert [field["name"] for field in certificate["content"]["shown"]] == ["grade"]
    assert [field["name"] for field in certificate["terms"]["shown"]] == ["rate_basis_points"]
    for hidden in ("GUIYE", "bundles", "120000000", "amount"):
        assert hidden not in answer.text


def test_nothing_is_shown_where_nothing_is_to_be(gateway: Gateway, pledged: ReceiptId) -> None:
    certificate = gateway.door(TRADER_A).get(_path(pledged, "?disclose=")).json()
    assert (certificate["content"]["shown"], certificate["terms"]["shown"]) == ([], [])
    assert certificate["encumbered_since"] is not None


@pytest.mark.parametrize("name", ["colour", "amount", "terms.grade", "terms."])
def test_a_field_that_is_not_there_is_not_found(
    gateway: Gateway, pledged: ReceiptId, name: str
) -> None:
    answer = gateway.door(TRADER_A).get(_path(pledged, f"?disclose=grade,{name}"))
    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")
    assert name in answer.json()["detail"]


@pytest.mark.parametrize(
    ("query", "field"),
    [("?disclose=" + "a" * 4_001, "disclose"), ("?state_only=1", "state_only"), ("?all=1", "all")],
)
def test_a_question_that_is_none_names_its_field(
    gateway: Gateway, pledged: ReceiptId, query: str, field: str
) -> None:
    answer = gateway.door(TRADER_A).get(_path(pledged, query))
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_a_certificate_is_of_a_final_block_and_says_what_held_there(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    settle(gateway)
    before = gateway.door(TRADER_A).get(_path(receipt)).json()
    gateway.ledger.pledge(receipt, BANK_A)
    gateway.index()

    shown = gateway.door(TRADER_A).get(f"/v1/receipts/{receipt}").json()
    certificate = gateway.door(TRADER_A).get(_path(receipt)).json()
    assert shown["encumbered"] is True
    assert certificate["receipt"]["encumbered"] is False
    assert certificate["block"]["number"] >= before["block"]["number"]

    settle(gateway)
    assert gateway.door(TRADER_A).get(_path(receipt)).json()["receipt"]["encumbered"] is True


def test_a_former_holder_gets_none(gateway: Gateway) -> None:
    pool = gateway.open_pool(index=8)
    receipt = gateway.issue(pool, holder=TRADER_B)[0]
    settle(gateway)
    assert gateway.door(TRADER_B).get(_path(receipt)).status_code == 200
    assert gateway.door(TRADER_A).get(_path(receipt)).status_code == 403


def test_whoever_has_a_receipt_certified_is_on_record(gateway: Gateway, pledged: ReceiptId) -> None:
    gateway.services.access.read_log.flush()
    gateway.door(BANK_A).get(_path(pledged))
    gateway.services.access.read_log.flush()

    newest = gateway.rows(content_reads)[-1]
    assert (newest.party_id, newest.receipt_id) == (BANK_A.party, pledged)


def test_a_certificate_is_kept_by_no_cache(gateway: Gateway, pledged: ReceiptId) -> None:
    answer = gateway.door(OPERATOR).get(_path(pledged))
    assert answer.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("how", [{"query": "?format=pdf"}, {"accept": "application/pdf"}])
def test_a_certificate_is_printed_as_pdf(
    gateway: Gateway, pledged: ReceiptId, how: dict[str, str]
) -> None:
    headers = {"Accept": how["accept"]} if "accept" in how else {}
    answer = gateway.door(BANK_A).get(_path(pledged, how.get("query", "")), **headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].endswith('-000001.pdf"')
    assert answer.content.startswith(b"%PDF-")


def test_a_format_that_is_asked_for_comes_before_what_is_accepted(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    door = gateway.door(BANK_A)
    json = door.get(_path(pledged, "?format=json"), Accept="application/pdf")
    assert json.headers["content-type"] == "application/json"
    html = door.get(_path(pledged), Accept="image/png, TEXT/HTML;q=0.9, application/pdf")
    assert html.headers["content-type"].startswith("text/html")
    assert "style-src 'unsafe-inline'" in html.headers["Content-Security-Policy"]
    any_ = door.get(_path(pledged), Accept="*/*")
    assert any_.headers["content-type"] == "application/json"
    answer = door.get(_path(pledged, "?format=docx"))
    assert (answer.status_code, answer.json()["field"]) == (422, "format")


def test_a_printed_certificate_shows_no_more_than_its_json(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    html = gateway.door(BANK_A).get(_path(pledged, "?format=html&disclose=grade")).text
    assert "Cu-CATH-1" in html
    assert "GUIYE" not in html
    assert "120000000" not in html
    for who in OTHERS:
        assert gateway.door(who).get(_path(pledged, "?format=pdf")).status_code == 403


def test_the_code_on_paper_leads_to_the_block_and_says_nothing_of_the_receipt(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    certificate = gateway.door(BANK_A).get(_path(pledged)).json()
    for url in (gateway.services.public_url, None):
        codes = [
            part.text
            for section in sheet_of(certificate, url).sections
            for part in section.parts
            if isinstance(part, Code)
        ]
        (text,) = codes
        assert certificate["block"]["hash"] in text
        for hidden in (certificate["receipt"]["number"], str(pledged), str(BANK_A.party) + "/"):
            assert hidden not in text
        if url is not None:
            answer = gateway.client.get(text.removeprefix(url))
            assert answer.json()["final"] is True
            assert answer.json()["contract"] == certificate["ledger"]["contract"]


def test_anybody_may_ask_whether_a_block_is_one_of_the_chain(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    head = gateway.client.get("/v1/ledger").json()
    newest = gateway.client.get(f"/v1/blocks/{head['block_hash']}").json()
    assert (newest["number"], newest["final"]) == (head["block_number"], False)
    other = gateway.client.get("/v1/blocks/0x" + "12" * 32)
    assert (other.status_code, other.json()["code"]) == (404, "NotFound")
    for name in ("latest", "0x12", "0x" + "AB" * 32):
        assert gateway.client.get(f"/v1/blocks/{name}").status_code == 422
