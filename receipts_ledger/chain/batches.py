"""How many calls go into one request. It shrinks where a node minds, and grows again slowly.

Nodes limit the calls of a batch, the bytes of an answer and the time that it may take, each
by a figure and in words of its own. So the figure is found by trying. Batches are of reads
alone: a part of one may be asked again.
"""

from collections.abc import Callable, Sequence
from enum import Enum, auto
from typing import Any, TypeAlias

Calls: TypeAlias = Sequence[tuple[str, Sequence[object]]]
_GOOD_BEFORE_GROWTH = 4


class Cause(Enum):
    """What is to be done about a batch that has failed."""

    SIZE = auto()
    """The node says that it is too large: ask for a part of it at once."""
    TIME = auto()
    """No answer came in time: a part may be asked for later, if the node lives at all."""
    OTHER = auto()


class Batches:
    """The batches of one method of one node. Threads may share it: a lost step does no harm."""

    def __init__(self, calls_max: int) -> None:
        self._calls_max = calls_max
        self._calls = calls_max
        self._good_in_a_row = 0

    @property
    def calls(self) -> int:
        """How many calls the next batch may have."""
        return self._calls

    def send(
        self,
        calls: Calls,
        post: Callable[[Calls], list[Any]],
        cause_of: Callable[[Exception], Cause],
    ) -> list[Any]:
        """Return the answers to all calls, in as many batches as it takes.

        Raises what `post` raises about anything but size, or about a single call.
        """
        answers: list[Any] = []
        while len(answers) < len(calls):
            count = self._calls
            part = calls[len(answers) : len(answers) + count]
            try:
                answers += post(part)
            except Exception as error:
                cause = cause_of(error)
                if len(part) == 1 or cause is Cause.OTHER:
                    raise
                self._shrink_below(len(part))
                if cause is Cause.TIME:
                    # A node that is dead and does not say so would keep us for hours.
                    raise
                continue
            if len(part) == count:
                self._grow()
        return answers

    def _shrink_below(self, refused: int) -> None:
        self._calls = max(1, refused // 2)
        self._good_in_a_row = 0

    def _grow(self) -> None:
        """Try a quarter more after some that were answered: each refusal costs a request."""
        self._good_in_a_row += 1
        if self._good_in_a_row >= _GOOD_BEFORE_GROWTH and self._calls < self._calls_max:
            self._good_in_a_row = 0
            self._calls = min(self._calls_max, self._calls + max(1, self._calls // 4))
