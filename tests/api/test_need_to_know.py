"""Who sees what: that a receipt exists, for everybody; what it is worth and to whom, for few."""

from typing import Any

import pytest

from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.domain.party import Role
from tests.support.cast import (
    AUDITOR,
    AUTHORITY,
    BANK_A,
    BANK_B,
    BANK_C,
    INSPECTOR,
    REGISTRAR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import OPERATOR, Gateway, pledge_body

CONCERNED = (TRADER_A, WAREHOUSE_A, BANK_A, AUDITOR, AUTHORITY, REGISTRAR, OPERATOR)
OTHERS = (TRADER_B, WAREHOUSE_B, BANK_B, INSPECTOR, STRANGER)
PUBLIC = {
    "receipt_id",
    "number",
    "pool_id",
    "pool_number",
    "serial",
    "status",
    "encumbered",
    "encumbered_since",
    "claimed",
    "frozen",
    "version",
    "view",
}


def _name(who: Member | str) -> str:
    return who if isinstance(who, str) else who.name


@pytest.fixture
def pledged(gateway: Gateway, receipt: ReceiptId) -> ReceiptId:
    """A receipt of trader A that is pledged to bank A."""
    gateway.ledger.pledge(receipt, BANK_A)
    gateway.index()
    return receipt


@pytest.mark.parametrize("who", CONCERNED, ids=_name)
def test_those_concerned_see_amounts_and_names(
    gateway: Gateway, pledged: ReceiptId, who: Member | str
) -> None:
    shown = gateway.door(who).get(f"/v1/receipts/{pledged}").json()

    assert (shown["view"], shown["quantity"], shown["holder_id"]) == (
        "full",
        25_000,
        TRADER_A.party,
    )
    assert shown["pledge"]["pledgee_id"] == BANK_A.party


@pytest.mark.parametrize("who", OTHERS, ids=_name)
def test_others_see_that_it_exists_and_is_pledged_since_when(
    gateway: Gateway, pledged: ReceiptId, who: Member
) -> None:
    shown = gateway.door(who).get(f"/v1/receipts/{pledged}").json()

    assert set(shown) == PUBLIC
    assert (shown["status"], shown["encumbered"]) == ("open", True)
    assert shown["encumbered_since"]["at"].endswith("Z")


@pytest.mark.parametrize("who", OTHERS, ids=_name)
def test_a_list_shows_no_more_than_the_receipt_itself(
    gateway: Gateway, pledged: ReceiptId, who: Member
) -> None:
    items = gateway.door(who).get("/v1/receipts?encumbered=true&limit=200").json()["items"]

    shown = [item for item in items if item["receipt_id"] == pledged]
    assert [set(item) for item in shown] == [PUBLIC]


@pytest.mark.parametrize("query", ["holder_id", "pledgee_id"])
def test_asking_by_name_shows_ones_own_receipts_alone(
    gateway: Gateway, pledged: ReceiptId, query: str
) -> None:
    party = {"holder_id": TRADER_A.party, "pledgee_id": BANK_A.party}[query]
    path = f"/v1/receipts?{query}={party}&limit=200"

    for who in (TRADER_A, WAREHOUSE_A, BANK_A, AUDITOR):
        found = gateway.door(who).get(path).json()["items"]
        assert pledged in [item["receipt_id"] for item in found]
    for who in OTHERS:
        assert gateway.door(who).get(path).json()["items"] == []


def test_a_bank_that_the_holder_asks_sees_what_it_is_to_lend_against(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}"
    assert gateway.door(BANK_C).get(path).json()["view"] == "public"

    act = gateway.door(TRADER_A).post(f"{path}/pledges", pledge_body(gateway, BANK_C)).json()
    assert gateway.door(BANK_C).get(path).json()["quantity"] == 25_000

    gateway.door(TRADER_A).post(f"/v1/acts/{act['act_id']}/withdrawal", {})
    assert gateway.door(BANK_C).get(path).json()["view"] == "public"


def test_a_bank_cannot_ask_itself_in(gateway: Gateway, receipt: ReceiptId) -> None:
    path = f"/v1/receipts/{receipt}"

    act = gateway.door(BANK_C).post(f"{path}/pledges", pledge_body(gateway, BANK_C)).json()

    assert gateway.door(BANK_C).get(path).json()["view"] == "public"
    assert str(TRADER_A.party) not in str(act["signers"])
    shown = gateway.door(WAREHOUSE_A).get(f"/v1/acts/{act['act_id']}").json()
    assert shown["signers"][0]["party_id"] == TRADER_A.party


@pytest.mark.parametrize("who", [TRADER_B, BANK_B, WAREHOUSE_B, INSPECTOR], ids=_name)
def test_an_act_is_seen_by_its_parties_alone(
    gateway: Gateway, receipt: ReceiptId, who: Member
) -> None:
    body = pledge_body(gateway, BANK_A)
    act = gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body).json()

    assert gateway.door(who).get(f"/v1/acts/{act['act_id']}").status_code == 404
    listed = gateway.door(who).get("/v1/acts?limit=200").json()["items"]
    assert act["act_id"] not in [item["act_id"] for item in listed]
    mine = gateway.door(BANK_A).get("/v1/acts?limit=200").json()["items"]
    assert act["act_id"] in [item["act_id"] for item in mine]


