"""The command `demo`: the whole story of a ledger on real stock figures."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from receipts_ledger.cli.options import AsJson, choice_of
from receipts_ledger.cli.output import console, print_json, print_rows
from receipts_ledger.errors import Fatal

if TYPE_CHECKING:
    from receipts_ledger.demo.stage import Stage

_FOLDER = Path("build/demo")
_RECEIPTS = 600
_RACERS = 50
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Engine(StrEnum):
    """Nodes on which the story can be told."""

    ANVIL = "anvil"
    GANACHE = "ganache"


def register(root: typer.Typer) -> None:
    """Add the command."""
    root.command(rich_help_panel="Looking")(demo)


def demo(
    *,
    chain: Annotated[
        Engine,
        typer.Option(
            parser=choice_of(Engine, "engine that the story can be told on"),
            metavar="ENGINE",
            help="Node to tell the story on: anvil or ganache.",
        ),
    ] = Engine.ANVIL,
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

    For example: receipts-ledger demo --keep

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
    with _stopped_in_order(), set_stage(wish) as stage:
        story = tell(stage, lambda step: None if as_json else report.tell_step(out, step))
        if as_json:
            print_json(report.as_json(story))
        else:
            report.print_story(out, story)
        if keep:
            _keep(out, stage)
    raise typer.Exit(1 if story.wrong else 0)


def _keep(out: Console, stage: "Stage") -> None:
    from receipts_ledger.demo import report
    from receipts_ledger.demo.keepsakes import write_keepsakes

    rows = [(path.stem, f". {report.shown_path(path)}") for path in write_keepsakes(stage)]
    print_rows("To act as one of these, in another shell", ("who", "type"), rows)
    out.print(f"The gateway is at {stage.hands.gateway_url}, the node at {stage.rpc_url}.")
    out.print("Press Ctrl-C to stop both.")
    with suppress(KeyboardInterrupt):
        signal.pause()


@contextmanager
def _stopped_in_order() -> Iterator[None]:
    """Let SIGTERM stop the story as Ctrl-C does: else its node would be left behind."""
    before = {number: signal.signal(number, _interrupt) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, taken in before.items():
            signal.signal(number, taken)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
