"""The consent matrix of docs/acts.toml, cell by cell."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().parents[2] / "docs" / "acts.toml"


@dataclass(frozen=True, slots=True)
class Row:
    """One act as the table tells it."""

    name: str
    subject: str
    signers: tuple[str, ...]
    without: Mapping[str, str]
    refused: Sequence[tuple[str, frozenset[str]]]
    refused_also: tuple[str, ...]
    events: tuple[str, ...]
    suites: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The act's name where two rows ask about different receipts of one act."""
        return self.name.partition(",")[0]

    def answer(self, standing: str) -> str | None:
        """Return the rule that refuses the act where its subject stands so, None for none."""
        for rule, standings in self.refused:
            if standing in standings:
                return rule
        return None


def rows() -> Iterator[Row]:
    """Yield the acts in the order of the table."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    for name, told in table["acts"].items():
        shared = table["acts"][told["as"]] if "as" in told else told
        subject = told["subject"]
        refused = table["always"][subject]["refused"] if told.get("always", True) else []
        yield Row(
            name,
            subject,
            tuple(shared["signers"]),
            shared.get("without", {}),
            [
                (rule, _standings(table["standings"][subject], wanted))
                for rule, wanted in (*refused, *shared["refused"])
            ],
            tuple(told["refused_also"]),
            tuple(told["events"]),
            tuple(told["suites"]),
        )


def standings(subject: str) -> list[str]:
    """Return the names of the standings of one kind of subject."""
    return list(tomllib.loads(TABLE.read_text("utf-8"))["standings"][subject])


def _standings(known: Mapping[str, Mapping[str, Any]], wanted: Sequence[str]) -> frozenset[str]:
    found: set[str] = set()
    for one in wanted:
        mark = one.removeprefix("all ").removeprefix("not ")
        if one == mark:
            assert one in known, one
            found.add(one)
            continue
        marked = {name for name, told in known.items() if mark in told.get("marks", ())}
        assert marked, one
        found |= known.keys() - marked if one.startswith("all not ") else marked
    return frozenset(found)
