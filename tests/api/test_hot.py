"""The hot routes answer what the app answers, byte for byte, and write what it writes."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
import urllib3
from httpx2 import Response
from sqlalchemy import select

from receipts_ledger.api.hot import door as hot_door
from receipts_ledger.domain.ids import PoolId, ReceiptId
from receipts_ledger.store import api_tokens
from receipts_ledger.store.tables import idempotency_keys, refusals
from tests.support.cast import (
    AUDITOR,
    AUTHORITY,
    BANK_A,
    BANK_B,
    BANK_C,
    INSPECTOR,
    STRANGER,
    TRADER_A,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import OPERATOR, Door, Gateway, done, issue_body, pledge_body

_WATCHERS = (
    *(OPERATOR, TRADER_A, TRADER_B, WAREHOUSE_A, WAREHOUSE_B, BANK_A, BANK_B, BANK_C),
    *(AUDITOR, AUTHORITY, STRANGER),
)
COIL = {"brand": "BAOSTEEL", "grade": "Q235B"}
_keys = itertools.count(1)


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The routes that were answered by the shorter way."""
    seen: list[str] = []
    answer = hot_door.HotRoutes._answer

    async def watched(self: Any, scope: Any, receive: Any, asked: Any) -> Any:
        heard, response = await answer(self, scope, receive, asked)
        if response is not None:
            seen.append(scope["route"].name)
        return heard, response

    monkeypatch.setattr(hot_door.HotRoutes, "_answer", watched)
    return seen


@pytest.fixture
def told(gateway: Gateway, pool: PoolId) -> ReceiptId:
    """A receipt that was issued through the gateway, so that it knows the content."""
    body = issue_body(gateway, pool)
    done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)
    page = gateway.door(OPERATOR).get(f"/v1/receipts?pool_id={pool}&limit=200").json()
    return ReceiptId(page["items"][-1]["receipt_id"])


@pytest.fixture
def pledged(gateway: Gateway, told: ReceiptId) -> ReceiptId:
    """The same, pledged to bank A."""
    path = f"/v1/receipts/{told}/pledges"
    body = pledge_body(gateway, BANK_A)
    done(gateway, TRADER_A, path, body, TRADER_A, WAREHOUSE_A, BANK_A)
    return told


