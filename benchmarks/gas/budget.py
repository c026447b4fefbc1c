"""What an act may cost at most. Gas is deterministic, so these are not matters of luck."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.gas.ours import Entry, OurBill, Way

# Relays keep theirs in the worst case too, where no two receipts share a word. A portfolio's is
# for neighbours: an issue numbers its receipts one after the other.
BUDGETS: Mapping[Entry, int] = {
    ("issue, batch of 100", Way.RELAYED): 16_000,
    ("pledge", Way.RELAYED): 54_000,
    ("transfer", Way.RELAY_50): 19_500,
    ("transfer", Way.RELAY_50_SCATTERED): 19_500,
    ("pledge", Way.RELAY_50): 24_500,
    ("pledge", Way.RELAY_50_SCATTERED): 24_500,
    ("release", Way.RELAY_50): 14_500,
    ("release", Way.RELAY_50_SCATTERED): 14_500,
    ("pledge", Way.PORTFOLIO_50): 9_000,
}

# EIP-170 allows one more.
RUNTIME_BYTES_MAX = 24_575


@dataclass(frozen=True, slots=True)
class Verdict:
    """A budget, and what was spent of it: gas for each, or bytes."""

    what: str
    limit: int
    spent: int

    @property
    def is_kept(self) -> bool:
        """The last unit of the budget may be spent."""
        return self.spent <= self.limit


def verdicts(bill: OurBill) -> Iterator[Verdict]:
    """Yield the verdict on each budget. Raises KeyError for one that was not measured."""
    for (name, way), gas_max in BUDGETS.items():
        yield Verdict(f"{name}, {way}", gas_max, bill.acts[name, way].gas_each)
    yield Verdict("runtime code, bytes", RUNTIME_BYTES_MAX, bill.runtime_bytes)
