"""What the run asks of a peer."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from benchmarks.index.given import Given
from benchmarks.index.states import Found
from benchmarks.index.task import Task
from benchmarks.index.watch import Command


class Absent(Exception):
    """A peer cannot be measured here. Says why."""


@dataclass(frozen=True, slots=True)
class Start:
    """How a peer is started, and how it shows that it is done unless it ends by itself."""

    command: Command
    is_done: Callable[[], bool] | None = None


class Peer(Protocol):
    """Somebody else's program that goes through the same events."""

    @property
    def task(self) -> Task:
        """What its work is called."""

    def install(self) -> None:
        """Install it where it is not installed yet. Raises Absent."""

    def start(self, given: Given, scratch: Path) -> Start:
        """Make everything ready, in `scratch` and in the database, and return how it starts."""

    def found(self, given: Given, scratch: Path) -> Found:
        """Return what it has stored."""
