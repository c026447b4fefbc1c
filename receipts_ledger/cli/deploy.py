"""The command `deploy`: puts a new ledger on a chain and writes its deployment file."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.output import print_json, print_members
from receipts_ledger.cli.secret import secret_in
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
    """Deploy a ledger. The paying key gets no right on it; the registrar's key is its first."""
    from receipts_ledger.chain import deployment
    from receipts_ledger.chain.keyfile import read_key
    from receipts_ledger.chain.rpc import Rpc

    if out.exists():
        raise Fatal(f"--out: file {out} exists; a deployment file is worth keeping")
    given = secret_in(password, "--password")
    secret = typer.prompt("Password of the key", hide_input=True) if given is None else given
    try:
        node = Rpc(rpc)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="'--rpc'") from error
    deployed = deployment.deploy(
        node,
        private_key=read_key(key, secret),
        registrar_key=registrar,
        profile=NO_HASH,
        gas_price_wei=gas_price_wei,
    )
    deployed.write(out)
    if as_json:
        print_json(asdict(deployed))
        return
    print_members(f"deployed, written to {out}", asdict(deployed))
