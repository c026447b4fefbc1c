"""Every kind of act from its request to the chain, through the API alone."""

from typing import Any

import pytest

from receipts_ledger.domain.content import commit
from receipts_ledger.domain.ids import Hash32, PartyId, PoolId, ReceiptId, pool_id, receipt_number
from receipts_ledger.domain.party import Role
from receipts_ledger.domain.receipt import Status
from receipts_ledger.store.tables import documents, items, key_uses
from tests.support.cast import (
    AUTHORITY,
    BANK_A,
    BANK_B,
    INSPECTOR,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway, issue_body, pledge_body

NEWCOMER = Member("newcomer", PartyId(4_000), Role.LENDER)
SECOND_KEY = Member("second key of bank b", BANK_B.party, BANK_B.role)
COIL = {"mill": "Baosteel", "heat_number": "H 2211", "coil_number": "C-001"}


def _done(gateway: Gateway, by: Member | str, path: str, body: Any, *signers: Member) -> Any:
    """Draft, have it signed by all, relay, and return the act as it ended."""
    drafted = gateway.door(by).post(path, body)
    assert drafted.status_code == 202, drafted.text
    act = drafted.json()
    if signers:
        last = gateway.sign(act, *signers)
        assert last.json()["status"] == "signed", last.text
    gateway.relay()
    ended = gateway.door(OPERATOR).get(f"/v1/acts/{act['act_id']}").json()
    assert ended["status"] in ("mined", "final"), ended
    assert ended["transaction"]["hash"].startswith("0x")
    return ended


def _party(gateway: Gateway, member: Member) -> Any:
    return gateway.door(REGISTRAR).get(f"/v1/parties/{member.party}").json()


def _receipt(gateway: Gateway, receipt: ReceiptId | int) -> Any:
    return gateway.door(OPERATOR).get(f"/v1/receipts/{receipt}").json()


def test_a_party_is_admitted_by_the_registrar_and_its_own_key(gateway: Gateway) -> None:
    body = {
        "party_id": NEWCOMER.party,
        "roles": ["lender"],
        "key": "0x" + NEWCOMER.address.hex(),
        "profile": {"name": "新银行", "uscc": "91310000132207927Y"},
    }

    _done(gateway, REGISTRAR, "/v1/parties", body, REGISTRAR, NEWCOMER)

    shown = _party(gateway, NEWCOMER)
    assert (shown["roles"], shown["active"], shown["keys"]) == (["lender"], True, [body["key"]])
    assert shown["profile"] == body["profile"]


def test_a_party_is_suspended_and_reinstated(gateway: Gateway) -> None:
    path = f"/v1/parties/{WAREHOUSE_B.party}"
    reason = {"reason": {"text": "licence expired"}}

    _done(gateway, REGISTRAR, f"{path}/suspension", reason, REGISTRAR)
    assert _party(gateway, WAREHOUSE_B)["active"] is False

    _done(gateway, OPERATOR, f"{path}/reinstatement", reason, REGISTRAR)
    assert _party(gateway, WAREHOUSE_B)["active"] is True


def test_a_second_key_is_bound_and_the_first_one_revoked(gateway: Gateway) -> None:
    path = f"/v1/parties/{BANK_B.party}"
    second = "0x" + SECOND_KEY.address.hex()

    _done(gateway, BANK_B, f"{path}/keys", {"key": second}, REGISTRAR, BANK_B)
    assert sorted(_party(gateway, BANK_B)["keys"]) == sorted([second, "0x" + BANK_B.address.hex()])

    _done(gateway, BANK_B, f"{path}/key-revocations", {"key": second}, BANK_B)
    assert _party(gateway, BANK_B)["keys"] == ["0x" + BANK_B.address.hex()]


def test_a_pool_is_opened_attested_and_filled(gateway: Gateway) -> None:
    opening = {
        "warehouse_id": WAREHOUSE_A.party,
        "index": 77,
        "commodity": "tin-ingot",
        "place": "上海市宝山区, shed 3",
        "capacity": 400_000,
        "attestation_days": 30,
    }
    _done(gateway, REGISTRAR, "/v1/pools", opening, REGISTRAR, WAREHOUSE_A)
    number = pool_id(WAREHOUSE_A.party, 77)
    count = {"quantity": 300_000, "evidence": {"report": "SGS-1"}}
    _done(gateway, INSPECTOR, f"/v1/pools/{number}/attestations", count, INSPECTOR)

    shown = gateway.door(TRADER_A).get(f"/v1/pools/{number}").json()

    assert (shown["commodity"], shown["base_unit"]) == ("tin-ingot", "KGM")
    assert (shown["capacity"], shown["attested"], shown["receipted"]) == (400_000, 300_000, 0)
    assert shown["attested_on"] == gateway.day(0)
    assert shown["inspector_id"] == INSPECTOR.party


def test_receipts_are_issued_over_attested_goods_and_hold_their_content(
    gateway: Gateway, pool: PoolId
) -> None:
    one = issue_body(gateway, pool)["receipts"][0]
    body = issue_body(gateway, pool, receipts=[one, one | {"quantity": 24_500}])

    act = _done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)

    serial = act["typed_data"]["message"]["firstSerial"]
    second = receipt_number(ReceiptId(pool << 32 | serial + 1))
    shown = gateway.door(TRADER_A).get(f"/v1/receipts/{second}").json()
    assert (shown["quantity"], shown["holder_id"]) == (24_500, TRADER_A.party)
    assert shown["content"] == one["content"] | {"commodity": "copper-cathode"}
    assert shown["storage_until"] == one["storage_until"]


