"""A table as Markdown has it."""

from collections.abc import Iterable, Sequence


def markdown_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the table: first column to the left, the others to the right."""
    return "\n".join(
        (
            "| " + " | ".join(headings) + " |",
            "| --- |" + " ---: |" * (len(headings) - 1),
            *("| " + " | ".join(cells) + " |" for cells in rows),
        )
    )
