"""A lane keeps its nonces in order whatever node, pool, chain and other people do to it."""

from dataclasses import replace

import pytest

from receipts_ledger.chain.fees import FeeMarket, NoFee
from receipts_ledger.chain.local_node import DEVELOPER_KEYS, LocalNode, anvil
from receipts_ledger.chain.relaying import LaneKey, RelayNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.transactions import TransactionType
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.domain.lane import Fees, Lane, Purpose, Reply
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.errors import Retryable
from receipts_ledger.services.relay.decide import Pace
from receipts_ledger.store.units import Database
from tests.support.ledger_on_chain import ledger_with_receipts
from tests.support.relaying import (
    AT_ONCE,
    GWEI,
    LANE_KEY,
    OTHER_LANE_KEY,
    PATIENT,
    Bench,
    away,
)


def _lane(bench: Bench) -> Lane:
    return bench.lanes.lane(bench.lane_key().address)


def _spend_elsewhere(bench: Bench, nonce: int) -> None:
    """Use the lane's key outside of the gateway."""
    signed = bench.lane_key().sign(
        Purpose.FILLER,
        nonce=nonce,
        calldata=b"",
        gas_limit=21_000,
        fees=Fees(5_000 * GWEI, 50 * GWEI),
    )
    bench.rpc.call("eth_sendRawTransaction", ["0x" + signed.raw.hex()])


@pytest.mark.fault(22)
def test_wiped_pool_gets_the_same_bytes_again(bench: Bench, receipts: list[ReceiptId]) -> None:
    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer()
    relayer.step()
    bench.rpc.call("anvil_dropAllTransactions")
    bench.mine()
    assert bench.transactions_mined() == 0

    bench.work_off(relayer)

    assert bench.status(act_id) is ActStatus.FINAL
    assert len(bench.attempts()) == 1
    assert bench.attempts()[0].send_count > 1
    assert bench.pledges() == 1


@pytest.mark.fault(23)
def test_act_whose_block_is_gone_is_sent_again(bench: Bench, receipts: list[ReceiptId]) -> None:
    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer()
    bench.turn(relayer)
    assert bench.status(act_id) is ActStatus.MINED
    assert bench.stages() == [(0, "acts", "mined")]

    bench.rpc.call("anvil_reorg", [1, []])
    assert bench.pledges() == 0
    bench.indexer.catch_up()
    assert bench.status(act_id) is ActStatus.SENT
    relayer.step()
    assert bench.stages() == [(0, "acts", "sent")]

    bench.work_off(relayer)
    assert bench.status(act_id) is ActStatus.FINAL
    assert len(bench.attempts()) == 1
    assert (bench.pledges(), bench.transactions_mined()) == (1, 1)


@pytest.mark.fault(24)
def test_risen_base_fee_is_met_by_a_replacement(bench: Bench, receipts: list[ReceiptId]) -> None:
    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer(pace=AT_ONCE)
    relayer.step()
    bench.rpc.call("anvil_setNextBlockBaseFeePerGas", [hex(500 * GWEI)])
    bench.mine()
    assert bench.transactions_mined() == 0

    bench.work_off(relayer)

    assert bench.status(act_id) is ActStatus.FINAL
    first, *replacements = bench.attempts()
    assert replacements
    assert replacements[-1].max_fee > 500 * GWEI > first.max_fee
    assert (bench.pledges(), bench.transactions_mined()) == (1, 1)
    assert bench.stages() == [(0, "acts", "final")]


