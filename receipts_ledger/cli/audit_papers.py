"""The papers of an audit: its report signed, and written as JSON, as HTML and as PDF."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from receipts_ledger.chain import audit_statement
from receipts_ledger.chain.keyfile import read_key
from receipts_ledger.chain.keys import address_of_private_key
from receipts_ledger.chain.typed_data import SigningDomain
from receipts_ledger.cli.secret import password_in
from receipts_ledger.domain.ids import Address
from receipts_ledger.errors import Fatal
from receipts_ledger.services.audit.document import Document, as_bytes, digest, signed, statement

_NAME = "audit-report"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which files are wanted. `out` is a folder for all three."""

    out: Path | None = None
    json: Path | None = None
    html: Path | None = None
    pdf: Path | None = None

    def files(self) -> Iterator[tuple[str, str, Path]]:
        """Yield option, kind and path of each file."""
        for kind in ("json", "html", "pdf"):
            if self.out is not None:
                yield "--out", kind, self.out / f"{_NAME}.{kind}"
            path: Path | None = getattr(self, kind)
            if path is not None:
                yield f"--{kind}", kind, path


class Papers:
    """Signs and writes reports. Made before the audit: what is missing is said at once."""

    def __init__(self, wanted: Wanted, sign_with: Path | None, password: Path | None) -> None:
        """Open the key and look at the folders. Raises Fatal."""
        self._wanted = wanted
        self._key = None if sign_with is None else read_key(sign_with, password_in(password))
        for option, _, path in wanted.files():
            _expect_folder(option, path)

    @property
    def auditor(self) -> Address | None:
        """The key that signs, None where nothing is to be signed."""
        return None if self._key is None else address_of_private_key(self._key)

    def issue(self, told: Document) -> Document:
        """Sign a report if there is a key, write it, and return it. Raises Fatal."""
        if self._key is not None and told["ledger"] is not None:
            signature = audit_statement.sign(self._key, statement(told), domain_of(told))
            told = signed(told, signature)
        write(told, self._wanted)
        return told


def write(told: Document, wanted: Wanted) -> None:
    """Write a report in the forms that are wanted. Raises Fatal."""
    for option, kind, path in wanted.files():
        try:
            path.write_bytes(_made(kind, told))
        except OSError as error:
            raise Fatal(f"{option}: {path} cannot be written: {error.strerror}") from error


def domain_of(told: Document) -> SigningDomain:
    """Return the domain in which a report is signed: that of the ledger it is about."""
    ledger = told["ledger"]
    contract = Address(bytes.fromhex(ledger["contract"].removeprefix("0x")))
    return SigningDomain(ledger["chain_id"], contract)


def _expect_folder(option: str, path: Path) -> None:
    try:
        if option == "--out":
            path.parent.mkdir(parents=True, exist_ok=True)
        if not path.parent.is_dir():
            raise Fatal(f"{option}: {path} cannot be written: No such file or directory")
    except OSError as error:
        raise Fatal(f"{option}: {path} cannot be written: {error.strerror}") from error


def _made(kind: str, told: Document) -> bytes:
    if kind == "json":
        return as_bytes(told)
    # Paper costs half a second to begin with.
    from receipts_ledger.sheets import as_html, as_pdf
    from receipts_ledger.sheets.audit import audit_sheet

    sheet = audit_sheet(told, report_digest="0x" + digest(told).hex())
    return as_html(sheet) if kind == "html" else as_pdf(sheet)


def now() -> datetime:
    """Return the time of day at the auditor's."""
    return datetime.now(UTC)
