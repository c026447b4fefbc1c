"""What guards the door: scopes on every route, limits, headers on every answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry

from receipts_ledger.api import create_app
from receipts_ledger.chain.wallets import checksummed
from receipts_ledger.domain.caller import Scope
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.services.rates import Buckets, Rates
from tests.support.cast import BANK_A, BANK_B, TRADER_A
from tests.support.gateway import Door, Gateway, pledge_body

OPEN = {
    ("get", "/livez"),
    ("get", "/readyz"),
    ("get", "/metrics"),
    ("get", "/v1/blocks/{block_hash}"),
    ("get", "/v1/ledger"),
    ("get", "/v1/logins/message"),
    ("post", "/v1/logins"),
}
HEADERS = {
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
# What a route cannot do without, beside its path.
QUERIES = {"/v1/parties/{party_id}/holdings": {"capacity": "lender"}}
ID = "00000000-0000-0000-0000-000000000000"
# Whoever asks may end his own session, whatever it is good for.
OF_ONES_OWN = {("delete", "/v1/session")}


class Names(dict[str, object]):
    """What stands in a path: ids that are not there, where nothing else is said."""

    def __missing__(self, name: str) -> str:
        return ID


def scope_of(method: str, path: str) -> Scope:
    """Return what an operation asks for: whatever changes something asks for `write`."""
    is_read = method == "get" or (method, path) in OF_ONES_OWN
    return Scope.READ if is_read else Scope.WRITE


def operations(gateway: Gateway) -> list[tuple[str, str, dict[str, Any]]]:
    document = gateway.client.get("/v1/openapi.json").json()
    found = []
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            name = body["schema"]["$ref"].rsplit("/", 1)[1] if body else None
            schema = document["components"]["schemas"].get(name, {})
            answers = operation["responses"].get("200", {}).get("content", {})
            if "text/event-stream" in answers:
                # It would never end. That it asks for its scope is tested where it lives.
                continue
            found.append((method, path, (schema.get("examples") or [{}])[0]))
    return found


def asked(gateway: Gateway, scopes: frozenset[Scope]) -> Iterator[tuple[str, str, Any]]:
    """Send every operation once, with an api token of the operator's good for these scopes."""
    secret = gateway.secret_for(None, "scopes", scopes=scopes)
    for number, (method, path, example) in enumerate(operations(gateway)):
        filled = path.format_map(Names(party_id=5, pool_id=131_073, receipt_id=5, at=5, code="x"))
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": f"{secret}{number}"}
        body = example if method == "post" else None
        answer = gateway.client.request(
            method, filled, headers=headers, json=body, params=QUERIES.get(path)
        )
        yield method, path, answer


def refused_for(answer: Any, scope: Scope) -> bool:
    said = answer.json() if answer.status_code == 403 else {}
    return bool(said.get("detail") == f"the api token is not good for {scope}")


def test_an_api_token_for_nothing_opens_nothing_but_what_is_open_to_all(gateway: Gateway) -> None:
    for method, path, answer in asked(gateway, frozenset()):
        wanted = scope_of(method, path)
        assert refused_for(answer, wanted) is ((method, path) not in OPEN), (method, path)


@pytest.mark.parametrize("scope", [Scope.READ, Scope.WRITE])
def test_each_scope_opens_its_own_routes_alone(gateway: Gateway, scope: Scope) -> None:
    for method, path, answer in asked(gateway, frozenset({scope})):
        wanted = scope_of(method, path)
        is_refused = (method, path) not in OPEN and wanted is not scope
        assert refused_for(answer, wanted) is is_refused, (method, path)


def test_without_an_api_token_only_what_is_open_answers(gateway: Gateway) -> None:
    for method, path, example in operations(gateway):
        filled = path.format_map(Names(party_id=5, pool_id=131_073, receipt_id=5, at=5, code="x"))
        body = example if method == "post" else None
        headers = {"Idempotency-Key": "anybody"}
        answer = gateway.client.request(method, filled, headers=headers, json=body)
        said = answer.json().get("code") if answer.status_code == 401 else None
        assert (said == "NotAuthenticated") is ((method, path) not in OPEN), (method, path)


