"""One storm from its first fault to its judgement."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.faults.storm.blocks import Blocks
from tests.faults.storm.journal import Journal, Told
from tests.faults.storm.plan import Plan
from tests.faults.storm.site import Site, built
from tests.faults.storm.trade import Catalogue, Trader, client_of
from tests.faults.storm.truth import Judgement
from tests.faults.storm.weather import Weather

_LOOK_SECONDS = 0.5
_TELL_SECONDS = 60.0
_DRAIN_SECONDS = 240.0
_UNSETTLED = (
    "SELECT 'act ' || act_id || ' is ' || status FROM acts"
    " WHERE status IN ('signed', 'assigned', 'sent', 'mined')"
    " UNION ALL SELECT 'nonce ' || nonce || ' is ' || status FROM relay_transactions"
    " WHERE status <> 'final'"
)


class StormFailed(AssertionError):
    """What was found after the storm, or why it could not end."""


@dataclass
class Report:
    """What a storm brought, and how it ended."""

    plan: Plan
    seconds: float
    journal: Journal
    weather: Weather
    kills: Counter[str]
    never_reached: list[str]
    ended_by_themselves: int
    blocks: Blocks
    ends: Counter[str]
    transactions: int
    pledges: int
    faults: list[str]

    def __str__(self) -> str:
        told = {each.value: self.journal.count(each) for each in Told}
        done = dict(self.weather.done)
        lines = [
            f"seed {self.plan.seed}, {self.seconds:.0f} s, {self.plan.size.replicas} replicas each",
            f"acts: {told}",
            f"  accepted, by kind: {dict(self.journal.kinds().most_common())}",
            f"  accepted, by end: {dict(self.ends)}",
            f"  drafts refused: {dict(self.journal.refused_drafts.most_common())}",
            f"on the chain: {self.transactions} transactions, {self.pledges} pledges, "
            f"{self.blocks.mined} blocks mined",
            f"kills: {self.kills.total()}",
            *(f"  {count:4} {name}" for name, count in sorted(self.kills.items())),
            f"  points never reached: {self.never_reached or 'none'}",
            f"replicas that ended by themselves: {self.ended_by_themselves}",
            f"other faults: {done}",
            *(
                f"  {count:4} {name}"
                for name, count in sorted(self.weather.mischief.by_kind.items())
            ),
            f"  reorganisations by depth: {dict(sorted(self.blocks.reorgs_by_depth.items()))}, "
            f"{self.blocks.put_back} transactions put back elsewhere",
            f"requests repeated: {dict(self.journal.faults.most_common())}",
        ]
        return "\n".join(lines)


def run(plan: Plan, folder: Path) -> Report:
    """Let a storm pass, and judge it. Raises StormFailed when it does not come to rest."""
    began = time.monotonic()
    over = threading.Event()
    journal = Journal()
    with built(plan, folder) as site:
        blocks = Blocks(site, over)
        weather = Weather(site, blocks, over)
        try:
            with _thread(blocks.mine_until_over, "miner"):
                _rage(site, weather, journal, over)
                _calm(site, over)
                over.set()
            _wait_for_index(site)
            judgement = Judgement(site, journal)
            return Report(
                plan,
                time.monotonic() - began,
                journal,
                weather,
                site.fleet.kills,
                site.fleet.never_reached,
                site.fleet.ended_by_themselves,
                blocks,
                judgement.ends(),
                sum(map(len, judgement.chain.nonces.values())),
                judgement.chain.pledges,
                judgement.faults() + site.fleet.complaints(),
            )
        finally:
            over.set()


def _rage(site: Site, weather: Weather, journal: Journal, over: threading.Event) -> None:
    """Work and break until there has been enough of both; then let everybody finish."""
    plan = site.plan
    enough = threading.Event()
    catalogue = Catalogue(client_of(site, journal, plan.dice("catalogue"), over), over)
    traders = [
        Trader(site, client_of(site, journal, plan.dice(f"trader {n}"), over), catalogue, n)
        for n in range(plan.size.traders)
    ]
    threading.Thread(target=catalogue.watch, name="catalogue", daemon=True).start()
    hands = [
        threading.Thread(target=each.work, args=(enough,), name=f"trader {n}", daemon=True)
        for n, each in enumerate(traders)
    ]
    for hand in hands:
        hand.start()
    with _thread(weather.rage, "weather"):
        told_at = time.monotonic()
        while not (weather.is_spent and journal.count(Told.ACCEPTED) >= plan.size.acts):
            time.sleep(_LOOK_SECONDS)
            if time.monotonic() - told_at > _TELL_SECONDS:
                told_at = time.monotonic()
                accepted = journal.count(Told.ACCEPTED)
                print(f"  {accepted} acts, {site.fleet.kill_count} kills, {dict(weather.done)}")
            if weather.failure is not None:
                raise StormFailed(f"the weather broke: {weather.failure!r}")
            if not any(hand.is_alive() for hand in hands):
                raise StormFailed("all traders have gone")
    site.fleet.calm()
    enough.set()
    for hand in hands:
        hand.join(_DRAIN_SECONDS)
        if hand.is_alive():
            raise StormFailed(f"{hand.name} gets no answer although all is calm")


def _calm(site: Site, over: threading.Event) -> None:
    """Wait until nothing is under way any more."""
    until = time.monotonic() + _DRAIN_SECONDS
    while left := _unsettled(site):
        if time.monotonic() > until:
            raise StormFailed("did not come to rest: " + "; ".join(left[:20]))
        time.sleep(_LOOK_SECONDS)


def _unsettled(site: Site) -> list[str]:
    with psycopg.connect(site.database_url) as connection:
        return [row[0] for row in connection.execute(_UNSETTLED).fetchall()]


def _wait_for_index(site: Site) -> None:
    until = time.monotonic() + _DRAIN_SECONDS
    head = int(site.rpc.call("eth_blockNumber"), 16)
    while time.monotonic() < until:
        with psycopg.connect(site.database_url) as connection:
            row = connection.execute("SELECT number, halted_reason FROM cursor").fetchone()
        if row is not None and (row[0] == head or row[1] is not None):
            return
        time.sleep(_LOOK_SECONDS)
    raise StormFailed(f"the index does not reach block {head}")


@contextmanager
def _thread(work: object, name: str) -> Iterator[None]:
    """Run something beside the block; the block's end is left to end it."""
    thread = threading.Thread(target=work, name=name, daemon=True)  # type: ignore[arg-type]
    thread.start()
    yield
    thread.join()
