"""Certificates: what the chain says of a receipt, with a proof that needs no gateway."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from receipts_ledger.api import showing
from receipts_ledger.api.answers.certificate import EXAMPLE, CertificateOut
from receipts_ledger.api.answers.certificate_sheet import sheet_of
from receipts_ledger.api.asking import AskDep
from receipts_ledger.api.fields import ReceiptPath, TruthQuery
from receipts_ledger.api.problem import MEDIA_TYPE
from receipts_ledger.api.routes.told import told
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.certificate import CHANGES_MAX, Certificate
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.errors import RefusalCode, Refused, Retryable
from receipts_ledger.services.certify import Foundation, Subject
from receipts_ledger.sheets import as_html, as_pdf
from receipts_ledger.store import contents
from receipts_ledger.store.reads import chain, changes
from receipts_ledger.store.reads import receipts as reads
from receipts_ledger.store.units import Reader

router = APIRouter(prefix="/v1/receipts", tags=["Certificates"])

_FIELDS_LENGTH_MAX = 4_000
_PRIVATE = {"Cache-Control": "private, no-store", "Vary": "Authorization, Accept"}
_PAGE = {
    # The page brings its own looks and drawings, and nothing else.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; frame-ancestors 'none'"
}


class CertificateIn(BaseModel):
    """How much is to be certified."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    disclose: Annotated[
        str | None,
        Field(
            max_length=_FIELDS_LENGTH_MAX,
            description="Fields to show, by name, with commas between; those of the pledge's "
            "terms with `terms.` before it. Nothing in it shows none; without it, all are shown.",
            examples=["grade,terms.amount"],
        ),
    ] = None
    state_only: Annotated[
        TruthQuery,
        Field(description="Certify the state alone: no changes, no content, no terms."),
    ] = False

    format: Annotated[
        Literal["json", "pdf", "html"] | None,
        Field(description="How it is written. Without it, the header `Accept` says."),
    ] = None

    def fields(self) -> list[str] | None:
        """Return the names of the fields to show, None for all."""
        if self.disclose is None:
            return None
        return [name for name in self.disclose.split(",") if name]


_NO_PROOFS: dict[str, Any] = {
    "description": "The node proves no state",
    "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


class Form(StrEnum):
    """How a certificate is written. Only JSON can be checked; the others are to be read."""

    JSON = "application/json"
    PDF = "application/pdf"
    HTML = "text/html"


_FORMS = {"json": Form.JSON, "pdf": Form.PDF, "html": Form.HTML}
_READABLE = {form.value: {"schema": {"type": "string"}} for form in (Form.PDF, Form.HTML)}


@router.get(
    "/{receipt_id}/certificate",
    response_model=CertificateOut,
    responses={
        200: {"content": {"application/json": {"example": EXAMPLE}, **_READABLE}},
        501: _NO_PROOFS,
    },
)
def certify_receipt(
    receipt_id: ReceiptPath,
    wanted: Annotated[CertificateIn, Query()],
    ask: AskDep,
    request: Request,
) -> Response:
    """Certify what the chain says of a receipt at the last final block, for those concerned.

    Anybody can check the answer without this gateway. Of a number that was never issued, anybody
    admitted may have it certified that there is no such receipt. As PDF or HTML (`format`, or
    `Accept`) it is printed, to be read beside the JSON that proves it.
    """
    members = _certified(receipt_id, wanted, ask).members()
    form = _FORMS[wanted.format] if wanted.format else _accepted(request.headers.get("Accept", ""))
    if form is Form.JSON:
        return told(members, _PRIVATE)
    sheet = sheet_of(members, ask.services.public_url)
    if form is Form.HTML:
        return Response(as_html(sheet), media_type=form, headers=_PRIVATE | _PAGE)
    name = f"certificate-{members['receipt']['number']}.pdf"
    disposition = {"Content-Disposition": f'inline; filename="{name}"'}
    return Response(as_pdf(sheet), media_type=form, headers=_PRIVATE | disposition)


def _accepted(accept: str) -> Form:
    """Return the first form that is asked for, JSON where none of ours is."""
    for one in accept.split(","):
        named = one.partition(";")[0].strip().lower()
        if named in set(Form):
            return Form(named)
    return Form.JSON


def _certified(receipt_id: ReceiptId, wanted: CertificateIn, ask: AskDep) -> Certificate:
    certifier = ask.services.certifier
    with ask.reading() as (reader, caller):
        _expect_concerned(reader, receipt_id, caller)
        subject = _subject(reader, receipt_id)
        commitments = Foundation.of(subject.changes).commitments()
        held = {} if wanted.state_only else contents.find(reader, commitments)
        ask.services.access.read_log.note_receipt(caller, receipt_id)
    # The node is asked when nothing of the database is held any more.
    if wanted.state_only:
        return certifier.state_alone(subject)
    return certifier.with_changes(subject, held, wanted.fields())


def _expect_concerned(reader: Reader, receipt_id: ReceiptId, caller: Caller) -> None:
    row = reads.receipt(reader, receipt_id)
    if row is None or showing.shows_all_in(reader, row, caller):
        return
    raise Refused(
        RefusalCode.NOT_YOUR_ROLE,
        "a certificate shows the whole receipt: holder, warehouse or pledgee may ask for one, "
        "and hand it on",
    )


def _subject(reader: Reader, receipt_id: ReceiptId) -> Subject:
    stand = chain.cursor_row(reader)
    if stand is None:
        raise Retryable("the index has not begun")
    at = BlockRef(stand.finalized_number, stand.finalized_hash)
    newest = changes.newest(reader, receipt_id, until_block=at.number, limit=CHANGES_MAX)
    return Subject(receipt_id, at, newest)
