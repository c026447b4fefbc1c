"""Which of our acts stands beside which step of a peer."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.gas.acts import ROWS, Row
from benchmarks.gas.operation import IN_BATCH, PeerBill, Spent, Step
from benchmarks.gas.ours import OurBill, Way

NONE = "·"


@dataclass(frozen=True, slots=True)
class Peer:
    """Another ledger: what was measured, how its code came about, what it paid."""

    name: str
    packages: tuple[str, ...]
    code: str
    bill: PeerBill
    batch_mark: str = ""
    """Set behind the figure of a batch that is not of the same things as ours."""


@dataclass(frozen=True, slots=True)
class Compared:
    """A line of the comparison: our gas, the peer's step, and the step without a batch."""

    what: str
    ours: Spent
    step: Step
    alone: Step | None = None

    def beside(self, peer: Peer) -> str:
        """Return a peer's gas and how many times ours that is. `*`: it has no batch of it."""
        if self.step in peer.bill:
            spent = peer.bill[self.step]
            return self._told(spent.gas_each, peer.batch_mark if spent.count > 1 else "")
        if self.alone is not None and self.alone in peer.bill:
            return self._told(peer.bill[self.alone].gas_each, "*")
        return NONE

    def _told(self, gas: int, mark: str) -> str:
        return f"{gas:,}{mark} ({ratio(gas, self.ours.gas_each)})"


def ratio(peer_gas: int, our_gas: int) -> str:
    """Return how many times as much the peer pays."""
    return f"{peer_gas / our_gas:.2f}x"


def compared(bill: OurBill) -> Iterator[Compared]:
    """Yield deployment, every act that has something near it, and those that peers may batch."""
    yield Compared(Step.DEPLOY.value, bill.deployment, Step.DEPLOY)
    for row, nearest in _near():
        yield Compared(row.name, bill.acts[row.name, Way.RELAYED], nearest)
    for way in (Way.RELAY_50, Way.PORTFOLIO_50):
        for row, nearest in _near():
            ours = bill.acts.get((row.name, way))
            if ours is not None and nearest in IN_BATCH:
                yield Compared(f"{row.name}, {way}", ours, IN_BATCH[nearest], nearest)


def lines(bill: OurBill, peers: Sequence[Peer]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each line: the act, ours, then each peer's."""
    for line in compared(bill):
        beside = (line.beside(peer) for peer in peers)
        yield line.what, f"{line.ours.gas_each:,}", *beside


def _near() -> Iterator[tuple[Row, Step]]:
    for row in ROWS:
        if row.nearest is not None:
            yield row, row.nearest
