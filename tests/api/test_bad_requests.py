"""Requests that are broken as a whole: wrong path, bytes, size, method, caller."""

import sys
from collections.abc import Iterator

import orjson
import pytest

from receipts_ledger.domain.ids import PoolId, ReceiptId
from receipts_ledger.store.tables import refusals
from tests.support.cast import AUDITOR, BANK_B, REGISTRAR, TRADER_A
from tests.support.gateway import OPERATOR, Gateway, issue_body, pledge_body, refused
from tests.support.requests import COPPER, REQUESTS, Body, Request


@pytest.mark.parametrize(
    ("path", "code", "status"),
    [
        ("/v1/parties/4000000/suspension", "UnknownParty", 404),
        ("/v1/parties/4000000/keys", "UnknownParty", 404),
        ("/v1/pools/4000000/attestations", "UnknownPool", 404),
        ("/v1/receipts/4000000/freezes", "UnknownReceipt", 404),
        ("/v1/receipts/2-1-999999/freezes", "UnknownReceipt", 404),
        ("/v1/receipts/18446744073709551615/freezes", "UnknownReceipt", 404),
        ("/v1/receipts/18446744073709551616/freezes", "InvalidRequest", 422),
        ("/v1/receipts/-1/freezes", "InvalidRequest", 422),
        ("/v1/receipts/abc/freezes", "InvalidRequest", 422),
        ("/v1/parties/0/suspension", "InvalidRequest", 422),
        ("/v1/parties/4194304/suspension", "InvalidRequest", 422),
        ("/v1/parties/1e3/suspension", "InvalidRequest", 422),
        ("/v1/pools/4294967296/attestations", "InvalidRequest", 422),
        ("/v1/acts/abc/signatures", "InvalidRequest", 422),
        ("/v1/acts/00000000-0000-0000-0000-000000000000/signatures", "NotFound", 404),
        ("/v1/acts/00000000-0000-0000-0000-000000000000/withdrawal", "NotFound", 404),
        ("/v1/nowhere", "NotFound", 404),
    ],
)
def test_an_unknown_or_impossible_id_in_the_path_is_refused(
    gateway: Gateway, path: str, code: str, status: int
) -> None:
    bodies: dict[str, Body] = {
        "suspension": {"reason": {"text": "x"}},
        "keys": {"key": "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"},
        "attestations": {"quantity": 1, "evidence": {"a": 1}},
        "freezes": {"order": {"court": "x"}},
    }

    problem = refused(gateway, path, bodies.get(path.rsplit("/", 1)[1], {}))

    assert (problem["code"], problem["status"]) == (code, status)


