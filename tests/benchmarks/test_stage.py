"""Every piece of work goes through the same events, and who ends with another state has failed."""

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from rich.console import Console

from benchmarks.index.chain import Custom
from benchmarks.index.given import Given
from benchmarks.index.peers.peer import Peer, Start
from benchmarks.index.result import NotMeasured, Series
from benchmarks.index.saved import SavedChain, saved
from benchmarks.index.stage import Stage
from benchmarks.index.states import Found, State
from benchmarks.index.task import OURS, Task
from benchmarks.index.watch import Command
from tests.support.postgres import PostgresCluster

ROOT = Path(__file__).resolve().parents[2]
QUIET = Console(quiet=True)


class Forger:
    """Claims all events and receipts, with one receipt in other hands."""

    task = Task.SUBSQUID

    def __init__(self, events: int, states: Mapping[int, State]) -> None:
        self._events = events
        self._states = states

    def install(self) -> None:
        """Nothing is needed."""

    def start(self, given: Given, scratch: Path) -> Start:
        """Say that the work begins, and end."""
        begin = "from benchmarks.index.watch import began; began()"
        return Start(Command((sys.executable, "-c", begin), ROOT, {}))

    def found(self, given: Given, scratch: Path) -> Found:
        return Found(self._events, self._states)


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> SavedChain:
    return saved(2_500, Custom.IN_PORTFOLIOS, tmp_path_factory.mktemp("chains"))


@pytest.fixture(scope="module")
def node_url(chain: SavedChain) -> Iterator[str]:
    with chain.served() as node:
        yield node.url


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresCluster]:
    with PostgresCluster() as cluster:
        yield cluster


def test_all_our_work_and_the_nodes_go_through_every_event(
    node_url: str, chain: SavedChain, postgres: PostgresCluster
) -> None:
    tasks = (Task.NODE, *OURS)
    found = Stage(node_url, chain, postgres, {}).whole(tasks, 1, QUIET)
    for task in tasks:
        series = found[task]
        assert isinstance(series, Series)
        assert series.events == chain.chain.events_until(chain.chain.head)
        assert series.rate > 0
        assert series.peak_mb > 10


def test_a_peer_that_ends_with_another_state_is_not_measured_and_told(
    node_url: str, chain: SavedChain, postgres: PostgresCluster
) -> None:
    events = chain.chain.events_until(chain.chain.head)
    states = {number: State(1, 0, 1, 1) for number in range(chain.chain.receipts)}
    peers: Mapping[Task, Peer | NotMeasured] = {Task.SUBSQUID: Forger(events, states)}
    stage = Stage(node_url, chain, postgres, peers)
    found = stage.whole((Task.INDEX_SQLITE, Task.SUBSQUID), 2, QUIET)
    assert isinstance(found[Task.INDEX_SQLITE], Series)
    told = found[Task.SUBSQUID]
    assert isinstance(told, NotMeasured)
    assert "in another state than our index" in told.reason


def test_a_peer_that_lost_an_event_is_not_measured_and_told(
    node_url: str, chain: SavedChain, postgres: PostgresCluster
) -> None:
    events = chain.chain.events_until(chain.chain.head)
    stage = Stage(node_url, chain, postgres, {Task.SUBSQUID: Forger(events - 1, {})})
    told = stage.whole((Task.SUBSQUID,), 1, QUIET)[Task.SUBSQUID]
    assert isinstance(told, NotMeasured)
    assert f"{events - 1:,} events of {events:,}" in told.reason
