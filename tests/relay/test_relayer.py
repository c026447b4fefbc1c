"""An act goes to the ledger exactly once, and whatever happens on the way is told."""

from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.domain.pending import ActStatus
from tests.support.cast import BANK_A, TRADER_A, WAREHOUSE_A
from tests.support.relaying import Bench


def test_signed_act_is_mined_and_becomes_final(bench: Bench, receipts: list[ReceiptId]) -> None:
    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer()

    relayer.step()
    assert bench.status(act_id) is ActStatus.SENT
    bench.mine()
    bench.indexer.catch_up()
    assert bench.status(act_id) is ActStatus.MINED
    bench.turn(relayer, 2)
    assert bench.status(act_id) is ActStatus.FINAL
    assert bench.stages() == [(0, "acts", "final")]
    assert bench.ledger.receipt(receipts[0]).pledgee == BANK_A.party
    assert bench.pledges() == 1


def test_acts_travel_together(bench: Bench, receipts: list[ReceiptId]) -> None:
    act_ids = [bench.enqueue_pledge(receipt) for receipt in receipts]
    bench.turn(bench.relayer())
    assert bench.statuses(act_ids) == {"mined": 4}
    assert bench.stages() == [(0, "acts", "mined")]
