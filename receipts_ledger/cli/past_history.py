"""The history of a receipt, told: what happened, who signed it as whom, what changed to what."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from typing import Any

from rich.markup import escape

from receipts_ledger.cli.options import AskedMoment
from receipts_ledger.cli.output import console, print_json
from receipts_ledger.cli.past_run import LedgerPast
from receipts_ledger.cli.past_told import as_of, proof, tell_findings, verdict
from receipts_ledger.domain.event import ActRefused
from receipts_ledger.domain.ids import ReceiptId, receipt_number
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.moment import time_text
from receipts_ledger.domain.pending import COMMITMENTS
from receipts_ledger.domain.state import Changed, Plain, role_names
from receipts_ledger.errors import NotFound
from receipts_ledger.services.past.history import Chronicle, Happened, Signer
from receipts_ledger.services.past.kinship import Kinship


def tell(
    source: LedgerPast,
    receipt_id: ReceiptId,
    at: AskedMoment | None,
    *,
    with_lineage: bool,
    as_json: bool,
) -> int:
    """Tell what had happened to a receipt, and return the exit code. Raises NotFound."""
    block = source.block(None if at is None else at.moment)
    wanted = frozenset((receipt_id,))
    if with_lineage:
        wanted = source.replayed(block, lambda ledger: Kinship()).onlooker.lineage(receipt_id)

    def chronicle(ledger: Ledger) -> Chronicle:
        return Chronicle(ledger, source.reason, wanted)

    past = source.replayed(block, chronicle)
    number = receipt_number(receipt_id)
    happened = past.onlooker.happened
    if receipt_id not in past.ledger.receipts and not happened:
        raise NotFound("receipt", f"{number} {as_of(block)}")
    if as_json:
        answer = {"number": number, "receipt_id": receipt_id, "history": list(_json(happened))}
        print_json({**answer, **proof(source, block, past.report)})
        return verdict(past.report)
    out = console()
    out.print(f"[bold]history of receipt {number}[/bold] {as_of(block)}", soft_wrap=True)
    for each in happened:
        names_receipt = len(wanted) > 1
        for line in _lines(each, names_receipt=names_receipt):
            out.print(escape(line), soft_wrap=True)
    tell_findings(past.report)
    return verdict(past.report)


def _lines(each: Happened, *, names_receipt: bool) -> Iterable[str]:
    about = f"receipt {receipt_number(each.receipt_id)}: " if names_receipt else ""
    name = type(each.event).__name__
    act = each.act or "no act that is on record"
    told = f"{act} REFUSED: {each.refusal}" if isinstance(each.event, ActRefused) else name
    yield ""
    yield f"{time_text(each.timestamp_seconds)} block {each.block_number}: {about}{told}"
    if not isinstance(each.event, ActRefused):
        yield f"  act: {act}"
    yield f"  transaction: {_hex(each.tx_hash)}"
    for signer in each.signers:
        yield f"  signed by: {_signer(signer)}"
    if each.signatures_of_nobody:
        yield f"  and {each.signatures_of_nobody} signatures that belong to no key"
    if each.sender.party_id is not None:
        yield f"  sent by: {_signer(each.sender)}"
    for changed in each.changes:
        yield f"  {changed.member.replace('_', ' ')}: {_change(changed)}"
    for relation, other in each.related:
        yield f"  {relation.replace('_', ' ')}: receipt {receipt_number(other)}"


def _signer(signer: Signer) -> str:
    key = _hex(signer.key)
    if signer.party_id is None:
        return f"{key}, which spoke for nobody before"
    roles = ", ".join(role_names(signer.roles))
    return f"party {signer.party_id} ({roles or 'no role'}) with {key}"


def _change(changed: Changed) -> str:
    after = _plain(changed.after)
    return after if changed.before is None else f"{_plain(changed.before)} -> {after}"


def _plain(value: Plain) -> str:
    match value:
        case None:
            return "none"
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case tuple():
            return ", ".join(value) or "none"
        case _:
            return str(value)


def _json(happened: Iterable[Happened]) -> Iterable[dict[str, Any]]:
    for each in happened:
        yield {
            "receipt_id": each.receipt_id,
            "number": receipt_number(each.receipt_id),
            "event": type(each.event).__name__,
            "act": each.act,
            "digest": None if each.digest is None else _hex(each.digest),
            "block_number": each.block_number,
            "block_hash": _hex(each.block_hash),
            "at": time_text(each.timestamp_seconds),
            "tx_hash": _hex(each.tx_hash),
            "log_index": each.log_index,
            "signers": [_signer_json(signer) for signer in each.signers],
            "signatures_of_nobody": each.signatures_of_nobody,
            "sender": _signer_json(each.sender),
            "changes": [
                {"member": one.member, "before": one.before, "after": one.after}
                for one in each.changes
            ],
            "related": [
                {"relation": relation, "number": receipt_number(other), "receipt_id": other}
                for relation, other in each.related
            ],
            "commitments": _commitments(each),
            "refusal": each.refusal,
        }


def _commitments(each: Happened) -> dict[str, str]:
    names = [member.name for member in fields(each.event)]
    return {
        name: _hex(getattr(each.event, name))
        for name in names
        if name in COMMITMENTS and not isinstance(each.event, ActRefused)
    }


def _signer_json(signer: Signer) -> dict[str, Any]:
    return {
        "key": _hex(signer.key),
        "party_id": signer.party_id,
        "roles": role_names(signer.roles),
    }


def _hex(content: bytes) -> str:
    return "0x" + content.hex()
