"""How the story is told to people and to programs: as it goes, and as a table at its end."""

from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from receipts_ledger.demo.story import Step, Story

_RECORD_CHARACTERS = 26


def tell_step(console: Console, step: Step) -> None:
    """Print one step as soon as it is done."""
    mark = "[green]ok[/green]" if step.is_right else "[red]WRONG[/red]"
    console.print(f"{mark:>4}  {escape(step.title)}  [dim]{step.seconds:.1f} s[/dim]")
    for failure in step.failures:
        console.print(f"      [red]{escape(failure)}[/red]")


def print_story(console: Console, story: Story) -> None:
    """Print the whole story: step, what was expected, what happened, its record, right or not."""
    table = Table(title="The story of the ledger", title_justify="left", show_lines=True)
    table.add_column("step", overflow="fold", ratio=3)
    table.add_column("expected", overflow="fold", ratio=3)
    table.add_column("what happened", overflow="fold", ratio=4)
    table.add_column("record", overflow="fold", ratio=3)
    table.add_column("ok", justify="center")
    for number, step in enumerate(story.steps, start=1):
        table.add_row(
            escape(f"{number}. {step.title}"),
            escape(step.expected),
            escape("\n".join([*step.happened, *step.failures])),
            escape("\n".join(_short(record) for record in step.records)),
            "[green]yes[/green]" if step.is_right else "[red]NO[/red]",
        )
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


def _verdict(story: Story) -> str:
    seconds = sum(step.seconds for step in story.steps)
    if not story.wrong:
        return f"[green]All {len(story.steps)} steps went as they should[/green], {seconds:.0f} s."
    named = ", ".join(escape(step.title) for step in story.wrong)
    return f"[red]{len(story.wrong)} of {len(story.steps)} steps went wrong[/red]: {named}"


def _short(record: str) -> str:
    kind, _, name = record.partition(" ")
    return f"{kind} {name[:_RECORD_CHARACTERS]}..." if len(name) > _RECORD_CHARACTERS else record