def test_a_token_without_the_scope_has_nothing_signed_for_it(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    gateway.leave_key(TRADER_A)
    scopes = frozenset({Scope.READ, Scope.WRITE})
    secret = gateway.secret_for(TRADER_A.party, "own key", scopes=scopes)
    door = Door(gateway.client, secret, TRADER_A)
    path = f"/v1/receipts/{receipt}/pledges"

    act = door.post(path, pledge_body(gateway, BANK_A)).json()
    assert [signer["signed"] for signer in act["signers"]] == [False, False, False]
    act = gateway.door(TRADER_A).post(path, pledge_body(gateway, BANK_A)).json()
    assert [signer["signed"] for signer in act["signers"]] == [True, False, False]


@contextmanager
def limited(gateway: Gateway, **limits: float) -> Iterator[None]:
    given = {name: Buckets(1, burst_seconds=burst) for name, burst in limits.items()}
    rates = replace(Rates.unlimited(), **given)
    access = replace(gateway.services.access, rates=rates)
    gateway.app.state.services = replace(gateway.services, access=access)
    try:
        yield
    finally:
        gateway.app.state.services = gateway.services


def expect_too_many(answer: Any) -> None:
    assert answer.status_code == 429, answer.text
    assert answer.json()["code"] == "TooManyRequests"
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["content-type"] == "application/problem+json"


def test_who_asks_too_often_is_told_when_to_ask_again(gateway: Gateway) -> None:
    first, second = gateway.door(BANK_A), gateway.door(BANK_B)
    with limited(gateway, reads=3):
        assert [first.get("/v1/pools").status_code for _ in range(3)] == [200] * 3
        expect_too_many(first.get("/v1/pools"))
        assert second.get("/v1/pools").status_code == 200
        assert first.get("/livez").status_code == 200


def test_another_api_token_of_the_same_party_is_no_way_around(gateway: Gateway) -> None:
    with limited(gateway, reads=2):
        gateway.door(BANK_A).get("/v1/pools")
        gateway.reader_of(BANK_A).get("/v1/pools")
        expect_too_many(gateway.door(BANK_A).get("/v1/pools"))


def test_a_post_that_is_one_too_many_does_nothing_and_may_be_sent_again(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    door = gateway.door(TRADER_A)
    path, body = f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_A)
    with limited(gateway, writes=1):
        assert door.post(path, pledge_body(gateway, BANK_B)).status_code == 202
        before = gateway.row_counts()
        expect_too_many(door.post(path, body, key="sent again"))
        assert gateway.row_counts() == before
    assert door.post(path, body, key="sent again").status_code == 202


def test_attempts_on_one_receipt_are_limited_whoever_makes_them(
    gateway: Gateway, receipt: ReceiptId
) -> None:
    path = f"/v1/receipts/{receipt}/pledges"
    (other,) = gateway.issue(receipt >> 32)  # type: ignore[arg-type]
    with limited(gateway, subjects=2):
        for bank in (BANK_A, BANK_B):
            assert gateway.door(bank).post(path, pledge_body(gateway, bank)).status_code == 202
        expect_too_many(gateway.door(TRADER_A).post(path, pledge_body(gateway, BANK_A)))
        elsewhere = f"/v1/receipts/{other}/pledges"
        answer = gateway.door(TRADER_A).post(elsewhere, pledge_body(gateway, BANK_A))
        assert answer.status_code == 202


def test_log_ins_are_limited_by_client_address(gateway: Gateway) -> None:
    path = f"/v1/logins/message?address={checksummed(TRADER_A.address)}"
    with limited(gateway, logins=2):
        assert gateway.client.get(path).status_code == 200
        answer = gateway.client.post(
            "/v1/logins", json={"message": "x", "signature": "0x" + 128 * "1"}
        )
        assert answer.status_code == 401
        expect_too_many(gateway.client.get(path))
        elsewhere = TestClient(gateway.app, client=("192.0.2.1", 1))
        assert elsewhere.get(path).status_code == 200


def test_every_answer_forbids_what_no_answer_needs(gateway: Gateway, receipt: ReceiptId) -> None:
    door = gateway.door(TRADER_A)
    answers = [
        gateway.client.get("/livez"),
        gateway.client.get("/v1/ledger"),
        gateway.client.get("/v1/openapi.json"),
        gateway.client.get("/metrics"),
        gateway.client.get("/v1/receipts"),
        gateway.client.get("/nowhere"),
        gateway.client.put("/v1/receipts"),
        door.get(f"/v1/receipts/{receipt}"),
        door.get("/v1/receipts/99999999"),
        door.post("/v1/receipts", {}),
        gateway.client.post("/v1/logins", content=b"{" * 2_000_000),
    ]
    statuses = [answer.status_code for answer in answers]
    assert statuses == [200, 200, 200, 200, 401, 404, 405, 200, 404, 422, 413]
    for answer in answers:
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, answer.url
        assert answer.headers["cache-control"] in ("no-store", "private, no-cache")
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers


def test_a_fault_of_ours_carries_the_headers_too(gateway: Gateway) -> None:
    gateway.app.state.services = None
    try:
        answer = gateway.client.get("/v1/ledger")
    finally:
        gateway.app.state.services = gateway.services
    assert answer.status_code == 500
    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS


def test_browsers_are_told_to_come_by_tls_when_the_operator_says_so(gateway: Gateway) -> None:
    access = replace(gateway.services.access, hsts_seconds=31_536_000)
    services = replace(gateway.services, access=access, metrics=CollectorRegistry())
    answer = TestClient(create_app(services)).get("/livez")
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
