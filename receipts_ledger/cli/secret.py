"""Secrets come from files: a command line is seen by every user of the machine."""

from pathlib import Path

from receipts_ledger.errors import Fatal


def secret_in(path: Path | None, option: str) -> str | None:
    """Return what a file holds, None without a file. Raises Fatal naming the option."""
    if path is None:
        return None
    try:
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Fatal(f"{option}: file {path} cannot be read: {error}") from error
