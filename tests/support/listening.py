"""Somebody who listens to a stream of events in a thread of his own."""

import threading
import time
from collections.abc import Callable
from typing import Any

import urllib3

from receipts_ledger.client.following import Told, events_in

SOON_SECONDS = 20.0


class Listener:
    """Keeps what it is told until the stream ends; `status` is 0 before the answer."""

    def __init__(self, url: str, secret: str, query: str = "", *, last: int | None = None) -> None:
        headers = {"Authorization": f"Bearer {secret}"}
        if last is not None:
            headers["Last-Event-ID"] = str(last)
        self.told: list[Told] = []
        self.status = 0
        self.ended = threading.Event()
        self._url, self._headers = f"{url}/v1/events/stream{query}", headers
        self._response: Any = None
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def until(self, is_enough: Callable[[list[Told]], bool]) -> list[Told]:
        """Wait until enough was told."""
        deadline = time.monotonic() + SOON_SECONDS
        while not is_enough(self.told):
            assert time.monotonic() < deadline, (self.status, self.told[-3:])
            time.sleep(0.02)
        return self.told

    def answered(self) -> int:
        """Return the status of the answer, once it is there."""
        deadline = time.monotonic() + SOON_SECONDS
        while not self.status:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        return self.status

    def hang_up(self) -> None:
        """End the connection from this side."""
        self.answered()
        self._response.shutdown()
        self._thread.join(SOON_SECONDS)

    @property
    def numbers(self) -> list[int]:
        """The numbers of what was told."""
        return [told.seq for told in self.told if told.seq is not None]

    def _listen(self) -> None:
        self._response = urllib3.request(
            "GET", self._url, headers=self._headers, preload_content=False, retries=False
        )
        self.status = self._response.status
        try:
            if self.status == 200:
                self._hear()
        except urllib3.exceptions.HTTPError:
            # The other side was killed; what counts is what was told before.
            pass
        finally:
            self.ended.set()

    def _hear(self) -> None:
        def lines() -> Any:
            rest = b""
            for chunk in self._response.stream():
                *whole, rest = (rest + chunk).split(b"\n")
                yield from (line.decode() for line in whole)

        for told in events_in(lines()):
            self.told.append(told)
