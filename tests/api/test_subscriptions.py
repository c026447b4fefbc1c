"""Webhooks from the request to the receiver: signed, in order, until taken. F41 lives here."""

import itertools
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from ipaddress import ip_network
from typing import Any

import pytest
from sqlalchemy import delete, func, select

from receipts_ledger.api.answers.subscriptions import message_of
from receipts_ledger.domain.ids import PoolId, ReceiptId, Version
from receipts_ledger.domain.pledge import AssignPledge
from receipts_ledger.domain.receipt import Transfer
from receipts_ledger.domain.webhook import WebhookRefused, verify
from receipts_ledger.services.deliver import Deliver
from receipts_ledger.services.deliver.post import HttpPost
from receipts_ledger.services.deliver.targets import Targets
from receipts_ledger.store.outbox import StoredOutbox
from receipts_ledger.store.tables import feed, idempotency_keys, subscriptions
from tests.support.cast import BANK_A, BANK_B, TRADER_A, TRADER_B
from tests.support.gateway import OPERATOR, Gateway
from tests.support.ledger_on_chain import FOREVER, TERMS
from tests.support.receiver import Receiver, receiving

LOOPBACK = Targets([ip_network("127.0.0.0/8")])
TIMEOUT_SECONDS = 1.0


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture(autouse=True)
def _no_others(gateway: Gateway) -> None:
    with gateway.database.writing() as writer:
        writer.run(delete(subscriptions))


def deliver(gateway: Gateway, targets: Targets = LOOPBACK) -> Deliver:
    return Deliver(
        StoredOutbox(gateway.database, message_of, clock=gateway.bench.clock),
        gateway.services.webhooks.secrets,
        HttpPost(targets, timeout_seconds=TIMEOUT_SECONDS),
        clock=gateway.bench.clock,
        disable_after=timedelta(hours=1),
        claim_seconds=60,
    )


def work_off(gateway: Gateway) -> None:
    delivering = deliver(gateway)
    for _ in range(100):
        if not delivering.step():
            return
    raise AssertionError("it never ends")


def last_seq(gateway: Gateway) -> int:
    with gateway.database.reading() as reader:
        return int(reader.scalar(select(func.max(feed.c.seq))))


