"""An act goes to the ledger exactly once, and whatever happens on the way is told."""

import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from receipts_ledger.chain.contract import Contract
from receipts_ledger.chain.relaying import RelayNode
from receipts_ledger.domain.ids import NO_HASH, Hash32, ReceiptId
from receipts_ledger.domain.lane import Head
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.domain.pledge import Release
from receipts_ledger.errors import RefusalCode, Refused, Retryable
from tests.support.cast import BANK_A, BANK_B, BANK_C, TRADER_A, WAREHOUSE_A
from tests.support.ledger_on_chain import FOREVER, TERMS
from tests.support.relaying import LANE_KEY, OTHER_LANE_KEY, Bench, index_of

INVOICE = Hash32(b"\7" * 32)


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


def test_act_that_is_refused_by_now_is_never_sent(bench: Bench, receipts: list[ReceiptId]) -> None:
    act_id = bench.enqueue_pledge(receipts[0])
    bench.take_slot(receipts[0], act_id)
    bench.rpc.call("evm_setAutomine", [True])
    bench.ledger.pledge(receipts[0], BANK_B)
    bench.indexer.catch_up()

    done = bench.relayer().step()

    assert (done.refused, done.assigned) == (1, 0)
    assert bench.status(act_id) is ActStatus.REFUSED
    assert bench.stages() == []
    assert bench.slots() == []
    (refusal,) = bench.refusals()
    assert (refusal.source, refusal.code, refusal.act_id) == (
        "contract",
        RefusalCode.ALREADY_ENCUMBERED,
        act_id,
    )
    assert refusal.detail["pledgee"] == BANK_B.party
    assert bench.refusal_of(act_id)["refusal_id"] == refusal.refusal_id


