"""The arithmetic behind docs/gas.md, and that the acts cost what the repository remembers."""

from dataclasses import replace

import pytest

from benchmarks.gas.acts import ROWS
from benchmarks.gas.budget import BUDGETS, RUNTIME_BYTES_MAX, Verdict, verdicts
from benchmarks.gas.comparison import Compared, Peer, ratio
from benchmarks.gas.operation import Spent, Step
from benchmarks.gas.ours import OurBill, Way, our_bill
from benchmarks.gas.snapshot import Change, changes, figures, remembered
from benchmarks.gas.stage import GENESIS_SECONDS, Stage
from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.act import Kind
from receipts_ledger.domain.ids import Version
from receipts_ledger.domain.receipt import ReceiptRef
from tests.support.ledger_on_chain import LedgerOnChain

ISSUE_100 = ("issue, batch of 100", Way.RELAYED)


def bill_at_the_budgets() -> OurBill:
    acts = {entry: Spent(100 * gas_max, 100) for entry, gas_max in BUDGETS.items()}
    return OurBill(RUNTIME_BYTES_MAX, Spent(1), acts, frozenset(Kind))


def peer(**bill: Spent) -> Peer:
    return Peer("peer", (), "", {Step[name]: spent for name, spent in bill.items()}, "†")


def test_every_act_costs_what_the_snapshot_remembers() -> None:
    with anvil("--timestamp", str(GENESIS_SECONDS)) as node:
        found = figures(our_bill(LedgerOnChain(Rpc(node.url))))
    differing = [str(change) for change in changes(remembered(), found)]
    assert not differing, "\n".join(
        ["gas has changed; `make bench-gas` writes the snapshot anew:", *differing]
    )


def test_what_is_done_on_a_stage_is_undone_with_the_days_that_have_passed() -> None:
    with anvil("--timestamp", str(GENESIS_SECONDS)) as node:
        ledger = LedgerOnChain(Rpc(node.url))
        stage = Stage(ledger)
        today = ledger.today
        with stage.played():
            first, second = stage.receipts(2)
            stage.wait_days(91)
            assert ledger.today == today + 91
            assert stage.beside(ReceiptRef(first, Version(1))).receipt_id == second
        assert ledger.today == today
        assert ledger.pool(stage.pool).next_serial == stage.take_serials(1) == 2


def test_no_two_rows_have_one_name_and_each_comes_after_rows_that_exist() -> None:
    names = [row.name for row in ROWS]
    assert len(names) == len(set(names))
    assert {name for row in ROWS for name in row.after} <= set(names)


def test_gas_for_each_is_rounded_up() -> None:
    assert Spent(100, 50).gas_each == 2
    assert Spent(101, 50).gas_each == 3


def test_the_last_unit_of_a_budget_may_be_spent_and_not_one_more() -> None:
    assert Verdict("pledge", 54_000, 54_000).is_kept
    assert not Verdict("pledge", 54_000, 54_001).is_kept


def test_each_budget_is_judged_by_what_its_act_costs_each() -> None:
    bill = bill_at_the_budgets()
    assert all(verdict.is_kept for verdict in verdicts(bill))
    dearer = {**bill.acts, ISSUE_100: Spent(100 * BUDGETS[ISSUE_100] + 1, 100)}
    broken = [v.what for v in verdicts(replace(bill, acts=dearer)) if not v.is_kept]
    assert broken == ["issue, batch of 100, relayed"]


def test_code_that_fills_the_limit_of_a_contract_breaks_its_budget() -> None:
    bill = replace(bill_at_the_budgets(), runtime_bytes=24_576)
    assert [v.what for v in verdicts(bill) if not v.is_kept] == ["runtime code, bytes"]


def test_a_budget_for_what_was_not_measured_is_no_budget() -> None:
    with pytest.raises(KeyError):
        list(verdicts(replace(bill_at_the_budgets(), acts={})))


def test_a_kind_of_act_without_a_row_is_told() -> None:
    bill = replace(bill_at_the_budgets(), kinds=frozenset(Kind) - {Kind.PLEDGE})
    assert bill.unmeasured == [Kind.PLEDGE]


def test_a_ratio_above_one_says_that_the_peer_pays_more() -> None:
    assert ratio(30_000, 20_000) == "1.50x"
    assert ratio(10_000, 20_000) == "0.50x"


def test_a_peer_without_a_batch_stands_there_with_its_single_step() -> None:
    line = Compared("pledge, relay of 50", Spent(1_000, 50), Step.PLEDGE_50, Step.PLEDGE)
    assert line.beside(peer(PLEDGE=Spent(30), PLEDGE_50=Spent(500, 50))) == "10† (0.50x)"
    assert line.beside(peer(PLEDGE=Spent(30))) == "30* (1.50x)"
    assert line.beside(peer(RELEASE=Spent(30))) == "·"


def test_a_change_of_one_unit_is_told_and_so_is_what_came_and_went() -> None:
    old = {"pledge": {"relayed": 50_000, "direct": 49_000}, "swap": {"relayed": 1}}
    new = {"pledge": {"relayed": 50_001, "direct": 49_000}, "merge": {"relayed": 2}}
    assert list(changes(old, new)) == [
        Change("pledge, relayed", 50_000, 50_001),
        Change("merge, relayed", None, 2),
        Change("swap, relayed", 1, None),
    ]


def test_a_change_is_told_in_per_cent_of_what_was() -> None:
    assert str(Change("pledge, relayed", 50_000, 51_000)) == (
        "pledge, relayed: 50,000 -> 51,000 (+2.00 %)"
    )
    assert Change("pledge, relayed", None, 1).percent == "new"
    assert Change("pledge, relayed", 1, None).percent == "gone"
