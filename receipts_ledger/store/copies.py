"""A consistent copy of a SQLite database while others write to it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from receipts_ledger.errors import Fatal


def copy_sqlite(url: str, to: Path) -> str:
    """Copy the database at `sqlite:///file` into a new file and return the copy's URL.

    Raises Fatal for another kind of database, or when the file exists or cannot be written.
    """
    try:
        source = make_url(url)
    except ArgumentError as error:
        raise Fatal(f"{url!r} is no database URL: {error}") from error
    if source.get_backend_name() != "sqlite" or not source.database:
        raise Fatal("only a SQLite file can be copied; of PostgreSQL make a backup")
    new_file(to)
    try:
        with (
            closing(sqlite3.connect(f"file:{source.database}?mode=ro", uri=True)) as original,
            closing(sqlite3.connect(to)) as copy,
        ):
            original.backup(copy)
    except sqlite3.Error as error:
        raise Fatal(f"database {source.database} cannot be copied to {to}: {error}") from error
    return f"sqlite:///{to}"


def new_file(to: Path) -> None:
    """Make an empty file that its owner alone may read. Raises Fatal when it exists or cannot."""
    try:
        to.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise Fatal(f"file {to} exists") from error
    except OSError as error:
        raise Fatal(f"file {to} cannot be written: {error.strerror}") from error
