"""How answers are printed: lines for people, JSON for programs. Errors: one line on stderr."""

import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receipts_ledger.domain.content import canonical

_WIDE_CHARACTERS = 240
_LINE_CHARACTERS_MAX = 4_000
_OBEYED = ("Cc", "Cf", "Zl", "Zp")
"""Unicode's categories of controls, of marks of format and direction, of ends of lines."""


def console() -> Console:
    """Return a console on today's stdout, which tests and pipes replace."""
    return Console(highlight=False, soft_wrap=False)


def print_json(answer: object) -> None:
    """Print one JSON value with a line end."""
    sys.stdout.buffer.write(orjson.dumps(answer, option=orjson.OPT_INDENT_2, default=str) + b"\n")
    sys.stdout.buffer.flush()


def print_document(told: Mapping[str, Any]) -> None:
    """Print a document that is signed: in the one form of its bytes."""
    sys.stdout.buffer.write(canonical(told) + b"\n")
    sys.stdout.buffer.flush()


def print_members(title: str, members: Mapping[str, object]) -> None:
    """Print one thing as names and values."""
    # No frame: a hash of 66 characters fits beside a short name on a line of 80.
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in members.items():
        if value is not None:
            table.add_row(escape(name.replace("_", " ")), escape(in_lines(value)))
    out = console()
    out.print(f"[bold]{escape(title)}[/bold]")
    out.print(table)


def print_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print many things as a table."""
    table = Table(box=None, header_style="underline", pad_edge=False, padding=(0, 2, 0, 0))
    for place, column in enumerate(columns):
        # The first names the row, and is what gets copied.
        table.add_column(escape(column.replace("_", " ")), overflow="fold", no_wrap=place == 0)
    for row in rows:
        table.add_row(*(escape(in_lines(value)) for value in row))
    out = console()
    out.print(f"[bold]{escape(title)}[/bold]" + ("" if table.row_count else ": none"))
    if table.row_count:
        out.print(table)


def print_wide_rows(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print many figures as a table in which each row is a line, however wide."""
    table = Table(box=None, header_style="underline", pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        table.add_column(escape(column.replace("_", " ")), no_wrap=True)
    for row in rows:
        table.add_row(*(escape(in_lines(value)) for value in row))
    out = Console(highlight=False, soft_wrap=True, width=_WIDE_CHARACTERS)
    out.print(f"[bold]{escape(title)}[/bold]" + ("" if table.row_count else ": none"))
    if table.row_count:
        out.print(table)


def print_error(line: str, members: Mapping[str, Any], *, as_json: bool) -> None:
    """Print one line on stderr."""
    if as_json:
        sys.stderr.write(orjson.dumps({"error": dict(members)}, default=str).decode() + "\n")
        return
    sys.stderr.write(f"receipts-ledger: {in_one_line(line)}\n")


def in_one_line(text: str) -> str:
    """Return what is said of an error as one line: a node, a file or a gateway may have said it."""
    line = legible(" ".join(text.split()))
    beyond = len(line) - _LINE_CHARACTERS_MAX
    return line if beyond <= 0 else f"{line[:-beyond]} ... and {beyond:,} characters more"


def legible(text: str) -> str:
    """Return a text with all signs written out that a terminal obeys instead of showing them.

    Others' words could wipe out what stands before them, or turn it around.
    """
    if text.isprintable():
        return text
    return "".join(
        f"\\u{ord(sign):04x}" if unicodedata.category(sign) in _OBEYED and sign != "\n" else sign
        for sign in text
    )


def in_lines(value: object) -> str:
    """Return a JSON value as people read it: a line for each member."""
    match value:
        case dict():
            return "\n".join(
                f"{legible(name)}: {_in_a_line(member)}" for name, member in value.items()
            )
        case list() | tuple():
            return "\n".join(_in_a_line(member) for member in value) or "none"
        case _:
            return _in_a_line(value)


def _in_a_line(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case dict():
            return ", ".join(
                f"{legible(name)} {_in_a_line(member)}" for name, member in value.items()
            )
        case list() | tuple():
            return "; ".join(_in_a_line(member) for member in value) or "none"
        case _:
            return legible(str(value))
