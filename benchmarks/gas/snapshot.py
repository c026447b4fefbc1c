"""The gas of every act as the repository remembers it, so that no change of it goes unseen.

Gas of whole transactions, to the last unit: for each receipt, rounding would hide little
changes of a batch.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from benchmarks.gas.ours import OurBill

SNAPSHOT = Path(__file__).with_name("snapshot.json")

Figures: TypeAlias = Mapping[str, Mapping[str, int]]
"""By act, then by the way in which it was sent."""


@dataclass(frozen=True, slots=True)
class Change:
    """A figure that is not what it was. None: there was, or there is, no such figure."""

    what: str
    old: int | None
    new: int | None

    @property
    def percent(self) -> str:
        """The change in per cent of the old figure, or a word for one that came or went."""
        if self.old is None:
            return "new"
        if self.new is None:
            return "gone"
        return f"{100 * (self.new - self.old) / self.old:+.2f} %"

    def __str__(self) -> str:
        old, new = (f"{n:,}" if n is not None else "none" for n in (self.old, self.new))
        return f"{self.what}: {old} -> {new} ({self.percent})"


def figures(bill: OurBill) -> Figures:
    """Return what the snapshot keeps of a bill."""
    found = {"contract": {"runtime code, bytes": bill.runtime_bytes, "deploy": bill.deployment.gas}}
    for (name, way), spent in bill.acts.items():
        found.setdefault(name, {})[way.value] = spent.gas
    return found


def remembered(path: Path = SNAPSHOT) -> Figures:
    """Return the figures in the repository; none if there is no snapshot yet."""
    if not path.exists():
        return {}
    return dict(json.loads(path.read_text(encoding="utf-8")))


def remember(found: Figures, path: Path = SNAPSHOT) -> None:
    """Write the snapshot anew."""
    path.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def changes(old: Figures, new: Figures) -> Iterator[Change]:
    """Yield what differs, in the order of the table and then what is gone from it."""
    before, after = dict(_flat(old)), dict(_flat(new))
    for what in after | before:
        if before.get(what) != after.get(what):
            yield Change(what, before.get(what), after.get(what))


def _flat(found: Figures) -> Iterator[tuple[str, int]]:
    for name, of_ways in found.items():
        for way, figure in of_ways.items():
            yield f"{name}, {way}", figure
