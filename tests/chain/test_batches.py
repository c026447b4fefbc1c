"""Batches go out in parts where a node minds their size, whatever its way of saying so."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest

from receipts_ledger.chain.batches import Batches, Cause
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.rpc import NodeSlow, Rpc, RpcError, RpcErrorKind
from receipts_ledger.errors import LedgerError
from receipts_ledger.store.units import Database
from tests.support.indexing import events_by_feed, events_on_chain, folded, ledger_in, mine
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.lying_node import LyingNode
from tests.support.relaying import index_of

Refusal = Callable[[list[Any]], tuple[int, Any]]


def _error_alone(asked: list[Any]) -> tuple[int, Any]:
    return 200, {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": "batch limit"}}


def _error_of_the_first_call(asked: list[Any]) -> tuple[int, Any]:
    error = {"code": -32600, "message": "batch too large"}
    return 200, [{"jsonrpc": "2.0", "id": asked[0]["id"], "error": error}]


def _entity_too_large(asked: list[Any]) -> tuple[int, Any]:
    return 413, b"<html>Request Entity Too Large</html>"


def _too_many_requests(asked: list[Any]) -> tuple[int, Any]:
    return 429, b"slow down"


@pytest.fixture
def limited(ledger_on_anvil: LedgerOnChain) -> Iterator[tuple[LyingNode, str]]:
    """A node before Anvil that can be given limits, and its address."""
    node = LyingNode(ledger_on_anvil.rpc)
    with node.serve() as url:
        yield node, url


def _turn_down_above(calls_max: int, refusal: Refusal, sizes: list[int]) -> Any:
    def limit(asked: list[Any]) -> tuple[int, Any] | None:
        sizes.append(len(asked))
        return refusal(asked) if len(asked) > calls_max else None

    return limit


@pytest.mark.fault(13)
@pytest.mark.parametrize("calls_max", [1, 5, 10**6])
@pytest.mark.parametrize(
    "refusal", [_error_alone, _error_of_the_first_call, _entity_too_large, _too_many_requests]
)
def test_history_is_read_whole_through_any_limit_of_calls(
    ledger_on_anvil: LedgerOnChain,
    limited: tuple[LyingNode, str],
    sqlite_url: str,
    calls_max: int,
    refusal: Refusal,
) -> None:
    ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 3)
    mine(ledger_on_anvil.rpc, 40)
    node, url = limited
    sizes: list[int] = []
    node.limit = _turn_down_above(calls_max, refusal, sizes)
    database = Database.open(sqlite_url)
    index_of(Rpc(url), ledger_on_anvil.deployment, database).catch_up()
    history = events_on_chain(ledger_on_anvil)
    assert events_by_feed(database) == history
    assert ledger_in(database) == folded(history)
    database.close()
    assert max(sizes) > calls_max or calls_max == 10**6
    assert any(size <= calls_max for size in sizes)


def test_answers_of_too_many_bytes_are_asked_for_in_parts(
    ledger_on_anvil: LedgerOnChain, limited: tuple[LyingNode, str]
) -> None:
    ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 3)
    mine(ledger_on_anvil.rpc, 40)
    node, url = limited
    whole = Rpc(url)
    last = ChainReader(whole, ledger_on_anvil.deployment).head().number
    first = ledger_on_anvil.deployment.block_number
    expected = list(ChainReader(whole, ledger_on_anvil.deployment).blocks(first, last))

    def limit(asked: list[Any]) -> tuple[int, Any] | None:
        answers = [node.answer(request) for request in asked]
        if len(str(answers)) < 20_000 or len(asked) == 1:
            return None
        error = {"code": -32003, "message": "response too large"}
        # As geth does it: what fitted is answered, and the rest is told.
        return 200, [answers[0], *({"id": each["id"], "error": error} for each in asked[1:])]

    node.limit = limit
    rpc = Rpc(url)
    assert list(ChainReader(rpc, ledger_on_anvil.deployment).blocks(first, last)) == expected
    assert rpc.batch_calls("eth_getBlockByNumber") < 256


@pytest.mark.fault(13)
def test_batch_that_takes_too_long_is_made_smaller(limited: tuple[LyingNode, str]) -> None:
    node, url = limited

    def limit(asked: list[Any]) -> tuple[int, Any] | None:
        time.sleep(0.05 * len(asked))
        return None

    node.limit = limit
    rpc = Rpc(url, timeout_seconds=0.5)
    calls = [("eth_chainId", ())] * 16
    # Once for each time: whether a node is slow or dead nobody can tell.
    with pytest.raises(NodeSlow):
        rpc.batch(calls)
    assert rpc.batch_calls("eth_chainId") == 8
    assert rpc.batch(calls) == ["0x7a69"] * 16


def test_single_call_that_takes_too_long_is_told(limited: tuple[LyingNode, str]) -> None:
    node, url = limited
    node.limit = lambda asked: time.sleep(0.4)
    with pytest.raises(NodeSlow):
        Rpc(url, timeout_seconds=0.1).batch([("eth_chainId", ())])


def test_call_that_is_too_much_by_itself_is_told(limited: tuple[LyingNode, str]) -> None:
    node, url = limited
    node.limit = _error_of_the_first_call
    with pytest.raises(RpcError) as told:
        Rpc(url).batch([("eth_chainId", ())] * 3)
    assert told.value.kind is RpcErrorKind.RANGE_TOO_LARGE


def test_faults_that_are_not_of_size_are_told_at_once() -> None:
    sent: list[int] = []

    def post(calls: Any) -> list[Any]:
        sent.append(len(calls))
        raise RpcError(-32000, "header not found")

    with pytest.raises(RpcError):
        Batches(64).send([("m", ())] * 64, post, lambda _: Cause.OTHER)
    assert sent == [64]


def test_batches_grow_again_slowly_up_to_what_is_allowed() -> None:
    batches = Batches(64)
    limit = 10
    sizes: list[int] = []

    def post(calls: Any) -> list[Any]:
        sizes.append(len(calls))
        if len(calls) > limit:
            raise ValueError
        return list(calls)

    def send() -> None:
        calls = [(str(place), ()) for place in range(64)]
        assert batches.send(calls, post, lambda _: Cause.SIZE) == calls

    send()
    assert batches.calls <= 10
    assert sizes[:4] == [64, 32, 16, 8]
    limit = 10**6
    for _ in range(40):
        send()
    assert batches.calls == 64


def _backwards(answers: list[Any]) -> list[Any]:
    return answers[::-1]


def _with_error_null(answers: list[Any]) -> list[Any]:
    return [answer | {"error": None} for answer in answers]


def _with_ids_as_text(answers: list[Any]) -> list[Any]:
    return [answer | {"id": str(answer["id"])} for answer in answers]


def _with_more(answers: list[Any]) -> list[Any]:
    return [*answers, {"jsonrpc": "2.0", "id": 10**9, "result": "0x"}]


@pytest.mark.parametrize("form", [_backwards, _with_error_null, _with_ids_as_text, _with_more])
def test_answers_that_are_read_by_others_are_the_same_in_any_form(
    limited: tuple[LyingNode, str], form: Callable[[list[Any]], list[Any]]
) -> None:
    node, url = limited
    rpc = Rpc(url)
    calls = [("eth_getBlockByNumber", (hex(number), False)) for number in (0, 1, 10**6)]
    expected = rpc.batch(calls)
    assert expected[2] is None
    node.limit = lambda asked: (200, form([node.answer(each) for each in asked]))
    assert [orjson.loads(bytes(raw)) for raw in rpc.raw_batch(calls)] == expected
    assert rpc.raw_batch([]) == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (b"[]", "left 2 calls unanswered"),
        (b"no JSON", "without JSON"),
        (b'"nothing"', "something that is no JSON-RPC"),
        (b'{"id": 1, "error": {"code": -32000, "message": "no"}}', "node says -32000: no"),
        (b'[{"id": 1}, {"id": 2, "result": 3}]', "neither result nor error|unanswered"),
    ],
)
def test_answers_that_are_none_are_told_as_for_any_batch(
    limited: tuple[LyingNode, str], body: bytes, complaint: str
) -> None:
    node, url = limited
    node.limit = lambda _: (200, body)
    for ask in (Rpc(url).raw_batch, Rpc(url).batch):
        with pytest.raises(LedgerError, match=complaint):
            ask([("eth_chainId", ()), ("eth_gasPrice", ())])
