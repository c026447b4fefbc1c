"""What the rounds came to: medians, the best, and ratios taken round by round."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.index.chain import Custom
from benchmarks.index.task import Task
from benchmarks.index.watch import Spent


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement, and what it made the servers do meanwhile."""

    events: int
    spent: Spent
    node_cpu_seconds: float
    database_cpu_seconds: float

    @property
    def events_per_second(self) -> float:
        return self.events / self.spent.wall_seconds

    @property
    def cpu_us_per_event(self) -> float:
        return self.spent.cpu_seconds / self.events * 1e6

    @property
    def cpu_us_with_server(self) -> float:
        return (self.spent.cpu_seconds + self.database_cpu_seconds) / self.events * 1e6


@dataclass(frozen=True, slots=True)
class Series:
    """The rounds of one task on one stretch of the chain."""

    task: Task
    rounds: tuple[Round, ...]

    @property
    def events(self) -> int:
        """How many events each round went through."""
        (events,) = {one.events for one in self.rounds}
        return events

    @property
    def rate(self) -> float:
        """Events per second, the median."""
        return median(one.events_per_second for one in self.rounds)

    @property
    def rate_best(self) -> float:
        """Events per second in the fastest round: neighbours only ever slow one down."""
        return max(one.events_per_second for one in self.rounds)

    @property
    def cpu_us(self) -> float:
        """Processor time of the program, and of what it started, for each event; the median."""
        return median(one.cpu_us_per_event for one in self.rounds)

    @property
    def node_cpu_us(self) -> float:
        """The node's, the median."""
        return median(one.node_cpu_seconds for one in self.rounds) / self.events * 1e6

    @property
    def database_cpu_us(self) -> float:
        """The database server's, the median."""
        return median(one.database_cpu_seconds for one in self.rounds) / self.events * 1e6

    @property
    def peak_mb(self) -> float:
        """Greatest resident size, of the program with what it started; the median."""
        return median(one.spent.peak_mb for one in self.rounds)


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A task that has no figures, and why."""

    task: Task
    reason: str


@dataclass(frozen=True, slots=True)
class Results:
    """Every task on each whole chain, and some on parts of one, the shortest first."""

    whole: Mapping[Custom, Mapping[Task, Series | NotMeasured]]
    parts: Mapping[Task, tuple[Series, ...]]

    def series(self, custom: Custom, task: Task) -> Series | None:
        """Return the rounds of a task on a whole chain, None if it could not be measured."""
        match self.whole[custom].get(task):
            case Series() as found:
                return found
            case _:
                return None

    def not_measured(self) -> tuple[NotMeasured, ...]:
        """Return what has no figures."""
        every = (found for tasks in self.whole.values() for found in tasks.values())
        return tuple(found for found in every if isinstance(found, NotMeasured))

    def rate_ratio(self, custom: Custom, task: Task, beside: Task) -> float | None:
        """Return how many times as many events per second as the other, None if unknown."""
        return self._ratio(custom, task, beside, lambda one: one.events_per_second)

    def cpu_ratio(self, custom: Custom, task: Task, beside: Task) -> float | None:
        """Return the other's processor time for each event by the task's, None if unknown."""
        return self._ratio(custom, beside, task, lambda one: one.cpu_us_per_event)

    def cpu_ratio_with_servers(self, custom: Custom, task: Task, beside: Task) -> float | None:
        """Return the same with what each had a database server do."""
        return self._ratio(custom, beside, task, lambda one: one.cpu_us_with_server)

    def _ratio(
        self, custom: Custom, above: Task, below: Task, figure: Callable[[Round], float]
    ) -> float | None:
        """Return the median of the rounds' ratios: a round's noise falls on both."""
        numerator, denominator = self.series(custom, above), self.series(custom, below)
        if numerator is None or denominator is None:
            return None
        pairs = zip(numerator.rounds, denominator.rounds, strict=True)
        return median(figure(one) / figure(other) for one, other in pairs)
