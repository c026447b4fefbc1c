"""Several nodes: one is asked, left when it is not well, and asked again after a rest."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from receipts_ledger.chain.deployment import verify
from receipts_ledger.chain.local_node import LocalNode, anvil
from receipts_ledger.chain.nodes import (
    CONTRADICTIONS_MAX,
    LOOK_SECONDS,
    LOOK_TIMEOUT_SECONDS,
    REST_SECONDS,
    Nodes,
)
from receipts_ledger.chain.proofs import InconsistentNode
from receipts_ledger.chain.rpc import NodeAway, Rpc, RpcError
from receipts_ledger.errors import Fatal, Retryable
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.lying_node import LyingNode
from tests.support.relaying import away

SOON_SECONDS = 30.0


class Clock:
    """The time, which a test puts forward."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fronts(ledger_on_anvil: LedgerOnChain) -> Iterator[list[tuple[LyingNode, Rpc]]]:
    """Two ways to one Anvil, which can be bent each by itself."""
    one, two = LyingNode(ledger_on_anvil.rpc), LyingNode(ledger_on_anvil.rpc)
    with one.serve() as url_of_one, two.serve() as url_of_two:
        yield [(one, Rpc(url_of_one)), (two, Rpc(url_of_two))]


def _nodes(ledger: LedgerOnChain, clock: Clock, *rpcs: Rpc) -> Nodes:
    nodes = Nodes(rpcs, check=lambda rpc: verify(rpc, ledger.deployment), clock=clock)
    nodes.start()
    return nodes


