"""What `show` tells of the past, as the gateway has it: a history, a book, a stock."""

from collections.abc import Iterator
from typing import Any

from rich.markup import escape

from receipts_ledger.chain.reasons import reason_text
from receipts_ledger.cli.output import console, print_json, print_wide_rows
from receipts_ledger.cli.session import Session
from receipts_ledger.client import LedgerClient
from receipts_ledger.domain.books import Capacity
from receipts_ledger.domain.event import ActRefused
from receipts_ledger.domain.ids import PartyId, PoolId, ReceiptId, pool_number, receipt_number

_TOTALS = (
    *("pool_number", "base_unit", "receipts", "quantity", "quantity_encumbered"),
    *("quantity_in_default", "first_maturity", "last_maturity"),
)
_STORED = (
    *("pool_number", "base_unit", "receipts", "quantity", "quantity_encumbered"),
    *("receipted", "attested", "capacity"),
)
_HELD = ("number", "holder_id", "quantity", "pledgee_id", "maturity", "in_default", "version")
_STEPS = (
    *("block_number", "event", "number", "attested_change", "receipted_change"),
    *("attested", "receipted", "conserved"),
)


def history(client: LedgerClient, session: Session, receipt_id: ReceiptId) -> None:
    """Show what has happened to a receipt, what it changed, and who signed it."""
    found = list(client.history(receipt_id, with_signers=True))
    if session.as_json:
        print_json(found)
        return
    out = console()
    out.print(f"[bold]history of receipt {receipt_number(receipt_id)}[/bold]")
    for entry in found:
        for line in _lines(entry):
            out.print(escape(line), soft_wrap=True)


def holdings(
    client: LedgerClient,
    session: Session,
    party_id: PartyId,
    capacity: Capacity,
    at: str | None,
) -> None:
    """Show what a party held, lent against or stored."""
    book = client.holdings(party_id, capacity.value, at=at)
    if session.as_json:
        print_json(book)
        return
    columns = _STORED if capacity is Capacity.WAREHOUSE else _TOTALS
    rows = [[total[name] for name in columns] for total in book["totals"]]
    print_wide_rows(f"{capacity} {party_id} {_as_of(book)}", columns, rows)
    print_wide_rows("receipts", _HELD, [[row[name] for name in _HELD] for row in book["items"]])


def stock(client: LedgerClient, session: Session, pool_id: PoolId, at: str | None) -> None:
    """Show every event that changed a pool's stock."""
    found = client.stock(pool_id, at=at)
    if session.as_json:
        print_json(found)
        return
    title = f"stock of pool {pool_number(pool_id)} {_as_of(found)}"
    print_wide_rows(title, _STEPS, [[row[name] for name in _STEPS] for row in found["items"]])


def _as_of(answer: dict[str, Any]) -> str:
    as_of = answer["as_of"]
    finality = "final" if as_of["final"] else "not final yet"
    return f"as of block {as_of['block_number']}, {as_of['at']} ({finality})"


def _lines(entry: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"{entry['at']} block {entry['block_number']}: {_happened(entry)}"
    yield f"  transaction: {entry['tx_hash']}"
    for change in entry["changes"]:
        before, after = (_plain(change[side]) for side in ("before", "after"))
        told = after if change["before"] is None else f"{before} -> {after}"
        yield f"  {change['member'].replace('_', ' ')}: {told}"
    signed = entry.get("signed")
    if signed is None:
        return
    if signed["source"] == "unknown":
        yield "  who signed it is not known here"
        return
    yield f"  act: {signed['act']}, as the {signed['source']} has it"
    for signer in signed["signers"]:
        party_id = signer["party_id"]
        whose = "nobody's key then" if party_id is None else f"party {party_id}"
        roles = f" ({', '.join(signer['roles'])})" if signer["roles"] else ""
        yield f"  signed by: {whose}{roles} with {signer['key']}"


def _happened(entry: dict[str, Any]) -> str:
    """Return what happened; of an act that was refused the rule, where it is shown."""
    reason = entry["payload"].get("reason")
    if entry["event"] != ActRefused.__name__ or reason is None:
        return str(entry["event"])
    act = entry.get("signed", {}).get("act") or "an act"
    return f"{act} REFUSED: {reason_text(bytes.fromhex(reason[2:]))}"


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)
