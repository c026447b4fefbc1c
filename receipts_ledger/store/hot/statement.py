"""One statement for one engine, compiled once: its text, and how values go in and come out."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ClauseElement, Engine, Select


class Statement:
    """Holds no connection."""

    def __init__(self, clause: ClauseElement, engine: Engine, *, asked: Sequence[str]) -> None:
        dialect = engine.dialect
        # Lists of constants are written out: there is nobody left to do it later.
        compiled: Any = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        self.sql = str(compiled)
        self._names: tuple[str, ...] = tuple(compiled.positiontup or compiled.params)
        self._is_positional = bool(compiled.positional)
        ways = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        constants = compiled.params
        self._ways_in = tuple((name, ways[name]) for name in asked)
        self._constants = {
            name: constants[name] if ways.get(name) is None else ways[name](constants[name])
            for name in self._names
            if name not in asked
        }
        columns = clause.selected_columns if isinstance(clause, Select) else ()
        found = (one.type.dialect_impl(dialect).result_processor(dialect, None) for one in columns)
        self._ways_out = tuple((at, way) for at, way in enumerate(found) if way is not None)

    def bound(self, values: Mapping[str, object]) -> Any:
        """Return values as the driver takes them."""
        found = dict(self._constants)
        for name, way in self._ways_in:
            found[name] = values[name] if way is None else way(values[name])
        return [found[name] for name in self._names] if self._is_positional else found

    def row(self, raw: Sequence[Any]) -> list[Any]:
        """Return a row of the driver as SQLAlchemy gives it."""
        values = list(raw)
        for at, way in self._ways_out:
            values[at] = way(values[at])
        return values
