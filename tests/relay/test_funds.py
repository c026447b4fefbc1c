"""What lanes can pay is looked at, and told before they cannot."""

import pytest

from receipts_ledger.chain.fees import FeeMarket, NoFee
from receipts_ledger.chain.relaying import RelayNode
from receipts_ledger.services.funds import FULL_TRANSACTION_GAS, SMALL_TRANSACTION_GAS, Funds
from receipts_ledger.services.relay.ports import FeePolicy
from tests.support.relaying import GWEI, Bench

PRICE_WEI = 100 * GWEI
# A cap below twice the base fee makes the offer, and so the cost, the same at any base fee.
FEES = FeeMarket(tip_wei=PRICE_WEI, cap_wei=PRICE_WEI)
FULL_WEI = FULL_TRANSACTION_GAS * PRICE_WEI


def _funds(
    bench: Bench, fees: FeePolicy = FEES, least_wei: int = 0, transactions: int = 3
) -> Funds:
    return Funds(
        bench.lanes, fees, least_wei=least_wei, transactions_min=transactions, clock=bench.clock
    )


def _give(bench: Bench, wei: int) -> None:
    bench.rpc.call("anvil_setBalance", ["0x" + bench.lane_key().address.hex(), hex(wei)])


@pytest.mark.parametrize(
    ("least_wei", "enough_wei"), [(0, 3 * FULL_WEI), (5 * FULL_WEI, 5 * FULL_WEI)]
)
def test_lane_is_warned_of_below_what_it_should_have(
    bench: Bench, least_wei: int, enough_wei: int
) -> None:
    node = RelayNode(bench.rpc)
    funds = _funds(bench, least_wei=least_wei)
    _give(bench, enough_wei)
    assert funds.step(node) == []
    _give(bench, enough_wei - 1)
    (warning,) = funds.step(node)
    assert "0x" + bench.lane_key().address.hex() in warning
    assert str(enough_wei) in warning
    (seen,) = bench.lanes.funds()
    assert (seen.balance_wei, seen.is_low, seen.is_empty) == (enough_wei - 1, True, False)
    _give(bench, enough_wei)
    assert funds.step(node) == []
    assert not bench.lanes.funds()[0].is_low


def test_lane_is_empty_when_it_can_carry_nothing(bench: Bench) -> None:
    least = SMALL_TRANSACTION_GAS * PRICE_WEI
    for balance, is_empty in ((least, False), (least - 1, True), (0, True)):
        _give(bench, balance)
        _funds(bench).step(RelayNode(bench.rpc))
        assert bench.lanes.funds()[0].is_empty is is_empty


def test_chain_without_fees_is_never_short(bench: Bench) -> None:
    _give(bench, 0)
    assert _funds(bench, NoFee(), least_wei=10**18).step(RelayNode(bench.rpc)) == []
    (seen,) = bench.lanes.funds()
    assert not seen.is_low
    assert not seen.is_empty


def test_balance_of_any_size_is_kept(bench: Bench) -> None:
    _give(bench, 2**255)
    _funds(bench).step(RelayNode(bench.rpc))
    assert bench.lanes.funds()[0].balance_wei == 2**255
