"""What a lane offers for gas on each kind of chain, and what it offers to replace that."""

import pytest

from receipts_ledger.chain.engines import ENGINES
from receipts_ledger.chain.fees import FeeMarket, LegacyPrice, NoFee
from receipts_ledger.config import Settings
from receipts_ledger.domain.lane import Fees
from receipts_ledger.services.relay.ports import FeePolicy
from receipts_ledger.wiring import fee_policy

GWEI = 10**9
CLIQUE_BASE_FEE_WEI = 7
SECRET = "the operator's secret of the tests"


def _policy(engine: str, **given: object) -> FeePolicy:
    return fee_policy(
        Settings.read(
            rpc="http://127.0.0.1:1",
            engine=engine,
            document_key=SECRET,
            keystore_secret=SECRET,
            **given,
        )
    )


def test_besu_without_fees_is_offered_nothing_and_raised_to_nothing() -> None:
    policy = _policy("besu-qbft")
    assert policy == NoFee()
    assert policy.fees(0) == Fees(0, 0)
    assert policy.raised(Fees(0, 0), 0) == Fees(0, 0)


def test_clique_is_offered_more_than_the_base_fee_that_never_falls_to_nothing() -> None:
    offer = _policy("geth-clique").fees(CLIQUE_BASE_FEE_WEI)
    assert offer.max_fee_wei >= CLIQUE_BASE_FEE_WEI + offer.priority_fee_wei
    assert offer.priority_fee_wei == GWEI
    legacy = _policy("geth-clique", fee_mode="legacy").fees(CLIQUE_BASE_FEE_WEI)
    assert legacy.max_fee_wei > CLIQUE_BASE_FEE_WEI


def test_price_of_nothing_is_raised_to_a_base_fee_that_there_is() -> None:
    """A legacy price of 0 on Clique would wait in the pool for ever."""
    assert LegacyPrice(0, GWEI).fees(CLIQUE_BASE_FEE_WEI) == Fees(7, 7)


@pytest.mark.parametrize("engine", [name for name in ENGINES if name != "besu-qbft"])
@pytest.mark.parametrize("fee_mode", ["eip1559", "legacy"])
def test_replacement_raises_both_fees_by_an_eighth_at_least(engine: str, fee_mode: str) -> None:
    policy = _policy(engine, fee_mode=fee_mode)
    offered = policy.fees(CLIQUE_BASE_FEE_WEI)
    for _ in range(5):
        raised = policy.raised(offered, CLIQUE_BASE_FEE_WEI)
        assert raised is not None
        assert raised.max_fee_wei * 1000 >= offered.max_fee_wei * 1125
        assert raised.priority_fee_wei * 1000 >= offered.priority_fee_wei * 1125
        offered = raised


def test_smallest_offer_rises_by_one_wei_at_least() -> None:
    assert LegacyPrice(1, GWEI).raised(Fees(1, 1), None) == Fees(2, 2)
    assert LegacyPrice(0, GWEI).raised(Fees(0, 0), None) == Fees(1, 1)


@pytest.mark.parametrize(("cap_wei", "is_raised"), [(1125, True), (1124, False)])
def test_cap_holds_to_the_wei(cap_wei: int, is_raised: bool) -> None:
    raised = LegacyPrice(1000, cap_wei).raised(Fees(1000, 1000), None)
    assert (raised is not None) is is_raised
    market = FeeMarket(tip_wei=1000, cap_wei=cap_wei).raised(Fees(1000, 1000), 0)
    assert (market is not None) is is_raised


def test_operator_may_ask_for_larger_steps() -> None:
    policy = _policy("geth-clique", fee_mode="legacy", fee_bump_per_mille=1000)
    assert policy.raised(Fees(3 * GWEI, 3 * GWEI), 7) == Fees(6 * GWEI, 6 * GWEI)
