"""Issues and signatures of many requests go along in one transaction, and none hinders another."""

import itertools
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
import urllib3
from fastapi import Response
from sqlalchemy import select

from receipts_ledger.api.asking import secret_hash_in
from receipts_ledger.api.hot.group import Group
from receipts_ledger.api.hot.posts import ActPosts, Job, Units
from receipts_ledger.api.posting import Attempt, Posting
from receipts_ledger.api.requests.receipts import IssueIn
from receipts_ledger.api.routes.receipts import issuing
from receipts_ledger.domain.ids import Hash32, PoolId
from receipts_ledger.domain.sealed import seal
from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services.draft import receipts as drafting
from receipts_ledger.services.rates import BURST_SECONDS, Buckets
from receipts_ledger.store.tables import acts, idempotency_keys, refusals
from tests.support.cast import INSPECTOR, TRADER_A, WAREHOUSE_A
from tests.support.gateway import Gateway, issue_body

_TOGETHER = 12
_keys = itertools.count(1)


@pytest.fixture
def batches(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many requests each transaction was for."""
    seen: list[int] = []
    in_one, alone = Units._in_one, Units._alone

    def watched_in_one(self: Units, jobs: Sequence[Any], part: Any) -> Any:
        seen.append(len(jobs))
        return in_one(self, jobs, part)

    def watched_alone(self: Units, job: Any) -> Any:
        seen.append(1)
        # As long as this one takes, others come.
        time.sleep(0.05)
        return alone(self, job)

    monkeypatch.setattr(Units, "_in_one", watched_in_one)
    monkeypatch.setattr(Units, "_alone", watched_alone)
    return seen


def _post(
    gateway: Gateway, url: str, path: str, body: object, key: str = ""
) -> urllib3.BaseHTTPResponse:
    headers = {"Idempotency-Key": key or f"posts-{next(_keys)}"} | gateway.door(WAREHOUSE_A).headers
    return urllib3.request("POST", url + path, json=body, headers=headers, retries=False)


def test_many_drafts_go_along_in_few_transactions_and_each_is_there(
    gateway: Gateway, pool: PoolId, batches: list[int]
) -> None:
    bodies = [issue_body(gateway, pool) for _ in range(_TOGETHER)]
    gateway.door(WAREHOUSE_A)

    with gateway.served() as url, ThreadPoolExecutor(_TOGETHER) as crowd:
        answers = list(crowd.map(lambda body: _post(gateway, url, "/v1/receipts", body), bodies))

    assert [answer.status for answer in answers] == [202] * _TOGETHER
    assert len(batches) < sum(batches) == _TOGETHER
    drafted = {answer.json()["act_id"] for answer in answers}
    assert drafted <= {row.act_id for row in gateway.rows(acts)}
    assert len(drafted) == _TOGETHER


def test_one_that_is_refused_leaves_its_refusal_and_hinders_no_other(
    gateway: Gateway, pool: PoolId, batches: list[int]
) -> None:
    good = [issue_body(gateway, pool) for _ in range(_TOGETHER)]
    bad = issue_body(gateway, PoolId(pool + 99))
    gateway.door(WAREHOUSE_A)

    with gateway.served() as url, ThreadPoolExecutor(_TOGETHER + 1) as crowd:
        bodies = [*good[:6], bad, *good[6:]]
        answers = list(crowd.map(lambda body: _post(gateway, url, "/v1/receipts", body), bodies))

    refused = answers.pop(6)
    assert [answer.status for answer in answers] == [202] * _TOGETHER
    assert refused.json()["code"] == "UnknownPool"
    on_record = {row.refusal_id for row in gateway.rows(refusals)}
    assert refused.json()["refusal_id"] in on_record


def test_each_counts_once_though_one_that_is_refused_has_all_begun_again(
    gateway: Gateway, pool: PoolId, batches: list[int]
) -> None:
    buckets = Buckets(_TOGETHER / BURST_SECONDS, monotonic=lambda: 0.0)
    access = gateway.services.access
    access = replace(access, rates=replace(access.rates, writes=buckets))
    services = replace(gateway.services, access=access)
    secret_hash = secret_hash_in(gateway.door(WAREHOUSE_A).headers["Authorization"])

    def job(number: int, pool: PoolId) -> Job:
        mark = Hash32(number.to_bytes(32))
        posting = Posting(services, secret_hash=secret_hash, key=f"once {number}", fingerprint=mark)
        issue = IssueIn.model_validate(issue_body(gateway, pool))
        return partial(posting.begin, posting.drafting(Attempt("Issue", pool), issuing(issue)))

    units = Units(services)
    jobs = [job(number, pool) for number in range(_TOGETHER - 1)]
    begun = units._together([*jobs[:6], job(_TOGETHER, PoolId(pool + 99)), *jobs[6:]])

    statuses = [one.status_code if isinstance(one, Response) else one for one in begun]
    assert statuses == [*[202] * 6, 404, *[202] * (_TOGETHER - 7)]
    assert batches == [_TOGETHER] * 2
    (late,) = units._together([job(_TOGETHER + 1, pool)])
    assert isinstance(late, Refused)
    assert late.code is RefusalCode.TOO_MANY_REQUESTS


def test_one_key_drafts_once_however_many_come_with_it(
    gateway: Gateway, pool: PoolId, batches: list[int]
) -> None:
    body = issue_body(gateway, pool)
    gateway.door(WAREHOUSE_A)

    def post(_: int) -> urllib3.BaseHTTPResponse:
        return _post(gateway, url, "/v1/receipts", body, "one key for all")

    with gateway.served() as url, ThreadPoolExecutor(_TOGETHER) as crowd:
        answers = list(crowd.map(post, range(_TOGETHER)))

    assert {answer.data for answer in answers} == {answers[0].data}
    assert answers[0].status == 202
    assert sum("Idempotency-Replayed" not in answer.headers for answer in answers) == 1


def test_an_unforeseen_fault_of_one_is_no_fault_of_the_others(
    gateway: Gateway, pool: PoolId, batches: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = [issue_body(gateway, pool) for _ in range(_TOGETHER)]
    bodies[3]["evidence"] = {"weighbridge_ticket": "broken"}

    def failing(kind: str, body: Any) -> Any:
        if body.get("weighbridge_ticket") == "broken":
            raise RuntimeError("nobody has foreseen this")
        return seal(kind, body)

    monkeypatch.setattr(drafting, "seal", failing)
    gateway.door(WAREHOUSE_A)

    with gateway.served() as url, ThreadPoolExecutor(_TOGETHER) as crowd:
        answers = list(crowd.map(lambda body: _post(gateway, url, "/v1/receipts", body), bodies))

    assert [answer.status for answer in answers] == [*[202] * 3, 500, *[202] * (_TOGETHER - 4)]
    keys = [row for row in gateway.rows(idempotency_keys) if row.state == "running"]
    assert keys == []


def test_both_ways_answer_the_same(
    gateway: Gateway, pool: PoolId, monkeypatch: pytest.MonkeyPatch
) -> None:
    door = gateway.door(WAREHOUSE_A)
    body = issue_body(gateway, pool)
    drafted = door.post("/v1/receipts", body).json()
    path = f"/v1/acts/{drafted['act_id']}/signatures"
    asked: list[tuple[str, Any]] = [
        ("/v1/receipts", issue_body(gateway, PoolId(pool + 99))),
        ("/v1/receipts", body | {"pool_id": "none"}),
        ("/v1/receipts", []),
        (path, {"signature": "0x" + "5f" * 65}),
        (path, {"signature": gateway.signature(drafted, TRADER_A)}),
        (path, {}),
        (path.replace(drafted["act_id"], "00000000-0000-5000-8000-000000000000"), {}),
    ]

    def answers() -> list[tuple[int, Any]]:
        found = [door.post(path, body) for path, body in asked]
        return [(one.status_code, _without_ids(one.json())) for one in found]

    by_the_shorter_way = answers()
    monkeypatch.setattr(ActPosts, "_answer", _nothing)

    assert answers() == by_the_shorter_way


def test_an_act_is_signed_and_judged_by_the_shorter_way(gateway: Gateway, pool: PoolId) -> None:
    drafted = gateway.door(WAREHOUSE_A).post("/v1/receipts", issue_body(gateway, pool)).json()

    last = gateway.sign(drafted, WAREHOUSE_A, INSPECTOR).json()

    assert last["status"] == "signed"
    with gateway.database.reading() as reader:
        row = reader.first(select(acts).where(acts.c.act_id == drafted["act_id"]))
    assert row is not None
    assert row.status == "signed"
    shown = gateway.door(WAREHOUSE_A).get(f"/v1/acts/{drafted['act_id']}").json()
    assert shown == last


def test_who_waits_goes_along_next() -> None:
    begun, go_on = threading.Event(), threading.Event()
    batches: list[list[int]] = []

    def work(asked: Sequence[int]) -> list[int | Exception]:
        batches.append(list(asked))
        begun.set()
        go_on.wait(10)
        return [ValueError("two") if one == 2 else -one for one in asked]

    group: Group[int, int] = Group(work, name="test", at_once=1)
    first = group.ask(1)
    begun.wait(10)
    others = [group.ask(number) for number in (2, 3, 4)]
    go_on.set()

    assert first.result(10) == -1
    with pytest.raises(ValueError, match="two"):
        others[0].result(10)
    assert [one.result(10) for one in others[1:]] == [-3, -4]
    assert batches == [[1], [2, 3, 4]]


def test_what_fails_for_all_is_told_to_each() -> None:
    def work(asked: Sequence[int]) -> list[int | Exception]:
        raise ValueError("all of it")

    group: Group[int, int] = Group(work, name="test", at_once=1)

    for number in (1, 2):
        with pytest.raises(ValueError, match="all of it"):
            group.ask(number).result(10)


async def _nothing(*_: object) -> None:
    return None


def _without_ids(said: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in said.items() if name != "refusal_id"}