def test_bad_act_among_good_ones_takes_none_of_them_with_it(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    """Each passes alone, but two of them name the same invoice."""
    act_ids = []
    for receipt, invoice in zip(receipts, (INVOICE, NO_HASH, INVOICE, NO_HASH), strict=True):
        act = bench.ledger.pledge_act(receipt, documents=[] if invoice == NO_HASH else [invoice])
        act_ids.append(bench.enqueue(act, TRADER_A, WAREHOUSE_A, BANK_A))

    bench.turn(bench.relayer())

    assert [bench.status(act_id) for act_id in act_ids] == ["mined", "mined", "refused", "mined"]
    assert bench.refused_on_chain() == 1
    assert bench.refusal_of(act_ids[2])["code"] == RefusalCode.DOCUMENT_ALREADY_USED


@pytest.mark.fault(34)
def test_of_fifty_pledges_of_one_receipt_one_is_mined_and_no_other_sent(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    banks = (BANK_A, BANK_B, BANK_C)
    act_ids = []
    for number in range(50):
        bank = banks[number % 3]
        act = replace(
            bench.ledger.pledge_act(receipts[0], bank), terms=Hash32(bytes([number + 1]) * 32)
        )
        act_ids.append(bench.enqueue(act, TRADER_A, WAREHOUSE_A, bank))

    bench.work_off(bench.relayer())

    assert bench.statuses(act_ids) == {"final": 1, "refused": 49}
    assert bench.transactions_mined() == 1
    assert (bench.pledges(), bench.refused_on_chain()) == (1, 0)
    assert len(bench.refusals()) == 49


def test_act_on_a_receipt_waits_for_the_one_before_it(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    first = bench.enqueue_pledge(receipts[0], BANK_A)
    second = bench.enqueue_pledge(receipts[0], BANK_B)
    relayer = bench.relayer()
    relayer.step()
    relayer.step()
    assert (bench.status(first), bench.status(second)) == (ActStatus.SENT, ActStatus.SIGNED)
    bench.work_off(relayer)
    assert (bench.status(first), bench.status(second)) == (ActStatus.FINAL, ActStatus.REFUSED)


def test_act_expires_in_the_queue_and_gives_its_slot_back(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    act_id = bench.enqueue_pledge_until(receipts[0], seconds=600)
    bench.take_slot(receipts[0], act_id)
    bench.clock.advance(700)
    done = bench.relayer().step()
    assert done.expired == 1
    assert bench.status(act_id) is ActStatus.EXPIRED
    assert bench.slots() == []
    assert bench.stages() == []


def test_act_expires_by_the_clock_of_the_chain_too(bench: Bench, receipts: list[ReceiptId]) -> None:
    act_id = bench.enqueue_pledge_until(receipts[0], seconds=600)
    bench.rpc.call("evm_increaseTime", [700])
    bench.mine()
    bench.indexer.catch_up()
    bench.relayer().step()
    assert bench.status(act_id) is ActStatus.EXPIRED
    assert bench.refusals() == []


@pytest.mark.fault(29)
def test_nonce_whose_acts_have_expired_is_filled(bench: Bench, receipts: list[ReceiptId]) -> None:
    late = bench.enqueue_pledge_until(receipts[0], seconds=600)
    relayer = bench.relayer()
    relayer.step()
    bench.rpc.call("anvil_dropAllTransactions")
    bench.rpc.call("evm_increaseTime", [700])
    bench.mine()
    bench.indexer.catch_up()
    bench.clock.advance(700)

    bench.turn(relayer, 4)
    good = bench.enqueue_pledge(receipts[1])
    bench.work_off(relayer)

    assert bench.status(late) is ActStatus.EXPIRED
    assert bench.status(good) is ActStatus.FINAL
    assert bench.stages() == [(0, "filler", "final"), (1, "acts", "final")]
    assert (bench.pledges(), bench.refused_on_chain()) == (1, 0)


def test_full_lane_takes_no_more(bench: Bench, receipts: list[ReceiptId]) -> None:
    bench.add_lane(OTHER_LANE_KEY, in_flight_max=1)
    relayer = bench.relayer(OTHER_LANE_KEY)
    first = bench.enqueue_pledge(receipts[0])
    relayer.step()
    second = bench.enqueue_pledge(receipts[1])
    relayer.step()
    assert (bench.status(first), bench.status(second)) == (ActStatus.SENT, ActStatus.SIGNED)
    bench.work_off(relayer)
    assert bench.statuses([first, second]) == {"final": 2}


def test_node_behind_the_index_judges_nothing(bench: Bench, receipts: list[ReceiptId]) -> None:
    """It has not heard of the receipt yet, and would call a good act bad."""

    class Lagging(RelayNode):
        def head(self) -> Head:
            return replace(super().head(), number=super().head().number - 1)

    act_id = bench.enqueue_pledge(receipts[0])
    done = bench.relayer(node=Lagging(bench.rpc)).step()
    assert bench.status(act_id) is ActStatus.SIGNED
    assert "behind the index" in done.troubles[0]


def test_act_that_waits_for_one_whose_block_is_gone_is_not_refused(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    """The node has taken the pledge back, and the index has not heard of it yet."""
    relayer = bench.relayer()
    pledge = bench.enqueue_pledge(receipts[0])
    bench.turn(relayer)
    assert bench.status(pledge) is ActStatus.MINED
    pledged = bench.ledger.receipt(receipts[0])
    release = bench.enqueue(Release(receipts[0], pledged.version, TERMS, FOREVER), BANK_A)
    bench.rpc.call("anvil_rollback", [1])
    bench.rpc.call("anvil_dropAllTransactions")
    bench.mine(2)

    done = relayer.step()

    assert bench.status(release) is ActStatus.SIGNED
    assert any("another chain than the index" in trouble for trouble in done.troubles)
    bench.work_off(relayer)
    assert bench.statuses([pledge, release]) == {"final": 2}
    assert bench.refused_on_chain() == 0


@pytest.mark.fault(7)
def test_nothing_is_sent_while_the_index_has_halted(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    act_id = bench.enqueue_pledge(receipts[0])
    bench.halt_index("the chain contradicts block 7")
    done = bench.relayer().step()
    assert bench.status(act_id) is ActStatus.SIGNED
    assert "block 7" in done.troubles[0]


def test_act_that_needs_more_gas_than_its_bound_is_given_more(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    class Stingy(Contract):
        def act_gas(self, wire: bytes) -> int:
            return 20_000

    act_ids = [bench.enqueue_pledge(receipt) for receipt in receipts]
    relayer = bench.relayer(judge=Stingy(bench.rpc, bench.ledger.deployment.address))
    bench.work_off(relayer)
    assert bench.statuses(act_ids) == {"final": 4}


def test_act_that_fits_no_block_is_refused(bench: Bench, receipts: list[ReceiptId]) -> None:
    class SmallBlocks(RelayNode):
        def head(self) -> Head:
            return replace(super().head(), gas_limit=100_000)

    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer(node=SmallBlocks(bench.rpc))
    relayer.step()
    relayer.step()
    assert bench.status(act_id) is ActStatus.REFUSED
    assert bench.refusal_of(act_id)["code"] == RefusalCode.ACT_TOO_LARGE


def test_act_that_the_node_cannot_judge_holds_up_no_other(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    odd, good = (bench.enqueue_pledge(receipt) for receipt in receipts[:2])

    class Speechless(Contract):
        def simulate_each(
            self, wires: Sequence[tuple[bytes, int]]
        ) -> list[Refused | Retryable | None]:
            return [Retryable("internal error"), *super().simulate_each(wires)[1:]]

    relayer = bench.relayer(judge=Speechless(bench.rpc, bench.ledger.deployment.address))
    done = relayer.step()
    assert (bench.status(odd), bench.status(good)) == (ActStatus.SIGNED, ActStatus.SENT)
    assert done.troubles == [f"act {odd}: internal error"]


def test_failed_transaction_pauses_its_lane_and_its_acts_wait_again(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    class Blind(Contract):
        def act_gas(self, wire: bytes) -> int:
            return 25_000

        def simulate_each(
            self, wires: Sequence[tuple[bytes, int]]
        ) -> list[Refused | Retryable | None]:
            return [None for _ in wires]

        def batch_gas(self, gas_of_acts: int) -> int:
            return 21_000 + gas_of_acts

    act_id = bench.enqueue_pledge(receipts[0])
    careless = bench.relayer(judge=Blind(bench.rpc, bench.ledger.deployment.address))
    bench.turn(careless, 3)
    assert bench.status(act_id) is ActStatus.SIGNED
    lane = bench.lanes.lane(bench.lane_key().address)
    assert lane.paused_reason is not None
    assert "failed on the chain" in lane.paused_reason

    careful = bench.relayer()
    careful.resume(lane.address)
    bench.work_off(careful)
    assert bench.status(act_id) is ActStatus.FINAL
    assert (bench.pledges(), bench.transactions_mined()) == (1, 2)


@pytest.mark.fault(26)
def test_two_relayers_share_one_lane_without_a_gap(bench: Bench, receipts: list[ReceiptId]) -> None:
    bench.rpc.call("evm_setAutomine", [True])
    more = bench.ledger.issue(bench.ledger.open_pool(index=2), 36)
    bench.indexer.catch_up()
    act_ids = [bench.enqueue_pledge(receipt) for receipt in [*receipts, *more]]
    failures: list[BaseException] = []

    def replica() -> None:
        relayer = bench.relayer(judge=OneByOne(bench.rpc, bench.ledger.deployment.address))
        indexer = index_of(bench.rpc, bench.ledger.deployment, bench.database)
        try:
            for _ in range(60):
                relayer.step()
                indexer.step()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=replica) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    bench.work_off(bench.relayer())

    assert bench.statuses(act_ids) == {"final": 40}
    assert (bench.pledges(), bench.refused_on_chain()) == (40, 0)
    stages = bench.stages()
    assert [nonce for nonce, _, _ in stages] == list(range(len(stages)))
    assert len(stages) == bench.transactions_mined(LANE_KEY)


class OneByOne(Contract):
    """Puts so few acts into a transaction that many transactions are needed."""

    def act_gas(self, wire: bytes) -> int:
        return 5_000_000


def test_two_lanes_share_the_work(bench: Bench, receipts: list[ReceiptId]) -> None:
    bench.add_lane(OTHER_LANE_KEY)
    act_ids = [bench.enqueue_pledge(receipt) for receipt in receipts]
    judge = OneByOne(bench.rpc, bench.ledger.deployment.address)
    relayer = bench.relayer(LANE_KEY, OTHER_LANE_KEY, judge=judge)
    bench.turn(relayer)
    assert bench.statuses(act_ids) == {"mined": 4}
    assert bench.transactions_mined(LANE_KEY) == 1
    assert bench.transactions_mined(OTHER_LANE_KEY) == 1


def test_act_withdrawn_meanwhile_is_not_carried(bench: Bench, receipts: list[ReceiptId]) -> None:
    withdrawn, good = (bench.enqueue_pledge(receipt) for receipt in receipts[:2])

    class Distracted(Contract):
        def simulate_each(
            self, wires: Sequence[tuple[bytes, int]]
        ) -> list[Refused | Retryable | None]:
            verdicts = super().simulate_each(wires)
            bench.set_status(withdrawn, ActStatus.WITHDRAWN)
            return verdicts

    bench.turn(bench.relayer(judge=Distracted(bench.rpc, bench.ledger.deployment.address)))
    assert bench.status(withdrawn) is ActStatus.WITHDRAWN
    assert bench.status(good) is ActStatus.MINED
    assert bench.pledges() == 1
