"""A pledge from its draft to the chain, and every way to a second one."""

from receipts_ledger.domain.ids import ReceiptId
from tests.support.cast import BANK_A, BANK_B, TRADER_A, WAREHOUSE_A
from tests.support.gateway import Gateway, pledge_body


def test_a_pledge_is_carried_out_when_all_three_have_signed(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    drafted = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_A)
    )
    assert drafted.status_code == 202, drafted.text
    act = drafted.json()
    assert act["status"] == "draft"
    assert drafted.headers["Location"] == f"/v1/acts/{act['act_id']}"

    last = gateway.sign(act, TRADER_A, WAREHOUSE_A, BANK_A)

    assert last.status_code == 202, last.text
    assert last.json()["status"] == "signed"
    gateway.relay()
    shown = gateway.door(BANK_A).get(f"/v1/receipts/{receipt}").json()
    assert shown["encumbered"] is True
    assert shown["pledge"]["pledgee_id"] == BANK_A.party
    assert shown["pledge"]["terms"]["amount"] == {"minor": 120_000_000, "currency": "CNY"}
    act = gateway.door(BANK_A).get(f"/v1/acts/{act['act_id']}").json()
    assert act["status"] in ("mined", "final")


def test_a_second_pledge_is_refused_with_evidence_and_on_record(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    tx_receipt = gateway.ledger.pledge(receipt, BANK_A)
    gateway.index()

    answer = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_B)
    )

    assert answer.status_code == 409, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["code"] == "AlreadyEncumbered"
    assert problem["evidence"]["tx_hash"] == tx_receipt["transactionHash"]
    assert problem["evidence"]["block_number"] == int(tx_receipt["blockNumber"], 16)
    refusals = gateway.door(BANK_A).get("/v1/refusals").json()["items"]
    assert refusals[0]["refusal_id"] == problem["refusal_id"]
    assert refusals[0]["code"] == "AlreadyEncumbered"
    assert refusals[0]["subject"] == receipt
