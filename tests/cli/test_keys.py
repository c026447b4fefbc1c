"""Keys that a party holds itself: made, listed, shown, and never printed."""

import json
from pathlib import Path

import pytest

from receipts_ledger.chain.keyfile import read_key
from receipts_ledger.chain.keys import address_of_private_key
from receipts_ledger.cli.door import run
from receipts_ledger.errors import Fatal


@pytest.fixture
def password(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.write_text("correct horse battery\n")
    return path


def made(folder: Path, password: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    arguments = ["keys", "new", "warehouse", f"--folder={folder}", f"--password={password}"]
    assert run([*arguments, "--json"]) == 0
    key: dict[str, str] = json.loads(capsys.readouterr().out)
    return key


def test_a_new_key_opens_with_its_password_and_only_its_owner_reads_the_file(
    tmp_path: Path, password: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = made(tmp_path / "keys", password, capsys)
    path = Path(key["file"])
    private_key = read_key(path, "correct horse battery")
    assert "0x" + address_of_private_key(private_key).hex() == key["address"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert private_key.hex() not in path.read_text()
    with pytest.raises(Fatal, match="does not open"):
        read_key(path, "wrong password")


def test_keys_are_listed_and_shown_without_their_password(
    tmp_path: Path, password: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "keys"
    key = made(folder, password, capsys)
    assert run(["keys", "list", f"--folder={folder}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [key]
    assert run(["keys", "show", "warehouse", f"--folder={folder}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == key
    assert run(["keys", "list", f"--folder={folder}"]) == 0
    assert "warehouse" in capsys.readouterr().out


def test_a_key_is_never_overwritten(
    tmp_path: Path, password: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "keys"
    made(folder, password, capsys)
    assert run(["keys", "new", "warehouse", f"--folder={folder}", f"--password={password}"]) == 2
    assert "exists" in capsys.readouterr().err


def test_a_short_password_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    password = tmp_path / "password"
    password.write_text("short")
    assert run(["keys", "new", "w", f"--folder={tmp_path}", f"--password={password}"]) == 2
    assert "--password" in capsys.readouterr().err
    assert not (tmp_path / "w.json").exists()


def test_a_file_that_is_no_keystore_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "odd.json"
    path.write_text("[]")
    assert run(["keys", "show", str(path)]) == 2
    assert str(path) in capsys.readouterr().err
