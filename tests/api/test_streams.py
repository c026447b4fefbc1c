"""The feed as a stream: what was missed, then what comes, to those who may see it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select

from receipts_ledger.api.serving import serving
from receipts_ledger.api.streams import streams as all_streams
from receipts_ledger.api.streams import tail
from receipts_ledger.domain.caller import Scope
from receipts_ledger.domain.ids import PoolId
from receipts_ledger.store import api_tokens
from receipts_ledger.store.tables import feed
from tests.support.cast import BANK_A, TRADER_A, TRADER_B, Member
from tests.support.gateway import OPERATOR, Gateway
from tests.support.listening import Listener

SECRET_PREFIX = "Bearer "


@contextmanager
def served(gateway: Gateway, **limits: Any) -> Iterator[str]:
    services = replace(gateway.services, metrics=CollectorRegistry(), **limits)
    with serving(services, host="127.0.0.1", port=0) as url:
        yield url


def secret_of(gateway: Gateway, who: Member | str) -> str:
    return gateway.door(who).headers["Authorization"].removeprefix(SECRET_PREFIX)


def last_seq(gateway: Gateway) -> int:
    with gateway.database.reading() as reader:
        return int(reader.scalar(select(func.max(feed.c.seq))))


def ends_at(seq: int) -> Callable[[list[Any]], bool]:
    return lambda told: bool(told) and told[-1].seq == seq


def test_backlog_then_what_comes_without_a_gap(gateway: Gateway, pool: PoolId) -> None:
    before = last_seq(gateway)
    with served(gateway) as url:
        listener = Listener(url, secret_of(gateway, OPERATOR))
        listener.until(ends_at(before))
        gateway.issue(pool, 3)
        now = last_seq(gateway)
        told = listener.until(ends_at(now))
    assert now > before
    assert listener.numbers == list(range(1, now + 1))
    page = gateway.door(OPERATOR).get(f"/v1/events?after={before}").json()["items"]
    assert [each.body for each in told[before:]] == page
    assert [each.kind for each in told[before:]] == [each["kind"] for each in page]


def test_each_is_shown_what_he_would_be_shown_if_he_asked(gateway: Gateway, pool: PoolId) -> None:
    with served(gateway) as url:
        before = last_seq(gateway)
        listeners = {
            who: Listener(url, secret_of(gateway, who), f"?after={before}")
            for who in (TRADER_A, TRADER_B)
        }
        assert {each.answered() for each in listeners.values()} == {200}
        (receipt,) = gateway.issue(pool)
        gateway.ledger.pledge(receipt, BANK_A)
        gateway.index()
        bodies = {}
        for who, listener in listeners.items():
            told = listener.until(ends_at(last_seq(gateway)))
            bodies[who] = [each.body for each in told]
            page = gateway.door(who).get(f"/v1/events?after={before}").json()["items"]
            assert bodies[who] == page
    assert "word" in str(bodies[TRADER_A])
    assert "word" not in str(bodies[TRADER_B])


def test_last_event_id_comes_before_after(gateway: Gateway) -> None:
    last = last_seq(gateway)
    with served(gateway) as url:
        listener = Listener(url, secret_of(gateway, OPERATOR), "?after=0", last=last - 2)
        listener.until(ends_at(last))
    assert listener.numbers == [last - 1, last]


@pytest.mark.parametrize("given", ["-1", "x", "1.0", str(2**63)])
def test_last_event_id_that_is_no_number_is_refused(gateway: Gateway, given: str) -> None:
    answer = gateway.door(OPERATOR).get("/v1/events/stream", **{"Last-Event-ID": given})
    assert answer.status_code == 422
    assert answer.json()["code"] == "InvalidRequest"


def test_it_asks_for_a_token_and_for_its_scope(gateway: Gateway) -> None:
    none = gateway.client.get("/v1/events/stream")
    assert (none.status_code, none.json()["code"]) == (401, "NotAuthenticated")
    writer = gateway.secret_for(None, "writer", scopes=frozenset({Scope.WRITE}))
    told = gateway.client.get(
        "/v1/events/stream", headers={"Authorization": SECRET_PREFIX + writer}
    )
    assert (told.status_code, told.json()["code"]) == (403, "NotYourRole")


def test_revoked_token_ends_the_stream_and_hears_nothing_that_came_after(
    gateway: Gateway, pool: PoolId
) -> None:
    with gateway.database.writing() as writer:
        made = api_tokens.create(writer, party_id=None, label="short", now=gateway.bench.clock())
    with served(gateway) as url:
        before = last_seq(gateway)
        listener = Listener(url, made.secret)
        listener.until(ends_at(before))
        with gateway.database.writing() as writer:
            assert api_tokens.revoke(writer, made.api_token_id, gateway.bench.clock())
        gateway.issue(pool)
        assert listener.ended.wait(10)
    assert listener.numbers == list(range(1, before + 1))
    assert (listener.told[-1].kind, listener.told[-1].body["code"]) == ("ended", "NotAuthenticated")


def test_revoked_token_ends_a_stream_on_which_nothing_comes(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(all_streams, "CHECK_SECONDS", 0.5)
    with gateway.database.writing() as writer:
        made = api_tokens.create(writer, party_id=None, label="quiet", now=gateway.bench.clock())
    with served(gateway) as url:
        listener = Listener(url, made.secret)
        listener.until(ends_at(last_seq(gateway)))
        with gateway.database.writing() as writer:
            assert api_tokens.revoke(writer, made.api_token_id, gateway.bench.clock())
        assert listener.ended.wait(10)
    assert listener.told[-1].kind == "ended"


def test_one_party_has_so_many_streams_and_a_process_so_many(gateway: Gateway) -> None:
    with served(gateway, streams_per_party_max=2, streams_max=3) as url:
        ours = [Listener(url, secret_of(gateway, TRADER_A)) for _ in range(2)]
        assert [each.answered() for each in ours] == [200, 200]
        assert Listener(url, secret_of(gateway, TRADER_A)).answered() == 429
        assert Listener(url, secret_of(gateway, TRADER_B)).answered() == 200
        assert Listener(url, secret_of(gateway, BANK_A)).answered() == 503
        # The place of who has hung up is free again.
        ours[0].hang_up()
        deadline = time.monotonic() + 20
        while Listener(url, secret_of(gateway, TRADER_A)).answered() != 200:
            assert time.monotonic() < deadline
            time.sleep(0.2)


def test_stopping_ends_streams_at_once(gateway: Gateway) -> None:
    with served(gateway) as url:
        listener = Listener(url, secret_of(gateway, OPERATOR))
        listener.until(ends_at(last_seq(gateway)))
        begun = time.monotonic()
    assert time.monotonic() - begun < 1.5
    assert listener.ended.wait(1)


def test_who_is_further_behind_than_the_tail_reads_pages_until_he_has_caught_up(
    gateway: Gateway, pool: PoolId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tail, "ENTRIES_MAX", 3)
    monkeypatch.setattr(all_streams, "_MISSED_PAGE", 2)
    with served(gateway) as url:
        listener = Listener(url, secret_of(gateway, OPERATOR))
        listener.until(ends_at(last_seq(gateway)))
        gateway.issue(pool, 9)
        now = last_seq(gateway)
        listener.until(ends_at(now))
    assert listener.numbers == list(range(1, now + 1))


def test_many_streams_hold_no_connection_and_others_are_answered(gateway: Gateway) -> None:
    """More streams than the pool has connections, or the process threads."""
    with served(gateway, streams_per_party_max=200) as url:
        listeners = [
            Listener(url, secret_of(gateway, OPERATOR), f"?after={last_seq(gateway)}")
            for _ in range(80)
        ]
        assert {each.answered() for each in listeners} == {200}
        asked = Listener(url, secret_of(gateway, TRADER_A))
        asked.until(ends_at(last_seq(gateway)))
        assert gateway.database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