def test_a_document_backs_one_issue_only(gateway: Gateway, pool: PoolId) -> None:
    paper = {"kind": "inbound_note", "identifier": "RK 2026-004711"}
    body = issue_body(gateway, pool, documents=[paper])
    _done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)
    again = paper | {"identifier": "ｒｋ２０２６004711"}

    act = gateway.door(WAREHOUSE_A).post(
        "/v1/receipts", issue_body(gateway, pool, documents=[again])
    )
    answer = gateway.sign(act.json(), WAREHOUSE_A, INSPECTOR)

    assert (answer.status_code, answer.json()["code"]) == (409, "DocumentAlreadyUsed")
    assert len(gateway.rows(documents)) >= 1


def test_goods_already_receipted_get_no_second_receipt_in_another_warehouse(
    gateway: Gateway,
) -> None:
    here = gateway.open_pool(WAREHOUSE_A, 30, commodity="hot-rolled-coil")
    there = gateway.open_pool(WAREHOUSE_B, 30, commodity="hot-rolled-coil")
    coil = {
        "holder_id": TRADER_A.party,
        "quantity": 25_000,
        "storage_until": gateway.day(200),
        "content": {"brand": "BAO", "grade": "Q235B"},
        "items": [COIL],
    }
    issue = issue_body(gateway, here, receipts=[coil])
    _done(gateway, WAREHOUSE_A, "/v1/receipts", issue, WAREHOUSE_A, INSPECTOR)
    assert len(gateway.rows(items)) == 1
    same = COIL | {"mill": "BAO STEEL", "heat_number": "h2211"}

    act = gateway.door(WAREHOUSE_B).post(
        "/v1/receipts", issue_body(gateway, there, receipts=[coil | {"items": [same]}])
    )
    answer = gateway.sign(act.json(), WAREHOUSE_B, INSPECTOR)

    assert (answer.status_code, answer.json()["code"]) == (409, "ItemAlreadyReceipted")
    receipt = here << 32 | 1
    delivery = {"quantity": 25_000, "items": [COIL], "evidence": {"gate_pass": "1"}}
    path = f"/v1/receipts/{receipt}/deliveries"
    _done(gateway, TRADER_A, path, delivery, TRADER_A, WAREHOUSE_A)
    assert gateway.rows(items) == []
    assert _receipt(gateway, receipt)["status"] == "delivered"


@pytest.mark.parametrize(
    ("items_", "code", "field"),
    [
        ([], "ItemsMissing", "receipts.0.items"),
        ([COIL, COIL | {"coil_number": "c001"}], "ItemAlreadyReceipted", "receipts.0.items.1"),
        ([{"mill": "x", "heat_number": "1"}], "ProfileMismatch", "receipts.0.items.0.coil_number"),
        ([COIL | {"mill": "a|b"}], "ProfileMismatch", "receipts.0.items.0.mill"),
        ([COIL | {"mill": " - "}], "ProfileMismatch", "receipts.0.items.0.mill"),
        ([COIL | {"colour": "red"}], "ProfileMismatch", "receipts.0.items.0.colour"),
    ],
)
def test_serialised_goods_are_named_item_by_item(
    gateway: Gateway, items_: list[Any], code: str, field: str
) -> None:
    number = pool_id(WAREHOUSE_A.party, 30)
    coil = issue_body(gateway, number)["receipts"][0] | {
        "content": {"brand": "BAO", "grade": "Q235B"},
        "items": items_,
    }

    answer = gateway.door(WAREHOUSE_A).post(
        "/v1/receipts", issue_body(gateway, number, receipts=[coil])
    )

    assert (answer.json()["code"], answer.json()["field"]) == (code, field)


