"""Logging in with one's own key. The session lies in a file, which all other commands take."""

import os
from pathlib import Path
from typing import Any

import typer

from receipts_ledger.cli.output import console, print_json, print_members
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.errors import Fatal

_PANEL = "Acts"
_OWNER_ONLY = 0o600


def register(root: typer.Typer) -> None:
    """Add the commands."""
    for command in (login, logout, whoami):
        root.command(rich_help_panel=_PANEL)(in_session(command))


def login(session: Session) -> None:
    """Log in with your key. The session goes into the --api-token file, or where all look for it.

    For example: receipts-ledger login --key office.json --deployment deployment.json
    """
    if session.key is None:
        raise Fatal("--key: to log in, name the keystore file of your key")
    file = session.session_file()
    opened = session.client_without_token().log_in()
    _write(file, opened["secret"])
    shown: dict[str, Any] = {
        "party": opened["party_id"],
        "until": opened["expires_at"],
        "file": str(file),
    }
    if session.as_json:
        print_json(shown)
        return
    print_members("logged in", shown)


def logout(session: Session) -> None:
    """End the session, at the gateway and here.

    For example: receipts-ledger logout
    """
    session.client().log_out()
    session.session_file().unlink(missing_ok=True)
    if session.as_json:
        print_json({"logged_in": False})
        return
    console().print("logged out", markup=False)


def whoami(session: Session) -> None:
    """Show as whom the gateway knows you, in which roles, and until when.

    For example: receipts-ledger whoami
    """
    shown = session.client().whoami()
    if session.as_json:
        print_json(shown)
        return
    print_members("you", shown)


def _write(file: Path, secret: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Made anew: the rights of a file that is there stay as they are.
        file.unlink(missing_ok=True)
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY)
    except OSError as error:
        raise Fatal(f"--api-token: file {file} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w") as opened:
        opened.write(secret + "\n")