OF_PLEDGES = ("release", "substitution", "assignment", "default", "cure", "enforcement")


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.path)
def test_who_has_no_part_in_an_act_cannot_draft_it(
    gateway: Gateway, untouched: ReceiptId, request_: Request
) -> None:
    needs_pledge = any(verb in request_.path for verb in OF_PLEDGES)
    if needs_pledge:
        gateway.ledger.pledge(untouched)
        gateway.index()
    body = request_.body(gateway, untouched)
    if "substitute_id" in body:
        body["substitute_id"] = gateway.issue(COPPER)[0]

    problem = refused(gateway, request_.path.format(receipt=untouched), body, by=AUDITOR)

    if needs_pledge:
        gateway.ledger.release(untouched)
        gateway.index()
    assert (problem["status"], problem["code"]) == (403, "NotYourRole")


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "MalformedBody"),
        (b"\xff\xfe{}", 400, "MalformedBody"),
        (b'{"order": {"court": "\xff"}}', 400, "MalformedBody"),
        (b'{"order": {"court": "\\ud800"}}', 422, "InvalidRequest"),
        (b'{"\\ud800": 1}', 422, "InvalidRequest"),
        (b'{"order": {"a": NaN}}', 422, "InvalidRequest"),
        (b'{"order": {"a": 1e400}}', 422, "InvalidRequest"),
        (b'{"order": {"a": ' + b"9" * 5_000 + b"}}", 400, "MalformedBody"),
        (b"[" * 100_000, 400, "MalformedBody"),
        (b'{"a":' * 50_000, 400, "MalformedBody"),
        (b'{"order": {"a": ' + b"[" * 63 + b"]" * 63 + b"}}", 400, "MalformedBody"),
        (b'{"order": {"a": "' + b"[" * 999 + b'\\""}, "b": 1}', 422, "InvalidRequest"),
        (("[" * 40_000).encode("utf-16"), 400, "MalformedBody"),
        (b'{"order": {"court": "x"}, "order": {"court": "y"}}', 400, "MalformedBody"),
        (b'{"order": {"court": "x", "court": "x"}}', 400, "MalformedBody"),
        (b'{"order": {"a": [{"b": 1, "\\u0062": 2}]}}', 400, "MalformedBody"),
        (b'\xef\xbb\xbf{"order": {"a": 1, "a": 2}}', 400, "MalformedBody"),
        (b'{"order": {"a": 1}, "other": {"a": 1}}', 422, "InvalidRequest"),
        (b"", 422, "InvalidRequest"),
        (b"null", 422, "InvalidRequest"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_bytes_that_are_no_request_are_refused(
    gateway: Gateway, untouched: ReceiptId, body: bytes, status: int, code: str
) -> None:
    before = gateway.row_counts()
    door = gateway.door(OPERATOR)
    headers = {**door.headers, "Idempotency-Key": "bytes", "Content-Type": "application/json"}

    answer = gateway.client.post(f"/v1/receipts/{untouched}/freezes", content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.headers["content-type"] == "application/problem+json"
    assert gateway.row_counts() == before


def test_a_member_that_is_there_twice_is_refused_on_every_way(
    gateway: Gateway, receipt: ReceiptId, pool: PoolId
) -> None:
    """Pledges, issues and signatures have shorter ways, which must read a body as the app does."""
    path = f"/v1/receipts/{receipt}/pledges"
    act = gateway.door(TRADER_A).post(path, pledge_body(gateway, BANK_B))
    gateway.ledger.pledge(receipt)
    gateway.index()
    bodies: dict[str, Body] = {
        path: pledge_body(gateway, BANK_B),
        "/v1/receipts": issue_body(gateway, pool),
        f"/v1/acts/{act.json()['act_id']}/signatures": {"signature": "0x" + "11" * 65},
    }
    before, refused_before = gateway.row_counts(), gateway.rows(refusals)
    door = gateway.door(TRADER_A)
    for number, (path, body) in enumerate(bodies.items()):
        once = orjson.dumps(body)
        name, value = next(iter(body.items()))
        twice = once[:-1] + b"," + orjson.dumps({name: value})[1:]
        headers = {**door.headers, "Idempotency-Key": f"twice {number}"}
        headers["Content-Type"] = "application/json"

        answer = gateway.client.post(path, content=twice, headers=headers)

        assert (answer.status_code, answer.json()["code"]) == (400, "MalformedBody"), path
        assert f'"{name}" twice' in answer.json()["detail"]
    assert (gateway.row_counts(), gateway.rows(refusals)) == (before, refused_before)


def _chunks(size: int) -> Iterator[bytes]:
    yield b'{"order": {"court": "'
    for _ in range(size // 1_000):
        yield b"x" * 1_000
    yield b'"}}'


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_over_the_limit_is_refused_chunked_or_not(
    gateway: Gateway, untouched: ReceiptId, is_chunked: bool
) -> None:
    before = gateway.row_counts()
    door = gateway.door(OPERATOR)
    headers = {**door.headers, "Idempotency-Key": "large", "Content-Type": "application/json"}
    content = _chunks(1 << 21) if is_chunked else b"".join(_chunks(1 << 21))

    answer = gateway.client.post(
        f"/v1/receipts/{untouched}/freezes", content=content, headers=headers
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "BodyTooLarge")
    assert answer.headers["content-type"] == "application/problem+json"
    assert gateway.row_counts() == before


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/v1/receipts?limit=0", "limit"),
        ("/v1/receipts?limit=201", "limit"),
        ("/v1/receipts?limit=x", "limit"),
        ("/v1/receipts?limit=1_0", "limit"),
        ("/v1/receipts?pool_id=-1", "pool_id"),
        ("/v1/receipts?pool_id=4294967296", "pool_id"),
        ("/v1/receipts?holder_id=0", "holder_id"),
        ("/v1/receipts?holder_id=4194304", "holder_id"),
        ("/v1/receipts?pledgee_id=", "pledgee_id"),
        ("/v1/receipts?status=gone", "status"),
        ("/v1/receipts?encumbered=maybe", "encumbered"),
        ("/v1/receipts?surplus=1", "surplus"),
        ("/v1/receipts?cursor=AAAA", "cursor"),
        ("/v1/receipts?cursor=%00", "cursor"),
        ("/v1/receipts?cursor=é", "cursor"),
        ("/v1/receipts?cursor=" + "A" * 600, "cursor"),
        ("/v1/acts?status=gone", "status"),
        ("/v1/acts?party_id=x", "party_id"),
        ("/v1/acts?cursor=x", "cursor"),
        ("/v1/parties?limit=-1", "limit"),
        ("/v1/parties?cursor=x", "cursor"),
        ("/v1/pools?warehouse_id=x", "warehouse_id"),
        ("/v1/pools?cursor=x", "cursor"),
        ("/v1/refusals?code=1", "code"),
        ("/v1/refusals?cursor=x", "cursor"),
        ("/v1/events?after=-1", "after"),
        ("/v1/events?after=9223372036854775808", "after"),
        ("/v1/events?limit=0", "limit"),
        ("/v1/profiles/..%2Fetc", "code"),
        ("/v1/profiles/COPPER", "code"),
        ("/v1/parties/x", "party_id"),
        ("/v1/pools/x", "pool_id"),
        ("/v1/receipts/x", "receipt_id"),
        ("/v1/receipts/1-2-x", "receipt_id"),
        ("/v1/acts/x", "act_id"),
        ("/v1/receipts/1/history?limit=0", "limit"),
    ],
)
def test_a_broken_question_is_refused_with_its_field(
    gateway: Gateway, path: str, field: str
) -> None:
    answer = gateway.door(REGISTRAR).get(path)

    if "%2F" in path:
        assert answer.status_code == 404
        return
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["field"] == field


@pytest.mark.parametrize(
    "path",
    [
        "/v1/parties/4000000",
        "/v1/pools/4000000",
        "/v1/receipts/4000000",
        "/v1/receipts/2-1-999999",
        "/v1/receipts/4000000/history",
        "/v1/acts/00000000-0000-0000-0000-000000000000",
        "/v1/profiles/unobtainium",
        "/v1",
        "/",
        "/v1/receipts/",
    ],
)
def test_what_does_not_exist_is_not_found(gateway: Gateway, path: str) -> None:
    answer = gateway.door(TRADER_A).get(path)

    assert (answer.status_code, answer.json()["code"]) == (404, "NotFound")
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/v1/receipts", "/v1/parties/1", "/livez", "/v1/events"])
def test_a_method_that_is_not_served_is_refused(gateway: Gateway, method: str, path: str) -> None:
    answer = gateway.client.request(method, path, headers=gateway.door(OPERATOR).headers)

    assert (answer.status_code, answer.json()["code"]) == (405, "MethodNotAllowed")
    assert answer.headers["allow"]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda request: request.path)
