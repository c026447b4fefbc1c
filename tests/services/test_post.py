"""Webhooks over TLS: to the checked address, under the name that was asked for, and no other."""

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest

from receipts_ledger.services.deliver.ports import NotTaken
from receipts_ledger.services.deliver.post import HttpPost
from receipts_ledger.services.deliver.targets import Targets

POST = HttpPost(Targets([ip_network("127.0.0.0/8"), ip_network("::1/128")]), timeout_seconds=3.0)


@dataclass
class Secure:
    """A server with a certificate for localhost."""

    port: int
    certificate: Path
    hosts: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Secure]:
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make a certificate")
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1"]
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made, *named, *files], check=True, capture_output=True)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            running.hosts.append(self.headers["Host"])
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    running = Secure(server.server_port, certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.sni_callback = lambda _, name, __: running.names.append(name)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield running
    server.shutdown()
    server.server_close()


def test_the_name_is_asked_for_and_checked(secure: Secure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    POST.send(f"https://localhost:{secure.port}/hook", {"webhook-id": "1"}, b"{}")
    assert secure.hosts == [f"localhost:{secure.port}"]
    assert secure.names == ["localhost"]


def test_a_certificate_of_another_name_is_not_taken(
    secure: Secure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    with pytest.raises(NotTaken, match="another name"):
        POST.send(f"https://127.0.0.1:{secure.port}/hook", {}, b"{}")
    assert secure.hosts == []


def test_a_certificate_that_nobody_vouches_for_is_not_taken(secure: Secure) -> None:
    with pytest.raises(NotTaken, match="SSLCertVerificationError"):
        POST.send(f"https://localhost:{secure.port}/hook", {}, b"{}")
    assert secure.hosts == []


def test_proxies_of_the_environment_are_not_used(
    secure: Secure, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    POST.send(f"https://localhost:{secure.port}/hook", {}, b"{}")
    assert len(secure.hosts) == 1


def test_a_name_that_nobody_can_have_is_not_taken() -> None:
    with pytest.raises(NotTaken):
        POST.send(f"https://{'a' * 70}.example/", {}, b"{}")


def test_the_address_that_was_checked_is_connected_to_and_no_name_resolved_again(
    secure: Secure, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo
    asked: list[str] = []

    def resolved(host: str, *rest: Any, **more: Any) -> Any:
        asked.append(host)
        return resolve("127.0.0.1" if host == "localhost" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setenv("SSL_CERT_FILE", str(secure.certificate))
    POST.send(f"https://localhost:{secure.port}/hook", {}, b"{}")
    assert asked.count("localhost") == 1
    assert set(asked) <= {"localhost", "127.0.0.1"}
