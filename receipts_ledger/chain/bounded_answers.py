"""How much a node may answer, and for how long: no more is read, or held, of any answer.

urllib3 limits the time of each reading from a socket, so that a byte now and then keeps a caller
for ever. Here all readings of one answer, its head included, share one time and one size.
"""

import http.client
import io
import time
from socket import socket
from typing import TYPE_CHECKING, Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

ANSWER_BYTES_MAX = 128 * 2**20
"""Of one answer with its head. A page of receipts or of whole blocks has some 30 MiB at most; a
block alone may fill a frame of a bundle, which in hex is twice its size."""


class TooMuch(Exception):
    """An answer of more bytes than any may have."""


class _Bytes(io.RawIOBase):
    """What comes from a socket, up to a size and a time."""

    def __init__(self, raw: io.RawIOBase, sock: socket) -> None:
        self._raw = raw
        self._sock = sock
        self._bytes_left = ANSWER_BYTES_MAX
        # urllib3 sets what is left of the whole time just before the answer is read.
        seconds = sock.gettimeout()
        self._ends_at = None if seconds is None else time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, into: "WriteableBuffer") -> int | None:
        if self._ends_at is not None:
            seconds = self._ends_at - time.monotonic()
            if seconds <= 0:
                raise TimeoutError("the time for the whole answer is over")
            self._sock.settimeout(seconds)
        count = self._raw.readinto(into)
        self._bytes_left -= count or 0
        if self._bytes_left < 0:
            raise TooMuch
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Reader(io.BufferedReader):
    """Makes no room for an answer, or for a part of one, that says it is larger than any may be."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > ANSWER_BYTES_MAX:
            raise TooMuch
        return super().read(size)


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp: io.BufferedReader = _Reader(_Bytes(self.fp.detach(), sock))


class _Plain(HTTPConnection):
    response_class = _Answer


class _Secured(HTTPSConnection):
    response_class = _Answer


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecuredPool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _Secured


class BoundedPool(urllib3.PoolManager):
    """Connections whose answers end, the one way or the other. Requests raise TooMuch besides."""

    def __init__(self, *, connections_max: int) -> None:
        super().__init__(maxsize=connections_max, retries=False)
        self.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecuredPool}

    def post(
        self, url: str, body: bytes, headers: dict[str, str], *, timeout_seconds: float
    ) -> urllib3.BaseHTTPResponse:
        """Return the answer, read whole, as it came: what is compressed is not unpacked."""
        timeout = urllib3.Timeout(total=timeout_seconds)
        return self.request(
            "POST", url, body=body, headers=headers, decode_content=False, timeout=timeout
        )
