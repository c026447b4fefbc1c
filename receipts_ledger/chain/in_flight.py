"""Some questions on their way to the node while the answer before them is being read.

The node computes meanwhile, on a processor of its own. Answers come in the order of the
questions; a question that fails is told when those before it have been answered.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

IN_FLIGHT_MAX = 2
"""More of them gain little: a node answers large questions at the pace of its processors."""

Q = TypeVar("Q")
A = TypeVar("A")


def in_flight(questions: Iterable[Q], ask: Callable[[Q], A]) -> Iterator[tuple[Q, A]]:
    """Yield each question with its answer. Raises what either raises, when its turn comes."""
    line = _Line(questions, ask)
    try:
        while (first := line.first()) is not None:
            question, answer = first
            given = answer.result()
            line.fill()
            yield question, given
        if line.fault is not None:
            raise line.fault
    finally:
        line.close()


class _Line(Generic[Q, A]):
    """Questions that have been asked, and those that have not."""

    def __init__(self, questions: Iterable[Q], ask: Callable[[Q], A]) -> None:
        self.fault: Exception | None = None
        self._questions = iter(questions)
        self._ask = ask
        self._asked: deque[tuple[Q, Future[A]]] = deque()
        self._threads = ThreadPoolExecutor(IN_FLIGHT_MAX, thread_name_prefix="in-flight")

    def first(self) -> tuple[Q, Future[A]] | None:
        """Return the question that was asked first, None when there is none left."""
        self.fill()
        return self._asked.popleft() if self._asked else None

    def fill(self) -> None:
        """Ask until as many are on their way as may be."""
        while self.fault is None and len(self._asked) < IN_FLIGHT_MAX:
            try:
                question = next(self._questions)
            except StopIteration:
                return
            except Exception as error:
                self.fault = error
                return
            self._asked.append((question, self._threads.submit(self._ask, question)))

    def close(self) -> None:
        """Ask nothing more. What is on its way is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