def subscribed(gateway: Gateway, who: Any, receiver: Receiver, **more: Any) -> dict[str, Any]:
    answer = gateway.door(who).post("/v1/subscriptions", {"url": receiver.url} | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def shown(gateway: Gateway, who: Any, made: dict[str, Any]) -> dict[str, Any]:
    answer = gateway.door(who).get(f"/v1/subscriptions/{made['subscription_id']}")
    return dict(answer.json())


def test_all_is_delivered_in_order_signed_and_once(gateway: Gateway, receiver: Receiver) -> None:
    made = subscribed(gateway, OPERATOR, receiver, about="all", after=0)
    work_off(gateway)
    last = last_seq(gateway)
    assert receiver.numbers == list(range(1, last + 1))
    for headers, body in receiver.sent:
        name = verify(made["secret"], headers, body, now=datetime.now(UTC))
        assert name.startswith(made["subscription_id"])
    page = gateway.door(OPERATOR).get("/v1/events?limit=200").json()["items"]
    assert [each["data"] for each in receiver.bodies][:200] == page
    after = shown(gateway, OPERATOR, made)
    assert (after["cursor_seq"], after["delivered"], after["failed"]) == (last, last, 0)


def test_a_bank_is_told_at_once_of_its_own_pledge_and_of_no_other(
    gateway: Gateway, receiver: Receiver, pool: PoolId
) -> None:
    subscribed(gateway, BANK_A, receiver, events=["Pledged", "Released"])
    ours, others = gateway.issue(pool, 2)
    gateway.ledger.pledge(ours, BANK_A)
    gateway.ledger.pledge(others, BANK_B)
    gateway.index()
    work_off(gateway)
    told = [each["data"] for each in receiver.bodies if each["type"] == "applied.Pledged"]
    assert [each["payload"]["receipt_id"] for each in told] == [ours]
    assert "word" in told[0]["payload"]


def _end_by_release(gateway: Gateway, receipt: ReceiptId) -> None:
    gateway.ledger.release(receipt, BANK_A)


def _end_by_assignment(gateway: Gateway, receipt: ReceiptId) -> None:
    act = AssignPledge(receipt, Version(2), BANK_B.party, TERMS, FOREVER)
    gateway.ledger.do(act, BANK_A, BANK_B)


@pytest.mark.parametrize("end", [_end_by_release, _end_by_assignment])
def test_a_bank_is_told_when_its_claim_ends_as_much_as_anybody_is_shown(
    gateway: Gateway,
    receiver: Receiver,
    pool: PoolId,
    end: Callable[[Gateway, ReceiptId], None],
) -> None:
    ours, others = gateway.issue(pool, 2)
    gateway.ledger.pledge(ours, BANK_A)
    gateway.ledger.pledge(others, BANK_B)
    gateway.index()
    subscribed(gateway, BANK_A, receiver)
    end(gateway, ours)
    gateway.ledger.release(others, BANK_B)
    gateway.index()
    work_off(gateway)
    told = [each["data"] for each in receiver.bodies if each["type"].startswith("applied")]
    assert [each["payload"]["receipt_id"] for each in told] == [ours]
    assert "word" not in told[0]["payload"]


def test_a_former_holder_is_told_that_its_receipt_is_anothers_and_of_nothing_after(
    gateway: Gateway, receiver: Receiver, pool: PoolId
) -> None:
    (receipt,) = gateway.issue(pool)
    subscribed(gateway, TRADER_A, receiver, receipt_id=receipt)
    act = Transfer(receipt, Version(1), TRADER_B.party, TERMS, FOREVER)
    gateway.ledger.do(act, TRADER_A, TRADER_B)
    gateway.ledger.pledge(receipt, BANK_A, holder=TRADER_B)
    gateway.index()
    work_off(gateway)
    told = [each["type"] for each in receiver.bodies if each["type"].startswith("applied")]
    assert told == ["applied.Transferred"]


def test_of_what_is_not_its_own_it_is_told_what_it_would_be_shown(
    gateway: Gateway, receiver: Receiver, pool: PoolId
) -> None:
    (receipt,) = gateway.issue(pool)
    subscribed(gateway, TRADER_B, receiver, about="all", receipt_id=receipt)
    gateway.ledger.pledge(receipt, BANK_A)
    gateway.index()
    work_off(gateway)
    (told,) = [each for each in receiver.bodies if each["type"] == "applied.Pledged"]
    assert set(told["data"]["payload"]) == {
        *("receipt_id", "status", "encumbered", "version", "tx_hash")
    }


def _hang(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3 * TIMEOUT_SECONDS)


def _drip(handler: BaseHTTPRequestHandler) -> None:
    for sign in itertools.chain(b"HTTP/1.1 200 OK\r\nX: ", itertools.repeat(120, 100)):
        handler.wfile.write(bytes([sign]))
        time.sleep(0.1)


def _redirect(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(307)
    handler.send_header("Location", "http://169.254.169.254/latest/meta-data")
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _rubbish(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


@pytest.mark.fault(41)
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (lambda _: 500, "it answers 500"),
        (lambda _: 404, "it answers 404"),
        (_redirect, "redirects are not followed"),
        (_hang, "no answer"),
        (_drip, "no "),
        (_rubbish, "no "),
    ],
    ids=["fails", "knows nothing", "redirects", "hangs", "drips", "talks rubbish"],
)
def test_what_is_not_taken_stops_the_subscription_there_and_comes_again_as_the_same(
    gateway: Gateway,
    receiver: Receiver,
    answer: Callable[[BaseHTTPRequestHandler], int | None],
    reason: str,
) -> None:
    last = last_seq(gateway)
    made = subscribed(gateway, OPERATOR, receiver, after=last - 3)
    receiver.answer = answer
    begun = time.monotonic()
    work_off(gateway)
    assert time.monotonic() - begun < 3 * TIMEOUT_SECONDS
    stopped = shown(gateway, OPERATOR, made)
    assert (stopped["cursor_seq"], stopped["failed"], stopped["state"]) == (last - 3, 1, "active")
    assert reason in stopped["reason"]
    assert receiver.numbers == [last - 2]

    receiver.answer = lambda _: 200
    gateway.bench.clock.advance(3)
    work_off(gateway)
    assert receiver.numbers == [last - 2, last - 2, last - 1, last]
    assert receiver.sent[0][0]["webhook-id"] == receiver.sent[1][0]["webhook-id"]
    assert receiver.sent[0][1] == receiver.sent[1][1]
    gone_on = shown(gateway, OPERATOR, made)
    assert (gone_on["cursor_seq"], gone_on["reason"]) == (last, None)


@pytest.mark.fault(41)
def test_a_huge_answer_is_not_read(gateway: Gateway, receiver: Receiver) -> None:
    def huge(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            for _ in range(10_000):
                handler.wfile.write(b"x" * 1_000_000)
        except OSError:
            return

    last = last_seq(gateway)
    made = subscribed(gateway, OPERATOR, receiver, after=last - 1)
    receiver.answer = huge
    begun = time.monotonic()
    work_off(gateway)
    assert time.monotonic() - begun < 3
    assert shown(gateway, OPERATOR, made)["cursor_seq"] == last


@pytest.mark.fault(41)
def test_a_name_that_leads_inwards_meanwhile_is_not_connected_to(
    gateway: Gateway, receiver: Receiver
) -> None:
    made = subscribed(gateway, OPERATOR, receiver, after=last_seq(gateway) - 1)
    assert deliver(gateway, Targets([ip_network("10.0.0.0/8")])).step()
    assert receiver.sent == []
    assert "plain http" in shown(gateway, OPERATOR, made)["reason"]


def test_after_failing_for_too_long_it_is_disabled_and_resumed_by_its_owner(
    gateway: Gateway, receiver: Receiver
) -> None:
    last = last_seq(gateway)
    made = subscribed(gateway, OPERATOR, receiver, after=last - 1)
    receiver.answer = lambda _: 503
    work_off(gateway)
    gateway.bench.clock.advance(3_601)
    work_off(gateway)
    ended = shown(gateway, OPERATOR, made)
    assert ended["state"] == "disabled"
    assert "nothing was taken since" in ended["reason"]
    gateway.bench.clock.advance(86_400)
    work_off(gateway)
    assert len(receiver.sent) == 2

    receiver.answer = lambda _: 200
    path = f"/v1/subscriptions/{made['subscription_id']}"
    assert gateway.door(OPERATOR).post(f"{path}/resume", {}).json()["state"] == "active"
    work_off(gateway)
    assert receiver.numbers == [last] * 3


def test_paused_it_is_told_nothing_and_then_all_that_it_missed(
    gateway: Gateway, receiver: Receiver, pool: PoolId
) -> None:
    made = subscribed(gateway, OPERATOR, receiver)
    path = f"/v1/subscriptions/{made['subscription_id']}"
    gateway.door(OPERATOR).post(f"{path}/pause", {})
    before = last_seq(gateway)
    gateway.issue(pool, 2)
    work_off(gateway)
    assert receiver.sent == []
    gateway.door(OPERATOR).post(f"{path}/resume", {})
    work_off(gateway)
    assert receiver.numbers == list(range(before + 1, last_seq(gateway) + 1))


def test_a_number_to_which_the_feed_has_not_come_is_refused(
    gateway: Gateway, receiver: Receiver
) -> None:
    ahead = last_seq(gateway) + 1
    door = gateway.door(OPERATOR)
    made = subscribed(gateway, OPERATOR, receiver, after=ahead - 1)
    answers = {
        "after": [
            door.post("/v1/subscriptions", {"url": receiver.url, "after": ahead}),
            door.post(f"/v1/subscriptions/{made['subscription_id']}/replay", {"after": ahead}),
            door.get(f"/v1/events?after={ahead}"),
            door.get(f"/v1/events/stream?after={ahead}"),
        ],
        "last-event-id": [door.get("/v1/events/stream", **{"Last-Event-ID": str(ahead)})],
    }
    for field, refused in answers.items():
        for answer in refused:
            said = answer.json()
            assert (answer.status_code, said["code"], said["field"]) == (
                422,
                "InvalidRequest",
                field,
            )
            assert said["detail"] == f"the feed ends at {ahead - 1}"
    assert door.get(f"/v1/events?after={ahead - 1}").json()["items"] == []


def test_replayed_messages_have_the_ids_that_they_had(gateway: Gateway, receiver: Receiver) -> None:
    last = last_seq(gateway)
    made = subscribed(gateway, OPERATOR, receiver, after=last - 2)
    work_off(gateway)
    path = f"/v1/subscriptions/{made['subscription_id']}/replay"
    gateway.door(OPERATOR).post(path, {"after": last - 2})
    work_off(gateway)
    assert receiver.numbers == [last - 1, last, last - 1, last]


def test_a_new_secret_signs_beside_the_former_one_until_the_overlap_is_over(
    gateway: Gateway, receiver: Receiver
) -> None:
    last = last_seq(gateway)
    made = subscribed(gateway, OPERATOR, receiver, after=last - 1)
    path = f"/v1/subscriptions/{made['subscription_id']}"
    renewed = gateway.door(OPERATOR).post(f"{path}/secret", {"overlap_hours": 1}).json()
    assert renewed["secret"] != made["secret"]
    work_off(gateway)
    gateway.bench.clock.advance(3_601)
    gateway.door(OPERATOR).post(f"{path}/replay", {"after": last - 1})
    work_off(gateway)
    (first, second) = receiver.sent
    now = gateway.bench.clock()
    for secret in (made["secret"], renewed["secret"]):
        verify(secret, *first, now=now - timedelta(seconds=3_601))
    verify(renewed["secret"], *second, now=now)
    with pytest.raises(WebhookRefused):
        verify(made["secret"], *second, now=now)


def test_the_same_request_again_makes_no_second_one_and_no_secret_is_stored(
    gateway: Gateway, receiver: Receiver
) -> None:
    body = {"url": receiver.url}
    first, again = (
        gateway.door(TRADER_A).post("/v1/subscriptions", body, key="subscribe once")
        for _ in range(2)
    )
    assert first.json() == again.json()
    assert len(gateway.rows(subscriptions)) == 1
    other = gateway.door(TRADER_A).post("/v1/subscriptions", {"url": "x"}, key="subscribe once")
    assert other.status_code == 422
    secret = first.json()["secret"]
    assert secret not in gateway.door(TRADER_A).get("/v1/subscriptions").text
    stored = str(gateway.rows(subscriptions)) + str(gateway.rows(idempotency_keys))
    assert secret not in stored
    assert secret.removeprefix("whsec_") not in stored


def test_nobody_sees_or_changes_anothers(gateway: Gateway, receiver: Receiver) -> None:
    made = subscribed(gateway, TRADER_A, receiver)
    path = f"/v1/subscriptions/{made['subscription_id']}"
    for who in (TRADER_B, OPERATOR):
        door = gateway.door(who)
        assert door.get("/v1/subscriptions").json() == {"items": []}
        answers = [door.get(path), gateway.client.delete(path, headers=door.headers)]
        for verb, body in (
            *(("pause", {}), ("resume", {})),
            *(("replay", {"after": 0}), ("secret", {"overlap_hours": 0})),
        ):
            answers.append(door.post(f"{path}/{verb}", body))
        assert {answer.status_code for answer in answers} == {404}
    assert shown(gateway, TRADER_A, made)["state"] == "active"
    assert gateway.client.delete(path, headers=gateway.door(TRADER_A).headers).status_code == 204
    assert gateway.rows(subscriptions) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("url", "http://10.0.0.1/"),
        ("url", "https://169.254.169.254/"),
        ("url", "https://[::1]/"),
        ("url", "https://167772161/"),
        ("url", "https://0xa9fea9fe/"),
        ("url", "https://[::ffff:a00:1]/"),
        ("events", ["Pledge"]),
    ],
)
def test_what_could_never_be_delivered_is_refused(gateway: Gateway, field: str, value: Any) -> None:
    body = {"url": "https://bank.example/"} | {field: value}
    answer = gateway.door(TRADER_A).post("/v1/subscriptions", body)
    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["field"]) == ("InvalidRequest", field)


