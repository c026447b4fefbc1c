"""How answers are printed: tables for people, JSON for programs. Errors: one line on stderr."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def console() -> Console:
    """Return a console on today's stdout, which tests and pipes replace."""
    return Console(highlight=False, soft_wrap=False)


def print_json(answer: object) -> None:
    """Print one JSON value with a line end."""
    sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2, default=str) + b"\n")
    sys.stdout.buffer.flush()


def print_members(title: str, members: Mapping[str, object]) -> None:
    """Print one thing as names and values."""
    table = Table(title=escape(title), show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in members.items():
        if value is not None:
            table.add_row(escape(name), escape(_text(value)))
    console().print(table)


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print many things as a table."""
    table = Table(title=escape(title), title_justify="left")
    for column in columns:
        table.add_column(escape(column), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_text(value)) for value in row))
    console().print(table)


def print_error(line: str, members: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one line on stderr."""
    if as_json:
        sys.stderr.write(orjson.dumps({"error": dict(members)}, default=str).decode() + "\n")
        return
    sys.stderr.write(f"receipts-ledger: {' '.join(line.split())}\n")


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return str(value)
        case dict() | list():
            return orjson.dumps(value, default=str).decode()
        case _:
            return str(value)
