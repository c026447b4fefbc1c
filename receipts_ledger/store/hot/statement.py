"""One statement for one engine, compiled once: its text, and how values go in and come out."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Dialect, Engine, Select


class Statement:
    """Holds no connection."""

    def __init__(self, clause: ClauseElement, engine: Engine, *, asked: Sequence[str]) -> None:
        dialect = _by_place(engine.dialect)
        # Lists of constants are written out: there is nobody left to do it later.
        compiled: Any = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        ways = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        constants = compiled.params
        self._constants = [
            constants[name] if ways.get(name) is None else ways[name](constants[name])
            for name in compiled.positiontup
        ]
        self._ways_in = tuple(
            (at, name, ways[name]) for at, name in enumerate(compiled.positiontup) if name in asked
        )
        columns = clause.selected_columns if isinstance(clause, Select) else ()
        found = (one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns)
        self._ways_out = tuple((at, way) for at, way in enumerate(found) if way is not None)

    def bound(self, values: Mapping[str, object]) -> list[Any]:
        """Return values as the driver takes them, in their places."""
        found = self._constants.copy()
        for at, name, way in self._ways_in:
            found[at] = values[name] if way is None else way(values[name])
        return found

    def row(self, raw: Sequence[Any]) -> list[Any]:
        """Return a row of the driver as SQLAlchemy gives it."""
        values = list(raw)
        for at, way in self._ways_out:
            values[at] = way(values[at])
        return values


def _by_place(dialect: Dialect) -> Dialect:
    """Return the dialect as the driver itself has it: libpq knows values by their places."""
    if dialect.name != "postgresql":
        return dialect
    kind: Any = type(dialect)
    by_place: Dialect = kind(paramstyle="numeric_dollar")
    return by_place
