"""Work of many requests done together: whoever comes while it is done goes along next.

A database that commits once for sixty refusals answers sixty times as many. Nobody waits for
a batch to fill: who comes first goes alone.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from receipts_ledger.errors import Retryable

AskedT = TypeVar("AskedT")
FoundT = TypeVar("FoundT")

_TOGETHER_MAX = 128


class Batches(Generic[AskedT, FoundT]):
    """One kind of work, of at least one request, in so many batches at a time."""

    def __init__(
        self, work: Callable[[Sequence[AskedT]], Awaitable[Sequence[FoundT]]], *, at_once: int
    ) -> None:
        self._work = work
        self._at_once = at_once
        self._under_way = 0
        self._waiting: deque[tuple[AskedT, asyncio.Future[FoundT]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_of_one(self) -> bool:
        """Whether one batch is under way and nobody waits."""
        return self._under_way == 1 and not self._waiting

    async def ask(self, asked: AskedT) -> FoundT:
        """Return what the work comes to for one request. Raises what it raises for the batch."""
        if self._under_way < self._at_once and not self._waiting:
            self._under_way += 1
            try:
                (found,) = await self._work([asked])
                return found
            finally:
                self._go_on()
        future: asyncio.Future[FoundT] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, future))
        return await future

    def _go_on(self) -> None:
        """Let those who wait take the place of a batch that is done."""
        if not self._waiting:
            self._under_way -= 1
            return
        together = min(len(self._waiting), _TOGETHER_MAX)
        batch = [self._waiting.popleft() for _ in range(together)]
        task = asyncio.create_task(self._run(batch))
        # The loop holds a task weakly.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, batch: Sequence[tuple[AskedT, asyncio.Future[FoundT]]]) -> None:
        # Whoever asked may have gone away meanwhile.
        wanted = [(asked, future) for asked, future in batch if not future.done()]
        try:
            found = await self._work([asked for asked, _ in wanted]) if wanted else ()
        except Exception as error:
            for _, future in wanted:
                _fail(future, error)
        except BaseException:
            for _, future in wanted:
                _fail(future, Retryable("the gateway is told to stop"))
            raise
        else:
            for (_, future), one in zip(wanted, found, strict=True):
                if not future.done():
                    future.set_result(one)
        finally:
            self._go_on()


def _fail(future: asyncio.Future[FoundT], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
