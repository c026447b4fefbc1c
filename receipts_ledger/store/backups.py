"""Backups: one file with every row as of one moment, and a seal that tells whether it is whole.

The file is a SQLite database, whichever engine was backed up, and is restored into either: so a
ledger that began on SQLite moves to PostgreSQL. One of an older release is brought up to date.
"""

import hashlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Table, func, insert, select, text

from receipts_ledger.errors import Fatal
from receipts_ledger.store import migrate
from receipts_ledger.store.copies import copy_sqlite, new_file
from receipts_ledger.store.tables import leases, metadata
from receipts_ledger.store.units import Database, Reader, Writer

_ROWS_A_STATEMENT = 1_000
_SEAL = "backup_seal"
_MAKE_SEAL = f"CREATE TABLE {_SEAL} (revision TEXT, made_at TEXT, row_count INTEGER, digest TEXT)"
_PARTIAL = ".partial"


@dataclass(frozen=True, slots=True)
class Seal:
    """What a backup says of itself: schema, moment, and the rows with their SHA-256."""

    revision: str
    made_at: datetime
    row_count: int
    digest: str


def back_up(url: str, to: Path) -> Seal:
    """Write a backup of the database into a new file, while others work on it.

    Raises Fatal when the file exists or cannot be written, or the schema is not this release's;
    Retryable when the database is away. Half a backup is never left under the name.
    """
    if to.exists():
        raise Fatal(f"file {to} exists")
    part = to.with_name(to.name + _PARTIAL)
    with closing(Database.open(url)) as source:
        if not migrate.at_head(source.engine):
            raise Fatal("the database has not the schema of this release: receipts-ledger migrate")
        try:
            if source.engine.dialect.name == "sqlite":
                copy_sqlite(url, part)
            else:
                _copy_rows(source, part)
            seal = _sealed(part)
            part.replace(to)
        finally:
            part.unlink(missing_ok=True)
    return seal


def restore(url: str, file: Path) -> Seal:
    """Put a backup's rows into an empty database, and bring both to this release's schema.

    Raises Fatal when the file is no backup, is damaged, altered or of a later release, and when
    the database has rows; nothing is written then. Leases are left out: their holders are gone.
    """
    seal = _checked(file)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "backup.db"
        shutil.copyfile(file, copy)
        with closing(sqlite3.connect(copy)) as driver:
            driver.execute(f"DROP TABLE {_SEAL}")
        migrate.upgrade(f"sqlite:///{copy}")
        migrate.upgrade(url)
        with (
            closing(Database.open(f"sqlite:///{copy}")) as backup,
            closing(Database.open(url)) as target,
            backup.reading() as reader,
            target.writing() as writer,
        ):
            writer.allow_pauses()
            _expect_empty(writer)
            for table in metadata.sorted_tables:
                if table is not leases:
                    _take_over(reader, writer, table)
    return seal


def _copy_rows(source: Database, to: Path) -> None:
    new_file(to)
    copy_url = f"sqlite:///{to}"
    migrate.upgrade(copy_url)
    with (
        closing(Database.open(copy_url)) as copy,
        source.reading() as reader,
        copy.writing() as writer,
    ):
        reader.allow_pauses()
        for table in metadata.sorted_tables:
            _take_over(reader, writer, table)


def _take_over(reader: Reader, writer: Writer, table: Table) -> None:
    ordered = select(table).order_by(*table.primary_key)
    rows = (dict(row._mapping) for row in reader.stream(ordered))
    while part := list(islice(rows, _ROWS_A_STATEMENT)):
        writer.run_many(insert(table), part)
    number = table.autoincrement_column
    if writer.is_postgresql and number is not None:
        # Numbers that came from elsewhere do not move the counter.
        last = select(func.coalesce(func.max(number), 1)).scalar_subquery()
        counter = func.pg_get_serial_sequence(table.name, number.name)
        writer.rows(select(func.setval(counter, last, select(number).exists())))


def _expect_empty(writer: Writer) -> None:
    for table in metadata.sorted_tables:
        if writer.first(select(text("1")).select_from(table).limit(1)) is not None:
            raise Fatal(
                f"the database has rows already ({table.name}): a backup goes into an empty one"
            )


def _sealed(file: Path) -> Seal:
    with closing(sqlite3.connect(file)) as driver:
        # One file, with no log of its own beside it.
        driver.execute("PRAGMA journal_mode = DELETE").close()
        row_count, digest = _digest(driver)
        (revision,) = driver.execute("SELECT version_num FROM alembic_version").fetchone()
        seal = Seal(revision, datetime.now(UTC), row_count, digest)
        driver.execute(_MAKE_SEAL)
        driver.execute(
            f"INSERT INTO {_SEAL} VALUES (?, ?, ?, ?)",  # noqa: S608
            (seal.revision, seal.made_at.isoformat(), seal.row_count, seal.digest),
        )
        driver.commit()
    return seal


def _checked(file: Path) -> Seal:
    if not file.is_file():
        raise Fatal(f"there is no file {file}")
    with _reading(file) as driver:
        found = driver.execute(f"SELECT * FROM {_SEAL}").fetchall()  # noqa: S608
        if len(found) != 1:
            raise Fatal(f"{file} is no backup: it has {len(found)} seals")
        revision, made_at, row_count, digest = found[0]
        seal = Seal(revision, datetime.fromisoformat(made_at), row_count, digest)
        if _digest(driver) != (row_count, digest):
            raise Fatal(f"{file} is damaged or was altered: its rows are not those that it sealed")
    if not migrate.knows(seal.revision):
        raise Fatal(f"{file} is of a later release: this one does not know schema {seal.revision}")
    return seal


@contextmanager
def _reading(file: Path) -> Iterator[sqlite3.Connection]:
    try:
        url = f"file:{quote(str(file.resolve()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(url, uri=True)) as driver:
            yield driver
    except sqlite3.Error as error:
        raise Fatal(f"{file} is no backup, or is damaged: {error}") from error


def _digest(driver: sqlite3.Connection) -> tuple[int, str]:
    """Count all rows and hash them, tables and rows in an order of their own."""
    hashed, count = hashlib.sha256(), 0
    for name in _tables(driver):
        columns = driver.execute("SELECT name FROM pragma_table_info(?)", (name,)).fetchall()
        hashed.update(repr((name, columns)).encode())
        order = ", ".join(str(place) for place in range(1, len(columns) + 1))
        for row in driver.execute(f'SELECT * FROM "{name}" ORDER BY {order}'):  # noqa: S608
            hashed.update(repr(row).encode())
            count += 1
    return count, hashed.hexdigest()


def _tables(driver: sqlite3.Connection) -> Iterable[str]:
    query = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
    found = [name for (name,) in driver.execute(query).fetchall()]
    return [name for name in found if name != _SEAL and not name.startswith("sqlite_")]
