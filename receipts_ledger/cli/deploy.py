"""The command `deploy`: puts a new ledger on a chain and writes its deployment file."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.output import print_json, print_members
from receipts_ledger.cli.secret import password_in
from receipts_ledger.domain.ids import NO_HASH, Address
from receipts_ledger.errors import Fatal


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Gateway")(deploy)


def deploy(
    *,
    rpc: Annotated[
        str, typer.Option(envvar="RECEIPTS_LEDGER_RPC", metavar="URL", help="JSON-RPC of a node.")
    ],
    key: Annotated[Path, typer.Option(metavar="FILE", help="Keystore of the key that pays.")],
    registrar: Annotated[Address, options.address_option("--registrar", "The registrar's key.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the deployment.")],
    password: Annotated[
        Path | None, typer.Option("--password", metavar="FILE", help="Password of the keystore.")
    ] = None,
    gas_price_wei: Annotated[
        int | None, typer.Option(min=0, metavar="WEI", help="Else twice what the node says.")
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Deploy a ledger. The paying key gets no right on it; the registrar's key is its first.

    For example: receipts-ledger deploy --rpc http://node:8545 --key payer.json
    --registrar 0x70997970c51812dc3a010c7d01b50e0d17dc79c8 --out deployment.json
    """
    from receipts_ledger.chain import deployment
    from receipts_ledger.chain.keyfile import read_key
    from receipts_ledger.chain.rpc import Rpc

    private_key = read_key(key, password_in(password))
    try:
        node = Rpc(rpc)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--rpc'") from error
    with _reserved(out):
        deployed = deployment.deploy(
            node,
            private_key=private_key,
            registrar_key=registrar,
            profile=NO_HASH,
            gas_price_wei=gas_price_wei,
        )
        deployed.write(out)
    if as_json:
        print_json(asdict(deployed))
        return
    print_members(f"deployed, written to {out}", asdict(deployed))


@contextmanager
def _reserved(out: Path) -> Iterator[None]:
    """Make the file before anything is paid for: a ledger whose file is lost is hard to find."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.touch(exist_ok=False)
    except FileExistsError as error:
        raise Fatal(f"--out: file {out} exists; a deployment file is worth keeping") from error
    except OSError as error:
        raise Fatal(f"--out: file {out} cannot be written: {error.strerror}") from error
    try:
        yield
    except BaseException:
        out.unlink()
        raise
