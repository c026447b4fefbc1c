"""The command `demo`: the whole story of a ledger on real stock figures."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from receipts_ledger.cli.options import AsJson
from receipts_ledger.cli.output import console, print_json, print_rows
from receipts_ledger.errors import Fatal

if TYPE_CHECKING:
    from receipts_ledger.demo.stage import Stage

_FOLDER = Path("build/demo")
_RECEIPTS = 600
_RACERS = 50


class Engine(StrEnum):
    """Nodes on which the story can be told."""

    ANVIL = "anvil"
    GANACHE = "ganache"


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Looking")(demo)


def demo(
    *,
    chain: Annotated[Engine, typer.Option(help="Node to tell the story on.")] = Engine.ANVIL,
    receipts: Annotated[
        int, typer.Option(min=20, metavar="N", help="About so many receipts, over all pools.")
    ] = _RECEIPTS,
    everything: Annotated[
        bool, typer.Option("--all", help="Issue all receipts that the stock report has.")
    ] = False,
    racers: Annotated[
        int, typer.Option(min=2, max=200, metavar="N", help="Banks in the race for one receipt.")
    ] = _RACERS,
    folder: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where the files go; a former story is removed.")
    ] = _FOLDER,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep node and gateway running, to try things out.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Tell the story of a ledger: set up, used, attacked, audited.

    Exit code 0: every step did what it should. 1: the table says which did not.
    """
    from receipts_ledger.demo import report
    from receipts_ledger.demo.run import tell
    from receipts_ledger.demo.setting import Wish, set_stage
    from receipts_ledger.demo.stocks import STOCKS

    if keep and as_json:
        raise Fatal("--keep is for people, --json for programs: give one of them")
    out = console()
    wish = Wish(
        engine=chain.value,
        receipts=None if everything else receipts,
        racers=racers,
        folder=folder.absolute(),
        stocks=STOCKS,
    )
    with set_stage(wish) as stage:
        story = tell(stage, lambda step: None if as_json else report.tell_step(out, step))
        if as_json:
            print_json(report.as_json(story))
        else:
            report.print_story(out, story)
        if keep:
            _keep(out, stage)
    raise typer.Exit(1 if story.wrong else 0)


def _keep(out: Console, stage: "Stage") -> None:
    from receipts_ledger.demo.keepsakes import write_keepsakes

    rows = [(path.stem, f". {path}") for path in write_keepsakes(stage)]
    print_rows("To act as one of these, in another shell", ("who", "type"), rows)
    out.print(f"The gateway is at {stage.hands.gateway_url}, the node at {stage.rpc_url}.")
    typer.prompt("Press Enter to stop both", default="", show_default=False)
