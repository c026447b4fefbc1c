"""What may be typed after `audit` and after its subcommands."""

from pathlib import Path
from typing import Annotated, TypeAlias, TypeVar

import typer

from receipts_ledger.cli.options import address_option, hash_option
from receipts_ledger.domain.ids import Address, Hash32

T = TypeVar("T")


def _each_node(given: list[str] | None) -> list[str] | None:
    """Return the addresses one by one: a gateway's setting has several with commas between them."""
    return given and [url for some in given for url in some.split(",")]


Nodes: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--rpc",
        envvar="RECEIPTS_LEDGER_RPC",
        metavar="URL",
        callback=_each_node,
        help="JSON-RPC of a node. Given again, or with commas: nodes that must agree.",
    ),
]
DeploymentFile: TypeAlias = Annotated[
    Path | None,
    typer.Option(envvar="RECEIPTS_LEDGER_DEPLOYMENT", metavar="FILE", help="Deployment file."),
]
TrustedHead: TypeAlias = Annotated[
    Hash32 | None,
    hash_option("--head", "Hash of the block to end at, got from somebody whom you trust."),
]
DatabaseUrl: TypeAlias = Annotated[
    str | None,
    typer.Option("--db", metavar="URL", help="Compare this database too, row by row."),
]
NoProofs: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--no-proofs", help="A quick look at what one node claims: proves nothing, and says so."
    ),
]
ToBlock: TypeAlias = Annotated[
    int | None,
    typer.Option("--to", min=0, metavar="BLOCK", help="Last block; else the newest."),
]
BundleFile: TypeAlias = Annotated[Path, typer.Argument(metavar="BUNDLE", help="The file.")]
SinceReport: TypeAlias = Annotated[
    Path | None,
    typer.Option("--since", metavar="REPORT", help="Go on from this signed report (its JSON)."),
]
StateFile: TypeAlias = Annotated[
    Path | None,
    typer.Option("--state", metavar="FILE", help="The state that was written with that report."),
]
ByAuditor: TypeAlias = Annotated[
    Address | None, address_option("--auditor", "Whose report it has to be.")
]
WriteState: TypeAlias = Annotated[
    Path | None,
    typer.Option("--write-state", metavar="FILE", help="Write the state, to go on from it later."),
]
SignWith: TypeAlias = Annotated[
    Path | None,
    typer.Option("--sign-with", metavar="FILE", help="Keystore file of the auditor's key."),
]
Password: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--password",
        envvar="RECEIPTS_LEDGER_KEY_PASSWORD_FILE",
        metavar="FILE",
        help="File with the keystore's password; without it you are asked.",
    ),
]
Out: TypeAlias = Annotated[
    Path | None,
    typer.Option("--out", metavar="FOLDER", help="Write the report here as JSON, HTML and PDF."),
]
Html: TypeAlias = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Write the report as HTML.")
]
Pdf: TypeAlias = Annotated[
    Path | None, typer.Option("--pdf", metavar="FILE", help="Write the report as PDF.")
]


def required(given: T | None, option: str) -> T:
    """Return what was given. Subcommands have other options, so the group demands none itself."""
    if not given:
        raise typer.BadParameter(f"missing option {option}")
    return given
