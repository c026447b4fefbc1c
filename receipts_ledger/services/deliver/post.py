"""The way out: one POST to a checked address, with a limit on everything.

No redirect is followed, no proxy of the environment is used, no answer is read beyond its head.
"""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.ssl_match_hostname import CertificateError

from receipts_ledger.services.deliver.ports import NotTaken
from receipts_ledger.services.deliver.targets import Forbidden, Target, Targets

_TAKEN = range(200, 300)
_REDIRECTS = range(300, 400)


class HttpPost:
    """Posts to receivers. Threads share it: it keeps nothing."""

    def __init__(self, targets: Targets, *, timeout_seconds: float) -> None:
        self._targets = targets
        self._timeout_seconds = timeout_seconds

    def send(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Have a receiver take a message. Raises NotTaken."""
        try:
            target = self._targets.parse(url)
            address = self._targets.address_of(target)
            status = self._ask(target, address, headers, body)
        except Forbidden as error:
            raise NotTaken(str(error)) from error
        except CertificateError as error:
            raise NotTaken("its certificate is of another name") from error
        except (OSError, UnicodeError, urllib3.exceptions.HTTPError) as error:
            # A name that cannot be encoded cannot be resolved either.
            raise NotTaken(f"no answer: {type(error).__name__}") from error
        except http.client.HTTPException as error:
            raise NotTaken(f"no proper answer: {type(error).__name__}") from error
        if status in _REDIRECTS:
            raise NotTaken(f"it answers {status}: redirects are not followed")
        if status not in _TAKEN:
            raise NotTaken(f"it answers {status}")

    def _ask(self, target: Target, address: str, headers: dict[str, str], body: bytes) -> int:
        connection = self._connection(target, address)
        with contextlib.closing(connection):
            connection.connect()
            with self._deadline(connection):
                connection.request(
                    "POST",
                    target.path,
                    body=body,
                    headers={
                        "Host": target.host_header,
                        "Content-Type": "application/json",
                        "User-Agent": "receipts-ledger-webhooks",
                        "Connection": "close",
                        **headers,
                    },
                    preload_content=False,
                )
                response = connection.getresponse()
                # The body says nothing to us, however long it is.
                response.close()
                return response.status

    def _connection(self, target: Target, address: str) -> HTTPConnection:
        if target.scheme == "http":
            return HTTPConnection(address, target.port, timeout=self._timeout_seconds)
        return HTTPSConnection(
            address,
            target.port,
            timeout=self._timeout_seconds,
            server_hostname=target.host,
            assert_hostname=target.host,
            cert_reqs="CERT_REQUIRED",
        )

    @contextlib.contextmanager
    def _deadline(self, connection: HTTPConnection) -> Iterator[None]:
        """Cut the connection when the time is over: one byte a second is no answer either."""

        def cut() -> None:
            if connection.sock is not None:
                with contextlib.suppress(OSError):
                    connection.sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self._timeout_seconds, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
