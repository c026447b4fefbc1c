"""A backup goes back into an empty database of either engine, row for row, or not at all."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select

from receipts_ledger.errors import Fatal
from receipts_ledger.store import migrate
from receipts_ledger.store.backups import back_up, restore
from receipts_ledger.store.document_key import is_key_of_ledger
from receipts_ledger.store.engine import open_engine
from receipts_ledger.store.tables import acts, content_reads, contents, leases, metadata
from receipts_ledger.store.units import Database
from tests.conftest import ENGINES
from tests.store.released import RELEASED, fill
from tests.support.gateway import DOCUMENT_KEY
from tests.support.postgres import PostgresCluster

MakeUrl = Callable[[str, str], str]


@pytest.fixture
def url_of(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[MakeUrl]:
    """Make a database without tables."""
    made: list[str] = []

    def make(engine: str, name: str) -> str:
        if engine == "sqlite":
            return f"sqlite:///{tmp_path / name}.db"
        cluster: PostgresCluster = request.getfixturevalue("postgres")
        made.append(cluster.create())
        return cluster.url(made[-1])

    yield make
    for name in made:
        request.getfixturevalue("postgres").drop(name)


def _filled(url: str, revision: str = RELEASED[-1]) -> str:
    migrate.upgrade(url, revision)
    engine = open_engine(url)
    with engine.begin() as connection:
        fill(connection, revision)
    engine.dispose()
    return url


def _rows(url: str) -> dict[str, list[Any]]:
    with closing(Database.open(url)) as database, database.reading() as reader:
        return {
            table.name: sorted((tuple(row) for row in reader.rows(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table is not leases
        }


@pytest.fixture
def backup(url_of: MakeUrl, tmp_path: Path) -> Path:
    """A backup of a ledger on SQLite."""
    url = _filled(url_of("sqlite", "source"))
    migrate.upgrade(url)
    back_up(url, tmp_path / "a.backup")
    return tmp_path / "a.backup"


@pytest.mark.parametrize("to", ENGINES)
@pytest.mark.parametrize("of", ENGINES)
def test_every_row_comes_back_on_whichever_engine(
    of: str, to: str, url_of: MakeUrl, tmp_path: Path
) -> None:
    source, target, file = _filled(url_of(of, "source")), url_of(to, "target"), tmp_path / "b"
    migrate.upgrade(source)

    seal = back_up(source, file)

    assert seal == restore(target, file)
    before = _rows(source)
    assert _rows(target) == before
    assert sum(len(rows) for rows in before.values()) > 300
    assert sorted(path.name for path in tmp_path.iterdir() if "b" in path.name[:1]) == ["b"]
    assert file.stat().st_mode & 0o077 == 0
    with closing(Database.open(target)) as database:
        assert migrate.at_head(database.engine)


@pytest.mark.parametrize("to", ENGINES)
def test_numbers_that_the_database_hands_out_go_on_behind_the_last(
    to: str, url_of: MakeUrl, tmp_path: Path
) -> None:
    source, target, file = _filled(url_of("sqlite", "s")), url_of(to, "t"), tmp_path / "b"
    migrate.upgrade(source)
    with closing(Database.open(source)) as database, database.writing() as writer:
        moment = writer.scalar(select(acts.c.created_at))
        row = {"token_id": "t", "receipt_id": 5, "first_at": moment, "last_at": moment, "times": 1}
        for _ in range(3):
            writer.run(insert(content_reads).values(**row))
    back_up(source, file)
    restore(target, file)
    with closing(Database.open(target)) as database, database.writing() as writer:
        writer.run(insert(content_reads).values(**row))
        assert sorted(writer.scalars(select(content_reads.c.id))) == [1, 2, 3, 4]


@pytest.mark.parametrize("to", ENGINES)
@pytest.mark.parametrize("of", ENGINES)
def test_restored_ledger_takes_the_document_key_that_it_had_and_no_other(
    of: str, to: str, url_of: MakeUrl, tmp_path: Path
) -> None:
    source, target, file = _filled(url_of(of, "source")), url_of(to, "target"), tmp_path / "b"
    migrate.upgrade(source)
    with closing(Database.open(source)) as database:
        assert is_key_of_ledger(database, DOCUMENT_KEY)
    back_up(source, file)
    restore(target, file)
    with closing(Database.open(target)) as database:
        with database.writing() as writer:
            # Without papers on record, only what the backup says of the key can tell it.
            assert writer.run(delete(contents))
        assert not is_key_of_ledger(database, DOCUMENT_KEY + b" ")
        assert is_key_of_ledger(database, DOCUMENT_KEY)


def test_backup_of_a_release_is_brought_up_to_date(url_of: MakeUrl, tmp_path: Path) -> None:
    old, target = _filled(url_of("sqlite", "old"), RELEASED[0]), url_of("sqlite", "target")
    migrate.upgrade(old)
    file = tmp_path / "a.backup"
    back_up(old, file)
    migrate.downgrade(f"sqlite:///{file}", RELEASED[0])
    with closing(sqlite3.connect(file)) as driver:
        driver.execute("DROP TABLE backup_seal")
        driver.commit()
    from receipts_ledger.store import backups

    backups._sealed(file)

    assert restore(target, file).revision == RELEASED[0]
    assert _rows(target) == _rows(old)


def test_database_that_has_rows_is_left_alone(backup: Path, url_of: MakeUrl) -> None:
    target = _filled(url_of("sqlite", "target"))
    migrate.upgrade(target)
    before = _rows(target)
    with pytest.raises(Fatal, match="has rows already"):
        restore(target, backup)
    assert _rows(target) == before


def test_file_that_exists_is_not_written_over(backup: Path, url_of: MakeUrl) -> None:
    before = backup.read_bytes()
    with pytest.raises(Fatal, match="exists"):
        back_up(url_of("sqlite", "source"), backup)
    assert backup.read_bytes() == before


def test_database_of_another_release_is_not_backed_up(url_of: MakeUrl, tmp_path: Path) -> None:
    old = _filled(url_of("sqlite", "old"), RELEASED[0])
    with pytest.raises(Fatal, match="receipts-ledger migrate"):
        back_up(old, tmp_path / "b")
    assert not (tmp_path / "b").exists()


def _nothing_in(url: str) -> bool:
    if not url.startswith("sqlite:///") or not Path(url.removeprefix("sqlite:///")).exists():
        return True
    return not any(_rows(url).values())


def test_one_altered_row_is_noticed(backup: Path, url_of: MakeUrl) -> None:
    with closing(sqlite3.connect(backup)) as driver:
        changed = driver.execute("UPDATE receipts SET quantity = quantity + 1").rowcount
        driver.commit()
    assert changed
    target = url_of("sqlite", "target")
    with pytest.raises(Fatal, match="damaged or was altered"):
        restore(target, backup)
    assert _nothing_in(target)


@pytest.mark.fault(44)
@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_truncated_file_is_refused(backup: Path, url_of: MakeUrl, share: float) -> None:
    content = backup.read_bytes()
    backup.write_bytes(content[: int(len(content) * share)])
    target = url_of("sqlite", "target")
    with pytest.raises(Fatal, match="is no backup, or is damaged"):
        restore(target, backup)
    assert _nothing_in(target)


def test_what_is_no_backup_is_refused(tmp_path: Path, url_of: MakeUrl) -> None:
    missing, text, plain = tmp_path / "missing", tmp_path / "text", tmp_path / "plain.db"
    text.write_text("not a backup at all, but long enough to be looked at" * 50)
    migrate.upgrade(f"sqlite:///{plain}")
    for file, words in (
        (missing, "there is no file"),
        (text, "is no backup"),
        (plain, "is no backup"),
    ):
        with pytest.raises(Fatal, match=words):
            restore(url_of("sqlite", "target"), file)


def test_backup_of_a_later_release_is_refused(backup: Path, url_of: MakeUrl) -> None:
    from receipts_ledger.store import backups

    with closing(sqlite3.connect(backup)) as driver:
        driver.execute("UPDATE alembic_version SET version_num = '9999'")
        driver.execute("DROP TABLE backup_seal")
        driver.commit()
    backups._sealed(backup)
    with pytest.raises(Fatal, match="later release"):
        restore(url_of("sqlite", "target"), backup)
