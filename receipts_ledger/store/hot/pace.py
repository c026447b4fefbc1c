"""How long something takes of late, so that a loop waits itself only for what is soon over."""

# One counts for so much, and a single very long one for no more than two that are too long.
_WEIGHT = 1 / 8


class Pace:
    """Of one kind of thing, whoever does it."""

    def __init__(self, seconds_max: float) -> None:
        self._seconds_max = seconds_max
        self._seconds = 0.0

    @property
    def is_quick(self) -> bool:
        """Whether the next one is likely to take less than the limit."""
        return self._seconds < self._seconds_max

    def note(self, seconds: float) -> None:
        """Count one."""
        counted = min(seconds, 2 * self._seconds_max)
        self._seconds += (counted - self._seconds) * _WEIGHT
