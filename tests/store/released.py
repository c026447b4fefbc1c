"""Databases as they were when each released revision was the newest: real rows in every table.

`released/REVISION.json` was written by that release, after parties had been admitted, goods
stored, pledged, corrected and delivered on a real node. It is inserted as plain rows, without
any code of today's.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Connection, DateTime, MetaData, Table, select
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
    return metadata


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
