"""How the story is told to people and to programs: as it goes, and as a table at its end."""

from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receipts_ledger.demo.story import Step, Story

_RECORD_CHARACTERS = 8
_WIDTH_MAX = 120


def tell_step(console: Console, step: Step) -> None:
    """Print one step as soon as it is done: what was expected, what happened, its records."""
    mark = "[green]ok[/green]" if step.is_right else "[red]WRONG[/red]"
    console.print(f"{mark}  [bold]{escape(step.title)}[/bold]  [dim]{step.seconds:.1f} s[/dim]")
    console.print(f"    [dim]expected: {escape(step.expected)}[/dim]")
    for line in step.happened:
        console.print(f"    {escape(line)}")
    for failure in step.failures:
        console.print(f"    [red]{escape(failure)}[/red]")
    for record in step.records:
        # Whoever looks a record up copies it whole.
        console.print(f"    [dim]{escape(_in_full(record))}[/dim]", soft_wrap=True)


def print_story(console: Console, story: Story) -> None:
    """Print the whole story: step, what happened, its records by their beginnings, right or not."""
    table = Table(
        title="The story of the ledger",
        title_justify="left",
        title_style="bold",
        header_style="underline",
        box=None,
        pad_edge=False,
        padding=(0, 2, 1, 0),
        width=min(console.width, _WIDTH_MAX),
    )
    table.add_column("", justify="right")
    table.add_column("step", ratio=2, overflow="fold")
    table.add_column("what happened", ratio=3, overflow="fold")
    table.add_column("record", no_wrap=True)
    table.add_column("ok")
    for number, step in enumerate(story.steps, start=1):
        table.add_row(
            str(number),
            escape(step.title),
            escape("\n".join([*step.happened, *step.failures])),
            escape("\n".join(_short(record) for record in step.records)),
            "[green]yes[/green]" if step.is_right else "[red]NO[/red]",
        )
    console.print()
    console.print(table)
    console.print(_verdict(story))


def as_json(story: Story) -> dict[str, Any]:
    """Return the story as JSON values, records in full."""
    return {
        "verdict": "wrong" if story.wrong else "right",
        "seconds": round(sum(step.seconds for step in story.steps), 1),
        "steps": [
            {
                "step": step.title,
                "expected": step.expected,
                "happened": step.happened,
                "records": step.records,
                "failures": step.failures,
                "ok": step.is_right,
                "seconds": round(step.seconds, 2),
            }
            for step in story.steps
        ],
    }


def shown_path(path: Path) -> str:
    """Return a path as somebody in this folder would type it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _verdict(story: Story) -> str:
    seconds = sum(step.seconds for step in story.steps)
    if not story.wrong:
        return f"[green]All {len(story.steps)} steps went as they should[/green], {seconds:.0f} s."
    named = ", ".join(escape(step.title) for step in story.wrong)
    return f"[red]{len(story.wrong)} of {len(story.steps)} steps went wrong[/red]: {named}"


def _in_full(record: str) -> str:
    kind, _, name = record.partition(" ")
    return f"{kind} {shown_path(Path(name))}" if kind == "file" else record


def _short(record: str) -> str:
    kind, _, name = record.partition(" ")
    if kind == "file":
        return Path(name).stem
    return f"{kind} {name[: _RECORD_CHARACTERS + 2 * name.startswith('0x')]}"
