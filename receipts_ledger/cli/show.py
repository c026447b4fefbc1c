"""The command `show`: one thing of the ledger, by its number."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, TypeVar

import typer

from receipts_ledger.cli import options
from receipts_ledger.cli.output import print_json, print_members, print_rows
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.cli.words import in_words
from receipts_ledger.client import LedgerClient
from receipts_ledger.domain.ids import receipt_number

T = TypeVar("T")


class Thing(StrEnum):
    """What can be shown."""

    RECEIPT = "receipt"
    ACT = "act"
    PARTY = "party"
    POOL = "pool"
    LEDGER = "ledger"
    REFUSALS = "refusals"


_REFUSALS_SHOWN_MAX = 100


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Looking")(in_session(show))


def show(
    session: Session,
    *,
    thing: Annotated[Thing, typer.Argument(help="What to show.")],
    name: Annotated[
        str, typer.Argument(metavar="[NUMBER]", help="Its number, such as 12-1-000345 or 12-1.")
    ] = "",
) -> None:
    """Show a receipt, act, party or pool, the ledger itself, or what was refused."""
    client = session.client()
    match thing:
        case Thing.RECEIPT:
            _show_receipt(client, session, name)
        case Thing.ACT:
            draft = client.act(name)
            _show(session, f"act {name}", {**draft.answer, **in_words(draft.act)})
        case Thing.PARTY:
            _show(session, f"party {name}", client.party(_number(options.parse_party, name)))
        case Thing.POOL:
            _show(session, f"pool {name}", client.pool(_number(options.parse_pool, name)))
        case Thing.LEDGER:
            _show(session, "ledger", client.ledger())
        case Thing.REFUSALS:
            _show_refusals(client, session)


def _number(parse: Callable[[str], T], name: str) -> T:
    try:
        return parse(name)
    except typer.BadParameter as error:
        raise typer.BadParameter(error.message, param_hint="'NUMBER'") from error


def _show_receipt(client: LedgerClient, session: Session, name: str) -> None:
    receipt_id = _number(options.parse_receipt, name)
    receipt = client.receipt(receipt_id)
    if session.as_json:
        print_json(receipt)
        return
    print_members(f"receipt {receipt_number(receipt_id)}", receipt)
    rows = [
        (row.get("block_number"), row.get("event"), row.get("tx_hash"))
        for row in client.history(receipt_id)
    ]
    print_rows("history", ("block", "event", "transaction"), rows)


def _show_refusals(client: LedgerClient, session: Session) -> None:
    found = []
    for refusal in client.refusals():
        found.append(refusal)
        if len(found) == _REFUSALS_SHOWN_MAX:
            break
    if session.as_json:
        print_json(found)
        return
    columns = ("at", "source", "party_id", "verb", "subject", "code")
    print_rows("refusals", columns, [[row.get(column) for column in columns] for row in found])


def _show(session: Session, title: str, members: dict[str, object]) -> None:
    if session.as_json:
        print_json(members)
        return
    hidden = ("typed_data", "statement", "contents")
    print_members(title, {name: value for name, value in members.items() if name not in hidden})
