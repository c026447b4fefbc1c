"""A database that is away, of another ledger, or none.

One line that says whose doing it is, exit code 2, no traceback.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from receipts_ledger.chain.local_node import anvil
from tests.audit.conftest import index_into, scene_on
from tests.audit.tampering import tamper
from tests.support.auditing import Scene


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


@pytest.mark.parametrize(
    "written",
    [
        *("postgresql:/me:hidden@host/ledger", "me:hidden@host:port/ledger"),
        *("postgresql//me:hid@den@host/ledger", "ledger?password=hidden"),
    ],
)
def test_password_in_an_address_that_is_none_is_not_told(scene: Scene, written: str) -> None:
    line = scene.audit(database=written).undecided_line
    assert "ledger' is no database URL" in line
    assert "hid" not in line


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
