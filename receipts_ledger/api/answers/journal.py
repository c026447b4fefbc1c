"""What is written down as it happens: refusals, and the feed of events."""

from typing import Any

from typing_extensions import TypedDict

from receipts_ledger.api.answers.forms import hexadecimal, moment_text, optional_hexadecimal
from receipts_ledger.api.answers.receipts import concerns, public_payload
from receipts_ledger.api.catalogue import CATALOGUE
from receipts_ledger.api.problem import for_eyes_of
from receipts_ledger.domain.caller import Caller
from receipts_ledger.errors import RefusalCode
from receipts_ledger.store.reads.feed import Entry
from receipts_ledger.store.units import Found

_ENTRIES = {str(code): CATALOGUE[code] for code in RefusalCode}


class RefusalOut(TypedDict):
    """A refusal on record. Subjects are receipts, pools or parties."""

    refusal_id: str
    at: str
    source: str
    party_id: int | None
    verb: str
    subject: int | None
    code: str
    title: str
    title_zh: str
    details: dict[str, Any]
    digest: str | None
    act_id: str | None
    evidence: dict[str, Any] | None


class RefusalPage(TypedDict):
    """Refusals, newest first."""

    items: list[RefusalOut]
    next_cursor: str | None


class EventOut(TypedDict):
    """One entry of the feed. What was taken back stands in it again, as `reverted`."""

    seq: int
    kind: str
    block_number: int
    block_hash: str
    log_index: int | None
    event: str | None
    payload: dict[str, Any] | None
    at: str


class EventPage(TypedDict):
    """The next entries of the feed; ask again with `after` = `last_seq`."""

    items: list[EventOut]
    last_seq: int


def told_refusal(row: Found, caller: Caller) -> RefusalOut:
    """Return a refusal on record."""
    entry = _ENTRIES.get(row.code)
    _, details = for_eyes_of(caller, "", row.detail or {})
    if "pledgee" not in details and "pledgee" in str(details.get("detail", "")):
        del details["detail"]
    return RefusalOut(
        refusal_id=row.refusal_id,
        at=moment_text(row.at),
        source=row.source,
        party_id=row.party_id,
        verb=row.verb,
        subject=row.subject,
        code=row.code,
        title=row.code if entry is None else entry.title,
        title_zh=row.code if entry is None else entry.title_zh,
        details=details,
        digest=optional_hexadecimal(row.digest),
        act_id=row.act_id,
        evidence=_evidence(row, caller),
    )


def told_event(entry: Entry, caller: Caller) -> EventOut:
    """Return an entry of the feed, as much of it as the caller may see."""
    payload = entry.payload
    name = entry.event
    if name is not None and payload is not None and not concerns(name, payload, caller):
        payload = public_payload(name, payload)
    return EventOut(
        seq=entry.seq,
        kind=entry.kind,
        block_number=entry.block_number,
        block_hash=hexadecimal(entry.block_hash),
        log_index=entry.log_index,
        event=name,
        payload=payload,
        at=moment_text(entry.at),
    )


def _evidence(row: Found, caller: Caller) -> dict[str, Any] | None:
    if row.evidence is None:
        return None
    # The encoded reason names the pledgee too.
    hidden = () if caller.sees_everything else ("reason",)
    return {name: value for name, value in row.evidence.items() if name not in hidden}
