"""What an operator does from the command line: migrate, look, lift a halt, fold anew, copy."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from receipts_ledger.chain import refusals
from receipts_ledger.chain.keyfile import write_key
from receipts_ledger.chain.keys import address_of_private_key
from receipts_ledger.chain.local_node import DEVELOPER_KEYS, LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.cli.door import run
from receipts_ledger.config import PREFIX
from receipts_ledger.store.index import StoredIndex
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import utc_now
from tests.support.ledger_on_chain import ledger_with_receipts

SECRET = "a secret of sufficient length"


@pytest.fixture
def environment(
    own_anvil: LocalNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    """The settings of a gateway that has not been started yet."""
    ledger, _ = ledger_with_receipts(Rpc(own_anvil.url), 2)
    deployment_file = tmp_path / "deployment.json"
    ledger.deployment.write(deployment_file)
    settings = {
        "RPC": own_anvil.url,
        "DEPLOYMENT": str(deployment_file),
        "DATABASE_URL": f"sqlite:///{tmp_path / 'ledger.db'}",
        "DOCUMENT_KEY": SECRET,
        "KEYSTORE_SECRET": SECRET,
        "KEYSTORE_WORK_FACTOR": "2",
    }
    for name, setting in settings.items():
        monkeypatch.setenv(PREFIX + name, setting)
    return settings


def done(capsysbinary: pytest.CaptureFixture[bytes], *arguments: str) -> Any:
    assert run([*arguments, "--json"]) == 0
    return json.loads(capsysbinary.readouterr().out)


def refused(capsysbinary: pytest.CaptureFixture[bytes], code: int, *arguments: str) -> str:
    assert run(list(arguments)) == code
    printed = capsysbinary.readouterr()
    assert printed.out == b""
    assert printed.err.count(b"\n") == 1
    return printed.err.decode()


def test_a_halt_is_shown_and_lifted(
    environment: dict[str, str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert done(capsysbinary, "migrate") == {"schema": "head"}
    before = done(capsysbinary, "index", "show")
    assert before["halted"] is None
    database = Database.open(environment["DATABASE_URL"])
    index = StoredIndex(database, read_reason=refusals.decode, clock=utc_now)
    cursor = index.cursor()
    assert cursor is not None
    index.halt(cursor, "the chain contradicts itself")
    database.close()
    assert done(capsysbinary, "index", "show")["halted"] == "the chain contradicts itself"
    assert done(capsysbinary, "index", "resume") == before
    assert done(capsysbinary, "index", "resume") == before


def test_the_state_is_folded_anew(
    environment: dict[str, str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert done(capsysbinary, "index", "rebuild") == {"events": 0}
    assert run(["index", "rebuild"]) == 0
    assert capsysbinary.readouterr().out == b"folded 0 events anew\n"


def test_a_database_is_backed_up_once_and_put_back_into_an_empty_one(
    environment: dict[str, str],
    tmp_path: Path,
    capsysbinary: pytest.CaptureFixture[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done(capsysbinary, "migrate")
    token = done(capsysbinary, "tokens", "create", "--label=office", "--party=5")
    file = tmp_path / "a.backup"
    made = done(capsysbinary, "backup", str(file))
    assert made["file"] == str(file)
    assert f"file {file} exists" in refused(capsysbinary, 2, "backup", str(file))
    nowhere = tmp_path / "nowhere" / "a.backup"
    assert str(nowhere) in refused(capsysbinary, 2, "backup", str(nowhere))

    assert "has rows already" in refused(capsysbinary, 2, "restore", str(file))
    monkeypatch.setenv("RECEIPTS_LEDGER_DATABASE_URL", f"sqlite:///{tmp_path / 'other.db'}")
    assert done(capsysbinary, "restore", str(file)) == made
    shown = done(capsysbinary, "tokens", "list")
    assert [one["api_token_id"] for one in shown] == [token["api_token_id"]]


def test_api_tokens_are_made_and_ended(
    environment: dict[str, str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    made = done(capsysbinary, "tokens", "create", "--label=office", "--party=5")
    assert made["party"] == 5
    assert made["secret"].startswith("rl_")
    number = made["api_token_id"]
    assert done(capsysbinary, "tokens", "revoke", number)["revoked"] is True
    assert number in refused(capsysbinary, 1, "tokens", "revoke", number)


def test_a_lane_is_kept_listed_and_resumed(
    environment: dict[str, str], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    password, key = tmp_path / "password", tmp_path / "payer.json"
    password.write_text(SECRET)
    write_key(key, DEVELOPER_KEYS[3], SECRET)
    address = "0x" + address_of_private_key(DEVELOPER_KEYS[3]).hex()
    kept = done(capsysbinary, "lanes", "keep", f"--key={key}", f"--password={password}")
    assert kept == {"address": address}
    assert [lane["address"] for lane in done(capsysbinary, "lanes", "list")] == [address]
    assert done(capsysbinary, "lanes", "resume", address) == {"address": address}
    nobody = "0x" + "11" * 20
    assert f"no lane {nobody}" in refused(capsysbinary, 1, "lanes", "resume", nobody)


def test_an_api_token_has_the_scopes_that_it_was_made_with(
    environment: dict[str, str], capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    done(capsysbinary, "tokens", "create", "--label=screen", "--party=5", "--scope=read")
    made = done(capsysbinary, "tokens", "create", "--label=office")
    done(capsysbinary, "tokens", "create", "--label=gone", "--expires=2020-01-01T00:00:00Z")
    listed = done(capsysbinary, "tokens", "list")
    assert [(row["label"], row["scopes"]) for row in listed] == [
        ("screen", "read"),
        ("office", "read, sign, write"),
    ]
    assert made["secret"] not in str(listed)
    refused(capsysbinary, 2, "tokens", "create", "--label=odd", "--scope=all")


def test_a_lane_is_retired_and_its_key_forgotten(
    environment: dict[str, str], tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    address = done(capsysbinary, "lanes", "keep")["address"]
    kept = done(capsysbinary, "kept-keys", "list")
    assert [(key["address"], key["party"]) for key in kept] == [(address, None)]
    retired = done(capsysbinary, "lanes", "retire", address)
    assert retired == {"address": address, "under_way": 0, "forgotten": True}
    assert done(capsysbinary, "kept-keys", "list") == []
    assert done(capsysbinary, "lanes", "list")[0]["paused"] == "retired by the operator"
    assert "no kept key" in refused(capsysbinary, 1, "lanes", "resume", address)
    refused(capsysbinary, 1, "lanes", "retire", "0x" + "11" * 20)


def test_the_keystore_secret_is_changed(
    environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    for party in ("5", "6"):
        done(capsysbinary, "keep-key", party)
    file = tmp_path / "new-secret"
    file.write_text("too short")
    refused(capsysbinary, 2, "kept-keys", "rotate", f"--new-secret={file}")
    file.write_text("another secret of sufficient length")
    assert done(capsysbinary, "kept-keys", "rotate", f"--new-secret={file}") == {"kept_keys": 2}

    assert "does not open" in refused(capsysbinary, 2, "kept-keys", "list")
    monkeypatch.setenv(f"{PREFIX}KEYSTORE_SECRET", file.read_text())
    assert len(done(capsysbinary, "kept-keys", "list")) == 2


def test_a_setting_that_is_missing_is_named(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.delenv(f"{PREFIX}DOCUMENT_KEY")
    for command in (["up"], ["serve"], ["work"], ["migrate"], ["index", "show"]):
        assert f"{PREFIX}DOCUMENT_KEY" in refused(capsysbinary, 2, *command)


def test_no_process_starts_with_another_document_key(
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    done(capsysbinary, "index", "show")
    monkeypatch.setenv(f"{PREFIX}DOCUMENT_KEY", SECRET[::-1])
    for command in ("up", "serve", "work"):
        said = refused(capsysbinary, 2, command)
        assert f"{PREFIX}DOCUMENT_KEY: the ledger of this database has another one" in said
        assert SECRET[::-1] not in said


def test_a_gateway_tells_programs_where_it_listens(environment: dict[str, str]) -> None:
    told = {}
    for command, word in (("up", "listening"), ("serve", "listening"), ("work", "working")):
        with subprocess.Popen(
            [Path(sys.executable).with_name("receipts-ledger"), command, "--json"],
            stdout=subprocess.PIPE,
            env={**os.environ, f"{PREFIX}PORT": "0"},
        ) as gateway:
            assert gateway.stdout is not None
            said = b"".join(gateway.stdout.readline() for _ in range(3))
            gateway.terminate()
            assert gateway.wait(60) == 0
        told[word] = json.loads(said)[word]
    assert told["listening"].startswith("http://127.0.0.1:")
    assert told["working"].startswith("0x")


def test_another_chain_is_refused_at_the_start(
    environment: dict[str, str],
    anvil_node: LocalNode,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    monkeypatch.setenv(f"{PREFIX}RPC", anvil_node.url)
    assert "not the ledger of the deployment file" in refused(capsysbinary, 2, "up")
