"""Secrets come from files: a command line is seen by every user of the machine."""

import sys
from pathlib import Path

import typer

from receipts_ledger.errors import Fatal


def secret_in(path: Path | None, option: str) -> str | None:
    """Return what a file holds, None without a file. Raises Fatal naming the option."""
    if path is None:
        return None
    try:
        return path.read_text("utf-8").strip()
    except UnicodeDecodeError as error:
        raise Fatal(f"{option}: file {path} holds no text") from error
    except OSError as error:
        raise Fatal(f"{option}: file {path} cannot be read: {error.strerror}") from error


def password_in(path: Path | None) -> str:
    """Return the password of a key, from a file or by asking. Raises Fatal."""
    return _given(path) or str(typer.prompt("Password of the key", hide_input=True, err=True))


def new_password_in(path: Path | None) -> str:
    """Return the password for a new key, from a file or by asking twice. Raises Fatal."""
    return _given(path) or str(
        typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    )


def _given(path: Path | None) -> str | None:
    given = secret_in(path, "--password")
    if given == "":
        raise Fatal(f"--password: file {path} is empty")
    if given is None and not sys.stdin.isatty():
        raise Fatal("--password: without a terminal nobody can be asked: name a file")
    return given
