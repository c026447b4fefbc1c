"""What the story keeps of each step: what was expected, what happened, what record it left."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from receipts_ledger.errors import LedgerError


@dataclass(slots=True)
class Step:
    """One step while it is told. It is right when every check holds."""

    title: str
    expected: str
    happened: list[str] = field(default_factory=list)
    records: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """Whether what happened is what should have happened."""
        return not self.failures

    def saw(self, what: str) -> None:
        """Note what happened."""
        self.happened.append(what)

    def left(self, record: str) -> None:
        """Note a record that can be looked up afterwards."""
        self.records.append(record)

    def check(self, holds: bool, otherwise: str) -> None:
        """Make sure of something; say what is the matter if it does not hold."""
        if not holds:
            self.failures.append(otherwise)

    def equal(self, found: object, expected: object, what: str) -> None:
        """Make sure that something is as expected."""
        self.check(found == expected, f"{what} is {found}, should be {expected}")


class Story:
    """The steps, told one after the other; a step that fails does not end the story."""

    def __init__(self, told: Callable[[Step], None]) -> None:
        self.steps: list[Step] = []
        self._told = told

    def tell(self, title: str, expected: str, act: Callable[[Step], None]) -> None:
        """Tell one step."""
        step = Step(title, expected)
        started = time.monotonic()
        try:
            act(step)
        except LedgerError as error:
            step.failures.append(f"{type(error).__name__}: {error}")
        step.seconds = time.monotonic() - started
        self.steps.append(step)
        self._told(step)

    def leave_out(self, title: str, expected: str) -> None:
        """Note a step that cannot be told."""
        self.steps.append(Step(title, expected, failures=["not told: an earlier step went wrong"]))
        self._told(self.steps[-1])

    @property
    def wrong(self) -> list[Step]:
        """The steps that did not do what they should."""
        return [step for step in self.steps if not step.is_right]