def test_several_at_once_serve_all_and_each_in_order(gateway: Gateway, receiver: Receiver) -> None:
    last = last_seq(gateway)
    after = max(0, last - 40)
    made = [
        subscribed(gateway, OPERATOR, receiver, after=after)["subscription_id"] for _ in range(6)
    ]
    with ThreadPoolExecutor(4) as threads:
        for future in [threads.submit(work_off, gateway) for _ in range(4)]:
            future.result()
    work_off(gateway)
    ids = [headers["webhook-id"].split("_") for headers, _ in receiver.sent]
    for subscription_id in made:
        numbers = [int(seq) for name, seq, _ in ids if name == subscription_id]
        assert numbers == list(range(after + 1, last + 1))


def test_the_figures_tell_how_far_each_is_behind(gateway: Gateway, receiver: Receiver) -> None:
    made = subscribed(gateway, OPERATOR, receiver, after=last_seq(gateway) - 2)
    label = f'{{subscription="{made["subscription_id"]}"}}'
    assert f"ledger_feed_lag{label} 2.0" in gateway.client.get("/metrics").text
    receiver.answer = lambda _: 500
    work_off(gateway)
    receiver.answer = lambda _: 200
    gateway.bench.clock.advance(3)
    work_off(gateway)
    told = gateway.client.get("/metrics").text
    assert f"ledger_feed_lag{label} 0.0" in told
    assert 'ledger_deliveries_total{outcome="taken"} 2.0' in told
    assert 'ledger_deliveries_total{outcome="failed"} 1.0' in told
    assert 'ledger_subscriptions{state="active"} 1.0' in told


def test_who_has_lost_its_claim_moves_nothing(gateway: Gateway, receiver: Receiver) -> None:
    last = last_seq(gateway)
    made = subscribed(gateway, OPERATOR, receiver, after=last - 2)
    clock = gateway.bench.clock
    outbox = StoredOutbox(gateway.database, message_of, clock=clock)
    late = outbox.claim(60)
    assert late is not None
    assert outbox.claim(60) is None
    clock.advance(61)
    now = outbox.claim(60)
    assert now is not None
    assert not outbox.advance(late, last, 60)
    outbox.finish(late, last)
    outbox.disable(late, "late")
    assert shown(gateway, OPERATOR, made)["cursor_seq"] == last - 2
    assert shown(gateway, OPERATOR, made)["state"] == "active"
    assert outbox.advance(now, last - 1, 60)
