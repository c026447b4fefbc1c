"""The command `show`: one thing of the ledger, by its number."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Annotated, Any, TypeVar

import typer

from receipts_ledger.cli import options, show_past
from receipts_ledger.cli.output import console, print_json, print_members, print_rows
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.cli.words import in_words, yet_to_sign
from receipts_ledger.client import LedgerClient, signers_of
from receipts_ledger.domain.books import Capacity
from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_number, receipt_number

T = TypeVar("T")


class Thing(StrEnum):
    """What can be shown."""

    RECEIPT = "receipt"
    ACT = "act"
    PARTY = "party"
    POOL = "pool"
    ACTS = "acts"
    LEDGER = "ledger"
    HISTORY = "history"
    HOLDINGS = "holdings"
    STOCK = "stock"
    REFUSALS = "refusals"
    READS = "reads"
    KEY_USES = "key-uses"


_WITHOUT_NUMBER = (Thing.ACTS, Thing.LEDGER, Thing.REFUSALS, Thing.KEY_USES)
_WITH_MOMENT = (Thing.RECEIPT, Thing.PARTY, Thing.POOL, Thing.HOLDINGS, Thing.STOCK)
_LISTED_MAX = 100
_POOL_MAX = 2**32 - 1
_OF_POOLS = ("OpenPool", "Attest", "Issue", "Pause", "Resume", "Seal")


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Looking")(in_session(show))


def show(
    session: Session,
    *,
    thing: Annotated[
        Thing,
        typer.Argument(
            parser=options.choice_of(Thing, "thing that can be shown"),
            metavar="THING",
            help=(
                "receipt, history (of a receipt), act, party, holdings (of a party), pool, stock "
                "(of a pool); or acts, ledger, refusals, reads, key-uses."
            ),
        ),
    ],
    name: Annotated[
        str, typer.Argument(metavar="[NUMBER]", help="Its number, such as 12-1-000345 or 12-1.")
    ] = "",
    at: Annotated[
        options.AskedMoment | None,
        options.asked_moment_option(
            "--at",
            "As of a block number or hash, a date (its end, UTC) or RFC 3339 time: a receipt, "
            "party or pool, holdings and stock.",
        ),
    ] = None,
    capacity: Annotated[
        Capacity,
        typer.Option(
            "--as",
            parser=options.choice_of(Capacity, "capacity"),
            metavar="CAPACITY",
            help="Holdings as holder, lender or warehouse.",
        ),
    ] = Capacity.HOLDER,
) -> None:
    """Show a receipt, act, party or pool; the newest acts or refusals; the ledger itself.

    The past is shown as the gateway has it; `receipts-ledger past` proves it from the chain.

    Operator and auditors: who read what is confidential, of all receipts or one; what kept keys
    signed.

    For example: receipts-ledger show receipt 12-1-000345
    """
    _expect_fitting(thing, name, at)
    client = session.client()
    then = None if at is None else at.text
    match thing:
        case Thing.RECEIPT:
            _show_receipt(client, session, name, then)
        case Thing.ACT:
            _show_act(client, session, name)
        case Thing.PARTY:
            party_id = _number(options.parse_party, name)
            _show(session, f"party {name}", client.party(party_id, at=then))
        case Thing.POOL:
            pool_id = _number(options.parse_pool, name)
            _show(session, f"pool {name}", client.pool(pool_id, at=then))
        case Thing.LEDGER:
            _show(session, "ledger", client.ledger())
        case Thing.HISTORY:
            show_past.history(client, session, _number(options.parse_receipt, name))
        case Thing.HOLDINGS:
            party_id = _number(options.parse_party, name)
            show_past.holdings(client, session, party_id, capacity, then)
        case Thing.STOCK:
            show_past.stock(client, session, _number(options.parse_pool, name), then)
        case _:
            _show_newest(client, session, thing, name)


def _expect_fitting(thing: Thing, name: str, at: options.AskedMoment | None) -> None:
    if name and thing in _WITHOUT_NUMBER:
        raise typer.BadParameter(f"{thing} has no number", param_hint="'NUMBER'")
    if at is not None and thing not in _WITH_MOMENT:
        raise typer.BadParameter(f"{thing} has no moment", param_hint="'--at'")


def _show_newest(client: LedgerClient, session: Session, thing: Thing, name: str) -> None:
    match thing:
        case Thing.ACTS:
            _show_acts(client, session)
        case Thing.REFUSALS:
            _show_refusals(client, session)
        case Thing.READS:
            _show_reads(client, session, name)
        case _:
            _show_key_uses(client, session)


def _number(parse: Callable[[str], T], name: str) -> T:
    try:
        return parse(name)
    except typer.BadParameter as error:
        raise typer.BadParameter(error.message, param_hint="'NUMBER'") from error


def _show_receipt(client: LedgerClient, session: Session, name: str, at: str | None) -> None:
    receipt_id = _number(options.parse_receipt, name)
    receipt = client.receipt(receipt_id, at=at)
    if session.as_json:
        print_json(receipt)
        return
    print_members(f"receipt {receipt_number(receipt_id)}", _without_lists(receipt))
    if at is not None:
        return
    if "items" in receipt:
        _print_items(receipt["items"])
    rows = [
        (row.get("block_number"), row.get("event"), row.get("tx_hash"))
        for row in client.history(receipt_id)
    ]
    print_rows("history", ("block", "event", "transaction"), rows)


def _without_lists(receipt: dict[str, Any]) -> dict[str, Any]:
    """Leave out the items: those held now have a table, and those at the issue would mislead."""
    members = {name: value for name, value in receipt.items() if name != "items"}
    if (content := members.get("content")) is not None:
        members["content"] = {name: value for name, value in content.items() if name != "items"}
    return members


def _print_items(items: list[dict[str, Any]]) -> None:
    listed = items[:_LISTED_MAX]
    columns = list(dict.fromkeys(name for item in listed for name in item))
    print_rows("items", columns, [[item.get(name) for name in columns] for item in listed])
    if len(items) > _LISTED_MAX:
        console().print(f"and {len(items) - _LISTED_MAX} more: --json shows all")


def _show_act(client: LedgerClient, session: Session, name: str) -> None:
    draft = client.act(_number(options.parse_act, name))
    if session.as_json:
        print_json(draft.answer)
        return
    kept = ("kind", "status", "digest", "created_by", "created_at", "transaction", "refusal")
    members = {member: draft.answer.get(member) for member in kept}
    print_members(f"act {draft.act_id}", {**members, **in_words(draft)})
    columns = ("party_id", "role", "signed", "key")
    signers = draft.answer.get("signers", ())
    print_rows("signers", columns, [[row.get(column) for column in columns] for row in signers])


def _show_acts(client: LedgerClient, session: Session) -> None:
    found = list(islice(client.acts(), _LISTED_MAX))
    if session.as_json:
        print_json(found)
        return
    rows = [
        (row["act_id"], row["kind"], row["status"], yet_to_sign(signers_of(row))) for row in found
    ]
    print_rows("acts", ("act", "kind", "status", "yet to sign"), rows)


def _show_refusals(client: LedgerClient, session: Session) -> None:
    found = list(islice(client.refusals(), _LISTED_MAX))
    if session.as_json:
        print_json(found)
        return
    columns = ("at", "source", "party", "act", "subject", "code")
    print_rows("refusals", columns, [_refusal_row(row) for row in found])


def _show_reads(client: LedgerClient, session: Session, name: str) -> None:
    receipt_id = _number(options.parse_receipt, name) if name else None
    found = list(islice(client.content_reads(receipt_id=receipt_id), _LISTED_MAX))
    if session.as_json:
        print_json(found)
        return
    columns = ("last_at", "party_id", "receipt_number", "act_id", "times")
    print_rows("reads", columns, [[row.get(column) for column in columns] for row in found])


def _show_key_uses(client: LedgerClient, session: Session) -> None:
    found = list(islice(client.key_uses(), _LISTED_MAX))
    if session.as_json:
        print_json(found)
        return
    columns = ("at", "party_id", "key", "act_id")
    print_rows("key uses", columns, [[row.get(column) for column in columns] for row in found])


def _refusal_row(row: dict[str, Any]) -> list[object]:
    at = datetime.fromisoformat(row["at"]).strftime("%Y-%m-%d %H:%M:%S")
    subject = _subject(row.get("verb"), row.get("subject"))
    return [at, row.get("source"), row.get("party_id"), row.get("verb"), subject, row.get("code")]


def _subject(verb: object, subject: int | None) -> str | None:
    """Return the number of what a refused act was about: the ranges of the kinds are apart."""
    if subject is None:
        return None
    if subject > _POOL_MAX:
        return receipt_number(ReceiptId(subject))
    return pool_number(PoolId(subject)) if verb in _OF_POOLS else str(subject)


def _show(session: Session, title: str, members: dict[str, object]) -> None:
    if session.as_json:
        print_json(members)
        return
    print_members(title, members)