def test_first_is_asked_as_long_as_it_is_well(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    nodes = _nodes(ledger_on_anvil, clock, *(rpc for _, rpc in fronts))
    for _ in range(3):
        with nodes.step() as place:
            assert place == 0
        clock.now += 100


def test_node_that_is_away_is_left_and_comes_back(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    nodes = _nodes(ledger_on_anvil, clock, *(rpc for _, rpc in fronts))
    with pytest.raises(NodeAway), nodes.step():
        raise NodeAway("the line broke")
    assert nodes.place == 1
    clock.now += REST_SECONDS - 0.1
    assert nodes.place == 1
    clock.now += 0.2
    assert nodes.place == 0


def test_node_that_keeps_failing_rests_longer_each_time(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    nodes = _nodes(ledger_on_anvil, clock, *(rpc for _, rpc in fronts))
    for rest_seconds in (REST_SECONDS, 2 * REST_SECONDS, 4 * REST_SECONDS):
        with pytest.raises(NodeAway), nodes.step():
            raise NodeAway("again")
        clock.now += rest_seconds - 0.1
        assert nodes.place == 1
        clock.now += 0.2
        assert nodes.place == 0


@pytest.mark.parametrize(
    "error",
    [RpcError(-32000, "nonce too low"), RpcError(3, "execution reverted"), KeyError("ours")],
)
def test_what_is_an_answer_counts_against_no_node(
    ledger_on_anvil: LedgerOnChain,
    clock: Clock,
    fronts: list[tuple[LyingNode, Rpc]],
    error: Exception,
) -> None:
    nodes = _nodes(ledger_on_anvil, clock, *(rpc for _, rpc in fronts))
    for _ in range(10):
        with pytest.raises(type(error)), nodes.step():
            raise error
    assert nodes.place == 0


def test_node_is_left_when_it_keeps_contradicting_itself(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    nodes = _nodes(ledger_on_anvil, clock, *(rpc for _, rpc in fronts))

    def contradict() -> None:
        with pytest.raises(InconsistentNode), nodes.step():
            raise InconsistentNode("two forks by turns")

    for _ in range(CONTRADICTIONS_MAX - 1):
        contradict()
    with nodes.step() as place:
        assert place == 0
    for _ in range(CONTRADICTIONS_MAX):
        assert nodes.place == 0
        contradict()
    assert nodes.place == 1


def test_question_goes_to_the_next_node_at_once(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    nodes = _nodes(ledger_on_anvil, clock, away(), fronts[0][1])
    assert nodes.ask(lambda place: nodes.rpc_at(place).call("eth_chainId")) == "0x7a69"
    assert nodes.place == 1


def test_question_that_one_is_too_busy_for_goes_to_another(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    busy, _ = fronts[0]
    nodes = _nodes(ledger_on_anvil, clock, *(rpc for _, rpc in fronts))
    busy.doorkeeper = lambda: (429, b"slow down")
    assert nodes.ask(lambda place: nodes.rpc_at(place).call("eth_chainId")) == "0x7a69"
    assert nodes.place == 1


def test_question_that_nobody_answers_is_told(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    nodes = _nodes(ledger_on_anvil, clock, *(rpc for _, rpc in fronts))
    asked = []

    def question(place: int) -> None:
        asked.append(place)
        raise NodeAway("nobody")

    with pytest.raises(NodeAway):
        nodes.ask(question)
    assert asked == [0, 1]


def test_node_behind_the_others_is_left(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    behind, rpc = fronts[0]
    lag = 0

    def late(method: str, params: list[Any], result: Any) -> Any:
        return hex(int(result, 16) - lag) if method == "eth_blockNumber" else result

    behind.bend = late
    nodes = _nodes(ledger_on_anvil, clock, rpc, fronts[1][1])
    lag = 3
    nodes.look_around()
    assert nodes.place == 0
    lag = 4
    nodes.look_around()
    assert nodes.place == 0
    clock.now += LOOK_SECONDS
    nodes.look_around()
    assert nodes.place == 1


@contextmanager
def _hanging(front: LyingNode) -> Iterator[list[str]]:
    """Let a node answer nothing that is asked of its head, and yield what was asked."""
    asked: list[str] = []
    is_over = threading.Event()

    def hang(method: str, params: list[Any], result: Any) -> Any:
        if method == "eth_blockNumber":
            asked.append(method)
            is_over.wait(SOON_SECONDS)
        return result

    front.bend = hang
    yield asked
    is_over.set()


def test_standby_that_hangs_holds_nobody_up_and_rests(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    nodes = _nodes(ledger_on_anvil, clock, *(rpc for _, rpc in fronts))
    with _hanging(fronts[1][0]) as asked:
        for _ in range(2):
            begun = time.monotonic()
            nodes.look_around()
            assert time.monotonic() - begun < 2 * LOOK_TIMEOUT_SECONDS
            clock.now += LOOK_SECONDS
    assert asked == ["eth_blockNumber"]
    assert nodes.place == 0


def test_head_is_told_soon_or_not_at_all(
    ledger_on_anvil: LedgerOnChain, clock: Clock, fronts: list[tuple[LyingNode, Rpc]]
) -> None:
    front, rpc = fronts[0]
    nodes = _nodes(ledger_on_anvil, clock, rpc)
    assert nodes.head() == int(rpc.call("eth_blockNumber"), 16)
    begun = time.monotonic()
    with _hanging(front), pytest.raises(Retryable, match="in time"):
        nodes.head()
    assert time.monotonic() - begun < 2 * LOOK_TIMEOUT_SECONDS


def test_node_of_another_chain_stops_the_start_and_is_named(
    ledger_on_anvil: LedgerOnChain, clock: Clock
) -> None:
    with anvil("--chain-id", "77") as other, pytest.raises(Fatal) as told:
        _nodes(ledger_on_anvil, clock, ledger_on_anvil.rpc, Rpc(other.url))
    assert Rpc(other.url).name in str(told.value)
    assert "chain id is 77" in str(told.value)


def test_start_needs_one_node_that_answers(ledger_on_anvil: LedgerOnChain, clock: Clock) -> None:
    with pytest.raises(Retryable):
        _nodes(ledger_on_anvil, clock, away(), away())
    assert _nodes(ledger_on_anvil, clock, away(), ledger_on_anvil.rpc).place == 1


def test_node_that_comes_back_as_another_chain_is_never_asked_again(
    ledger_on_anvil: LedgerOnChain, clock: Clock, own_anvil: LocalNode
) -> None:
    """It was away at the start, and what stands at its address now knows no such ledger."""
    other = Rpc(own_anvil.url)
    is_up = False

    def check(rpc: Rpc) -> None:
        if rpc is other and not is_up:
            raise NodeAway("not yet")
        verify(rpc, ledger_on_anvil.deployment)

    nodes = Nodes([other, ledger_on_anvil.rpc], check=check, clock=clock)
    nodes.start()
    is_up = True
    for _ in range(5):
        clock.now += 1000
        assert nodes.place == 1
