"""The client's HTTP: what it refuses to send, what it makes of answers, what it repeats."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from receipts_ledger.client import GatewayNotFound, GatewayRefused, LedgerClient
from receipts_ledger.client.http import Http
from receipts_ledger.errors import Fatal, RefusalCode, Retryable


class Server(ThreadingHTTPServer):
    """Answers in order with what it is given, and remembers what it was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.answers: list[tuple[int, bytes]] = []
        self.asked: list[tuple[str, str, str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append((self.command, self.path, self.headers["Idempotency-Key"]))
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        status, body = self.server.answers.pop(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def http(server: Server) -> Http:
    return Http(server.url, "rl_secret", timeout_seconds=5.0)


@pytest.mark.parametrize("url", ["", "nowhere", "http://", "ftp://127.0.0.1", "http://["])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no http:// or https:// address"):
        Http(url, None, timeout_seconds=1.0)


@pytest.mark.parametrize("token", ["", "caf\u00e9", "two\nlines"])
def test_an_api_token_that_no_header_takes_is_refused(token: str) -> None:
    with pytest.raises(ValueError, match="api token"):
        Http("http://127.0.0.1", token, timeout_seconds=1.0)


def test_an_answer_of_a_foreign_server_is_no_answer(server: Server) -> None:
    server.answers = [(200, b"<html>welcome</html>"), (200, b"[1]"), (404, b"<html>none</html>")]
    for _ in range(3):
        with pytest.raises(Fatal, match="no gateway"):
            http(server).get("/v1/ledger")


def test_a_refusal_names_the_field(server: Server) -> None:
    body = b'{"code":"InvalidRequest","detail":"is no ISO 4217 code","field":"terms.currency"}'
    server.answers = [(422, body)]
    with pytest.raises(GatewayRefused) as refused:
        http(server).post("/v1/receipts/1/pledges", {})
    assert refused.value.code is RefusalCode.INVALID_REQUEST
    assert refused.value.field == "terms.currency"


def test_a_code_of_a_later_release_is_told_as_such(server: Server) -> None:
    server.answers = [(409, b'{"code":"MoonInTheWrongPhase","detail":"wait"}')]
    with pytest.raises(Fatal, match="does not know: MoonInTheWrongPhase"):
        http(server).post("/v1/receipts/1/merges", {})


def test_what_is_not_there_is_not_found(server: Server) -> None:
    server.answers = [(404, b'{"code":"NotFound","detail":"no party 9"}')]
    with pytest.raises(GatewayNotFound, match="no party 9"):
        http(server).get("/v1/parties/9")


@pytest.mark.parametrize(
    "busy",
    [
        (503, b'{"code":"Unavailable","detail":"later"}'),
        (429, b'{"code":"TooManyRequests","detail":"ask again in 1 s"}'),
    ],
)
def test_a_request_that_was_turned_away_is_sent_again_under_the_same_key(
    server: Server, busy: tuple[int, bytes]
) -> None:
    server.answers = [busy, (202, b"{}")]
    assert http(server).post("/v1/receipts", {}) == {}
    first, second = server.asked
    assert first == second
    assert first[2]


def test_a_gateway_that_stays_busy_leaves_it_undecided(server: Server) -> None:
    server.answers = [(503, b'{"code":"Unavailable","detail":"later"}')] * 4
    with pytest.raises(Retryable, match="later"):
        http(server).get("/v1/ledger")
    assert len(server.asked) == 4


def test_nothing_is_done_twice_when_no_answer_comes() -> None:
    with pytest.raises(Retryable, match="does not answer: Failed to establish"):
        Http("http://127.0.0.1:9", None, timeout_seconds=1.0).post("/v1/receipts", {})


def test_an_id_leads_to_no_other_address(server: Server) -> None:
    server.answers = [(404, b'{"code":"NotFound","detail":"no act"}')] * 3
    client = LedgerClient(server.url, None)
    for ask in (client.act, client.withdraw, client.profile):
        with pytest.raises(GatewayNotFound):
            ask("../livez?x#y")
    for _, path, _ in server.asked:
        assert "/..%2Flivez%3Fx%23y" in path
