"""A table as Markdown has it."""

from collections.abc import Iterable, Sequence


def markdown_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 1
) -> str:
    """Return the table: so many columns of words to the left, the others to the right."""
    return "\n".join(
        (
            "| " + " | ".join(headings) + " |",
            "|" + " --- |" * words + " ---: |" * (len(headings) - words),
            *("| " + " | ".join(cells) + " |" for cells in rows),
        )
    )
