"""Commands that look at the index, lift its halt, and fold its tables anew."""

import typer

from receipts_ledger.cli.gateway import opened
from receipts_ledger.cli.options import AsJson
from receipts_ledger.cli.output import console, print_json, print_members
from receipts_ledger.domain.cursor import Cursor
from receipts_ledger.domain.ledger import Contradiction
from receipts_ledger.errors import Fatal

_PANEL = "Gateway"


def register(root: typer.Typer) -> None:
    """Add the group of commands."""
    group = typer.Typer(help="The index: how far the chain has been read.", no_args_is_help=True)
    group.command("show")(show)
    group.command("resume")(resume)
    group.command("rebuild")(rebuild)
    root.add_typer(group, name="index", rich_help_panel=_PANEL)


def show(*, as_json: AsJson = False) -> None:
    """Show how far the chain has been read, and why reading has halted if it has.

    For example: receipts-ledger index show
    """
    with opened() as house:
        cursor = house.indexer.start()
    _show(cursor, as_json=as_json)


def resume(*, as_json: AsJson = False) -> None:
    """Lift the halt of the index, once its reason is gone.

    For example: receipts-ledger index resume
    """
    with opened() as house:
        cursor = house.resume_index()
    _show(cursor, as_json=as_json)


def rebuild(*, as_json: AsJson = False) -> None:
    """Throw the derived tables away and fold them anew from the events on record.

    For example: receipts-ledger index rebuild
    """
    from receipts_ledger.store.rebuild import rebuild as fold_anew

    with opened() as house:
        try:
            count = fold_anew(house.database)
        except Contradiction as error:
            raise Fatal(f"the events on record do not follow one another: {error}") from error
    if as_json:
        print_json({"events": count})
        return
    console().print(f"folded {count:,} events anew")


def _show(cursor: Cursor, *, as_json: bool) -> None:
    members = {
        "block_number": cursor.block.number,
        "block_hash": "0x" + cursor.block.hash.hex(),
        "finalized_number": cursor.finalized.number,
        "halted": cursor.halted_reason,
    }
    if as_json:
        print_json(members)
        return
    print_members("index", members)