@pytest.fixture
def only_the_app(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Close the shorter way while a block lasts."""

    def ask(question: Any) -> Response:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hot_door, "_NAMES", {})
            answer: Response = question()
        return answer

    return ask


def _door(gateway: Gateway, who: Member | str) -> Door:
    if who is STRANGER:
        return Door(gateway.client, gateway.secret_for(STRANGER.party, "stranger"), STRANGER)
    return gateway.door(who)


def _same(one: Response, other: Response) -> None:
    assert one.status_code == other.status_code
    # Each request has an id of its own.
    assert {**one.headers, "x-request-id": ""} == {**other.headers, "x-request-id": ""}
    assert one.content == other.content


@pytest.mark.parametrize("is_pledged", [False, True], ids=["free", "pledged"])
def test_everybody_is_shown_the_same_receipt_by_either_way(
    gateway: Gateway,
    request: pytest.FixtureRequest,
    taken: list[str],
    only_the_app: Any,
    is_pledged: bool,
) -> None:
    path = f"/v1/receipts/{request.getfixturevalue('pledged' if is_pledged else 'told')}"
    for who in _WATCHERS:
        door = _door(gateway, who)
        taken.clear()
        hot = door.get(path)
        assert taken == ["show_receipt"]
        _same(hot, only_the_app(partial(door.get, path)))
        tag = hot.headers["ETag"]
        for asked in (tag, f'"other", W/{tag}', "*", '"other"', "x" * 501):
            conditional = partial(door.get, path, **{"If-None-Match": asked})
            _same(conditional(), only_the_app(conditional))


def test_whom_an_act_under_way_names_is_shown_the_receipt_by_either_way(
    gateway: Gateway, told: ReceiptId, taken: list[str], only_the_app: Any
) -> None:
    path = f"/v1/receipts/{told}"
    assert gateway.door(BANK_C).get(path).json()["view"] == "public"
    draft = gateway.door(TRADER_A).post(f"{path}/pledges", pledge_body(gateway, BANK_C))
    assert draft.status_code == 202
    taken.clear()
    hot = gateway.door(BANK_C).get(path)
    assert taken == ["show_receipt"]
    assert hot.json()["view"] == "full"
    _same(hot, only_the_app(lambda: gateway.door(BANK_C).get(path)))


def test_items_of_serialised_goods_are_left_to_the_app(gateway: Gateway, taken: list[str]) -> None:
    pool = gateway.open_pool(index=41, commodity="hot-rolled-coil")
    coil = {"mill": "Baosteel", "heat_number": "H1", "coil_number": "C1"}
    body = issue_body(gateway, pool)
    body["receipts"][0] |= {"content": COIL, "items": [coil]}
    done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)
    receipt = pool << 32 | 1
    taken.clear()
    shown = gateway.door(TRADER_A).get(f"/v1/receipts/{receipt}")
    assert shown.json()["items"] == [coil]
    assert not taken


def test_what_is_out_of_the_ordinary_is_answered_by_the_app(
    gateway: Gateway, pledged: ReceiptId, taken: list[str]
) -> None:
    path = f"/v1/receipts/{pledged}"
    expired, revoked = gateway.dead_doors(TRADER_A)
    nobody = Door(gateway.client, "rl_nobody", None)
    for door in (expired, revoked, nobody):
        assert door.get(path).status_code == 401
        assert door.post(f"{path}/pledges", pledge_body(gateway, BANK_B)).status_code == 401
    assert gateway.client.get(path).status_code == 401
    assert gateway.door(OPERATOR).get("/v1/receipts/99999999").status_code == 404
    assert gateway.door(OPERATOR).get("/v1/receipts/1-2-3-4").status_code == 422
    door = gateway.door(TRADER_A)
    assert door.post(f"{path}/pledges", {}).status_code == 422
    assert (
        door.post(f"{path}/pledges", pledge_body(gateway, BANK_B), key="x" * 256).status_code == 422
    )
    reader = gateway.reader_of(TRADER_A)
    assert reader.post(f"{path}/pledges", pledge_body(gateway, BANK_B)).status_code == 403
    past = pledge_body(gateway, BANK_B) | {"deadline": "2026-01-01T00:00:00Z"}
    assert door.post(f"{path}/pledges", past).json()["code"] == "DeadlinePassed"
    assert not taken


@pytest.mark.parametrize("pledgee", [None, True, "22", 22.0, 0, -1, 2**16, 2**64, [22]], ids=str)
def test_a_pledgee_that_cannot_be_one_is_the_app_s_to_name(
    gateway: Gateway, pledged: ReceiptId, taken: list[str], pledgee: object
) -> None:
    body = pledge_body(gateway, BANK_B) | {"pledgee_id": pledgee}
    answer = gateway.door(TRADER_A).post(f"/v1/receipts/{pledged}/pledges", body)
    assert (answer.status_code, answer.json()["field"]) == (422, "pledgee_id")
    assert not taken


@pytest.mark.parametrize("asked", [{"maturity": "soon"}, {"terms": {}}, {"more": 1}], ids=str)
def test_a_pledge_that_is_badly_written_is_answered_alike_and_leaves_no_record(
    gateway: Gateway,
    pledged: ReceiptId,
    taken: list[str],
    only_the_app: Any,
    asked: dict[str, object],
) -> None:
    path = f"/v1/receipts/{pledged}/pledges"
    body = pledge_body(gateway, BANK_B) | asked
    door = gateway.door(TRADER_A)
    hot = door.post(path, body, key="badly-written")
    assert hot.status_code == 422
    _same(hot, only_the_app(partial(door.post, path, body, key="badly-written")))
    assert not taken
    with gateway.database.reading() as reader:
        assert not reader.rows(select(refusals).where(refusals.c.subject == pledged))


def test_an_api_token_that_is_revoked_opens_nothing_from_that_moment(
    gateway: Gateway, told: ReceiptId, taken: list[str]
) -> None:
    with gateway.database.writing() as writer:
        token = api_tokens.create(
            writer, party_id=TRADER_A.party, label="soon revoked", now=gateway.bench.clock()
        )
    door = Door(gateway.client, token.secret, TRADER_A)
    assert door.get(f"/v1/receipts/{told}").status_code == 200
    assert taken == ["show_receipt"]
    with gateway.database.writing() as writer:
        api_tokens.revoke(writer, token.api_token_id, gateway.bench.clock())
    assert door.get(f"/v1/receipts/{told}").status_code == 401


def _bodies(gateway: Gateway) -> list[dict[str, Any]]:
    return [
        pledge_body(gateway, BANK_B),
        pledge_body(gateway, BANK_B, version=1),
        pledge_body(gateway, BANK_B, documents=[]),
        pledge_body(gateway, STRANGER),
        pledge_body(gateway, BANK_B, documents=[{"kind": "invoice", "identifier": "A"}] * 2),
    ]


def _written(gateway: Gateway, principal: str, key: str) -> tuple[Any, Any]:
    with gateway.database.reading() as reader:
        answer = reader.first(
            select(idempotency_keys).where(
                idempotency_keys.c.principal == principal, idempotency_keys.c.key == key
            )
        )
        assert answer is not None
        said = answer.body.decode()
        refused = [row for row in reader.rows(select(refusals)) if row.refusal_id in said]
    (refusal,) = refused
    return answer, refusal


@pytest.mark.parametrize("who", [TRADER_A, BANK_A, OPERATOR], ids=["holder", "pledgee", "operator"])
def test_a_second_pledge_is_refused_alike_and_leaves_the_same_rows(
    gateway: Gateway, pledged: ReceiptId, taken: list[str], only_the_app: Any, who: Any
) -> None:
    path = f"/v1/receipts/{pledged}/pledges"
    principal = "operator" if who == OPERATOR else f"party {who.party}"
    door = gateway.door(who)
    for body in _bodies(gateway):
        hot_key, app_key = (f"hot-or-not-{next(_keys)}" for _ in range(2))
        taken.clear()
        hot = door.post(path, body, key=hot_key)
        assert taken == ["pledge_receipt"], hot.text
        app = only_the_app(partial(door.post, path, body, key=app_key))
        assert hot.status_code == app.status_code
        assert {**hot.json(), "refusal_id": ""} == {**app.json(), "refusal_id": ""}
        assert _but_length(hot) == _but_length(app)
        (one, one_refusal), (other, other_refusal) = (
            _written(gateway, principal, key) for key in (hot_key, app_key)
        )
        for column in ("fingerprint", "state", "status_code", "headers"):
            assert getattr(one, column) == getattr(other, column)
        for column in set(refusals.c.keys()) - {"refusal_id", "at"}:
            assert getattr(one_refusal, column) == getattr(other_refusal, column), column
        again = door.post(path, body, key=hot_key)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.content == hot.content
        assert door.post(path, body | {"version": 9}, key=hot_key).status_code == 422


def _but_length(answer: Response) -> dict[str, str]:
    of_its_own = ("content-length", "x-request-id")
    return {name: value for name, value in answer.headers.items() if name not in of_its_own}


def test_many_second_pledges_at_once_are_each_on_record_once(
    gateway: Gateway, pledged: ReceiptId, taken: list[str]
) -> None:
    path = f"/v1/receipts/{pledged}/pledges"
    door = gateway.door(TRADER_A)
    bodies = [pledge_body(gateway, BANK_B) for _ in range(40)]
    # Every key comes twice, with the same body.
    asked = [(f"crowd-{pledged}-{at}", body) for at, body in enumerate(bodies)] * 2
    with gateway.served() as url, ThreadPoolExecutor(16) as crowd:
        pool = urllib3.PoolManager(maxsize=16)

        def ask(one: tuple[str, dict[str, Any]]) -> tuple[int, str]:
            answer = pool.request(
                "POST", url + path, json=one[1], headers={**door.headers, "Idempotency-Key": one[0]}
            )
            return answer.status, str(answer.json().get("refusal_id"))

        answers = list(crowd.map(ask, asked))
    # One that came while the first was at work may be told so; all others are refused.
    assert {status for status, _ in answers} == {409}
    named = {refusal_id for _, refusal_id in answers} - {"None"}
    assert len(named) == 40
    assert taken.count("pledge_receipt") >= 40
    with gateway.database.reading() as reader:
        rows = reader.rows(select(refusals.c.refusal_id).where(refusals.c.subject == pledged))
    assert named <= {row.refusal_id for row in rows}
    assert len(rows) == 40


def test_a_request_whose_act_is_known_is_never_refused_instead(
    gateway: Gateway, told: ReceiptId, taken: list[str]
) -> None:
    """Whoever repeats a request that has drafted an act is shown the act, whatever came since."""
    path = f"/v1/receipts/{told}/pledges"
    door = gateway.door(TRADER_A)
    body = pledge_body(gateway, BANK_A)
    drafted = door.post(path, body, key=f"known-{told}")
    assert drafted.status_code == 202
    gateway.sign(drafted.json(), TRADER_A, WAREHOUSE_A, BANK_A)
    gateway.relay()
    # The answer is forgotten after a while; the act is not.
    with gateway.database.writing() as writer:
        writer.run(idempotency_keys.delete().where(idempotency_keys.c.key == f"known-{told}"))
    again = door.post(path, body, key=f"known-{told}")
    assert again.status_code == 202
    assert again.json()["act_id"] == drafted.json()["act_id"]
    assert not taken
