"""Every field of every request, broken in every way: a typed answer, and nothing written."""

from collections.abc import Iterator
from typing import Any

import pytest

from receipts_ledger.domain.ids import ReceiptId
from tests.support.gateway import OPERATOR, Gateway, issue_body, refused
from tests.support.requests import COPPER, IN_NEW_RECEIPT, REQUESTS, Request, new_receipt

_ABSENT = object()


def _cases() -> Iterator[Any]:
    for request in REQUESTS:
        for field in request.required:
            yield pytest.param(request, field, _ABSENT, id=f"{request.path} without {field}")
        for field, values in request.broken.items():
            for value in values:
                shown = repr(value)[:40]
                yield pytest.param(request, field, value, id=f"{request.path} {field}={shown}")


CASES = list(_cases())


@pytest.mark.parametrize(("request_", "field", "value"), CASES)
def test_a_broken_field_is_named_and_nothing_is_written(
    gateway: Gateway, untouched: ReceiptId, request_: Request, field: str, value: Any
) -> None:
    body = request_.body(gateway, untouched)
    if value is _ABSENT:
        del body[field]
    else:
        body[field] = value

    problem = refused(gateway, request_.path.format(receipt=untouched), body)

    assert problem["status"] in (404, 422)
    assert problem["field"].split(".")[0] == field


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.path)
def test_a_member_that_nobody_asked_for_is_named(
    gateway: Gateway, untouched: ReceiptId, request_: Request
) -> None:
    body = {**request_.body(gateway, untouched), "surplus": 1}

    problem = refused(gateway, request_.path.format(receipt=untouched), body)

    assert (problem["field"], problem["rule"]) == ("surplus", "extra_forbidden")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param(field, value, id=f"{field}={value!r}"[:60])
        for field, values in IN_NEW_RECEIPT.items()
        for value in values
    ],
)
def test_a_broken_field_of_a_new_receipt_is_named(
    gateway: Gateway, untouched: ReceiptId, field: str, value: Any
) -> None:
    changed = new_receipt(gateway, **{field: value})
    body = issue_body(gateway, COPPER, receipts=[changed])

    problem = refused(gateway, "/v1/receipts", body)

    assert problem["field"].startswith(f"receipts.0.{field}")


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.path)
@pytest.mark.parametrize("body", [[], "text", 1, True, 1.5, [{}]], ids=repr)
def test_a_body_that_is_no_object_is_refused(
    gateway: Gateway, untouched: ReceiptId, request_: Request, body: Any
) -> None:
    problem = refused(gateway, request_.path.format(receipt=untouched), body)

    assert problem["code"] == "InvalidRequest"


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.path)
def test_null_is_no_object(gateway: Gateway, untouched: ReceiptId, request_: Request) -> None:
    door = gateway.door(OPERATOR)
    path = request_.path.format(receipt=untouched)
    headers = door.headers | {
        "Idempotency-Key": f"null-{path}",
        "Content-Type": "application/json",
    }

    answer = door.client.post(path, content=b"null", headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (422, "InvalidRequest")


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.path)
def test_nothing_is_no_body(gateway: Gateway, untouched: ReceiptId, request_: Request) -> None:
    problem = refused(gateway, request_.path.format(receipt=untouched), None)

    assert problem["code"] == "MalformedBody"
