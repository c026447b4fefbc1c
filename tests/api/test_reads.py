"""Pages, ETags, health and figures."""

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from receipts_ledger.domain.ids import PoolId, ReceiptId
from receipts_ledger.errors import Retryable
from receipts_ledger.store.tables import cursor
from tests.support.cast import BANK_A, BANK_B, CAST, REGISTRAR, TRADER_A
from tests.support.gateway import OPERATOR, Gateway, pledge_body


def _all(gateway: Gateway, path: str, limit: int) -> list[Any]:
    """Return all rows, page after page."""
    mark = "&" if "?" in path else "?"
    found: list[Any] = []
    page = gateway.door(OPERATOR).get(f"{path}{mark}limit={limit}").json()
    while True:
        found += page["items"]
        assert len(page["items"]) <= limit
        if page["next_cursor"] is None:
            return found
        path_on = f"{path}{mark}limit={limit}&cursor={page['next_cursor']}"
        page = gateway.door(OPERATOR).get(path_on).json()


@pytest.fixture(scope="module", autouse=True)
def _some_rows(gateway: Gateway) -> None:
    (receipt, *_) = gateway.issue(gateway.open_pool(index=40), 12)
    gateway.ledger.pledge(receipt)
    gateway.index()
    for _ in range(7):
        body = pledge_body(gateway, BANK_B)
        gateway.door(TRADER_A).post(f"/v1/receipts/{receipt}/pledges", body)
        gateway.door(TRADER_A).post(f"/v1/receipts/{receipt + 1}/pledges", body)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/v1/receipts", "receipt_id"),
        ("/v1/receipts?status=open", "receipt_id"),
        ("/v1/parties", "party_id"),
        ("/v1/pools", "pool_id"),
        ("/v1/acts", "act_id"),
        ("/v1/refusals", "refusal_id"),
    ],
)
def test_small_pages_show_what_one_large_page_shows(gateway: Gateway, path: str, key: str) -> None:
    whole = [row[key] for row in _all(gateway, path, 200)]

    for limit in (1, 3, len(whole)):
        assert [row[key] for row in _all(gateway, path, limit)] == whole
    assert len(set(whole)) == len(whole) > 1


def test_the_history_is_paged(gateway: Gateway, receipt: ReceiptId) -> None:
    gateway.ledger.pledge(receipt)
    gateway.ledger.release(receipt)
    gateway.index()
    path = f"/v1/receipts/{receipt}/history"

    assert [entry["event"] for entry in _all(gateway, path, 1)] == [
        "Issued",
        "Pledged",
        "Released",
    ]


def test_a_cursor_fits_the_query_that_it_came_from_alone(gateway: Gateway) -> None:
    door = gateway.door(OPERATOR)
    mark = door.get("/v1/receipts?limit=1").json()["next_cursor"]
    assert door.get(f"/v1/receipts?limit=1&cursor={mark}").status_code == 200

    for path in (
        f"/v1/receipts?limit=1&status=open&cursor={mark}",
        f"/v1/parties?cursor={mark}",
        f"/v1/receipts?cursor={mark[:-2]}AA",
        f"/v1/receipts?cursor={mark[4:]}",
    ):
        answer = door.get(path)
        assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


def test_receipts_are_found_by_pool_status_and_pledge(gateway: Gateway, pool: PoolId) -> None:
    forty = pool + 39
    found = _all(gateway, f"/v1/receipts?pool_id={forty}&encumbered=true", 50)

    assert [row["pool_id"] for row in found] == [forty]
    assert len(_all(gateway, f"/v1/receipts?pool_id={forty}&encumbered=false", 50)) == 11
    assert _all(gateway, f"/v1/receipts?pool_id={forty}&status=delivered", 50) == []


def test_a_list_says_which_block_it_is_of(gateway: Gateway) -> None:
    stand = gateway.door(OPERATOR).get("/v1/receipts").json()["as_of"]

    assert stand["block_number"] == gateway.services.node_head()
    assert stand["finalized_number"] <= stand["block_number"]


