"""Work of many requests done together, in threads: whoever comes meanwhile goes along next.

As in `batches`, nobody waits for a batch to fill. Who asks may be in any loop or thread.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

AskedT = TypeVar("AskedT")
FoundT = TypeVar("FoundT")

_TOGETHER_MAX = 64


class Group(Generic[AskedT, FoundT]):
    """One kind of work, of at least one request, in so many batches at a time.

    In place of what is found for a request, `work` may return why there is nothing.
    """

    def __init__(
        self,
        work: Callable[[Sequence[AskedT]], Sequence[FoundT | Exception]],
        *,
        name: str,
        at_once: int,
    ) -> None:
        self._work = work
        self._at_once = at_once
        self._under_way = 0
        self._waiting: deque[tuple[AskedT, Future[FoundT]]] = deque()
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(at_once, name)

    def ask(self, asked: AskedT) -> "Future[FoundT]":
        """Return what will be found for one request. It raises what the work raises."""
        future: Future[FoundT] = Future()
        with self._lock:
            self._waiting.append((asked, future))
            if self._under_way == self._at_once:
                return future
            self._under_way += 1
        self._threads.submit(self._run)
        return future

    def _run(self) -> None:
        while batch := self._next():
            # Whoever asked may have gone away meanwhile.
            wanted = [one for one in batch if one[1].set_running_or_notify_cancel()]
            if wanted:
                self._do(wanted)

    def _next(self) -> "list[tuple[AskedT, Future[FoundT]]]":
        with self._lock:
            together = min(len(self._waiting), _TOGETHER_MAX)
            if not together:
                self._under_way -= 1
            return [self._waiting.popleft() for _ in range(together)]

    def _do(self, wanted: "Sequence[tuple[AskedT, Future[FoundT]]]") -> None:
        try:
            found = self._work([asked for asked, _ in wanted])
        except BaseException as error:
            for _, future in wanted:
                future.set_exception(error)
            return
        for (_, future), one in zip(wanted, found, strict=True):
            if isinstance(one, Exception):
                future.set_exception(one)
            else:
                future.set_result(one)
