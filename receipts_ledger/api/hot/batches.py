"""Work of many requests done together in one thread: whoever comes meanwhile goes along next.

A database that commits once for sixty refusals answers sixty times as many; and a thread
that waits for it does not keep the others waiting. Nobody waits for a batch to fill.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
from typing import Generic, TypeVar

AskedT = TypeVar("AskedT")
FoundT = TypeVar("FoundT")

_TOGETHER_MAX = 128


class Batches(Generic[AskedT, FoundT]):
    """One kind of work. `work` is called in one thread, with at least one request."""

    def __init__(self, name: str, work: Callable[[Sequence[AskedT]], Sequence[FoundT]]) -> None:
        self._work = work
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._lock = Lock()
        self._waiting: list[tuple[AskedT, Future[FoundT]]] = []
        self._is_at_work = False

    async def ask(self, asked: AskedT) -> FoundT:
        """Return what the work comes to for one request. Raises what it raises for the batch."""
        future: Future[FoundT] = Future()
        with self._lock:
            self._waiting.append((asked, future))
            begins, self._is_at_work = not self._is_at_work, True
        if begins:
            self._thread.submit(self._run)
        return await asyncio.wrap_future(future)

    def _run(self) -> None:
        while batch := self._next():
            # Whoever asked may have gone away meanwhile.
            wanted = [(asked, future) for asked, future in batch if _is_wanted(future)]
            if not wanted:
                continue
            try:
                found = self._work([asked for asked, _ in wanted])
            except BaseException as error:
                for _, future in wanted:
                    future.set_exception(error)
                continue
            for (_, future), one in zip(wanted, found, strict=True):
                future.set_result(one)

    def _next(self) -> list[tuple[AskedT, Future[FoundT]]]:
        with self._lock:
            batch = self._waiting[:_TOGETHER_MAX]
            del self._waiting[:_TOGETHER_MAX]
            self._is_at_work = bool(batch)
        return batch


def _is_wanted(future: Future[FoundT]) -> bool:
    return future.set_running_or_notify_cancel()
