"""Answers without an end, in size or in time: a node that gives one has given none."""

import gzip
import itertools
import resource
import socket
import socketserver
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import orjson
import pytest

from receipts_ledger.chain.bounded_answers import ANSWER_BYTES_MAX
from receipts_ledger.chain.nodes import Nodes
from receipts_ledger.chain.rpc import AnswerTooLarge, NodeAway, NodeSlow, Rpc
from tests.support.ledger_on_chain import LedgerOnChain

_HEAD = b"HTTP/1.1 200 OK\r\n"
_PIECE = b" " * 2**16
_RESULT = b'{"jsonrpc":"2.0","id":1,"result":"0x1"}'


@contextmanager
def talking(speech: Iterable[bytes], pause_seconds: float = 0.0) -> Iterator[str]:
    """Serve something that says this to everybody, however long it takes; yields its URL."""
    ended = threading.Event()

    class Talk(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(2**16)
            try:
                for piece in speech:
                    self.request.sendall(piece)
                    if ended.wait(pause_seconds):
                        return
                # To close what still has something to read would cut the answer off.
                self.request.shutdown(socket.SHUT_WR)
                while self.request.recv(2**16):
                    pass
            except OSError:
                return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Talk) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        ended.set()
        server.shutdown()
        thread.join()


def _chunk(content: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(content), content)


_ENDLESS: dict[str, Callable[[], Iterator[bytes]]] = {
    "of no length": lambda: itertools.chain([_HEAD + b"\r\n"], itertools.repeat(_PIECE)),
    "in parts": lambda: itertools.chain(
        [_HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], itertools.repeat(_chunk(_PIECE))
    ),
    "of a length that nothing may have": lambda: iter(
        [_HEAD + b"Content-Length: %d\r\n\r\n" % 2**60, _PIECE]
    ),
    "of a part that nothing may have": lambda: iter(
        [_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n" % 2**60, _PIECE]
    ),
    "of one byte too many": lambda: iter(
        [_HEAD + b"Content-Length: %d\r\n\r\n" % (ANSWER_BYTES_MAX + 1), _PIECE]
    ),
    "before its head ends": lambda: itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000),
}


class _Anew:
    """A speech that begins anew for each who listens."""

    def __init__(self, how: str) -> None:
        self._how = how

    def __iter__(self) -> Iterator[bytes]:
        return _ENDLESS[self._how]()


@pytest.mark.parametrize("how", _ENDLESS)
def test_answer_without_an_end_is_cut_and_the_node_is_away(how: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with talking(_Anew(how)) as url, pytest.raises(AnswerTooLarge, match="134,217,728 bytes"):
        Rpc(url).call("eth_chainId")
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    # What has come is copied together once.
    assert grown < 3 * ANSWER_BYTES_MAX


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        _HEAD,
        _HEAD + b"X-Long: ",
        _HEAD + b"Content-Length: 9999\r\n\r\n",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n",
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n",
        _HEAD + b"\r\n",
    ],
    ids=repr,
)
def test_byte_now_and_then_is_no_answer(begun: bytes) -> None:
    drops = [begun, *[b"0"] * 1_000]
    with (
        talking(drops, pause_seconds=0.05) as url,
        pytest.raises(NodeSlow, match="does not answer in time"),
    ):
        Rpc(url, timeout_seconds=0.3).call("eth_chainId")


def test_what_was_compressed_unasked_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(2**24))
    head = _HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    with talking([head + bomb]) as url, pytest.raises(NodeAway, match="compressed"):
        Rpc(url).call("eth_chainId")


@pytest.mark.parametrize(
    "answer",
    [
        b"Content-Length: %d\r\n\r\n%s" % (len(_RESULT), _RESULT),
        b"Transfer-Encoding: chunked\r\n\r\n" + _chunk(_RESULT) + _chunk(b""),
        b"Connection: close\r\n\r\n" + _RESULT,
    ],
    ids=["of a length", "in parts", "to the end"],
)
def test_ordinary_answer_is_read_in_each_of_its_forms(answer: bytes) -> None:
    with talking([_HEAD + answer]) as url:
        assert Rpc(url).call("eth_chainId") == "0x1"


def test_large_lawful_answer_is_read_whole() -> None:
    size = 2**25
    result = b'{"jsonrpc":"2.0","id":1,"result":"%s"}' % (b"0" * size)
    head = _HEAD + b"Content-Length: %d\r\n\r\n" % len(result)
    with talking([head, result]) as url:
        assert len(Rpc(url).call("eth_getCode")) == size


def test_another_node_is_asked_after_one_that_does_not_end(
    ledger_on_anvil: LedgerOnChain,
) -> None:
    with talking(_Anew("of no length")) as url:
        rpcs = [Rpc(url), ledger_on_anvil.rpc]
        nodes = Nodes(rpcs, check=lambda _: None)
        nodes.start()
        answer = nodes.ask(lambda place: rpcs[place].call("eth_chainId"))
    assert answer == ledger_on_anvil.rpc.call("eth_chainId")


def test_batch_with_too_large_an_answer_is_asked_in_parts() -> None:
    sizes: list[int] = []

    class Heard(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            length = 0
            while (line := self.rfile.readline().strip()) or not length:
                if line.lower().startswith(b"content-length:"):
                    length = int(line.partition(b":")[2])
            asked = orjson.loads(self.rfile.read(length))
            sizes.append(len(asked))
            said = orjson.dumps([{"id": one["id"], "result": "0x1"} for one in asked])
            claimed = len(said) if len(asked) == 1 else 2**40
            self.wfile.write(
                _HEAD + b"Connection: close\r\nContent-Length: %d\r\n\r\n%s" % (claimed, said)
            )

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Heard) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        rpc = Rpc(f"http://127.0.0.1:{server.server_address[1]}")
        assert rpc.batch([("eth_chainId", ())] * 4) == ["0x1"] * 4
        server.shutdown()
        thread.join()
    assert sizes == [4, 2, 1, 1, 1, 1]
