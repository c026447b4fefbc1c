"""The migrations and the tables in code are one schema."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from receipts_ledger.config import PREFIX
from receipts_ledger.errors import Fatal
from receipts_ledger.store import migrate
from receipts_ledger.store.engine import open_engine
from receipts_ledger.store.tables import metadata
from receipts_ledger.store.units import Database

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def test_migrated_schema_is_that_of_the_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_checks_of_the_migrated_schema_are_those_of_the_tables(
    empty_database_url: str, empty: Engine
) -> None:
    migrate.upgrade(empty_database_url)
    migrated = _checks(empty)
    migrate.downgrade(empty_database_url, "base")
    metadata.create_all(empty)
    assert migrated == _checks(empty)


def test_schema_goes_down_to_nothing_and_up_again(empty_database_url: str, empty: Engine) -> None:
    migrate.upgrade(empty_database_url)
    assert migrate.at_head(empty)
    migrate.downgrade(empty_database_url, "base")
    assert inspect(empty).get_table_names() == ["alembic_version"]
    assert not migrate.at_head(empty)
    migrate.upgrade(empty_database_url)
    assert migrate.at_head(empty)


def test_many_replicas_may_migrate_at_once(empty_database_url: str, empty: Engine) -> None:
    failures: list[Exception] = []

    def replica() -> None:
        try:
            migrate.upgrade(empty_database_url)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=replica) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert migrate.at_head(empty)


def test_database_without_tables_is_not_at_head(empty: Engine) -> None:
    assert not migrate.at_head(empty)


def test_alembic_takes_the_database_that_the_setting_names(
    empty_database_url: str, empty: Engine
) -> None:
    done = _alembic("upgrade", "head", DATABASE_URL=empty_database_url)
    assert (done.returncode, done.stdout) == (0, "")
    assert migrate.at_head(empty)


def test_alembic_takes_the_database_of_its_command_before_the_settings(
    empty_database_url: str, empty: Engine, tmp_path: Path
) -> None:
    other = tmp_path / "other.db"
    url = f"url={empty_database_url}"
    done = _alembic("-x", url, "upgrade", "head", DATABASE_URL=f"sqlite:///{other}")
    assert (done.returncode, done.stdout) == (0, "")
    assert migrate.at_head(empty)
    assert not other.exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "say which database: set RECEIPTS_LEDGER_DATABASE_URL, or alembic -x url="),
        (
            {"DATABASE_URL_FILE": "a-file"},
            "RECEIPTS_LEDGER_DATABASE_URL_FILE is no setting: RECEIPTS_LEDGER_DATABASE_URL is no "
            "secret, and read from no file",
        ),
        ({"DATABSE_URL": "sqlite:///a.db"}, "is RECEIPTS_LEDGER_DATABASE_URL meant?"),
        ({"DATABASE_URL": "mysql://somewhere/ledger"}, "not on mysql"),
    ],
)
def test_alembic_says_in_one_line_why_it_takes_no_database(
    settings: dict[str, str], said: str
) -> None:
    done = _alembic("upgrade", "head", **settings)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def _alembic(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    own = {name: given for name, given in os.environ.items() if not name.startswith(PREFIX)}
    return subprocess.run(
        [Path(sys.executable).with_name("alembic"), *arguments],
        env=own | {PREFIX + name: given for name, given in settings.items()},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("mysql://somewhere/ledger", "not on mysql"),
        ("postgresql+asyncpg://somewhere/ledger", "psycopg 3"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:////nowhere/at/all/ledger.db", "does not exist"),
        ("ledger.db", "no database URL"),
    ],
)
def test_unsupported_url_is_refused_with_its_reason(url: str, reason: str) -> None:
    with pytest.raises(Fatal, match=re.escape(reason)):
        open_engine(url)


def _checks(engine: Engine) -> dict[str, list[tuple[str | None, str]]]:
    inspector = inspect(engine)
    return {
        table: sorted(
            (check["name"], " ".join(check["sqltext"].split()))
            for check in inspector.get_check_constraints(table)
        )
        for table in metadata.tables
    }
