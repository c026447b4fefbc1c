"""Loops under leases: one at a time, told of every fault, ended whole."""

import threading
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from receipts_ledger.errors import Fatal, Retryable
from receipts_ledger.services.worker import LEASE_SECONDS, Loop, Troubles, Worker
from receipts_ledger.store import figures
from receipts_ledger.store.leases import StoredLeases
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import utc_now

SOON_SECONDS = 30.0
AT_ONCE = 0.001


class Steps:
    """A step that counts itself, and may be told what to do at which count."""

    def __init__(self, **faults: Exception) -> None:
        self.count = 0
        self._faults = faults
        self._reached = threading.Condition()

    def __call__(self) -> bool:
        with self._reached:
            self.count += 1
            self._reached.notify_all()
        fault = self._faults.get(f"at_{self.count}")
        if fault is not None:
            raise fault
        return False

    def wait_for(self, count: int) -> None:
        with self._reached:
            assert self._reached.wait_for(lambda: self.count >= count, SOON_SECONDS)


def _leases(database: Database) -> StoredLeases:
    return StoredLeases(database, clock=utc_now)


def _worker(database: Database, step: Steps, holder: str = "one") -> Worker:
    return Worker([Loop("work", step, AT_ONCE)], _leases(database), holder=holder)


def test_loop_goes_on_until_it_is_stopped(database: Database) -> None:
    step = Steps()
    with _worker(database, step):
        step.wait_for(3)
    assert "work" not in {thread.name for thread in threading.enumerate()}


def test_fault_of_the_world_is_told_and_tried_again(database: Database) -> None:
    step = Steps(at_1=Retryable("the node is away"), at_2=KeyError("a fault of ours"))
    with capture_logs() as logs, _worker(database, step) as worker:
        step.wait_for(3)
        assert worker.failure is None
    assert [line["log_level"] for line in logs] == ["warning", "error"]
    assert logs[0]["reason"] == "the node is away"


def test_fatal_fault_ends_the_worker(database: Database) -> None:
    step = Steps(at_2=Fatal("another chain"))
    with capture_logs(), _worker(database, step) as worker:
        assert worker.wait(SOON_SECONDS)
    assert str(worker.failure) == "another chain"
    assert step.count == 2


def test_second_worker_waits_until_the_first_has_ended(database: Database) -> None:
    first, second = Steps(), Steps()
    with _worker(database, first, "one"):
        first.wait_for(1)
        with _worker(database, second, "two"):
            first.wait_for(5)
            assert second.count == 0
    with _worker(database, second, "two"):
        second.wait_for(1)


def test_lease_is_taken_over_when_its_time_is_up(database: Database) -> None:
    now = utc_now()
    leases = StoredLeases(database, clock=lambda: now)
    assert leases.take("work", "one", 15)
    assert leases.take("work", "one", 15)
    assert not leases.take("work", "two", 15)
    now += timedelta(seconds=14)
    assert not leases.take("work", "two", 15)
    now += timedelta(seconds=1)
    assert leases.take("work", "two", 15)
    assert not leases.take("work", "one", 15)


def test_lease_outlasts_the_pause_between_two_steps(database: Database) -> None:
    step = Steps()
    pace_seconds = 600.0
    worker = Worker([Loop("work", step, pace_seconds)], _leases(database), holder="one")
    with worker:
        step.wait_for(1)
        with database.reading() as reader:
            left = figures.read(reader, utc_now()).lease_seconds_left["work"]
        assert pace_seconds < left <= pace_seconds + LEASE_SECONDS


def test_lease_is_given_back_by_its_holder_alone(database: Database) -> None:
    leases = _leases(database)
    assert leases.take("work", "one", 15)
    leases.give_back("work", "two")
    assert not leases.take("work", "two", 15)
    leases.give_back("work", "one")
    assert leases.take("work", "two", 15)


@pytest.mark.parametrize("name", ["index", "relay"])
def test_leases_of_different_work_are_different(database: Database, name: str) -> None:
    leases = _leases(database)
    assert leases.take("other", "one", 15)
    assert leases.take(name, "two", 15)


def test_trouble_is_told_once_for_as_long_as_it_lasts() -> None:
    told: list[str] = []
    troubles = Troubles(told.append)
    for reasons in (["no funds"], ["no funds", "paused"], ["paused"], [], ["no funds"]):
        troubles.of_step(reasons)
    assert told == ["no funds", "paused", "no funds"]
