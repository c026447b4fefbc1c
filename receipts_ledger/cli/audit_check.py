"""The command `audit check`: a report that somebody hands over. Needs no chain and no network."""

from pathlib import Path
from typing import Annotated, Any

import typer

from receipts_ledger.cli.options import AsJson, address_option
from receipts_ledger.cli.output import print_error, print_json, print_members
from receipts_ledger.domain.ids import Address
from receipts_ledger.errors import Fatal

BAD = 1


def check(
    report: Annotated[Path, typer.Argument(metavar="REPORT", help="The report's JSON file.")],
    *,
    auditor: Annotated[
        Address | None,
        address_option("--auditor", "Whose report this has to be; else it is only told."),
    ] = None,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Print the report as HTML.")
    ] = None,
    pdf: Annotated[
        Path | None, typer.Option("--pdf", metavar="FILE", help="Print the report as PDF.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check a signed audit report: that nothing in it was altered, and by whose key it is signed.

    For example: receipts-ledger audit check audit-report.json

    Exit code 0: whole, and signed. 1: altered, not signed, or signed by another key. 2: no file.
    """
    from receipts_ledger.services.audit.reading import BadReport

    try:
        told = checked(report, auditor)
        _print(told, html, pdf)
    except BadReport as error:
        line = f"{report}: {error}"
        print_error(line, {"detail": line, "kind": "BadReport"}, as_json=as_json)
        raise typer.Exit(BAD) from error
    answer = _answer(told)
    if as_json:
        print_json(answer)
        return
    print_members("The report is whole, and signed", answer)


def checked(path: Path, auditor: Address | None) -> dict[str, Any]:
    """Return the document, once its signature is found good. Raises BadReport, Fatal."""
    from receipts_ledger.chain import audit_statement
    from receipts_ledger.chain.keys import BadSignature
    from receipts_ledger.cli.audit_papers import domain_of
    from receipts_ledger.services.audit.document import statement
    from receipts_ledger.services.audit.reading import REPORT_BYTES_MAX, BadReport, read

    try:
        with path.open("rb") as file:
            told = read(file.read(REPORT_BYTES_MAX + 1))
    except OSError as error:
        raise Fatal(f"report {path} cannot be read: {error.strerror}") from error
    if told["signature"] is None:
        raise BadReport("not signed: it says what anybody may have written")
    signature = bytes.fromhex(told["signature"]["signature"][2:])
    try:
        signer = audit_statement.signer(statement(told), domain_of(told), signature)
    except (BadSignature, OverflowError) as error:
        raise BadReport(f"its signature is none: {error}") from error
    if "0x" + signer.hex() != told["signature"]["signer"]:
        raise BadReport("altered: it is not what was signed, or not by the key that it names")
    if auditor is not None and signer != auditor:
        raise BadReport(f"signed by 0x{signer.hex()}, not by 0x{auditor.hex()}")
    return told


def _print(told: dict[str, Any], html: Path | None, pdf: Path | None) -> None:
    """Print the sheets that are wanted. Raises BadReport, Fatal."""
    from receipts_ledger.cli.audit_papers import Wanted, write
    from receipts_ledger.services.audit.reading import BadReport

    try:
        write(told, Wanted(html=html, pdf=pdf))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        # Anybody can sign anything: what a sheet needs may be of any form, or not there.
        raise BadReport(f"it cannot be printed, its members are not a report's: {error}") from error


def _answer(told: dict[str, Any]) -> dict[str, Any]:
    head, auditor = told["head"], told["auditor"]
    return {
        "signer": told["signature"]["signer"],
        "party": auditor.get("party"),
        "roles": auditor.get("roles"),
        "verdict": told["verdict"],
        "differences": told["difference_count"],
        "chain_id": told["ledger"]["chain_id"],
        "contract": told["ledger"]["contract"],
        "head_number": None if head is None else head["number"],
        "head_hash": None if head is None else head["hash"],
        "audited_at": told["audited_at"],
        "report_digest": told["signature"]["digest"],
    }
