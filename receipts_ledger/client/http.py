"""HTTP to one gateway: authorization, idempotency keys, answers and their errors.

Only what may be repeated without harm is repeated: questions, and requests that the
gateway itself turned away with 429 or 503 before it did anything.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

import orjson
import urllib3

from receipts_ledger.client.problem import error_of
from receipts_ledger.errors import Fatal, Retryable

_ATTEMPTS_MAX = 4
_PAUSE_SECONDS = 0.2
_PAUSE_SECONDS_MAX = 5.0
_CONNECTIONS_MAX = 8
# Longer than a gateway that is alive keeps silent on a stream.
_SILENCE_SECONDS = 60.0
_REFUSED_FROM = 400
_NO_CONTENT = 204
# Too many requests, or not ready.
_TURNED_AWAY = (429, 503)


class Http:
    """One gateway and one api token. Safe to share between threads."""

    def __init__(self, base_url: str, api_token: str | None, *, timeout_seconds: float) -> None:
        if not _is_address(base_url):
            raise ValueError(f"{base_url!r} is no http:// or https:// address of a gateway")
        if api_token is not None and not _is_header(api_token):
            raise ValueError("the api token holds signs that no api token has")
        self.base_url = base_url.rstrip("/")
        self._headers = {"Accept": "application/json", "User-Agent": "receipts-ledger-client"}
        if api_token is not None:
            self._headers["Authorization"] = f"Bearer {api_token}"
        self._pool = urllib3.PoolManager(
            maxsize=_CONNECTIONS_MAX,
            retries=False,
            timeout=urllib3.Timeout(total=timeout_seconds),
        )

    def use(self, api_token: str) -> None:
        """Show another api token from now on."""
        self._headers["Authorization"] = f"Bearer {api_token}"

    def delete(self, path: str) -> None:
        """Ask for something to be ended. Repeated when no answer came: it ends once."""
        _repeated(lambda: self._send("DELETE", path, None, {}))

    def get(self, path: str, query: Mapping[str, object] | None = None) -> Any:
        """Ask. Repeated when no answer came or the gateway was busy."""
        given = {name: value for name, value in (query or {}).items() if value is not None}
        target = f"{path}?{urlencode(given)}" if given else path
        return _repeated(lambda: self._send("GET", target, None, {}))

    def post(
        self,
        path: str,
        body: Mapping[str, object],
        *,
        idempotency_key: str | None = None,
    ) -> Any:
        """Ask for something to be done, once.

        When no answer came, Retryable is raised; to repeat, pass the same idempotency key,
        under which the gateway does a thing once and gives the same answer again.
        """
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": idempotency_key or str(uuid.uuid4()),
        }
        written = orjson.dumps(body)
        return _repeated(
            lambda: self._send("POST", path, written, headers), even_without_answer=False
        )

    def lines(self, path: str, query: Mapping[str, object]) -> Iterator[str]:
        """Yield the lines of an answer that goes on. Raises Retryable when it breaks off."""
        try:
            response = self._pool.request(
                "GET",
                f"{self.base_url}{path}?{urlencode(query)}",
                headers={**self._headers, "Accept": "text/event-stream"},
                preload_content=False,
                timeout=urllib3.Timeout(connect=_SILENCE_SECONDS, read=_SILENCE_SECONDS),
            )
            if response.status >= _REFUSED_FROM:
                after = response.headers.get("Retry-After")
                raise error_of(path, response.status, _parsed(response.data), after)
            yield from _lines(response)
        except urllib3.exceptions.HTTPError as error:
            raise _NoAnswer(f"the gateway at {self.base_url} broke off") from error
        raise _NoAnswer(f"the gateway at {self.base_url} ended the stream")

    def _send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
        try:
            response = self._pool.request(
                method, self.base_url + path, body=body, headers={**self._headers, **headers}
            )
        except urllib3.exceptions.HTTPError as error:
            # The library names the connection in front of what went wrong with it.
            reason = str(error).rpartition("): ")[2]
            raise _NoAnswer(f"the gateway at {self.base_url} does not answer: {reason}") from error
        if response.status == _NO_CONTENT:
            return None
        answer = _parsed(response.data)
        if response.status < _REFUSED_FROM:
            if not isinstance(answer, dict):
                raise Fatal(f"what answers at {self.base_url}{path} is no gateway")
            return answer
        fault = error_of(path, response.status, answer, response.headers.get("Retry-After"))
        if response.status in _TURNED_AWAY and isinstance(fault, Retryable):
            raise _Busy(fault.detail, retry_after_seconds=fault.retry_after_seconds)
        raise fault


class _NoAnswer(Retryable):
    """The request may or may not have been carried out."""


class _Busy(Retryable):
    """The gateway turned the request away before it did anything."""


def _repeated(send: Callable[[], Any], *, even_without_answer: bool = True) -> Any:
    pause = _PAUSE_SECONDS
    for _ in range(_ATTEMPTS_MAX - 1):
        try:
            return send()
        except _Busy as busy:
            time.sleep(min(busy.retry_after_seconds, _PAUSE_SECONDS_MAX) * _jitter())
        except _NoAnswer:
            if not even_without_answer:
                raise
            time.sleep(pause * _jitter())
            pause *= 2
    return send()


def _lines(response: urllib3.BaseHTTPResponse) -> Iterator[str]:
    rest = b""
    try:
        for chunk in response.stream():
            *whole, rest = (rest + chunk).split(b"\n")
            yield from (line.decode() for line in whole)
    finally:
        # What was not read to its end cannot be used for another request.
        response.close()


def _jitter() -> float:
    # Clients that were turned away together must not come back together.
    return random.uniform(0.5, 1.0)  # noqa: S311


def _is_address(url: str) -> bool:
    try:
        parsed = urllib3.util.parse_url(url)
    except urllib3.exceptions.LocationParseError:
        return False
    return parsed.scheme in ("http", "https") and bool(parsed.host)


def _is_header(text: str) -> bool:
    return text.isascii() and text.isprintable() and bool(text)


def _parsed(content: bytes) -> Any:
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        return None
