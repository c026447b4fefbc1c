"""Commands for keys that the party holds itself: encrypted files, as wallets use them."""

from pathlib import Path
from typing import Annotated

import typer

from receipts_ledger.cli.options import AsJson
from receipts_ledger.cli.output import print_json, print_members, print_rows
from receipts_ledger.cli.secret import new_password_in
from receipts_ledger.errors import Fatal

_FOLDER = Path("~/.config/receipts-ledger/keys")
_PASSWORD_CHARACTERS_MIN = 8

Folder = Annotated[
    Path,
    typer.Option(envvar="RECEIPTS_LEDGER_KEYS", metavar="FOLDER", help="Where key files lie."),
]
Password = Annotated[
    Path | None,
    typer.Option(
        "--password",
        envvar="RECEIPTS_LEDGER_KEY_PASSWORD_FILE",
        metavar="FILE",
        help="File with the password; without it you are asked.",
    ),
]
Name = Annotated[str, typer.Argument(help="Name of the key, or path of its file.")]


def register(root: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="Make and look at keys that you hold yourself.", no_args_is_help=True)
    group.command("new")(new)
    group.command("list")(list_keys)
    group.command("show")(show)
    root.add_typer(group, name="keys", rich_help_panel="Acts")


def new(
    *,
    name: Name,
    folder: Folder = _FOLDER,
    password: Password = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and write it, encrypted, into a file that only you may read.

    For example: receipts-ledger keys new office
    """
    from receipts_ledger.chain.keyfile import new_key, write_key

    path = _path(name, folder)
    if path.exists():
        raise Fatal(f"key file {path} exists")
    secret = _new_password(password)
    address = write_key(path, new_key(), secret)
    _show(path, "0x" + address.hex(), as_json=as_json)


def list_keys(*, folder: Folder = _FOLDER, as_json: AsJson = False) -> None:
    """List the keys in the folder, without opening them.

    For example: receipts-ledger keys list
    """
    from receipts_ledger.chain.keyfile import address_in

    found = [
        {"name": path.stem, "address": "0x" + address_in(path).hex(), "file": str(path)}
        for path in sorted(folder.expanduser().glob("*.json"))
    ]
    if as_json:
        print_json(found)
        return
    print_rows("keys", ("name", "address", "file"), [tuple(key.values()) for key in found])


def show(*, name: Name, folder: Folder = _FOLDER, as_json: AsJson = False) -> None:
    """Show the address of a key, without opening it.

    For example: receipts-ledger keys show office
    """
    from receipts_ledger.chain.keyfile import address_in

    path = _path(name, folder)
    _show(path, "0x" + address_in(path).hex(), as_json=as_json)


def _show(path: Path, address: str, *, as_json: bool) -> None:
    members = {"name": path.stem, "address": address, "file": str(path)}
    if as_json:
        print_json(members)
        return
    print_members("key", members)


def _path(name: str, folder: Path) -> Path:
    given = Path(name).expanduser()
    if given.suffix == ".json" or len(given.parts) > 1:
        return given
    return folder.expanduser() / f"{name}.json"


def _new_password(file: Path | None) -> str:
    secret = new_password_in(file)
    if len(secret) < _PASSWORD_CHARACTERS_MIN:
        raise typer.BadParameter(
            f"the password is shorter than {_PASSWORD_CHARACTERS_MIN} characters",
            param_hint="'--password'",
        )
    return secret
