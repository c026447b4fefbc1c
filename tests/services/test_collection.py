"""When Python looks for cycles: rarely, later, or past what stays; and afterwards as before."""

import gc

from receipts_ledger.services.collection import (
    OBJECTS_BETWEEN,
    collecting_rarely,
    sparing_what_stays,
    without_collection,
)


def test_looks_for_no_cycles_during_a_short_piece_of_work() -> None:
    with without_collection():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_looks_for_cycles_rarely_during_a_long_piece_of_work() -> None:
    before = gc.get_threshold()
    with collecting_rarely():
        assert gc.get_threshold() == (OBJECTS_BETWEEN, *before[1:])
    assert gc.get_threshold() == before


def test_passes_over_what_was_there_and_still_finds_what_comes() -> None:
    with sparing_what_stays():
        assert gc.get_freeze_count() > 10_000
        circle: list[object] = []
        circle.append(circle)
        del circle
        assert gc.collect() > 0
    assert gc.get_freeze_count() == 0
