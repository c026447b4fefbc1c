"""Statements that are put together once and asked often, within any unit of work.

SQLAlchemy builds, looks up and unpacks a statement anew each time it is run, which takes ten
times as long as SQLite needs to answer it. Here its text and the ways of its values are kept,
and the driver of the unit's own connection is asked: same transaction, same rows, same faults.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    Connection,
    Delete,
    Dialect,
    Insert,
    Select,
    Table,
    TextClause,
    Update,
    bindparam,
    insert,
)
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError

Clause: TypeAlias = Select[*tuple[Any, ...]] | Insert | Update | Delete | TextClause


class Prepared:
    """One statement, whose values are named when it is asked. It holds no connection."""

    def __init__(self, clause: Clause | Callable[[str], Clause]) -> None:
        self._clause = clause
        self._forms: dict[str, _Form] = {}

    def rows(self, connection: Connection, values: Mapping[str, object]) -> list[Any]:
        """Return all rows, with their columns by name."""
        form, cursor = self._carried_out(connection, values)
        return [form.row(raw) for raw in cursor.fetchall()]

    def first(self, connection: Connection, values: Mapping[str, object]) -> Any:
        """Return the first row, None where there is none."""
        form, cursor = self._carried_out(connection, values)
        raw = cursor.fetchone()
        return None if raw is None else form.row(raw)

    def count(self, connection: Connection, values: Mapping[str, object]) -> int:
        """Carry out a change and return how many rows it touched."""
        _, cursor = self._carried_out(connection, values)
        return int(cursor.rowcount)

    def _carried_out(
        self, connection: Connection, values: Mapping[str, object]
    ) -> tuple["_Form", Any]:
        dialect = connection.dialect
        form = self._forms.get(dialect.name) or self._form(dialect)
        driver: Any = connection.connection.driver_connection
        cursor = driver.cursor()
        bound = form.bound(values)
        errors: Any = dialect.loaded_dbapi
        try:
            cursor.execute(form.sql, bound)
        except errors.Error as error:
            is_gone = dialect.is_disconnect(error, driver, cursor)
            if is_gone:
                connection.invalidate(error)
            raise DBAPIError.instance(
                form.sql,
                None,
                error,
                errors.Error,
                hide_parameters=True,
                connection_invalidated=is_gone,
                dialect=dialect,
            ) from error
        return form, cursor

    def _form(self, dialect: Dialect) -> "_Form":
        clause = self._clause(dialect.name) if callable(self._clause) else self._clause
        form = self._forms[dialect.name] = _Form(clause, dialect)
        return form


class _Form:
    """A statement as one driver takes it."""

    def __init__(self, clause: Clause, dialect: Dialect) -> None:
        placed = _by_place(dialect)
        # Lists of constants are written out: there is nobody left to do it later.
        compiled: Any = clause.compile(dialect=placed, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        ways = {
            name: bind.type.dialect_impl(placed).bind_processor(placed)
            for name, bind in compiled.binds.items()
        }
        places: Sequence[str] = compiled.positiontup
        # Constants have names that SQLAlchemy has made up.
        asked = {name for name, bind in compiled.binds.items() if not bind.unique}
        self._constants = [
            None if name in asked else _through(ways.get(name), compiled.params[name])
            for name in places
        ]
        self._asked = [(at, name, ways[name]) for at, name in enumerate(places) if name in asked]
        columns = () if isinstance(clause, TextClause) else clause.exported_columns.values()
        found = [one.type.dialect_impl(placed).result_processor(placed, None) for one in columns]
        self._ways_out = [(at, way) for at, way in enumerate(found) if way is not None]
        # Any: the names of its members are known here and nowhere before.
        row: Any = namedtuple("row", [one.key for one in columns], rename=True)  # type: ignore[misc]
        self._row = row._make

    def bound(self, values: Mapping[str, object]) -> list[Any]:
        """Return values as the driver takes them, in their places."""
        found = self._constants.copy()
        for at, name, way in self._asked:
            found[at] = values[name] if way is None else way(values[name])
        return found

    def row(self, raw: Sequence[Any]) -> Any:
        """Return a row of the driver as SQLAlchemy gives it."""
        if not self._ways_out:
            return self._row(raw)
        values = list(raw)
        for at, way in self._ways_out:
            values[at] = way(values[at])
        return self._row(values)


def absent(table: Table, *names: str) -> Prepared:
    """Return an insert of one row with these columns that leaves alone what has any of its keys.

    It returns the primary key of a row that was inserted, and nothing of another.
    """
    values = {name: asked(name, table.c[name]) for name in names}

    def clause(dialect: str) -> Clause:
        of_dialect = postgresql_insert if dialect == "postgresql" else sqlite_insert
        made = of_dialect(table).values(values).on_conflict_do_nothing()
        return made.returning(*table.primary_key)

    return Prepared(clause)


@cache
def rows_of(table: Table, names: tuple[str, ...], count: int) -> Prepared:
    """Return an insert of so many rows with these columns; `in_places` names their values."""
    places = range(count)
    rows = [{name: asked(f"{name}_{at}", table.c[name]) for name in names} for at in places]
    return Prepared(insert(table).values(rows))


def in_places(names: tuple[str, ...], rows: Iterable[Sequence[object]]) -> dict[str, object]:
    """Return the values of rows, in the order of their names, as `rows_of` asks for them."""
    return {
        f"{name}_{at}": value
        for at, row in enumerate(rows)
        for name, value in zip(names, row, strict=True)
    }


def asked(name: str, like: Any) -> Any:
    """Return the place of a value that is named when the statement is asked, as a column's."""
    return bindparam(name, None, like.type)


def _by_place(dialect: Dialect) -> Dialect:
    if dialect.positional:
        return dialect
    placed = copy(dialect)
    placed.paramstyle, placed.positional = "format", True
    placed.identifier_preparer = placed.preparer(placed)
    return placed


def _through(way: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if way is None else way(value)
