"""The rows that an audit compares with the chain, read in one moment. Nothing here writes.

A row may have been tampered with, and SQLite takes any value in any column: what cannot be
read is handed on as it stands, so that the audit can name it.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Dialect, select, type_coerce
from sqlalchemy.event import listen
from sqlalchemy.types import NullType

from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.cursor import Origin
from receipts_ledger.errors import Fatal
from receipts_ledger.store import cursor as cursor_row
from receipts_ledger.store.bodies import event_of
from receipts_ledger.store.migrate import at_head
from receipts_ledger.store.projections import TABLES
from receipts_ledger.store.tables import blocks, chain, events
from receipts_ledger.store.units import Database, Reader

_TABLES = {table.name: table for table in (blocks, events, *TABLES)}
_NOT_OF_THIS_RELEASE = (
    "this is no database of this release: it was never set up, or is of another release and "
    "has to be migrated first"
)
_UNREADABLE = (ValueError, TypeError, LookupError, AttributeError)


class AuditRows:
    """What the database says of the ledger, as of one moment."""

    def __init__(self, reader: Reader, dialect: Dialect) -> None:
        self._reader = reader
        self._dialect = dialect

    def position(self) -> BlockRef:
        """Return the last block that is in the database. Raises Fatal when there is none."""
        cursor = cursor_row.read(self._reader)
        if cursor is None:
            raise Fatal("the database holds no ledger yet: nothing has been indexed into it")
        return cursor.block

    def rows(self, table: str) -> Iterator[Mapping[str, object]]:
        """Yield the rows of a table; blocks and events in the order of the chain."""
        source = _TABLES[table]
        names = tuple(source.c.keys())
        readers = [_reader(column.type, self._dialect) for column in source.c]
        # Values are converted one by one: a bad one must not hide the row it is in.
        query = select(
            *[type_coerce(column, NullType()).label(column.name) for column in source.c]
        ).order_by(*source.primary_key.columns)
        for raw in self._reader.stream(query):
            row = {name: read(value) for name, read, value in zip(names, readers, raw, strict=True)}
            if source is events:
                row["body"] = _event(row)
            yield row


@contextmanager
def audit_rows(url: str, origin: Origin) -> Iterator[AuditRows]:
    """Open a database to be audited. Raises Fatal for one of another ledger, or of none.

    Nothing is created: not the file, not a table.
    """
    database = Database.open(url)
    if database.engine.dialect.name == "sqlite":
        listen(database.engine, "connect", _read_any_text)
    try:
        _expect_file(database)
        if not at_head(database.engine):
            raise Fatal(_NOT_OF_THIS_RELEASE)
        with database.reading() as reader:
            reader.allow_pauses()
            _expect(reader, origin)
            yield AuditRows(reader, database.engine.dialect)
    finally:
        database.close()


def _read_any_text(connection: sqlite3.Connection, record: object) -> None:
    connection.text_factory = lambda raw: raw.decode("utf-8", "backslashreplace")


def _expect_file(database: Database) -> None:
    url = database.engine.url
    if url.get_backend_name() != "sqlite":
        return
    path = Path(str(url.database)).resolve()
    if not path.is_file():
        raise Fatal(f"the database file {url.database} does not exist")
    # Opened as a ledger's, a file of something else would be changed. This look cannot write.
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as look:
            found = look.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'")
            is_migrated = found.fetchone() is not None
    except sqlite3.Error as error:
        raise Fatal(f"the database file {url.database} cannot be read: {error}") from error
    if not is_migrated:
        raise Fatal(_NOT_OF_THIS_RELEASE)


def _expect(reader: Reader, origin: Origin) -> None:
    row = reader.first(select(chain))
    if row is None:
        raise Fatal("the database holds no ledger yet: nothing has been indexed into it")
    expected = (origin.chain_id, origin.genesis_hash, origin.contract)
    if (row.chain_id, row.genesis_hash, row.contract) != expected:
        raise Fatal(
            f"the database is of the ledger at 0x{row.contract.hex()} on chain {row.chain_id}, "
            f"the deployment file of the one at 0x{origin.contract.hex()} on {origin.chain_id}"
        )


def _reader(kind: Any, dialect: Dialect) -> Callable[[Any], Any]:
    if isinstance(kind, Boolean):
        return _boolean
    process = kind.dialect_impl(dialect).result_processor(dialect, None)

    def read(value: Any) -> Any:
        try:
            return value if process is None else process(value)
        except _UNREADABLE:
            return value

    return read


def _boolean(value: Any) -> Any:
    # The type's own reader takes whatever is not zero for true, which SQL does not.
    return bool(value) if value in (0, 1) else value


def _event(row: Mapping[str, Any]) -> object:
    try:
        return event_of(row["kind"], row["body"])
    except _UNREADABLE:
        return row["body"]