def test_offer_below_the_base_fee_is_raised_at_once(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    """The node refuses the first attempt; nobody has to wait for that."""
    act_id = bench.enqueue_pledge(receipts[0])
    bench.rpc.call("anvil_setNextBlockBaseFeePerGas", [hex(500 * GWEI)])
    bench.mine()

    class Outdated(FeeMarket):
        def fees(self, base_fee_wei: int | None) -> Fees:
            return Fees(GWEI, GWEI)

        def raised(self, offered: Fees, base_fee_wei: int | None) -> Fees | None:
            return FeeMarket(GWEI, 10_000 * GWEI).raised(offered, base_fee_wei)

    bench.turn(bench.relayer(pace=PATIENT, fees=Outdated(GWEI, GWEI)))
    assert bench.status(act_id) is ActStatus.MINED
    assert len(bench.attempts()) == 2


def test_fee_cap_holds_and_is_told(bench: Bench, receipts: list[ReceiptId]) -> None:
    bench.rpc.call("anvil_setNextBlockBaseFeePerGas", [hex(500 * GWEI)])
    bench.mine()
    bench.indexer.catch_up()
    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer(fees=FeeMarket(tip_wei=GWEI, cap_wei=100 * GWEI))
    done = relayer.step()
    assert "more than we may offer" in done.troubles[0]
    assert bench.status(act_id) is ActStatus.ASSIGNED
    assert all(attempt.max_fee <= 100 * GWEI for attempt in bench.attempts())

    bench.rpc.call("anvil_setNextBlockBaseFeePerGas", [hex(GWEI)])
    bench.mine()
    bench.work_off(relayer)
    assert bench.status(act_id) is ActStatus.FINAL


@pytest.mark.fault(25)
@pytest.mark.parametrize("is_mined_meanwhile", [False, True])
def test_answer_that_got_lost_is_no_second_transaction(
    bench: Bench, receipts: list[ReceiptId], is_mined_meanwhile: bool
) -> None:
    """The node has taken the bytes, and the line breaks before it can say so."""

    class Deaf(RelayNode):
        def send(self, raw: bytes) -> Reply:
            super().send(raw)
            raise Retryable("connection reset")

    act_id = bench.enqueue_pledge(receipts[0])
    with pytest.raises(Retryable):
        bench.relayer(node=Deaf(bench.rpc)).step()
    assert bench.status(act_id) is ActStatus.ASSIGNED
    if is_mined_meanwhile:
        bench.mine()

    bench.work_off(bench.relayer())

    assert bench.status(act_id) is ActStatus.FINAL
    assert len(bench.attempts()) == 1
    assert (bench.pledges(), bench.transactions_mined()) == (1, 1)


@pytest.mark.fault(31)
def test_node_that_is_away_costs_nothing_but_time(bench: Bench, receipts: list[ReceiptId]) -> None:
    act_id = bench.enqueue_pledge(receipts[0])
    with pytest.raises(Retryable):
        bench.relayer(node=RelayNode(away())).step()
    assert bench.status(act_id) is ActStatus.SIGNED
    assert bench.stages() == []


@pytest.mark.fault(27)
def test_lane_whose_key_is_used_elsewhere_is_paused(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    _spend_elsewhere(bench, nonce=0)
    bench.mine()
    act_id = bench.enqueue_pledge(receipts[0])
    bench.indexer.catch_up()
    relayer = bench.relayer()

    relayer.step()

    reason = _lane(bench).paused_reason
    assert reason is not None
    assert "its key is used elsewhere" in reason
    assert bench.status(act_id) is ActStatus.SIGNED
    assert relayer.resume(bench.lane_key().address).paused_reason is None
    bench.work_off(relayer)
    assert bench.status(act_id) is ActStatus.FINAL
    assert bench.stages() == [(1, "acts", "final")]


def test_nonce_that_another_took_pauses_the_lane_and_frees_the_act(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer()
    relayer.step()
    _spend_elsewhere(bench, nonce=0)
    bench.mine()
    assert bench.pledges() == 0
    bench.indexer.catch_up()

    relayer.step()
    reason = _lane(bench).paused_reason
    assert reason is not None
    assert "nonce 0" in reason
    assert bench.status(act_id) is ActStatus.SENT

    relayer.resume(bench.lane_key().address)
    assert bench.status(act_id) is ActStatus.SIGNED
    bench.work_off(relayer)
    assert bench.status(act_id) is ActStatus.FINAL
    assert (bench.pledges(), bench.transactions_mined()) == (1, 2)


def test_lagging_balancer_pauses_no_lane(bench: Bench, receipts: list[ReceiptId]) -> None:
    """The count comes from a node that is ahead of the one that gives the receipts."""

    class Balanced(RelayNode):
        def nonce_of(self, lane: object) -> int:
            return 1

    act_id = bench.enqueue_pledge(receipts[0])
    patient = replace(PATIENT, foreign_seconds=10)
    relayer = bench.relayer(pace=patient)
    relayer.step()
    confused = bench.relayer(node=Balanced(bench.rpc), pace=patient)
    done = confused.step()
    assert "used elsewhere" in done.troubles[0]
    assert _lane(bench).paused_reason is None
    bench.clock.advance(11)
    confused.step()
    assert _lane(bench).paused_reason is not None
    assert bench.status(act_id) is ActStatus.SENT


@pytest.mark.fault(17)
def test_database_older_than_the_chain_pauses_the_lane(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    bench.turn(bench.relayer())
    _spend_elsewhere(bench, nonce=0)
    _spend_elsewhere(bench, nonce=1)
    bench.mine()
    bench.indexer.catch_up()
    bench.enqueue_pledge(receipts[0])
    bench.relayer().step()
    reason = _lane(bench).paused_reason
    assert reason is not None
    assert "the database is older than the chain" in reason


@pytest.mark.fault(28)
def test_lane_without_funds_leaves_the_work_to_others(
    bench: Bench, receipts: list[ReceiptId]
) -> None:
    bench.add_lane(OTHER_LANE_KEY)
    bench.rpc.call("anvil_setBalance", ["0x" + bench.lane_key().address.hex(), "0x0"])
    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer(LANE_KEY, OTHER_LANE_KEY)
    bench.indexer.catch_up()
    done = relayer.step()
    assert "no funds" in done.troubles[0]
    bench.work_off(relayer)
    assert bench.status(act_id) is ActStatus.FINAL
    assert bench.transactions_mined(OTHER_LANE_KEY) == 1


def test_attempts_have_an_end(bench: Bench, receipts: list[ReceiptId]) -> None:
    bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer(pace=Pace(0, 0, 0, attempts_max=3))
    for _ in range(6):
        relayer.step()
    assert len(bench.attempts()) == 3


@pytest.mark.fault(30)
def test_chain_without_fees_is_relayed_to(database: Database) -> None:
    with anvil("--base-fee", "0", "--gas-price", "0", "--disable-block-gas-limit") as node:
        _relay_without_fees(node, database)


def _relay_without_fees(node: LocalNode, database: Database) -> None:
    ledger, receipts = ledger_with_receipts(Rpc(node.url), 1)
    bench = Bench(ledger, database)
    bench.indexer.catch_up()
    penniless = DEVELOPER_KEYS[4]
    lane = bench.add_lane(penniless)
    bench.rpc.call("anvil_setBalance", ["0x" + lane.hex(), "0x0"])
    bench.stop_mining()
    act_id = bench.enqueue_pledge(receipts[0])
    relayer = bench.relayer(penniless, fees=NoFee(), pace=AT_ONCE)
    relayer.step()
    relayer.step()
    first, second, *_ = bench.attempts()
    assert first.tx_hash != second.tx_hash
    assert (first.max_fee, second.max_fee) == (0, 0)
    bench.rpc.call("anvil_setNextBlockBaseFeePerGas", ["0x0"])
    bench.work_off(relayer)
    assert bench.status(act_id) is ActStatus.FINAL
    assert bench.pledges() == 1


def test_legacy_transactions_carry_acts_too(bench: Bench, receipts: list[ReceiptId]) -> None:
    deployment = bench.ledger.deployment
    key = LaneKey(LANE_KEY, deployment.chain_id, deployment.address, TransactionType.LEGACY)
    signed = key.sign(
        Purpose.ACTS,
        nonce=0,
        calldata=bench.judge().relay_calldata([]),
        gas_limit=100_000,
        fees=Fees(50 * GWEI, 50 * GWEI),
    )
    assert RelayNode(bench.rpc).send(signed.raw).words == ""
    bench.mine()
    outcome = RelayNode(bench.rpc).outcomes([signed.tx_hash])[signed.tx_hash]
    assert not outcome.has_failed


def test_key_does_not_show_itself(bench: Bench) -> None:
    assert LANE_KEY.hex() not in repr(bench.lane_key())
    assert bench.lane_key().address.hex() in repr(bench.lane_key())