@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer ", "Bearer x", "Basic eDp5", "x" * 5_000]
)
def test_without_a_live_api_token_nothing_is_done(
    gateway: Gateway, untouched: ReceiptId, request_: Request, authorization: str | None
) -> None:
    before = gateway.row_counts()
    headers = {"Idempotency-Key": "nobody"}
    if authorization is not None:
        headers["Authorization"] = authorization

    answer = gateway.client.post(
        request_.path.format(receipt=untouched),
        json=request_.body(gateway, untouched),
        headers=headers,
    )

    assert (answer.status_code, answer.json()["code"]) == (401, "NotAuthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert gateway.row_counts() == before


def test_deep_nesting_ends_no_process_that_libraries_let_recurse_without_end(
    gateway: Gateway, untouched: ReceiptId
) -> None:
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1_000_000)
    try:
        headers = {"Idempotency-Key": "deep", "Content-Type": "application/json"}
        answer = gateway.client.post(
            f"/v1/receipts/{untouched}/freezes",
            content=b"[" * 1_000_000,
            headers={**gateway.door(OPERATOR).headers, **headers},
        )
    finally:
        sys.setrecursionlimit(limit)

    assert (answer.status_code, answer.json()["code"]) == (400, "MalformedBody")
    assert answer.json()["detail"] == "it is nested deeper than 64"


# Within the suite's limit of time only if what follows the quote is read once, and not from each
# quote in it anew: that would be for the better part of an hour.
def test_a_string_without_an_end_is_read_once(gateway: Gateway, untouched: ReceiptId) -> None:
    headers = {"Idempotency-Key": "endless", "Content-Type": "application/json"}

    answer = gateway.client.post(
        f"/v1/receipts/{untouched}/freezes",
        content=b"[" * 65 + b'"' + b'\\"' * 500_000,
        headers={**gateway.door(OPERATOR).headers, **headers},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "MalformedBody")
    assert answer.json()["detail"] == "it is nested deeper than 64"


def test_brackets_in_a_string_that_does_not_end_nest_nothing(
    gateway: Gateway, untouched: ReceiptId
) -> None:
    headers = {"Idempotency-Key": "quoted", "Content-Type": "application/json"}

    answer = gateway.client.post(
        f"/v1/receipts/{untouched}/freezes",
        content=b'{"order": "' + b"[" * 100,
        headers={**gateway.door(OPERATOR).headers, **headers},
    )

    assert (answer.status_code, answer.json()["detail"]) == (400, "it is no JSON")


@pytest.mark.parametrize("verb", ["freezes", "pledges"])
@pytest.mark.parametrize("kind", [None, "", "text/plain", "application/x-www-form-urlencoded"])
def test_a_body_that_is_not_sent_as_json_is_refused(
    gateway: Gateway, untouched: ReceiptId, kind: str | None, verb: str
) -> None:
    sent = {} if kind is None else {"Content-Type": kind}

    answer = gateway.client.post(
        f"/v1/receipts/{untouched}/{verb}",
        content=b'{"order": {"court": "x"}}',
        headers={**gateway.door(OPERATOR).headers, "Idempotency-Key": f"as {kind} {verb}", **sent},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "MalformedBody")
    assert answer.json()["detail"] == "its Content-Type is not application/json"
