"""Token buckets: a burst, then a pace, and nobody pays for somebody else."""

import threading

import pytest

from receipts_ledger.errors import RefusalCode, Refused
from receipts_ledger.services import rates
from receipts_ledger.services.rates import Buckets, Rates


class Watch:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


def taken(buckets: Buckets, name: str, tries: int = 10_000) -> int:
    for count in range(tries):
        try:
            buckets.take(name)
        except Refused:
            return count
    return tries


def test_a_full_bucket_gives_its_burst_and_then_its_pace(watch: Watch) -> None:
    buckets = Buckets(5, burst_seconds=10, monotonic=watch)
    assert taken(buckets, "bank a") == 50
    watch.now += 1
    assert taken(buckets, "bank a") == 5
    watch.now += 3_600
    assert taken(buckets, "bank a") == 50


def test_buckets_of_different_names_are_different(watch: Watch) -> None:
    buckets = Buckets(1, burst_seconds=3, monotonic=watch)
    assert taken(buckets, "bank a") == 3
    assert taken(buckets, "bank b") == 3


def test_a_refusal_says_how_long_to_wait_and_that_is_enough(watch: Watch) -> None:
    buckets = Buckets(1 / 60, burst_seconds=60, monotonic=watch)
    assert taken(buckets, "host") == 1
    with pytest.raises(Refused) as refused:
        buckets.take("host")
    assert refused.value.code is RefusalCode.TOO_MANY_REQUESTS
    assert refused.value.details["retry_after_seconds"] == 60
    watch.now += 59
    assert taken(buckets, "host") == 0
    watch.now += 1
    assert taken(buckets, "host") == 1


def test_what_is_refused_costs_nothing(watch: Watch) -> None:
    buckets = Buckets(1, burst_seconds=1, monotonic=watch)
    assert taken(buckets, "bank a") == 1
    for _ in range(100):
        assert taken(buckets, "bank a") == 0
    watch.now += 1
    assert taken(buckets, "bank a") == 1


def test_a_limit_of_none_limits_nothing() -> None:
    assert taken(Buckets(0), "bank a") == 10_000


def test_full_buckets_are_forgotten(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_BUCKETS_MAX", 100)
    buckets = Buckets(1, burst_seconds=1, monotonic=watch)
    for number in range(100):
        buckets.take(f"host {number}")
    watch.now += 2
    buckets.take("another")
    assert len(buckets._full_at) == 1


def test_threads_together_get_no_more_than_one_would(watch: Watch) -> None:
    buckets = Buckets(100, burst_seconds=10, monotonic=watch)
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(taken(buckets, "bank a"))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(counts) == 1_000


def test_attempts_on_one_receipt_are_counted_together(watch: Watch) -> None:
    limits = Rates(Buckets(0), Buckets(0), Buckets(1, burst_seconds=2, monotonic=watch), Buckets(0))
    limits.write("bank a", 7)
    limits.write("bank b", 7)
    with pytest.raises(Refused):
        limits.write("bank c", 7)
    limits.write("bank c", 8)
    limits.write("bank c", None)
