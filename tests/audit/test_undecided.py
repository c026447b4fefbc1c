"""What cannot be decided: wrong ledgers, nodes and databases that are away, bad arguments.

One line that says whose doing it is, exit code 2, no traceback.
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from receipts_ledger.chain.local_node import anvil, free_port
from tests.audit import lies
from tests.audit.conftest import index_into, scene_on
from tests.audit.tampering import tamper
from tests.support.auditing import EQUAL, Outcome, Scene, run
from tests.support.lying_node import LyingNode

OTHER_HASH = "0x" + "11" * 32
OTHER_ADDRESS = "0x" + "11" * 20


def audit_with(scene: Scene, folder: Path, **changed: object) -> Outcome:
    """Audit with another deployment file; a field that is `...` is left out."""
    fields = json.loads(scene.deployment_file.read_bytes()) | changed
    other = folder / "other.json"
    other.write_text(json.dumps({key: value for key, value in fields.items() if value != ...}))
    return scene.audit(deployment=other)


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("chain_id", 1, "chain id is 31337, should be 1"),
        ("genesis_hash", OTHER_HASH, f"should be {OTHER_HASH}"),
        ("block_hash", OTHER_HASH, f"should be {OTHER_HASH}"),
        ("code_hash", OTHER_HASH, f"should be {OTHER_HASH}"),
        ("contract", OTHER_ADDRESS, "code hash is 0x"),
        ("transaction_hash", OTHER_HASH, f"transaction {OTHER_HASH} is not in the deployment"),
        ("block_number", 2, "deployment block hash is 0x"),
        ("block_number", 10**9, "deployment block hash is None"),
    ],
)
def test_deployment_file_of_another_ledger_is_named(
    scene: Scene, tmp_path: Path, field: str, wrong: object, told: str
) -> None:
    line = audit_with(scene, tmp_path, **{field: wrong}).undecided_line
    assert "is not the ledger of the deployment file" in line
    assert told in line


WRONG: dict[str, tuple[object, ...]] = {
    "chain_id": ("31337", None, True, -1, 1.5, 2**63, [1]),
    "block_number": ("1", None, False, -1, 2**70),
    "contract": (5, None, "0x1234", "zz", OTHER_HASH, "11" * 20),
    "genesis_hash": (0, "0x", "0x11", OTHER_HASH + "\n"),
    "block_hash": (None, OTHER_ADDRESS),
    "transaction_hash": (1, "latest"),
    "code_hash": ({}, "0x" + "gg" * 32),
    "registrar_key": (None,),
}


@pytest.mark.parametrize(
    ("field", "wrong"), [(field, wrong) for field, every in WRONG.items() for wrong in every]
)
def test_field_that_is_no_such_thing_is_named(
    scene: Scene, tmp_path: Path, field: str, wrong: object
) -> None:
    line = audit_with(scene, tmp_path, **{field: wrong}).undecided_line
    assert f"other.json is no deployment: {field} is " in line


@pytest.mark.parametrize(
    "field", ["chain_id", "genesis_hash", "contract", "block_number", "code_hash", "block_hash"]
)
def test_field_that_is_missing_is_named(scene: Scene, tmp_path: Path, field: str) -> None:
    line = audit_with(scene, tmp_path, **{field: ...}).undecided_line
    assert f"other.json is no deployment: no {field}" in line


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff\xfe"])
def test_deployment_file_that_is_none_is_named(
    scene: Scene, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "other.json").write_bytes(content)
    line = scene.audit(deployment=tmp_path / "other.json").undecided_line
    assert "other.json is no deployment" in line


def test_deployment_file_that_is_missing_is_named(scene: Scene, tmp_path: Path) -> None:
    line = scene.audit(deployment=tmp_path / "nowhere.json").undecided_line
    assert "nowhere.json: No such file or directory" in line
    assert "Is a directory" in scene.audit(deployment=tmp_path).undecided_line


def test_capitals_in_a_deployment_file_make_no_difference(scene: Scene, tmp_path: Path) -> None:
    written = json.loads(scene.deployment_file.read_bytes())
    shouted = {
        key: "0x" + value[2:].upper() for key, value in written.items() if isinstance(value, str)
    }
    outcome = audit_with(scene, tmp_path, **shouted)
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


def test_deployment_file_on_another_chain_is_named(scene: Scene) -> None:
    with anvil("--chain-id", "4711") as other:
        line = scene.audit(rpc=other.url).undecided_line
    assert "chain id is 4711, should be 31337" in line


def test_node_that_is_away_is_the_worlds_fault(scene: Scene) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    assert f"the node at {url} does not answer" in scene.audit(rpc=url).undecided_line


@pytest.mark.parametrize("url", ["ftp://127.0.0.1", "", "node", "http://", "http://[", "file:///"])
def test_url_that_is_none_of_a_node_is_named(scene: Scene, url: str) -> None:
    line = scene.audit(rpc=url).undecided_line
    assert "--rpc" in line or "does not answer" in line


@pytest.fixture
def rubbish(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of something that answers every request with the same bytes."""
    status, body = request.param

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


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
        assert "could not decide" in scene.audit(rpc=url).undecided_line, field


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite:////nowhere/ledger.db", "the folder /nowhere"),
        ("sqlite://", "SQLite needs a file"),
        ("postgresql://nobody@127.0.0.1:1/ledger", "the database does not answer"),
        ("postgresql://nobody@/ledger?host=/nowhere", "the database does not answer"),
        ("postgresql://nobody@127.0.0.1:port/ledger", "is no database URL"),
        ("mysql://nobody@127.0.0.1/ledger", "not on mysql"),
        ("ledger.db", "is no database URL"),
        ("", "is no database URL"),
    ],
)
def test_database_that_is_away_or_none_is_named(scene: Scene, url: str, told: str) -> None:
    assert told in scene.audit(database=url).undecided_line