def test_fungible_goods_name_no_items(gateway: Gateway, pool: PoolId) -> None:
    one = issue_body(gateway, pool)["receipts"][0] | {"items": [COIL]}

    answer = gateway.door(WAREHOUSE_A).post(
        "/v1/receipts", issue_body(gateway, pool, receipts=[one])
    )

    assert (answer.json()["code"], answer.json()["field"]) == (
        "ProfileMismatch",
        "receipts.0.items",
    )


def test_more_than_attested_is_not_receipted(gateway: Gateway) -> None:
    number = gateway.open_pool(WAREHOUSE_A, 31, attested=40_000)
    two = issue_body(gateway, number)["receipts"] * 2

    act = gateway.door(WAREHOUSE_A).post("/v1/receipts", issue_body(gateway, number, receipts=two))
    answer = gateway.sign(act.json(), WAREHOUSE_A, INSPECTOR)

    assert (answer.status_code, answer.json()["code"]) == (409, "OverAttested")
    assert answer.json()["details"] == {"pool": number, "attested": 40_000, "needed": 50_000}


def test_a_receipt_is_transferred_by_holder_and_transferee(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    body = {"transferee_id": TRADER_B.party, "terms": {"contract": "S-1"}}

    _done(gateway, TRADER_A, f"/v1/receipts/{receipt}/transfers", body, TRADER_A, TRADER_B)

    assert _receipt(gateway, receipt)["holder_id"] == TRADER_B.party


def test_a_pledged_receipt_is_released_by_its_pledgee_and_delivered(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    pledge = pledge_body(gateway, BANK_A)
    path = f"/v1/receipts/{receipt}"
    _done(gateway, TRADER_A, f"{path}/pledges", pledge, TRADER_A, WAREHOUSE_A, BANK_A)
    wrong = gateway.door(BANK_B).post(f"{path}/releases", {})
    assert (wrong.status_code, wrong.json()["code"]) == (403, "NotYourRole")
    without = {"quantity": 5_000, "evidence": {"gate_pass": "1"}}
    delivery = gateway.door(TRADER_A).post(f"{path}/deliveries", without).json()
    waiting = gateway.sign(delivery, TRADER_A, WAREHOUSE_A).json()
    assert waiting["status"] == "draft"
    assert [signer["party_id"] for signer in waiting["signers"] if not signer["signed"]] == [
        BANK_A.party
    ]

    _done(gateway, BANK_A, f"{path}/releases", {}, BANK_A)
    part = {"quantity": 5_000, "evidence": {"gate_pass": "2"}}
    _done(gateway, WAREHOUSE_A, f"{path}/deliveries", part, TRADER_A, WAREHOUSE_A)
    shown = _receipt(gateway, receipt)
    assert (shown["encumbered"], shown["quantity"], shown["status"]) == (False, 20_000, "open")
    rest = {"quantity": 20_000, "evidence": {"gate_pass": "3"}}
    _done(gateway, TRADER_A, f"{path}/deliveries", rest, TRADER_A, WAREHOUSE_A)
    assert _receipt(gateway, receipt)["status"] == "delivered"
    late = gateway.door(TRADER_A).post(f"{path}/deliveries", rest)
    assert (late.status_code, late.json()["code"]) == (409, "NotOpen")
    assert gateway.ledger.receipt(receipt).status is Status.DELIVERED


def test_a_portfolio_is_pledged_and_released_as_one(gateway: Gateway, pool: PoolId) -> None:
    receipts = gateway.issue(pool, 3)
    body = {
        "receipt_ids": [receipt_number(receipts[0]), *receipts[1:]],
        **pledge_body(gateway, BANK_A),
    }

    _done(gateway, TRADER_A, "/v1/pledge-portfolios", body, TRADER_A, WAREHOUSE_A, BANK_A)
    assert {_receipt(gateway, one)["encumbered"] for one in receipts} == {True}

    release = {"receipt_ids": receipts, "terms": {"repaid": "2027-01-01"}}
    _done(gateway, BANK_A, "/v1/release-portfolios", release, BANK_A)
    assert {_receipt(gateway, one)["encumbered"] for one in receipts} == {False}


def test_a_portfolio_out_of_order_is_refused_by_its_place(gateway: Gateway, pool: PoolId) -> None:
    receipts = gateway.issue(pool, 2)
    body = {"receipt_ids": [receipts[1], receipts[0]], **pledge_body(gateway, BANK_A)}

    answer = gateway.door(TRADER_A).post("/v1/pledge-portfolios", body)

    assert (answer.json()["code"], answer.json()["field"]) == ("OutOfOrder", "receipt_ids.1")


def test_an_authority_freezes_and_unfreezes(gateway: Gateway, receipt: ReceiptId) -> None:
    path = f"/v1/receipts/{receipt}"
    order = {"order": {"court": "上海金融法院", "number": "74-12"}}
    _done(gateway, AUTHORITY, f"{path}/freezes", order, AUTHORITY)
    assert _receipt(gateway, receipt)["frozen"] is True

    _done(gateway, AUTHORITY, f"{path}/unfreezes", order, AUTHORITY)

    assert _receipt(gateway, receipt)["frozen"] is False


def test_a_stale_version_is_refused_before_anybody_signs(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    gateway.ledger.pledge(receipt)
    gateway.ledger.release(receipt)
    gateway.index()

    answer = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/transfers", {"transferee_id": TRADER_B.party, "version": 1}
    )

    assert (answer.status_code, answer.json()["code"]) == (409, "StaleVersion")
    assert (answer.json()["field"], answer.json()["details"]["present"]) == ("version", 3)


def test_a_version_that_has_moved_on_is_refused_with_the_last_signature(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    act = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/transfers", {"transferee_id": TRADER_B.party}
    )
    gateway.ledger.pledge(receipt)
    gateway.ledger.release(receipt)

    answer = gateway.sign(act.json(), TRADER_A, TRADER_B)

    assert (answer.status_code, answer.json()["code"]) == (409, "StaleVersion")


def test_every_signer_gets_a_copy_of_what_he_signs_that_leads_to_the_commitment(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    body = pledge_body(gateway, BANK_A)
    act = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body).json()

    for member in (TRADER_A, WAREHOUSE_A, BANK_A):
        shown = gateway.door(member).get(f"/v1/acts/{act['act_id']}").json()
        ((commitment, content),) = shown["contents"].items()
        salts = {name: bytes.fromhex(salt[2:]) for name, salt in content["salts"].items()}
        assert commit(content["body"], salts) == Hash32(bytes.fromhex(commitment[2:]))
        assert commitment == shown["typed_data"]["message"]["terms"]
        assert content["body"]["amount"] == body["terms"]["amount"]
        assert content["body"]["documents"][0]["identifier"] == body["documents"][0]["identifier"]


def test_a_pledge_without_a_trade_document_is_refused(gateway: Gateway, receipt: ReceiptId) -> None:
    body = pledge_body(gateway, BANK_A, documents=[])

    answer = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body)

    assert (answer.status_code, answer.json()["code"]) == (422, "NoTradeBackground")
    assert answer.json()["field"] == "documents"


def test_a_kept_key_signs_for_its_party_alone_and_each_use_is_written_down(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    gateway.leave_key(TRADER_B)
    path = f"/v1/receipts/{receipt}/transfers"
    act = gateway.door(TRADER_A).post(path, {"transferee_id": TRADER_B.party}).json()
    signatures = f"/v1/acts/{act['act_id']}/signatures"
    for other in (TRADER_A, OPERATOR):
        refused = gateway.door(other).post(signatures, {})
        assert (refused.status_code, refused.json()["code"]) == (403, "NotYourRole")
    assert gateway.sign(act, TRADER_A).status_code == 202

    answer = gateway.door(TRADER_B).post(signatures, {})

    assert answer.json()["status"] == "signed"
    (use,) = [row for row in gateway.rows(key_uses) if row.act_id == act["act_id"]]
    assert use.address == TRADER_B.address
    assert use.token_id is not None


def test_a_kept_key_signs_its_partys_own_draft_at_once(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    gateway.leave_key(BANK_B)
    gateway.ledger.pledge(receipt, BANK_B)
    gateway.index()

    answer = gateway.door(BANK_B).post(f"/v1/receipts/{receipt}/releases", {})

    assert answer.json()["status"] == "signed"
    gateway.relay()
    assert _receipt(gateway, receipt)["encumbered"] is False


def test_one_party_in_two_roles_signs_once(gateway: Gateway) -> None:
    number = gateway.open_pool(WAREHOUSE_B, 32)
    (receipt,) = gateway.issue(number, holder=WAREHOUSE_B, warehouse=WAREHOUSE_B)
    body = pledge_body(gateway, BANK_A)
    act = gateway.door(WAREHOUSE_B).post(f"/v1/receipts/{receipt}/pledges", body).json()

    waiting = gateway.sign(act, WAREHOUSE_B).json()
    assert [signer["signed"] for signer in waiting["signers"]] == [True, True, False]
    assert gateway.sign(act, BANK_A).json()["status"] == "signed"

    gateway.relay()
    assert _receipt(gateway, receipt)["encumbered"] is True
