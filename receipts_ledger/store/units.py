"""Units of work: one transaction each, to read or to write.

A function that takes a Reader cannot change a row: it has no method for it, the type
checker sees that, and the database refuses besides. A Reader sees one moment: all its
queries answer as of the first.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Self, TypeAlias

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Delete,
    Engine,
    Insert,
    Row,
    Select,
    Table,
    Update,
    text,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from receipts_ledger.errors import Fatal, Retryable
from receipts_ledger.store.bulk import (
    copy_binary,
    delete_by_key,
    insert_parts,
    insert_rows,
    rows_by_key,
)
from receipts_ledger.store.engine import READS_ONLY, open_engine
from receipts_ledger.store.hot.connections import Access
from receipts_ledger.store.hot.postgresql import PostgresqlConnections
from receipts_ledger.store.hot.sqlite import SqliteConnections
from receipts_ledger.store.prepared import Prepared
from receipts_ledger.store.turn import WritersTurn

Query: TypeAlias = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Found: TypeAlias = Row[*tuple[Any, ...]]
Change: TypeAlias = Insert | Update | Delete

_STREAM_ROWS = 2_000
_BEGIN_PART = Prepared(text("SAVEPOINT part"))
_UNDO_PART = Prepared(text("ROLLBACK TO SAVEPOINT part"))
_END_PART = Prepared(text("RELEASE SAVEPOINT part"))
_SQLITE_UNREADABLE = (
    "unable to open database file",
    "file is not a database",
    "database disk image is malformed",
)
_SQLITE_PASSING = ("locked", "busy", "disk i/o error", "disk is full")


class Reader:
    """Asks. Open one with Database.reading()."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[tuple[object, ...], Sequence[Found]] = {}

    @property
    def is_postgresql(self) -> bool:
        """Whether the engine beneath is PostgreSQL."""
        return self._connection.dialect.name == "postgresql"

    def allow_pauses(self) -> None:
        """Let this unit do nothing for as long as it wants. Of one that holds up nobody."""
        if self.is_postgresql:
            self._connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))

    def rows(self, query: Query) -> Sequence[Found]:
        """Return all rows."""
        return self._connection.execute(query).all()

    def first(self, query: Query) -> Found | None:
        """Return the first row, None when there is none."""
        return self._connection.execute(query).first()

    def scalar(self, query: Query) -> Any:
        """Return the first column of the first row, None when there is none."""
        return self._connection.execute(query).scalar()

    def scalars(self, query: Query) -> Sequence[Any]:
        """Return the first column of all rows."""
        return self._connection.execute(query).scalars().all()

    def ask(self, prepared: Prepared, **values: object) -> Sequence[Found]:
        """Return all rows of a prepared statement."""
        return prepared.rows(self._connection, values)

    def ask_first(self, prepared: Prepared, **values: object) -> Found | None:
        """Return the first row of a prepared statement, None when there is none."""
        found: Found | None = prepared.first(self._connection, values)
        return found

    def ask_once(self, prepared: Prepared, **values: object) -> Sequence[Found]:
        """Return all rows as this unit has found them first. Of what it does not change itself."""
        asked = (prepared, *values.items())
        found = self._found.get(asked)
        if found is None:
            found = self._found[asked] = prepared.rows(self._connection, values)
        return found

    def ask_first_once(self, prepared: Prepared, **values: object) -> Found | None:
        """Return the first row as this unit has found it first, None when there is none."""
        return next(iter(self.ask_once(prepared, **values)), None)

    def by_key(self, table: Table, keys: Iterable[Hashable]) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a projection that have these keys, fast."""
        return rows_by_key(self._connection, table, keys)

    def stream(self, query: Query) -> Iterator[Found]:
        """Yield the rows without holding all of them at a time."""
        with self._connection.execution_options(yield_per=_STREAM_ROWS).execute(query) as result:
            yield from result


class Writer(Reader):
    """Asks and changes; all or nothing. Open one with Database.writing()."""

    def run(self, change: Change) -> int:
        """Carry out one change and return how many rows it touched."""
        return self._connection.execute(change).rowcount

    def carry_out(self, prepared: Prepared, **values: object) -> int:
        """Carry out one prepared change and return how many rows it touched."""
        return prepared.count(self._connection, values)

    def returning(self, change: Change) -> Sequence[Found]:
        """Carry out one change that has a RETURNING clause and return its rows."""
        return self._connection.execute(change).all()

    def insert(self, table: Table, **values: object) -> None:
        """Insert one row. Raises sqlalchemy's IntegrityError when a key is taken."""
        self._connection.execute(table.insert().values(**values))

    def insert_absent(self, table: Table, **values: object) -> bool:
        """Insert one row, or return False when any of its keys is taken."""
        insert = postgresql_insert if self.is_postgresql else sqlite_insert
        absent = insert(table).values(**values).on_conflict_do_nothing()
        # Row counts of inserts differ by engine; what comes back does not.
        return self._connection.execute(absent.returning(*table.primary_key)).first() is not None

    @contextmanager
    def part(self) -> Iterator[Self]:
        """Open a part of this unit that leaves nothing behind if it raises."""
        self.carry_out(_BEGIN_PART)
        try:
            yield self
        except BaseException:
            self.carry_out(_UNDO_PART)
            self.carry_out(_END_PART)
            raise
        self.carry_out(_END_PART)

    def lock_out_writers(self, table: Table) -> None:
        """Let nobody else change a table until this unit ends. SQLite has one writer anyway."""
        if self.is_postgresql:
            self._connection.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))

    def insert_many(self, table: Table, rows: Sequence[Sequence[object]]) -> None:
        """Insert many rows fast; each has all columns of the table in their order.

        A number that the database hands out is left out.
        """
        insert_rows(self._connection, table, rows)

    def insert_parts(self, table: Table, parts: Iterable[Sequence[Sequence[object]]]) -> None:
        """Insert rows as `insert_many` does, part by part: the server takes one in meanwhile.

        What makes the parts may not use this unit.
        """
        insert_parts(self._connection, table, parts)

    def copy_binary(self, table: Table, parts: Iterable[bytes]) -> None:
        """Insert rows that are in COPY's binary form, part by part; PostgreSQL's alone."""
        copy_binary(self._connection, table, parts)

    def delete_by_key(self, table: Table, keys: Iterable[Hashable]) -> None:
        """Delete the rows of a projection that have these keys, fast."""
        delete_by_key(self._connection, table, keys)

    def run_many(self, change: Change, values: Sequence[Mapping[str, object]]) -> None:
        """Carry out one change once for each set of bound values."""
        if values:
            self._connection.execute(change, list(values))


