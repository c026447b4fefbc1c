"""Being told: the feed as it grows, and webhooks."""

import sys
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer

from receipts_ledger.cli.output import console, print_json, print_members, print_rows
from receipts_ledger.cli.session import Session, in_session

_PANEL = "Looking"
_COLUMNS = ("subscription_id", "url", "state", "cursor_seq", "delivered", "failed", "reason")

After = Annotated[int, typer.Option(min=0, metavar="SEQ", help="Number in the feed to go on from.")]
IsFinal = Annotated[
    bool, typer.Option("--final", help="Events alone, each when nothing can take it back.")
]
Name = Annotated[UUID, typer.Argument(metavar="SUBSCRIPTION", help="Its id.")]


def register(root: typer.Typer) -> None:
    """Add the commands."""
    events = typer.Typer(help="The feed: everything that happens.", no_args_is_help=True)
    events.command()(in_session(follow))
    root.add_typer(events, name="events", rich_help_panel=_PANEL)
    group = typer.Typer(help="Webhooks: be told of events.", no_args_is_help=True)
    group.command()(in_session(create))
    group.command(name="list")(in_session(every))
    group.command()(in_session(delete))
    group.command()(in_session(replay))
    root.add_typer(group, name="subscriptions", rich_help_panel=_PANEL)


def follow(session: Session, *, after: After = 0, is_final: IsFinal = False) -> None:
    """Print what happens as it happens, until stopped; with --json, one entry on a line.

    For example: receipts-ledger events follow --after 4711
    """
    client = session.client()
    # A gateway that goes away is waited for; one that was never there is a mistake.
    client.whoami()
    for entry in client.follow(after=after, finality=_finality(is_final)):
        if session.as_json:
            sys.stdout.buffer.write(orjson.dumps(entry) + b"\n")
        else:
            sys.stdout.buffer.write(_line(entry).encode() + b"\n")
        # Whoever reads a pipe wants it now.
        sys.stdout.buffer.flush()


def create(
    session: Session,
    *,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to post: https://...")],
    event: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only these, such as Pledged.")
    ] = None,
    is_final: IsFinal = False,
) -> None:
    """Subscribe to events that concern you. The secret is shown now; keep it.

    For example: receipts-ledger subscriptions create https://bank.example/ledger
    """
    finality = _finality(is_final)
    made = session.client().subscriptions.create(url, events=event or None, finality=finality)
    if session.as_json:
        print_json(made)
        return
    print_members("subscribed", made)


def every(session: Session) -> None:
    """List your subscriptions, and how far each was told.

    For example: receipts-ledger subscriptions list
    """
    found = session.client().subscriptions.every()
    if session.as_json:
        print_json(found)
        return
    print_rows("subscriptions", _COLUMNS, [[row[name] for name in _COLUMNS] for row in found])


def delete(session: Session, *, name: Name) -> None:
    """End a subscription.

    For example: receipts-ledger subscriptions delete 0c6f1a54-6c1c-4f0e-9a59-0d3e6c2f3b11
    """
    session.client().subscriptions.end(str(name))
    if session.as_json:
        print_json({"subscription_id": str(name), "ended": True})
        return
    console().print("ended", markup=False)


def replay(session: Session, *, name: Name, after: After) -> None:
    """Have delivered once more what stands behind a number, under the same ids.

    For example: receipts-ledger subscriptions replay 0c6f1a54-6c1c-4f0e-9a59-0d3e6c2f3b11 --after 9
    """
    now = session.client().subscriptions.replay(str(name), after=after)
    if session.as_json:
        print_json(now)
        return
    print_members("subscription", now)


def _finality(is_final: bool) -> str:
    return "final" if is_final else "mined"


def _line(entry: dict[str, Any]) -> str:
    payload = entry["payload"] or {}
    about = payload.get("receipt_id", payload.get("subject", ""))
    what = entry["event"] or f"up to block {entry['block_number']}"
    return f"{entry['seq']:>8}  {entry['at']}  {entry['kind']:<9}  {what}  {about}".rstrip()
