"""The arithmetic behind docs/gas.md."""

from benchmarks.gas.budget import BUDGETS, Verdict, verdicts
from benchmarks.gas.operation import Operation, Spent
from benchmarks.gas.report import ratio


def test_gas_for_each_is_rounded_up() -> None:
    assert Spent(100, 50).gas_each == 2
    assert Spent(101, 50).gas_each == 3


def test_the_last_unit_of_a_budget_may_be_spent_and_not_one_more() -> None:
    assert Verdict(Operation.PLEDGE, 54_000, 54_000).is_kept
    assert not Verdict(Operation.PLEDGE, 54_000, 54_001).is_kept


def test_each_budget_is_judged_by_what_its_operation_costs_each() -> None:
    bill = {operation: Spent(100 * gas_max, 100) for operation, gas_max in BUDGETS.items()}
    bill[Operation.ISSUE_100] = Spent(100 * BUDGETS[Operation.ISSUE_100] + 1, 100)
    broken = [verdict.operation for verdict in verdicts(bill) if not verdict.is_kept]
    assert broken == [Operation.ISSUE_100]


def test_a_ratio_above_one_says_that_the_peer_pays_more() -> None:
    assert ratio(30_000, 20_000) == "1.50x"
    assert ratio(10_000, 20_000) == "0.50x"
