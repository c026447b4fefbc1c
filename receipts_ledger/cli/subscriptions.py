"""The commands `subscriptions`: be told of events by webhook."""

from typing import Annotated
from uuid import UUID

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
    group = typer.Typer(help="Webhooks: be told of events.", no_args_is_help=True)
    group.command()(in_session(create))
    group.command(name="list")(in_session(every))
    group.command()(in_session(delete))
    group.command()(in_session(replay))
    root.add_typer(group, name="subscriptions", rich_help_panel=_PANEL)


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
