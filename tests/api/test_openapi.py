"""The OpenAPI document. Requests made up from it: test_fuzz.py."""

from collections.abc import Iterator
from typing import Any

import pytest

from receipts_ledger.api.catalogue import CATALOGUE
from receipts_ledger.errors import RefusalCode
from tests.support.gateway import OPERATOR, Gateway

# A log-in: its message is good once, with or without a key of idempotency.
LOG_IN = "/v1/logins"
OPEN = ("/v1/ledger", "/v1/blocks/{block_hash}", LOG_IN, f"{LOG_IN}/message")


@pytest.fixture(scope="module")
def document(gateway: Gateway) -> dict[str, Any]:
    """The document as it is served."""
    served: dict[str, Any] = gateway.client.get("/v1/openapi.json").json()
    return served


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def test_every_error_is_documented_as_a_problem(document: dict[str, Any]) -> None:
    for path, method, operation in _operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                assert list(response["content"]) == ["application/problem+json"], (path, method)
        if path.startswith("/v1") and path not in OPEN:
            assert operation["security"] == [{"api_token": []}], (path, method)


def test_every_post_has_an_example_and_asks_for_an_idempotency_key(
    document: dict[str, Any],
) -> None:
    schemas = document["components"]["schemas"]
    for path, method, operation in _operations(document):
        if method != "post" or path == LOG_IN:
            continue
        names = [one["name"] for one in operation["parameters"] if one["required"]]
        assert "Idempotency-Key" in names, path
        body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        name = body.rsplit("/", 1)[1]
        assert schemas[name].get("examples") or name == "WithdrawalIn", path


def test_the_examples_are_accepted_as_requests(gateway: Gateway, document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for path, method, operation in _operations(document):
        if method != "post" or path == LOG_IN:
            continue
        body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        for example in schemas[body.rsplit("/", 1)[1]].get("examples", [{}]):
            act = "00000000-0000-0000-0000-000000000000"
            filled = path.format(
                party_id=5, pool_id=131073, receipt_id=5, act_id=act, subscription_id=act
            )
            answer = gateway.door(OPERATOR).post(filled, example)
            assert answer.json().get("code") != "InvalidRequest", (path, answer.text)


def test_every_code_has_a_status_and_two_titles() -> None:
    assert set(RefusalCode) <= set(CATALOGUE)
    for code, entry in CATALOGUE.items():
        assert 400 <= entry.status <= 503, code
        assert entry.title, code
        assert not entry.title_zh.isascii(), code
        assert entry.rule.endswith("."), code
