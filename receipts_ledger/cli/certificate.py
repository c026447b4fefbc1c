"""The commands `certificate`: what the chain says of a receipt, to be handed on and checked."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.output import console, print_json
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.domain.redaction import cut_to, state_of

FILE_BYTES_MAX = 32 << 20

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE", help="Write it there; without it, it is printed."),
]

Pdf = Annotated[
    Path | None,
    typer.Option("--pdf", metavar="FILE", help="Print it as PDF too, to be read beside it."),
]
Url = Annotated[
    str | None,
    typer.Option(
        "--public-url",
        envvar="RECEIPTS_LEDGER_PUBLIC_URL",
        metavar="URL",
        help="Where others find the gateway: the code on the PDF leads there.",
    ),
]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(
        help="Certificates of receipts, checked by scripts/verify_certificate.py.",
        no_args_is_help=True,
    )
    group.command()(in_session(make))
    group.command()(redact)
    root.add_typer(group, name="certificate", rich_help_panel="Looking")


def make(
    session: Session,
    *,
    receipt: options.ReceiptArgument,
    disclose: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD",
            help="Show this field, such as grade or terms.amount; may be given again.",
        ),
    ] = None,
    hide_all: Annotated[bool, typer.Option("--hide-all", help="Show no field at all.")] = False,
    state_only: Annotated[
        bool, typer.Option("--state-only", help="Certify nothing of how it came about.")
    ] = False,
    out: Out = None,
    pdf: Pdf = None,
    public_url: Url = None,
) -> None:
    """Have a receipt certified, with all fields of its content or those that you name.

    For example: receipts-ledger certificate make 12-1-000345 --disclose grade --out file.json
    """
    if hide_all and disclose:
        raise typer.BadParameter("it hides what --disclose shows", param_hint="'--hide-all'")
    names = [] if hide_all else disclose or None
    made = session.client().certificate(receipt, disclose=names, state_only=state_only)
    _print(made, pdf, public_url)
    if out is not None and session.as_json:
        _write_json(made, out)
        print_json({"file": str(out), "head": made["block"]["hash"]})
        return
    _tell(made, out)


def redact(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A certificate, as JSON.")],
    keep: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD", help="Go on showing this field; may be given again."),
    ] = None,
    state_only: Annotated[
        bool, typer.Option("--state-only", help="Keep nothing of how it came about.")
    ] = False,
    out: Out = None,
    pdf: Pdf = None,
    public_url: Url = None,
) -> None:
    """Cut a certificate down to the fields that you keep. It stays true, and needs no gateway.

    For example: receipts-ledger certificate redact file.json --keep grade --out shown.json
    """
    if state_only and keep:
        raise typer.BadParameter("of the state alone no field is kept", param_hint="'--keep'")
    members = read_certificate(file)
    try:
        cut = state_of(members) if state_only else cut_to(members, keep or ())
    except ValueError as error:
        raise typer.BadParameter(f"file {file}: {error}", param_hint="'FILE'") from error
    except LookupError as error:
        raise typer.BadParameter(
            f"the certificate shows no field {error.args[0]}", param_hint="'--keep'"
        ) from error
    try:
        _print(cut, pdf, public_url)
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        raise typer.BadParameter(
            f"file {file} is no certificate: it cannot be printed", param_hint="'FILE'"
        ) from error
    _tell(cut, out)


def read_certificate(file: Path) -> dict[str, Any]:
    """Read a file as a JSON object. Raises typer.BadParameter."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(FILE_BYTES_MAX + 1)
        if len(raw) > FILE_BYTES_MAX:
            raise typer.BadParameter(f"file {file} is too large", param_hint="'FILE'")
        members = orjson.loads(raw)
    except OSError as error:
        raise typer.BadParameter(f"file {file}: {error.strerror}", param_hint="'FILE'") from error
    except orjson.JSONDecodeError as error:
        raise typer.BadParameter(f"file {file} is no JSON", param_hint="'FILE'") from error
    if not isinstance(members, dict):
        raise typer.BadParameter(f"file {file} is no certificate", param_hint="'FILE'")
    return members


def _tell(certificate: dict[str, Any], out: Path | None) -> None:
    if out is None:
        print_json(certificate)
        return
    _write_json(certificate, out)
    console().print(f"written to {out}; {_how_to_check(certificate, out)}", markup=False)


def _write_json(certificate: dict[str, Any], out: Path) -> None:
    _write(out, orjson.dumps(certificate, option=orjson.OPT_INDENT_2) + b"\n", "--out")


def _print(certificate: dict[str, Any], pdf: Path | None, public_url: str | None) -> None:
    if pdf is None:
        return
    from receipts_ledger.api.answers.certificate_sheet import sheet_of
    from receipts_ledger.sheets import as_pdf

    _write(pdf, as_pdf(sheet_of(certificate, public_url)), "--pdf")


def _write(file: Path, content: bytes, option: str) -> None:
    try:
        file.write_bytes(content)
    except OSError as error:
        raise typer.BadParameter(
            f"file {file}: {error.strerror}", param_hint=f"'{option}'"
        ) from error


def _how_to_check(certificate: dict[str, Any], out: Path) -> str:
    return (
        f"check it: scripts/verify_certificate.py {out} --head {certificate['block']['hash']} "
        f"--contract {certificate['ledger']['contract']}"
    )
