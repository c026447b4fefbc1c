"""What the rounds came to: medians, ratios, and whether the marks are met."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.index.chain import Custom
from benchmarks.index.task import Measured, Task

RATIO_MIN = 8.0
# An audit of single acts spends most of its time in the same libsecp256k1 as its peer.
RATIO_MIN_OF_SIGNATURES = 4.0
# Both have long come to the size of their pages and of the live state: the rest is noise.
PEAK_GROWTH_MAX = 1.05


@dataclass(frozen=True, slots=True)
class Round:
    """One measurement, and what it made the servers do meanwhile."""

    measured: Measured
    node_cpu_seconds: float
    database_cpu_seconds: float

    @property
    def events_per_second(self) -> float:
        return self.measured.events / self.measured.wall_seconds

    @property
    def cpu_us_per_event(self) -> float:
        return self.measured.cpu_seconds / self.measured.events * 1e6


@dataclass(frozen=True, slots=True)
class Series:
    """The rounds of one task on one stretch of the chain."""

    task: Task
    rounds: tuple[Round, ...]

    @property
    def events(self) -> int:
        """How many events each round went through."""
        (events,) = {one.measured.events for one in self.rounds}
        return events

    @property
    def rate(self) -> float:
        """Events per second in the fastest round: neighbours only ever slow one down."""
        return max(one.events_per_second for one in self.rounds)

    @property
    def rate_median(self) -> float:
        """Events per second, the median."""
        return median(one.events_per_second for one in self.rounds)

    @property
    def cpu_us(self) -> float:
        """Processor time of the process for each event in the round that took least of it."""
        return min(one.cpu_us_per_event for one in self.rounds)

    @property
    def node_cpu_us(self) -> float:
        """The node's, the median."""
        return median(one.node_cpu_seconds for one in self.rounds) / self.events * 1e6

    @property
    def database_cpu_us(self) -> float:
        """The database server's, the median."""
        return median(one.database_cpu_seconds for one in self.rounds) / self.events * 1e6

    @property
    def peak_mib(self) -> float:
        """Greatest resident size, the median."""
        return median(one.measured.peak_mib for one in self.rounds)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that has to hold, and what was found."""

    what: str
    wanted: str
    found: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Results:
    """Every task on each whole chain, and the replay on parts of one, the shortest first."""

    whole: Mapping[Custom, Mapping[Task, Series]]
    shorter_replays: tuple[Series, ...]

    def rate_ratio(self, custom: Custom, task: Task, beside: Task) -> float:
        """Return how many times as many events per second, each in its fastest round."""
        return self.whole[custom][task].rate / self.whole[custom][beside].rate

    def cpu_ratio(self, custom: Custom, task: Task, beside: Task) -> float:
        """Return the other's processor time for each event, divided by that of the task."""
        return self.whole[custom][beside].cpu_us / self.whole[custom][task].cpu_us

    def marks(self) -> Iterator[Mark]:
        """Yield what has to hold."""
        # By processor time: how fast the clock goes meanwhile is up to who else is at work on
        # the machine's processors, node and database server among them.
        for custom in Custom:
            for task in (Task.INDEX_SQLITE, Task.INDEX_POSTGRESQL):
                yield self._cpu_mark(custom, task, Task.WEB3, RATIO_MIN)
        yield self._cpu_mark(Custom.IN_PORTFOLIOS, Task.REPLAY, Task.WEB3, RATIO_MIN)
        # By the clock: the signatures that both recover are shared out among processors.
        yield self._rate_mark(
            Custom.ONE_BY_ONE, Task.REPLAY, Task.WEB3_SIGNATURES, RATIO_MIN_OF_SIGNATURES
        )
        shorter, whole = self.shorter_replays[-1], self.whole[Custom.ONE_BY_ONE][Task.REPLAY]
        growth = whole.peak_mib / shorter.peak_mib
        yield Mark(
            f"{Task.REPLAY}, peak memory of {whole.events:,} events beside {shorter.events:,}",
            f"at most {PEAK_GROWTH_MAX:.2f}x",
            f"{growth:.2f}x",
            growth <= PEAK_GROWTH_MAX,
        )

    def _rate_mark(self, custom: Custom, task: Task, beside: Task, least: float) -> Mark:
        found = self.rate_ratio(custom, task, beside)
        return _ratio_mark(f"{custom}: {task}, events/s beside {beside}", found, least)

    def _cpu_mark(self, custom: Custom, task: Task, beside: Task, least: float) -> Mark:
        found = self.cpu_ratio(custom, task, beside)
        return _ratio_mark(f"{custom}: {task}, CPU/event beside {beside}", found, least)


def _ratio_mark(what: str, found: float, least: float) -> Mark:
    return Mark(what, f"at least {least:.0f}x", f"{found:.1f}x", found >= least)
