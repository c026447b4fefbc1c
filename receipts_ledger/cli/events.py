"""The commands `events`: what happens on the ledger, as it happens."""

import sys
from typing import Annotated

import orjson
import typer
from rich.markup import escape

from receipts_ledger.cli.output import console, in_lines
from receipts_ledger.cli.session import Session, in_session
from receipts_ledger.client.reads import Answer


def register(root: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(
        help="Events of the ledger, as they happen.",
        no_args_is_help=True,
    )
    group.command("follow")(in_session(follow))
    root.add_typer(group, name="events", rich_help_panel="Looking")


def follow(
    session: Session,
    *,
    after: Annotated[
        int,
        typer.Option(
            min=0, max=2**63 - 1, help="Begin behind this number of the feed; 0 is its beginning."
        ),
    ] = 0,
    is_final: Annotated[
        bool, typer.Option("--final", help="Tell only what nothing can take back any more.")
    ] = False,
) -> None:
    """Tell every event, and wait for those to come, until you stop it (Ctrl-C).

    Each has a number; begin behind the last that you have seen, and you miss none. An event that
    the chain takes back comes again, as reverted.

    For example: receipts-ledger events follow --after 1200 --json
    """
    client = session.client()
    # A gateway that goes away is waited for; one that was never there is a mistake.
    client.whoami()
    for entry in client.follow(after=after, finality="final" if is_final else "mined"):
        if session.as_json:
            sys.stdout.buffer.write(orjson.dumps(entry) + b"\n")
            sys.stdout.buffer.flush()
            continue
        console().print(_line(entry))


def _line(entry: Answer) -> str:
    payload = entry["payload"] or {}
    told = " ".join(f"{name} {in_lines(value)}" for name, value in payload.items())
    head = f"[bold]{entry['seq']}[/bold] {entry['kind']} {escape(entry['event'] or '')}"
    return f"{head} [dim]block {entry['block_number']}, {entry['at']}[/dim] {escape(told)}".rstrip()
