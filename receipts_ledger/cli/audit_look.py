"""The command `audit --no-proofs`: one node believed, nothing proved."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import typer
from rich.console import Console

from receipts_ledger.cli.output import console, print_json
from receipts_ledger.domain.ids import Hash32


def look_at(
    rpc_url: str,
    deployment_file: Path,
    other_rpc_urls: Sequence[str],
    trusted_head: Hash32 | None,
    *,
    database: str | None,
    to_block: int | None,
    as_json: bool,
) -> NoReturn:
    """Look at a ledger without proofs, print what was seen, and end the command."""
    from receipts_ledger.cli.quick_look import (
        exit_code,
        expect_no_trust,
        look_as_json,
        print_look,
        run_look,
    )

    expect_no_trust(trusted_head=trusted_head, nodes=1 + len(other_rpc_urls))
    looked = run_look(
        rpc_url=rpc_url,
        deployment_file=deployment_file,
        database_url=database,
        to_block=to_block,
        console=None if as_json else Console(stderr=True),
    )
    if as_json:
        print_json(look_as_json(looked))
    else:
        print_look(looked, console())
    raise typer.Exit(exit_code(looked))