def _payload_of(gateway: Gateway, who: Member | str, receipt: ReceiptId) -> Any:
    after = 0
    while True:
        page = gateway.door(who).get(f"/v1/events?after={after}&limit=200").json()
        for item in page["items"]:
            payload = item["payload"] or {}
            if item["event"] == "Pledged" and payload.get("receipt_id") == receipt:
                return payload
        assert page["last_seq"] > after
        after = page["last_seq"]


def test_the_feed_has_no_gap_and_keeps_what_is_not_the_askers_short(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    assert _payload_of(gateway, BANK_A, pledged)["word"].startswith("0x")
    assert set(_payload_of(gateway, BANK_B, pledged)) == {
        "receipt_id",
        "status",
        "encumbered",
        "version",
        "tx_hash",
    }
    seqs = [
        item["seq"] for item in gateway.door(BANK_B).get("/v1/events?limit=200").json()["items"]
    ]
    assert seqs == list(range(1, len(seqs) + 1))


def test_history_tells_strangers_what_happened_and_not_to_whom(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    path = f"/v1/receipts/{pledged}/history"
    full = gateway.door(BANK_A).get(path).json()["items"]
    short = gateway.door(BANK_B).get(path).json()["items"]

    assert [entry["event"] for entry in full] == ["Issued", "Pledged"]
    assert [entry["event"] for entry in short] == ["Issued", "Pledged"]
    assert "word" in full[1]["payload"]
    assert "word" not in short[1]["payload"]
    assert "terms" not in short[1]["payload"]


def test_the_pledgee_and_the_warehouse_learn_of_attempts_on_their_receipt(
    gateway: Gateway, pledged: ReceiptId
) -> None:
    body = pledge_body(gateway, BANK_C)
    refusal = gateway.door(TRADER_A).post(f"/v1/receipts/{pledged}/pledges", body).json()

    for who, is_told in ((BANK_A, True), (WAREHOUSE_A, True), (TRADER_A, True), (BANK_B, False)):
        listed = gateway.door(who).get("/v1/refusals?limit=200").json()["items"]
        assert (refusal["refusal_id"] in [one["refusal_id"] for one in listed]) is is_told


def test_of_a_partys_profile_strangers_see_the_name(gateway: Gateway) -> None:
    auditors = Member("auditors", PartyId(4_100), Role.AUDITOR)
    body = {
        "party_id": auditors.party,
        "roles": ["auditor"],
        "key": "0x" + auditors.address.hex(),
        "profile": {"name": "Auditors", "uscc": "91310000132207927Y"},
    }
    act = gateway.door(REGISTRAR).post("/v1/parties", body).json()
    gateway.sign(act, REGISTRAR, auditors)
    gateway.relay()

    assert gateway.door(BANK_B).get("/v1/parties/4100").json()["profile"] == {"name": "Auditors"}
    shown = gateway.door(REGISTRAR).get("/v1/parties/4100").json()
    assert shown["profile"] == body["profile"]


def test_a_token_may_be_good_for_reading_alone(gateway: Gateway, receipt: ReceiptId) -> None:
    door = gateway.reader_of(TRADER_A)

    assert door.get(f"/v1/receipts/{receipt}").json()["view"] == "full"
    answer = door.post(f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_A))
    assert (answer.status_code, answer.json()["code"]) == (403, "NotYourRole")


def test_an_expired_or_revoked_token_opens_nothing(gateway: Gateway) -> None:
    expired, revoked = gateway.dead_doors(TRADER_A)

    for door in (expired, revoked):
        answer = door.get("/v1/parties")
        assert (answer.status_code, answer.json()["code"]) == (401, "NotAuthenticated")
