"""Operator and auditors see who has read what, and what kept keys have signed. Nobody else does."""

from typing import Any

import pytest

from receipts_ledger.domain.ids import ReceiptId, receipt_number
from tests.support.cast import (
    AUDITOR,
    AUTHORITY,
    BANK_A,
    BANK_B,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    WAREHOUSE_A,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway, pledge_body


def reads_of(gateway: Gateway, receipt: ReceiptId) -> list[tuple[int | None, int]]:
    gateway.services.access.read_log.flush()
    answer = gateway.door(AUDITOR).get(f"/v1/content-reads?receipt_id={receipt}&limit=200")
    assert answer.status_code == 200, answer.text
    return [(row["party_id"], row["times"]) for row in reversed(answer.json()["items"])]


def test_whoever_is_shown_the_contents_is_written_down(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}"
    for who in (TRADER_A, TRADER_A, WAREHOUSE_A, OPERATOR):
        assert gateway.door(who).get(path).json()["view"] == "full"
    assert reads_of(gateway, receipt) == [
        (TRADER_A.party, 2),
        (WAREHOUSE_A.party, 1),
        (None, 1),
    ]


def test_whoever_sees_what_all_see_is_not(gateway: Gateway, receipt: ReceiptId) -> None:
    tag = gateway.door(TRADER_A).get(f"/v1/receipts/{receipt}").headers["etag"]
    before = reads_of(gateway, receipt)
    assert gateway.door(BANK_B).get(f"/v1/receipts/{receipt}").json()["view"] == "public"
    unchanged = gateway.door(TRADER_A).get(f"/v1/receipts/{receipt}", **{"If-None-Match": tag})
    assert unchanged.status_code == 304
    assert reads_of(gateway, receipt) == before


def test_reading_an_act_is_written_down_too(gateway: Gateway, receipt: ReceiptId) -> None:
    body = pledge_body(gateway, BANK_A)
    act = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body).json()
    gateway.door(BANK_A).get(f"/v1/acts/{act['act_id']}")
    gateway.services.access.read_log.flush()

    path = f"/v1/content-reads?party_id={BANK_A.party}&limit=200"
    newest = gateway.door(OPERATOR).get(path).json()["items"][0]
    assert (newest["act_id"], newest["receipt_id"]) == (act["act_id"], None)
    assert newest["first_at"] <= newest["last_at"]


def test_a_receipt_is_asked_for_by_the_number_that_people_write(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    gateway.door(TRADER_A).get(f"/v1/receipts/{receipt}")
    gateway.services.access.read_log.flush()
    path = f"/v1/content-reads?receipt_id={receipt_number(receipt)}"
    (row,) = gateway.door(AUDITOR).get(path).json()["items"]
    assert row["receipt_number"] == receipt_number(receipt)


def test_pages_of_reads_follow_one_another(gateway: Gateway, receipt: ReceiptId) -> None:
    for who in (TRADER_A, WAREHOUSE_A, AUDITOR, REGISTRAR, OPERATOR):
        gateway.door(who).get(f"/v1/receipts/{receipt}")
    gateway.services.access.read_log.flush()
    path = f"/v1/content-reads?receipt_id={receipt}&limit=2"
    found: list[Any] = []
    cursor = ""
    for _ in range(3):
        page = gateway.door(OPERATOR).get(path + cursor).json()
        found += [row["party_id"] for row in page["items"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert found == [
        None,
        REGISTRAR.party,
        AUDITOR.party,
        WAREHOUSE_A.party,
        TRADER_A.party,
    ]


def test_each_signature_of_a_kept_key_is_shown(gateway: Gateway, receipt: ReceiptId) -> None:
    gateway.leave_key(TRADER_A)
    body = pledge_body(gateway, BANK_A)
    act = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body).json()

    path = f"/v1/key-uses?party_id={TRADER_A.party}"
    newest = gateway.door(AUDITOR).get(path).json()["items"][0]
    assert (newest["act_id"], newest["party_id"]) == (act["act_id"], TRADER_A.party)
    assert newest["key"] == "0x" + TRADER_A.address.hex()
    assert gateway.door(OPERATOR).get(f"/v1/key-uses?party_id={BANK_B.party}").json()["items"] == []


@pytest.mark.parametrize("path", ["/v1/content-reads", "/v1/key-uses"])
@pytest.mark.parametrize(
    "who", [TRADER_A, WAREHOUSE_A, BANK_A, INSPECTOR, AUTHORITY, REGISTRAR], ids=lambda m: m.name
)
def test_others_are_not_shown_who_reads_and_signs(gateway: Gateway, path: str, who: Member) -> None:
    answer = gateway.door(who).get(path)
    assert (answer.status_code, answer.json()["code"]) == (403, "NotYourRole")
