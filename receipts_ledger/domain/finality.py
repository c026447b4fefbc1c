"""When a block counts as final on a chain. Set per chain: engines differ, and tags mislead."""

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Self


@dataclass(frozen=True, slots=True)
class Finality:
    """So many blocks deep, or whatever the node's `finalized` tag says (depth None)."""

    depth: int | None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `instant`, `depth:6` or `tag:finalized`. Raises ValueError for anything else."""
        if text == "instant":
            return cls(0)
        if text == "tag:finalized":
            return cls(None)
        rule, _, depth = text.partition(":")
        if rule != "depth" or not (depth.isascii() and depth.isdigit()):
            raise ValueError(f"finality {text!r} is none of instant, depth:N, tag:finalized")
        return cls(int(depth))

    def __str__(self) -> str:
        if self.depth is None:
            return "tag:finalized"
        return f"depth:{self.depth}" if self.depth else "instant"


@unique
class MinFinality(StrEnum):
    """From when on somebody wants to be told of an event."""

    MINED = "mined"
    """At once; what is taken back is told too, as `reverted`."""

    FINAL = "final"
    """When nothing can take it back any more."""
