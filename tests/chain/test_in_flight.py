"""Questions on their way to a node while the answer before them is read."""

import threading
from collections.abc import Iterator

import pytest

from receipts_ledger.chain.in_flight import IN_FLIGHT_MAX, in_flight


def test_answers_come_in_the_order_of_the_questions() -> None:
    slow = threading.Event()

    def ask(question: int) -> int:
        if question == 0:
            assert slow.wait(10), "the second question was not asked beside the first"
        slow.set()
        return question * 10

    assert [*in_flight(range(6), ask)] == [(question, question * 10) for question in range(6)]


def test_no_more_are_on_their_way_than_may_be() -> None:
    asked: list[int] = []
    answers = in_flight(iter(range(100)), asked.append)
    for done in range(1, 5):
        next(answers)
        assert len(asked) <= done + IN_FLIGHT_MAX


def test_questions_that_cannot_be_made_are_told_after_the_answers_before_them() -> None:
    def questions() -> Iterator[int]:
        yield from range(3)
        raise LookupError("no fourth")

    answers = in_flight(questions(), str)
    assert [next(answers)[0] for _ in range(3)] == [0, 1, 2]
    with pytest.raises(LookupError, match="no fourth"):
        next(answers)


def test_question_that_fails_is_told_in_its_turn() -> None:
    answers = in_flight([1, 2, 0, 4], lambda question: 1 // question)
    assert [next(answers)[0] for _ in range(2)] == [1, 2]
    with pytest.raises(ZeroDivisionError):
        next(answers)


def test_who_stops_listening_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    answers = in_flight(range(100), str)
    next(answers)
    answers.close()  # type: ignore[attr-defined]
    for thread in threading.enumerate():
        if thread.name.startswith("in-flight"):
            thread.join(10)
    assert threading.active_count() <= before
