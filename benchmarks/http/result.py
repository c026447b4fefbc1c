"""What the rounds came to: medians, ratios round by round, and whether the marks are met."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from benchmarks.http.minting import Minted, Together
from benchmarks.http.route import Route
from benchmarks.http.wrk import Answered

MINTED_MIN = 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """One route on one engine over so many connections."""

    engine: str
    route: Route
    connections: int

    def __str__(self) -> str:
        return f"{self.route}, {self.engine}, {self.connections} connections"


@dataclass(frozen=True, slots=True)
class Round:
    """The bare route, the bare one that keeps a row where ours does, and ours, in this order."""

    bare: Answered
    kept: Answered | None
    ours: Answered

    @property
    def ratio(self) -> float:
        """Our answers a second as a share of the bare route's."""
        return self.ours.rate / self.bare.rate

    @property
    def share_of_kept(self) -> float | None:
        """The same beside the bare route that keeps a row: the limit that the disk sets."""
        return None if self.kept is None else self.ours.rate / self.kept.rate


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that has to hold, and what was found."""

    what: str
    wanted: str
    found: str
    is_met: bool


@dataclass(frozen=True, slots=True)
class Minting:
    """Issues of so many receipts on one engine."""

    engine: str
    together: Together


@dataclass(frozen=True, slots=True)
class Results:
    """All rounds of all cases, and of minting."""

    rounds: Mapping[Case, tuple[Round, ...]]
    minted: Mapping[Minting, tuple[Minted, ...]]

    def ratio(self, case: Case) -> float:
        """Return the median of the rounds' ratios: neighbours fall on both halves of a round."""
        return median(one.ratio for one in self.rounds[case])

    def marks(self) -> Iterator[Mark]:
        """Yield what has to hold."""
        for case in self.rounds:
            yield _mark(str(case), self.ratio(case), case.route.ratio_min)
        for minting, series in self.minted.items():
            # Of many receipts in an issue the document says why there is no mark.
            if minting.together is Together.ONE:
                found = median(one.ratio for one in series)
                yield _mark(f"receipts minted one by one, {minting.engine}", found, MINTED_MIN)


def _mark(what: str, found: float, least: float) -> Mark:
    return Mark(what, f"at least {least:.2f}", f"{found:.2f}", found >= least)
