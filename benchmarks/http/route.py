"""The two routes that are measured, and how fast each has to be."""

from enum import StrEnum


class Route(StrEnum):
    """What is asked of the gateway."""

    READ = "receipt shown"
    REFUSE = "second pledge refused"

    @property
    def ratio_min(self) -> float:
        """The least share of the bare route's answers that is enough."""
        return 0.5 if self is Route.READ else 0.3
