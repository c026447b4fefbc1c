"""What a sheet is made of. How it looks in HTML and on paper is the renderers' matter.

All texts may hold anything that somebody else has written: the renderers show it harmlessly.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Label:
    """The same words twice. They are ours, from the glossary, and never a user's."""

    english: str
    chinese: str


class Look(StrEnum):
    """How a text is set."""

    PLAIN = "plain"
    EXACT = "exact"
    """Hashes and addresses: every character counts, and a line may break anywhere."""
    NUMBER = "number"
    """To the right, so that digits stand under digits."""
    GOOD = "good"
    BAD = "bad"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Cell:
    """One text, with a translation where there is one."""

    text: str
    look: Look = Look.PLAIN
    chinese: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and its value."""

    label: Label
    value: Cell


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one under the other."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column, and its share of the width beside the other columns' shares."""

    label: Label
    share: int
    look: Look = Look.PLAIN


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads that every page repeats. Raises ValueError for a row of other length."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        for row in self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"a row of {len(row)} cells under {len(self.columns)} columns")


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence or two."""

    label: Label


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code, and beside it what it leads to, for whoever has no camera."""

    text: str
    label: Label


Part: TypeAlias = Facts | Table | Note | Code


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it."""

    title: Label
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a reader in a hurry has to know. `look` is GOOD, BAD or UNSURE."""

    look: Look
    label: Label
    told: Label


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document. `foot` stands on every page: by it a loose page is known again."""

    title: Label
    subtitle: str
    verdict: Verdict | None
    sections: tuple[Section, ...]
    foot: str
    moment: datetime
    """When what it says was true. A renderer knows no other time."""
