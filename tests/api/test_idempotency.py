"""A request is carried out once, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import urllib3
from sqlalchemy import update

from receipts_ledger.api.posting import fingerprint
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.errors import Retryable
from receipts_ledger.store.tables import acts, idempotency_keys, refusals
from tests.support.cast import BANK_A, BANK_B, TRADER_A, WAREHOUSE_A
from tests.support.gateway import OPERATOR, Gateway, pledge_body


def test_a_post_without_a_key_is_refused(gateway: Gateway, receipt: ReceiptId) -> None:
    before = gateway.row_counts()

    answer = gateway.client.post(
        f"/v1/receipts/{receipt}/pledges",
        json=pledge_body(gateway, BANK_A),
        headers=gateway.door(TRADER_A).headers,
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "IdempotencyKeyMissing")
    assert gateway.row_counts() == before


def test_a_key_that_is_too_long_or_unprintable_is_refused(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    for key in ("x" * 256, "a\tb"):
        answer = gateway.door(TRADER_A).post(
            f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_A), key=key
        )
        assert (answer.status_code, answer.json()["field"]) == (422, "Idempotency-Key")


def test_the_same_request_again_gives_the_same_answer_and_no_second_act(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    body = pledge_body(gateway, BANK_A)
    path = f"/v1/receipts/{receipt}/pledges"
    first = gateway.door(TRADER_A).post(path, body, key="same")
    before = gateway.row_counts()

    again = gateway.door(TRADER_A).post(path, body, key="same")

    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["Location"] == first.headers["Location"]
    assert "Idempotency-Replayed" not in first.headers
    assert gateway.row_counts() == before


def test_the_order_of_members_and_spaces_makes_no_other_request(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    headers = {
        **gateway.door(TRADER_A).headers,
        "Idempotency-Key": "order",
        "Content-Type": "application/json",
    }
    path = f"/v1/receipts/{receipt}/transfers"
    one = b'{"transferee_id": 70002, "version": 1}'
    other = b'{ "version":1,"transferee_id":70002 }'

    first = gateway.client.post(path, content=one, headers=headers)
    again = gateway.client.post(path, content=other, headers=headers)

    assert first.status_code == 202
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("value", ["5", f"{2**80}", '"\\ud800"', '"铜"', "[1.5, {}]"])
def test_the_same_json_has_one_fingerprint_however_it_is_written(value: str) -> None:
    one = fingerprint("POST", "/path", f'{{"a": {value}, "b": null}}'.encode())
    same = fingerprint("POST", "/path", f'{{"b":null,"\\u0061":{value}}}'.encode())
    other = fingerprint("POST", "/path", f'{{"a": {value}, "b": false}}'.encode())

    assert one == same
    assert one != other


@pytest.mark.fault(33)
def test_another_body_under_the_same_key_is_refused(gateway: Gateway, receipt: ReceiptId) -> None:
    path = f"/v1/receipts/{receipt}/pledges"
    door = gateway.door(TRADER_A)
    assert door.post(path, pledge_body(gateway, BANK_A), key="other").status_code == 202
    before = gateway.row_counts()

    answer = door.post(path, pledge_body(gateway, BANK_B), key="other")

    assert (answer.status_code, answer.json()["code"]) == (422, "IdempotencyKeyReused")
    assert gateway.row_counts() == before


def test_keys_of_different_parties_do_not_meet(gateway: Gateway, receipt: ReceiptId) -> None:
    path = f"/v1/receipts/{receipt}/pledges"

    one = gateway.door(TRADER_A).post(path, pledge_body(gateway, BANK_A), key="mine")
    other = gateway.door(BANK_B).post(path, pledge_body(gateway, BANK_B), key="mine")

    assert (one.status_code, other.status_code) == (202, 202)


def test_a_refusal_is_an_answer_too_and_recorded_once(gateway: Gateway, receipt: ReceiptId) -> None:
    gateway.ledger.pledge(receipt)
    gateway.index()
    body = pledge_body(gateway, BANK_B)
    path = f"/v1/receipts/{receipt}/pledges"

    first = gateway.door(TRADER_A).post(path, body, key="refused")
    again = gateway.door(TRADER_A).post(path, body, key="refused")

    assert (again.status_code, again.json()) == (409, first.json())
    assert again.headers["content-type"] == "application/problem+json"
    assert again.headers["Idempotency-Replayed"] == "true"
    assert len([row for row in gateway.rows(refusals) if row.subject == receipt]) == 1


@pytest.mark.fault(32)
def test_fifty_of_the_same_request_at_once_draft_one_act(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    body = pledge_body(gateway, BANK_A)
    headers = {**gateway.door(TRADER_A).headers, "Idempotency-Key": "fifty"}
    pool = urllib3.PoolManager(maxsize=50)
    before = len(gateway.rows(acts))

    with gateway.served() as url, ThreadPoolExecutor(50) as threads:
        answers = list(
            threads.map(
                lambda _: pool.request(
                    "POST",
                    f"{url}/v1/receipts/{receipt}/pledges",
                    json=body,
                    headers=headers,
                    retries=False,
                ),
                range(50),
            )
        )

    assert {answer.status for answer in answers} == {202}
    assert len({answer.data for answer in answers}) == 1
    assert len(gateway.rows(acts)) == before + 1


def _complete_but_one(gateway: Gateway, receipt: ReceiptId) -> dict[str, Any]:
    path = f"/v1/receipts/{receipt}/pledges"
    act: dict[str, Any] = gateway.door(TRADER_A).post(path, pledge_body(gateway, BANK_A)).json()
    gateway.sign(act, TRADER_A, WAREHOUSE_A)
    return act


def test_while_the_contract_is_asked_the_same_request_is_told_to_wait(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    act = _complete_but_one(gateway, receipt)
    path = f"/v1/acts/{act['act_id']}/signatures"
    body = {"signature": gateway.signature(act, BANK_A)}
    meanwhile = []

    def judge(wire: bytes) -> None:
        meanwhile.append(gateway.door(BANK_A).post(path, body, key="running"))

    with gateway.judged_by(judge):
        answer = gateway.door(BANK_A).post(path, body, key="running")

    assert (meanwhile[0].status_code, meanwhile[0].json()["code"]) == (409, "RequestRunning")
    assert answer.json()["status"] == "signed"


def test_when_the_node_is_away_nothing_is_decided_and_the_same_request_works_later(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    act = _complete_but_one(gateway, receipt)
    path = f"/v1/acts/{act['act_id']}/signatures"
    body = {"signature": gateway.signature(act, BANK_A)}

    def away(wire: bytes) -> None:
        raise Retryable("the node does not answer", retry_after_seconds=3)

    with gateway.judged_by(away):
        answer = gateway.door(BANK_A).post(path, body, key="away")
    assert (answer.status_code, answer.json()["code"]) == (503, "Unavailable")
    assert answer.headers["Retry-After"] == "3"
    assert "node does not answer" not in answer.text

    later = gateway.door(BANK_A).post(path, body, key="away")

    assert (later.status_code, later.json()["status"]) == (202, "signed")


def test_a_request_that_died_while_the_contract_was_asked_is_taken_up_again(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    act = _complete_but_one(gateway, receipt)
    path = f"/v1/acts/{act['act_id']}/signatures"
    body = {"signature": gateway.signature(act, BANK_A)}

    def die(wire: bytes) -> None:
        raise SystemError

    with gateway.judged_by(die):
        assert gateway.door(BANK_A).post(path, body, key="died").status_code == 500
    too_early = gateway.door(BANK_A).post(path, body, key="died")
    assert too_early.json()["code"] == "RequestRunning"
    with gateway.database.writing() as writer:
        writer.run(
            update(idempotency_keys)
            .where(idempotency_keys.c.key == "died")
            .values(created_at=gateway.bench.clock() - timedelta(minutes=3))
        )

    answer = gateway.door(BANK_A).post(path, body, key="died")

    assert (answer.status_code, answer.json()["status"]) == (202, "signed")


def test_an_abandoned_act_loses_its_slot_to_the_next_pledge(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    abandoned = _complete_but_one(gateway, receipt)
    path = f"/v1/acts/{abandoned['act_id']}/signatures"
    other = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_B)
    )

    def die(wire: bytes) -> None:
        raise SystemError

    with gateway.judged_by(die):
        body = {"signature": gateway.signature(abandoned, BANK_A)}
        assert gateway.door(BANK_A).post(path, body).status_code == 500
    gateway.sign(other.json(), TRADER_A, WAREHOUSE_A)
    with gateway.database.writing() as writer:
        writer.run(
            update(acts)
            .where(acts.c.act_id == abandoned["act_id"])
            .values(updated_at=gateway.bench.clock() - timedelta(minutes=3))
        )

    answer = gateway.sign(other.json(), BANK_B)

    assert answer.json()["status"] == "signed"
    resumed = gateway.door(OPERATOR).post(path, {})
    assert (resumed.status_code, resumed.json()["code"]) == (409, "PledgeUnderWay")


def test_the_very_same_statement_is_drafted_once(gateway: Gateway, receipt: ReceiptId) -> None:
    deadline = {"deadline": (gateway.bench.clock() + timedelta(days=1)).isoformat()}
    path = f"/v1/receipts/{receipt}/transfers"
    body = {"transferee_id": 70002, **deadline}
    before = len(gateway.rows(acts))

    one = gateway.door(TRADER_A).post(path, body)
    other = gateway.door(OPERATOR).post(path, body)

    assert one.json()["act_id"] == other.json()["act_id"]
    assert len(gateway.rows(acts)) == before + 1
