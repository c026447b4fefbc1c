"""What an operation may cost at most. Gas is deterministic, so these are not matters of luck."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from benchmarks.gas.operation import Bill, Operation

# Where receipts may lie side by side or apart, the budget is for neighbours: an issue numbers
# its receipts one after the other. Only releases have to keep theirs in the worst case too.
BUDGETS: Mapping[Operation, int] = {
    Operation.ISSUE_100: 16_500,
    Operation.PLEDGE: 54_000,
    Operation.PORTFOLIO_50_PLEDGED: 9_500,
    Operation.RELAY_50_RELEASES: 14_500,
    Operation.RELAY_50_RELEASES_SCATTERED: 14_500,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """A budget, and what was spent of it."""

    operation: Operation
    gas_max: int
    gas_each: int

    @property
    def is_kept(self) -> bool:
        """The last unit of the budget may be spent."""
        return self.gas_each <= self.gas_max


def verdicts(bill: Bill) -> Iterator[Verdict]:
    """Yield the verdict on each budget. Raises KeyError for one that was not measured."""
    for operation, gas_max in BUDGETS.items():
        yield Verdict(operation, gas_max, bill[operation].gas_each)