def test_database_file_is_not_made_and_not_touched(scene: Scene, tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    assert "does not exist" in scene.audit(database=f"sqlite:///{missing}").undecided_line
    assert not missing.exists()
    with closing(sqlite3.connect(tmp_path / "of another program")) as other:
        other.execute("CREATE TABLE theses (text)")
    (tmp_path / "empty").touch()
    (tmp_path / "precious 100% #1").write_bytes(b"thesis" * 1_000)
    for name in ("empty", "precious 100% #1", "of another program"):
        content = (tmp_path / name).read_bytes()
        line = scene.audit(database=f"sqlite:///{tmp_path / name}").undecided_line
        assert "no database of this release" in line or "not a database" in line
        assert (tmp_path / name).read_bytes() == content


def test_database_without_tables_is_named(scene: Scene, empty_database_url: str) -> None:
    line = scene.audit(database=empty_database_url).undecided_line
    if "does not exist" not in line:
        assert "no database of this release" in line


def test_database_into_which_nothing_was_indexed_is_named(scene: Scene, database_url: str) -> None:
    assert "nothing has been indexed" in scene.audit(database=database_url).undecided_line


def test_database_of_another_ledger_is_named(
    scene: Scene, database_url: str, tmp_path: Path
) -> None:
    with anvil("--chain-id", "4711") as node:
        index_into(database_url, scene_on(node, tmp_path))
    line = scene.audit(database=database_url).undecided_line
    assert "the database is of the ledger at 0x" in line
    assert "on chain 4711" in line


def test_database_that_says_it_knows_blocks_to_come_cannot_be_compared(
    scene: Scene, indexed_url: str
) -> None:
    tamper(indexed_url, "UPDATE cursor SET number = 999999")
    line = scene.audit(database=indexed_url).undecided_line
    assert "the node does not know block 999999, the database's last one" in line


@pytest.mark.parametrize(
    ("option", "told"),
    [
        (["--to", "-1"], "--to"),
        (["--to", "0"], "--to: block 0 is not between the deployment at 1 and the head"),
        (["--to", "999999"], "--to: block 999999 is not between"),
        (["--to", "1e3"], "no block number"),
        (["--to", "５"], "no block number"),
        (["--to"], "--to"),
        (["--from", "1"], "--from"),
        (["more"], "more"),
    ],
)
def test_bad_option_is_named(scene: Scene, option: list[str], told: str) -> None:
    assert told in scene.audit(*option).undecided_line


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "--rpc, --deployment"),
        (["--rpc", "http://127.0.0.1:1"], "--deployment"),
        (["--deployment", "deployment.json"], "--rpc"),
    ],
)
def test_option_that_is_missing_is_named(tmp_path: Path, arguments: list[str], told: str) -> None:
    assert told in run(arguments, tmp_path / "report.json").undecided_line


def test_report_that_cannot_be_written_is_named(scene: Scene) -> None:
    arguments = ["--rpc", scene.node_url, "--deployment", str(scene.deployment_file)]
    line = run(arguments, Path("/nowhere/report.json")).undecided_line
    assert "--json: /nowhere/report.json cannot be written: No such file or directory" in line
