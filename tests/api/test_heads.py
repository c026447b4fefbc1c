"""Heads of requests: as long as anybody needs, and not without end."""

import socket
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from receipts_ledger.api.heads import HEAD_BYTES_MAX
from receipts_ledger.api.serving import serving_app
from tests.support.gateway import Gateway

_REQUEST = b"GET /v1/ledger HTTP/1.1\r\nHost: ledger\r\n"
# What sockets and uvicorn may take at a time, besides the limit.
_ON_ITS_WAY_BYTES_MAX = 1 << 24


@pytest.fixture
def connection(gateway: Gateway) -> Iterator[socket.socket]:
    """A connection to the API as it is served."""
    with serving_app(gateway.app, host="127.0.0.1", port=0) as url:
        address = urlsplit(url)
        with socket.create_connection((address.hostname, address.port), timeout=30) as opened:
            yield opened


def _is_ended_by(connection: socket.socket, part: bytes) -> bool:
    """Send a part again and again, and tell whether the other side ended it."""
    try:
        for _ in range(_ON_ITS_WAY_BYTES_MAX // len(part)):
            connection.sendall(part)
    except (ConnectionResetError, BrokenPipeError):
        return True
    return False


def test_a_head_within_the_limit_is_answered_again_and_again(connection: socket.socket) -> None:
    asked = HTTPConnection("ledger")
    asked.sock = connection
    for _ in range(3):
        asked.request("GET", "/v1/ledger", headers={"X-Long": "a" * (HEAD_BYTES_MAX - 1_000)})
        answer = asked.getresponse()
        answer.read()
        assert answer.status == 200


def test_headers_without_end_are_not_kept(connection: socket.socket) -> None:
    connection.sendall(_REQUEST)
    assert _is_ended_by(connection, b"X-More: " + b"a" * 8_000 + b"\r\n")


def test_one_header_without_end_is_not_kept(connection: socket.socket) -> None:
    connection.sendall(_REQUEST + b"X-Long: ")
    assert _is_ended_by(connection, b"a" * 8_000)


def test_a_path_without_end_is_not_kept(connection: socket.socket) -> None:
    connection.sendall(b"GET /")
    assert _is_ended_by(connection, b"a" * 8_000)