def test_an_unchanged_receipt_is_not_sent_again(gateway: Gateway, receipt: ReceiptId) -> None:
    door = gateway.door(TRADER_A)
    path = f"/v1/receipts/{receipt}"
    first = door.get(path)
    tag = first.headers["ETag"]
    assert tag.startswith('"1-')
    assert first.headers["Vary"] == "Authorization"

    for offered in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        same = door.get(path, **{"If-None-Match": offered})
        assert (same.status_code, same.content, same.headers["ETag"]) == (304, b"", tag)
    gateway.ledger.pledge(receipt)
    gateway.index()

    changed = door.get(path, **{"If-None-Match": tag})

    assert changed.status_code == 200
    assert changed.headers["ETag"].startswith('"2-')


def test_another_view_of_the_same_receipt_has_another_tag(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}"
    tag = gateway.door(TRADER_A).get(path).headers["ETag"]

    assert gateway.door(BANK_A).get(path, **{"If-None-Match": tag}).status_code == 200


def test_a_receipt_is_found_by_the_number_that_people_write(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    door = gateway.door(TRADER_A)
    shown = door.get(f"/v1/receipts/{receipt}").json()

    assert door.get(f"/v1/receipts/{shown['number']}").json() == shown


def test_acts_are_found_by_status_and_party(gateway: Gateway) -> None:
    drafts = _all(gateway, "/v1/acts?status=draft", 50)
    assert {row["status"] for row in drafts} == {"draft"}

    assert len(_all(gateway, f"/v1/acts?party_id={BANK_B.party}", 50)) == 7
    assert _all(gateway, f"/v1/acts?party_id={REGISTRAR.party}", 50) == []


def test_refusals_are_found_by_code_newest_first(gateway: Gateway) -> None:
    rows = _all(gateway, "/v1/refusals?code=AlreadyEncumbered", 3)

    assert {row["code"] for row in rows} == {"AlreadyEncumbered"}
    assert [row["at"] for row in rows] == sorted((row["at"] for row in rows), reverse=True)
    assert rows[0]["title_zh"] == "仓单已出质，不得重复质押"


def test_all_profiles_are_shown_with_their_schemas(gateway: Gateway) -> None:
    door = gateway.door(TRADER_A)
    listed = door.get("/v1/profiles").json()["items"]

    assert [one["code"] for one in listed] == [
        "aluminium-ingot",
        "copper-cathode",
        "cotton-bale",
        "hot-rolled-coil",
        "tin-ingot",
        "zinc-ingot",
    ]
    coil = door.get("/v1/profiles/hot-rolled-coil").json()
    assert coil["identity"] == "serialised"
    assert coil["item"]["key_fields"] == ["mill", "heat_number", "coil_number"]
    assert coil["base_unit"]["code"] == "KGM"


def test_anybody_may_compare_the_ledger_with_his_deployment_file(gateway: Gateway) -> None:
    shown = gateway.client.get("/v1/ledger").json()

    deployment = gateway.ledger.deployment
    assert shown["chain_id"] == deployment.chain_id
    assert shown["contract"] == deployment.contract
    assert shown["genesis_hash"] == deployment.genesis_hash


def test_parties_are_listed_with_roles_and_keys(gateway: Gateway) -> None:
    rows = {row["party_id"]: row for row in _all(gateway, "/v1/parties", 5)}

    assert {member.party for member in CAST} <= rows.keys()
    assert rows[BANK_A.party]["roles"] == ["lender"]
    assert rows[BANK_A.party]["keys"] == ["0x" + BANK_A.address.hex()]


def test_a_gateway_that_is_level_with_the_chain_is_ready(gateway: Gateway) -> None:
    gateway.index()

    assert gateway.client.get("/livez").json() == {"status": "ok"}
    ready = gateway.client.get("/readyz")
    assert (ready.status_code, ready.json()["lag_blocks"]) == (200, 0)


def test_a_gateway_that_lags_too_far_is_not_ready_but_answers(gateway: Gateway) -> None:
    gateway.ledger.rpc.call("anvil_mine", [hex(gateway.services.lag_blocks_max + 1)])

    late = gateway.client.get("/readyz")

    assert (late.status_code, late.json()["code"]) == (503, "Unavailable")
    assert late.headers["Retry-After"] == "5"
    assert "21 blocks behind" in late.json()["detail"]
    assert gateway.door(TRADER_A).get("/v1/parties").status_code == 200
    gateway.index()
    assert gateway.client.get("/readyz").status_code == 200


def test_a_gateway_whose_index_has_halted_is_not_ready(gateway: Gateway) -> None:
    with gateway.database.writing() as writer:
        writer.run(update(cursor).values(halted_reason="below finality: block 12"))

    halted = gateway.client.get("/readyz")

    assert halted.status_code == 503
    assert "halted" in halted.json()["detail"]
    assert "block 12" not in halted.text
    with gateway.database.writing() as writer:
        writer.run(update(cursor).values(halted_reason=None))


def test_a_gateway_whose_index_knows_no_party_yet_is_not_ready(gateway: Gateway) -> None:
    with gateway.database.writing() as writer:
        (level,) = writer.rows(select(cursor.c.number, cursor.c.finalized_number))
        before = gateway.ledger.deployment.block_number - 1
        writer.run(update(cursor).values(number=before, finalized_number=before))

    begun = gateway.client.get("/readyz")

    with gateway.database.writing() as writer:
        writer.run(update(cursor).values(**level._mapping))
    assert begun.status_code == 503
    assert "first block" in begun.json()["detail"]


def test_a_gateway_whose_node_is_away_is_not_ready(gateway: Gateway) -> None:
    def away() -> int:
        raise Retryable("http://node.internal:8545 does not answer")

    with gateway.node_head_as(away):
        answer = gateway.client.get("/readyz")

    assert answer.status_code == 503
    assert "internal" not in answer.text


def test_requests_are_counted_by_route_and_status(gateway: Gateway, receipt: ReceiptId) -> None:
    gateway.door(TRADER_A).get(f"/v1/receipts/{receipt}")
    gateway.client.get("/no/such/path")

    figures = gateway.client.get("/metrics").text

    assert 'route="/v1/receipts/{receipt_id}",status="200"' in figures
    assert 'route="(none)",status="404"' in figures
    assert str(receipt) not in figures


@pytest.mark.parametrize(
    "figure",
    [
        'ledger_http_requests_total{method="GET",route="/metrics",status="500"}',
        'ledger_http_requests_total{method="POST",route="/v1/pools",status="500"}',
        'ledger_refusals{code="PledgeUnderWay",source="chain"}',
    ],
)
def test_what_an_alarm_waits_for_is_told_before_it_happens(gateway: Gateway, figure: str) -> None:
    assert f"{figure} 0.0" in gateway.client.get("/metrics").text


def test_figures_tell_for_how_long_no_block_has_come(gateway: Gateway) -> None:
    def age() -> float:
        told = gateway.client.get("/metrics").text
        (line,) = re.findall(r"^ledger_index_head_age_seconds (.+)$", told, re.MULTILINE)
        return float(line)

    before = age()
    gateway.bench.clock.advance(3_600)
    assert 3_600 <= age() - before < 3_700


def test_a_fault_of_ours_says_nothing_of_the_inside(gateway: Gateway, receipt: ReceiptId) -> None:
    def fail() -> int:
        raise ZeroDivisionError("secret of the inside")

    with gateway.node_head_as(fail):
        answer = gateway.client.get("/readyz")

    assert (answer.status_code, answer.json()["code"]) == (500, "InternalFault")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text


def test_a_deadline_may_be_named_and_defaults_to_a_week(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}/pledges"
    now = gateway.bench.clock()
    tomorrow = (now + timedelta(days=1)).replace(microsecond=0)

    default = gateway.door(TRADER_A).post(path, pledge_body(gateway, BANK_A)).json()
    named = (
        gateway.door(TRADER_A)
        .post(path, pledge_body(gateway, BANK_A, deadline=tomorrow.isoformat()))
        .json()
    )

    assert default["deadline"][:10] == (now + timedelta(days=7)).date().isoformat()
    assert named["deadline"] == tomorrow.isoformat().replace("+00:00", "Z")