class Database:
    """The store, from where units of work come. Threads share it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._turn = WritersTurn(is_needed=engine.dialect.name == "sqlite")
        self._beneath: list[SqliteConnections | PostgresqlConnections] = []

    @classmethod
    def open(cls, url: str) -> Self:
        """Open by URL. Raises Fatal for one that the ledger does not run on."""
        return cls(open_engine(url))

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """Open a unit that reads one moment. Raises Retryable when the database is away."""
        options: dict[str, object] = {READS_ONLY: True}
        if self.engine.dialect.name == "postgresql":
            options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with (
            translated(),
            self.engine.connect() as connection,
            connection.execution_options(**options).begin(),
        ):
            yield Reader(connection)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Open a unit that commits at its end, or leaves nothing behind if it raises.

        Raises Retryable when the database is away or busy: the whole unit may be repeated.
        """
        with self._turn.taken(), translated(), self.engine.begin() as connection:
            yield Writer(connection)

    @property
    def is_postgresql(self) -> bool:
        """Whether it is PostgreSQL, a way off, and not SQLite in this process."""
        return self.engine.dialect.name == "postgresql"

    def beneath(self, access: Access) -> SqliteConnections | PostgresqlConnections:
        """Return ways to the database beneath SQLAlchemy, for one of the hot routes."""
        connections: SqliteConnections | PostgresqlConnections
        if self.is_postgresql:
            connections = PostgresqlConnections(self.engine, access)
        else:
            connections = SqliteConnections(self.engine, access, self._turn)
        self._beneath.append(connections)
        return connections

    def close(self) -> None:
        """Close all connections that are not in use."""
        for connections in self._beneath:
            connections.close()
        self.engine.dispose()


@contextmanager
def translated() -> Iterator[None]:
    """Turn the faults of engine and driver into Retryable or Fatal, where they are one."""
    try:
        yield
    except PoolTimeoutError as error:
        raise Retryable("all connections to the database are in use") from error
    except DBAPIError as error:
        said = str(error.orig).strip()
        if any(phrase in said for phrase in _SQLITE_UNREADABLE):
            raise Fatal(f"the database cannot be opened: {said}") from error
        if is_passing(error):
            raise Retryable(f"the database does not answer: {said}") from error
        raise


def is_passing(error: DBAPIError) -> bool:
    """Tell a fault of the moment (away, busy, deadlock) from one that repeating cannot cure."""
    if error.connection_invalidated or isinstance(error, InterfaceError):
        return True
    if not isinstance(error, OperationalError):
        return False
    if type(error.orig).__module__.startswith("sqlite3"):
        said = str(error.orig).lower()
        return any(phrase in said for phrase in _SQLITE_PASSING)
    return True
