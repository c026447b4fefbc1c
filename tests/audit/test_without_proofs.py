"""A look without proofs sees differences, and never speaks as an audit does."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from receipts_ledger.chain import claimed_logs
from receipts_ledger.chain.claimed_logs import ClaimedLogs
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.rpc import NodeSlow, Rpc
from tests.audit.lies import Json, flipped
from tests.support.auditing import DIFFERENT, EQUAL, Outcome, Scene
from tests.support.indexing import events_on_chain
from tests.support.lying_node import LyingNode

PLEDGED = "0x" + keccak(b"Pledged(uint64,uint128,bytes32)").hex()
NOTHING_PROVED = (
    "NOTHING IS PROVED: no header, root, signature, consent or storage was looked at. The node may "
    "have left out, invented or altered anything."
)


@pytest.fixture
def look(scene: Scene) -> Callable[..., Outcome]:
    """Look at the ledger without proofs."""
    return lambda *options, **given: scene.audit("--no-proofs", *options, **given)


def of_logs(change: Callable[[list[Json]], list[Json]]) -> Callable[[str, list[Any], Any], Any]:
    """Bend what is said of logs."""
    return lambda method, _, result: change(result) if method == "eth_getLogs" else result


def test_look_sees_no_difference_and_says_that_it_proved_nothing(
    scene: Scene, look: Callable[..., Outcome], indexed_url: str
) -> None:
    audit, seen = scene.audit(database=indexed_url), look(database=indexed_url)
    assert (audit.exit_code, seen.exit_code) == (EQUAL, EQUAL)
    assert NOTHING_PROVED in seen.text
    assert "UNPROVED: NO DIFFERENCE SEEN. An audit without --no-proofs decides." in seen.text
    assert seen.report["warning"] == NOTHING_PROVED
    assert not any(seen.report["proved"].values())
    for counted in ("blocks", "events", "parties", "pools", "receipts_open", "receipts_closed"):
        assert seen.report["counts"][counted] == audit.report["counts"][counted]
    rows = audit.report["counts"]["rows"]
    del rows["blocks"]
    assert seen.report["counts"]["rows"] == rows


def test_no_word_of_a_proved_verdict_is_used(scene: Scene, look: Callable[..., Outcome]) -> None:
    audit, seen = scene.audit(), look()
    assert audit.report["verdict"] not in seen.report["verdict"]
    assert seen.report["verdict"].startswith("unproved_")
    for word in ("EQUAL", "agrees", "clean", "re-hashed", "recovered"):
        assert word not in seen.text


def test_row_that_was_tampered_with_is_seen(
    scene: Scene, look: Callable[..., Outcome], indexed_url: str
) -> None:
    engine = create_engine(indexed_url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE receipts SET quantity = quantity + 1"))
    engine.dispose()
    seen = look(database=indexed_url)
    assert seen.exit_code == DIFFERENT
    assert seen.report["verdict"] == "unproved_difference_seen"
    assert {kind for kind, _, _ in seen.differences} == {"sql"}
    assert "DIFFERENCES SEEN. An audit without --no-proofs decides." in seen.text


def test_what_cannot_follow_is_seen(
    look: Callable[..., Outcome], lying: tuple[LyingNode, str]
) -> None:
    node, url = lying

    def twice(logs: list[Json]) -> list[Json]:
        last = logs[-1]
        return [*logs, last | {"logIndex": hex(int(last["logIndex"], 16) + 1)}] if logs else logs

    node.bend = of_logs(twice)
    seen = look(rpc=url)
    assert seen.exit_code == DIFFERENT
    assert "contradiction" in {kind for kind, _, _ in seen.differences}


def test_lie_that_an_audit_finds_is_not_found_without_proofs(
    scene: Scene, look: Callable[..., Outcome], lying: tuple[LyingNode, str]
) -> None:
    # The commitment at the end is no part of the state: only signatures and roots cover it.
    node, url = lying

    def alter(logs: list[Json]) -> list[Json]:
        return [
            log | {"data": flipped(log["data"])} if log["topics"][0] == PLEDGED else log
            for log in logs
        ]

    def bend(method: str, _: list[Any], result: Any) -> Any:
        if method == "eth_getBlockReceipts":
            return [each | {"logs": alter(each["logs"])} for each in result]
        return alter(result) if method == "eth_getLogs" else result

    node.bend = bend
    assert "its receipts do not add up" in scene.audit(rpc=url).undecided_line
    seen = look(rpc=url)
    assert seen.exit_code == EQUAL
    assert NOTHING_PROVED in seen.text


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda logs: logs[::-1], "the node gives it out of order"),
        (lambda logs: [log | {"blockNumber": "0xffffff"} for log in logs], "out of order"),
        (lambda logs: [log | {"logIndex": None} for log in logs], "does not have the form"),
        (lambda logs: [log | {"data": "0x00"} for log in logs], "topic"),
        (lambda logs: "none", "does not have the form"),
    ],
)
def test_claims_that_are_none_are_not_decided_upon(
    look: Callable[..., Outcome],
    lying: tuple[LyingNode, str],
    change: Callable[[list[Json]], Any],
    complaint: str,
) -> None:
    node, url = lying
    node.bend = of_logs(change)
    assert complaint in look(rpc=url).undecided_line


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--head", "0x" + "11" * 32), "--head: a look with --no-proofs follows nothing"),
        (("--rpc", "http://localhost:1"), "--rpc: a look with --no-proofs believes one node"),
        (("--to", "999999"), "--to: block 999999 is not between the deployment at"),
    ],
)
def test_what_would_lend_it_weight_is_refused(
    look: Callable[..., Outcome], options: tuple[str, ...], complaint: str
) -> None:
    assert complaint in look(*options).undecided_line


def test_look_ends_where_it_is_told_to(scene: Scene, look: Callable[..., Outcome]) -> None:
    to = str(scene.head - 3)
    seen, audit = look("--to", to), scene.audit("--to", to)
    assert seen.report["claimed_head"] == audit.report["head"]
    assert seen.report["counts"]["events"] == audit.report["counts"]["events"]


def _too_many(asked: list[Any]) -> tuple[int, Any]:
    error = {"code": -32005, "message": "query returned more than 10000 results"}
    return 200, [{"jsonrpc": "2.0", "id": asked[0]["id"], "error": error}]


def _too_slow(asked: list[Any]) -> tuple[int, Any]:
    time.sleep(1)
    return _too_many(asked)


# Where time is not the question, a machine that is busy may take its time.
@pytest.mark.parametrize(("refusal", "timeout_seconds"), [(_too_many, 30.0), (_too_slow, 0.5)])
def test_window_is_halved_where_a_node_minds_and_grows_again(
    scene: Scene,
    lying: tuple[LyingNode, str],
    monkeypatch: pytest.MonkeyPatch,
    refusal: Callable[[list[Any]], tuple[int, Any]],
    timeout_seconds: float,
) -> None:
    node, url = lying
    widths: list[int] = []
    monkeypatch.setattr(claimed_logs, "WINDOW_BLOCKS_FIRST", 16)

    def limit(asked: list[Any]) -> tuple[int, Any] | None:
        (wanted,) = asked[0]["params"]
        widths.append(int(wanted["toBlock"], 16) - int(wanted["fromBlock"], 16) + 1)
        if widths[-1] <= 3:
            return None
        return (refusal if len(widths) < 4 else _too_many)(asked)

    node.limit = limit
    node_asked = Rpc(url, timeout_seconds=timeout_seconds)
    claims = ClaimedLogs(node_asked, scene.ledger.deployment)
    found = [logged.event for _, events in claims.pages(scene.head) for logged in events]
    assert found == events_on_chain(scene.ledger)
    assert widths[0] == 16
    # Once it has been refused it tries a little more, and not the double.
    assert max(widths[8:]) == 4


def test_node_that_never_answers_in_time_is_not_asked_for_ever(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    asked: list[int] = []

    def limit(requests: list[Any]) -> None:
        asked.append(len(requests))
        time.sleep(0.4)

    node.limit = limit
    claims = ClaimedLogs(Rpc(url, timeout_seconds=0.1), scene.ledger.deployment)
    with pytest.raises(NodeSlow):
        next(claims.pages(scene.head))
    # Two are in flight.
    assert len(asked) <= 2 * (claimed_logs.TIMEOUTS_MAX + 1)
