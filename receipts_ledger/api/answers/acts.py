"""An act as the API tells it: to those whom it concerns, with all that they sign."""

from typing import Any, NotRequired

from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import (
    Revealed,
    hexadecimal,
    moment_text,
    optional_hexadecimal,
    revealed,
    seconds_text,
)
from receipts_ledger.api.catalogue import CATALOGUE
from receipts_ledger.api.problem import for_eyes_of
from receipts_ledger.api.services import Statements
from receipts_ledger.domain.caller import Caller
from receipts_ledger.domain.ids import ReceiptId, receipt_number
from receipts_ledger.domain.party import Admit
from receipts_ledger.domain.pending import Consent, commitments_of
from receipts_ledger.domain.untold import shown_once, untold
from receipts_ledger.errors import RefusalCode
from receipts_ledger.store import contents
from receipts_ledger.store.reads.acts import ShownAct
from receipts_ledger.store.units import Reader


class SignerOut(TypedDict):
    """One consent. Without a party, anybody in the role may give it, or only the named key."""

    position: int
    party_id: int | None
    role: str | None
    signed: bool
    key: str | None
    signed_at: str | None


class TransactionOut(TypedDict):
    """Where the act was carried out or refused on the chain."""

    hash: str
    block_number: int


class ActRefusalOut(TypedDict):
    """Why the act was refused."""

    code: str
    title: str
    title_zh: str
    status: int
    detail: str
    details: dict[str, Any]
    refusal_id: str | None


class ActOut(TypedDict):
    """An act on its way to the ledger, or at its end.

    `statement` is its wire form without signatures, `typed_data` the same for wallets;
    `contents` is what its commitments stand for. A list leaves the last two out.
    """

    act_id: str
    kind: str
    digest: str
    status: str
    subject: int
    version: int
    deadline: str
    created_at: str
    updated_at: str
    created_by: int | None
    statement: str
    signers: list[SignerOut]
    receipt_ids: list[int]
    receipt_numbers: list[str]
    transaction: TransactionOut | None
    refusal: ActRefusalOut | None
    typed_data: NotRequired[dict[str, Any]]
    contents: NotRequired[dict[str, Revealed]]


class ActPage(TypedDict):
    """Acts, newest first."""

    items: list[ActOut]
    next_cursor: str | None


def told_act(reader: Reader, shown: ShownAct, caller: Caller, statements: Statements) -> ActOut:
    """Return the whole act."""
    told = listed_act(shown, caller)
    act = statements.read(shown.row.statement)
    told["typed_data"] = statements.typed_data(act)
    if isinstance(act, Admit):
        told["signers"][1]["key"] = hexadecimal(act.key)
    found = contents.find(reader, commitments_of(act))
    told["contents"] = {hexadecimal(key): revealed(sealed) for key, sealed in found.items()}
    return told


def listed_act(shown: ShownAct, caller: Caller) -> ActOut:
    """Return the act as a list has it."""
    row = shown.row
    return ActOut(
        act_id=row.act_id,
        kind=row.kind,
        digest=hexadecimal(row.digest),
        status=row.status,
        subject=row.subject,
        version=row.version,
        deadline=seconds_text(row.deadline),
        created_at=moment_text(row.created_at),
        updated_at=moment_text(row.updated_at),
        created_by=row.created_by,
        statement=hexadecimal(row.statement),
        signers=_signers(shown, caller),
        receipt_ids=list(shown.receipt_ids),
        receipt_numbers=[receipt_number(ReceiptId(one)) for one in shown.receipt_ids],
        transaction=None
        if row.tx_hash is None
        else TransactionOut(hash=hexadecimal(row.tx_hash), block_number=row.block_number),
        refusal=None if row.refusal is None else _refusal(row.refusal, caller),
    )


def _signers(shown: ShownAct, caller: Caller) -> list[SignerOut]:
    hidden = untold(
        shown.consents,
        kind=shown.row.kind,
        created_by=shown.row.created_by,
        receipt_ids=shown.receipt_ids,
        reader=None if caller.sees_everything else caller.party_id,
    )
    return [
        _signer(consent, hidden.get(consent.position))
        for consent in shown_once(shown.consents, hidden)
    ]


def _signer(consent: Consent, untold_role: str | None) -> SignerOut:
    roles = [role.name.lower() for role in consent.role if role.name]
    return SignerOut(
        position=consent.position,
        party_id=consent.party_id if untold_role is None else None,
        role=untold_role or (roles[0] if roles else None),
        signed=consent.signature is not None,
        key=optional_hexadecimal(consent.key),
        signed_at=None if consent.signed_at is None else moment_text(consent.signed_at),
    )


def _refusal(refusal: dict[str, Any], caller: Caller) -> ActRefusalOut:
    code = refusal["code"]
    known = {str(one): one for one in RefusalCode}.get(code)
    entry = None if known is None else CATALOGUE[known]
    detail, details = for_eyes_of(caller, refusal.get("detail", ""), refusal.get("details") or {})
    return ActRefusalOut(
        code=code,
        title=code if entry is None else entry.title,
        title_zh=code if entry is None else entry.title_zh,
        status=409 if entry is None else entry.status,
        detail=detail,
        details=details,
        refusal_id=refusal.get("refusal_id"),
    )
