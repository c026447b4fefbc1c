"""How many calls go into one request. It shrinks where a node minds, and grows again slowly.

Nodes limit the calls of a batch, the bytes of an answer and the time that it may take, each
by a figure and in words of its own. So the figure is found by trying. Batches are of reads
alone: a part of one may be asked again.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

Calls: TypeAlias = Sequence[tuple[str, Sequence[object]]]
_GROWTH = 4


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
        is_too_much: Callable[[Exception], bool],
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
                if len(part) == 1 or not is_too_much(error):
                    raise
                self._shrink_below(len(part))
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
        if self._good_in_a_row >= _GROWTH and self._calls < self._calls_max:
            self._good_in_a_row = 0
            self._calls = min(self._calls_max, self._calls + max(1, self._calls // 4))
