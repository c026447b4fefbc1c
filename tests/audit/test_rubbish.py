"""A node that is away, and what answers like none.

One line that says whose doing it is, exit code 2, no traceback.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from receipts_ledger.chain.local_node import free_port
from tests.audit import lies
from tests.support.auditing import EQUAL, Scene
from tests.support.lying_node import LyingNode


def test_node_that_is_away_is_the_worlds_fault(scene: Scene) -> None:
    place = f"127.0.0.1:{free_port()}"
    line = scene.audit(rpc=f"http://{place}").undecided_line
    assert f"the node at {place} does not answer: Failed to establish a new connection" in line


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "", "node", "http://", "http://[", "file:///"])
def test_url_that_is_none_of_a_node_is_named(scene: Scene, url: str) -> None:
    line = scene.audit(rpc=url).undecided_line
    assert "--rpc" in line or "does not answer" in line


class Silent(BaseHTTPRequestHandler):
    """Writes no log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    """Let it answer, and yield its URL."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def rubbish(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of something that answers every request with the same bytes."""
    status, body = request.param

    class Handler(Silent):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as url:
        yield url


@pytest.mark.parametrize(
    "rubbish",
    [
        *(
            (200, body)
            for body in (b"", b"<html>hello</html>", b"[]", b"{}", b"null", b"5", b"[5]")
        ),
        *((200, body) for body in (b'"x"', b"[null]", b'[{"id":[]}]', b'{"error":"no"}', b"\xff")),
        (200, b'{"error":{"code":"none","message":5,"data":[1]}}'),
        (500, b"upstream is away"),
        (429, b'{"error":{"code":-32005,"message":"rate limit"}}'),
    ],
    indirect=True,
    ids=str,
)
def test_something_that_is_no_node_is_the_worlds_fault(scene: Scene, rubbish: str) -> None:
    assert "could not decide" in scene.audit(rpc=rubbish).undecided_line


@pytest.mark.parametrize("answer", [None, 5, -1, "0x", "zz", "-0x1", {}, [], [None], True])
@pytest.mark.parametrize(
    "method",
    [
        "eth_chainId",
        "eth_getCode",
        "eth_getBlockByNumber",
        "eth_getBlockByHash",
        "eth_getBlockReceipts",
        "eth_getProof",
    ],
)
def test_node_that_answers_one_question_with_rubbish_decides_nothing(
    scene: Scene, lying: tuple[LyingNode, str], method: str, answer: Any
) -> None:
    node, url = lying
    node.bend = lies.of_answers(method, lambda _: answer)
    outcome = scene.audit(rpc=url)
    if method == "eth_getProof" and answer is None:
        # That is how some engines say that they have no proofs.
        assert (outcome.exit_code, outcome.report["proved"]["storage"]) == (EQUAL, False)
        return
    assert "could not decide" in outcome.undecided_line
    assert "Error(" not in outcome.undecided_line


def _with(field: str, answer: Any, block: lies.Json) -> lies.Json:
    return block | {field: answer}


@pytest.mark.parametrize("answer", [None, "0x", "zz", {}, "-0x1"])
def test_rubbish_in_a_field_of_a_block_decides_nothing(
    scene: Scene, lying: tuple[LyingNode, str], answer: Any
) -> None:
    node, url = lying
    middle = scene.head // 2
    for field in ("number", "hash", "timestamp", "logsBloom", "gasUsed", "transactions"):
        node.bend = lies.of_block(middle, partial(_with, field, answer))
        outcome = scene.audit(rpc=url)
        assert "could not decide" in outcome.undecided_line, field
        assert f"block {middle}" in outcome.undecided_line
        assert "Error(" not in outcome.undecided_line
        assert outcome.report["block"] == middle


_ASKED: dict[str, tuple[str, Any, str]] = {
    "chain": ("eth_chainId", {}, "the chain id"),
    "code": ("eth_getCode", 5, "the ledger's code"),
    "genesis": ("eth_getBlockByNumber", 5, "block 0, the genesis block"),
    "deployment": ("eth_getBlockByHash", 5, "of the deployment"),
    "receipts": ("eth_getBlockReceipts", 5, "of the deployment"),
    "state": ("eth_getProof", 5, "the proof of the contract's account"),
}


@pytest.mark.parametrize("asked", _ASKED)
def test_answer_of_another_form_is_told_by_what_was_asked(
    scene: Scene, lying: tuple[LyingNode, str], asked: str
) -> None:
    node, url = lying
    method, answer, words = _ASKED[asked]
    node.bend = lies.of_answers(method, lambda _: answer)
    line = scene.audit(rpc=url).undecided_line
    assert f"{words}: the node's answer does not have the form that it has to have" in line


@pytest.mark.parametrize("answer", [5, [None], [{}], "0x"])
def test_receipts_of_another_form_name_their_block(
    scene: Scene, number: int, lying: tuple[LyingNode, str], answer: Any
) -> None:
    node, url = lying
    node.bend = lies.of_receipts(number, lambda _: answer)
    outcome = scene.audit(rpc=url)
    assert (
        f"block {number}: the receipts of its transactions: the node's answer does not have the "
        "form that it has to have"
    ) in outcome.undecided_line
    assert outcome.report["block"] == number


@pytest.fixture
def endless() -> Iterator[str]:
    """The URL of something that never comes to the end of an answer."""

    class Handler(Silent):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            with suppress(ConnectionError):
                while True:
                    self.wfile.write(b" " * 2**16)

    with serving(Handler) as url:
        yield url


def test_answer_that_does_not_end_is_the_worlds_fault(scene: Scene, endless: str) -> None:
    line = scene.audit(rpc=endless).undecided_line
    assert "answers with more than 134,217,728 bytes" in line
