"""Databases as they were when each released revision was the newest: real rows in every table.

`released/REVISION.json` was written by that release, after parties had been admitted, goods
stored, pledged, corrected and delivered on a real node. It is inserted as plain rows, without
any code of today's.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, DateTime, MetaData, Table, select, text
from sqlalchemy.types import JSON

FOLDER = Path(__file__).with_name("released")
RELEASED = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def fill(connection: Connection, revision: str) -> dict[str, int]:
    """Insert what lay in a database of that release; return how many rows each table got."""
    content = json.loads((FOLDER / f"{revision}.json").read_text("utf-8"))
    counts = {}
    for table in _reflected(connection).sorted_tables:
        if table.name not in content:
            continue
        names = content[table.name]["columns"]
        rows = [
            {name: _value(table, name, value) for name, value in zip(names, row, strict=True)}
            for row in content[table.name]["rows"]
        ]
        connection.execute(table.insert(), rows)
        counts[table.name] = len(rows)
    return counts


def written(connection: Connection) -> str:
    """Return what `fill` reads, of a SQLite database: how a release leaves its rows for later.

    With a release, a database on which all kinds of things have happened is written to
    `released/REVISION.json`, and the digest of the revision to test_upgrades.py.
    """
    lines = []
    for table in _reflected(connection).sorted_tables:
        if table.name == "alembic_version":
            continue
        names = list(table.c.keys())
        listed = ", ".join(f'"{name}"' for name in names)
        rows = connection.execute(text(f'SELECT {listed} FROM "{table.name}"')).all()  # noqa: S608
        shown = ",\n".join(f"    {_line([_plain(value) for value in row])}" for row in rows)
        lines.append(f' "{table.name}": {{"columns": {_line(names)}, "rows": [\n{shown}\n ]}}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def rows_of(connection: Connection, revision: str) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the tables and columns of that release, whatever was added since."""
    content = json.loads((FOLDER / f"{revision}.json").read_text("utf-8"))
    found = {}
    for table in _reflected(connection).sorted_tables:
        if table.name not in content:
            continue
        columns = [table.c[name] for name in content[table.name]["columns"]]
        rows = connection.execute(select(*columns)).mappings().all()
        found[table.name] = sorted(({**row} for row in rows), key=repr)
    return found


def _reflected(connection: Connection) -> MetaData:
    metadata = MetaData()
    metadata.reflect(connection)
    for table in metadata.tables.values():
        for column in table.c:
            if isinstance(column.type, JSON):
                # As in the ledger's own tables: Python's None is SQL's NULL.
                column.type.none_as_null = True
    return metadata


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plain(value: Any) -> Any:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _value(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if isinstance(value, dict) and "hex" in value:
        return bytes.fromhex(value["hex"])
    if value is None:
        return None
    if isinstance(kind, DateTime):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if kind.timezone else moment
    if isinstance(kind, Boolean):
        return bool(value)
    if isinstance(kind, JSON):
        return json.loads(value)
    return value
