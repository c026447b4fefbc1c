"""The contract as a judge: asked by real nodes of two engines, and never changed."""

from collections.abc import Iterator

import pytest

from receipts_ledger.chain import gas, keys
from receipts_ledger.chain.contract import Contract
from receipts_ledger.chain.local_node import ganache
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.ids import Hash32, pool_id, receipt_id
from receipts_ledger.domain.pledge import Release
from receipts_ledger.errors import RefusalCode, Refused, Retryable
from tests.support.cast import BANK_A, STRANGER, TRADER_A, WAREHOUSE_A
from tests.support.ledger_on_chain import (
    FOREVER,
    TERMS,
    LedgerOnChain,
    ledger_with_receipts,
)

ENOUGH = 1_000_000


@pytest.fixture(scope="module")
def ledger_on_ganache() -> Iterator[LedgerOnChain]:
    with ganache() as node:
        ledger, _ = ledger_with_receipts(Rpc(node.url), 2)
        yield ledger


@pytest.fixture(params=["anvil", "ganache"])
def ledger(request: pytest.FixtureRequest) -> LedgerOnChain:
    """A ledger with two receipts in pool 1 of warehouse A, on each engine."""
    if request.param == "ganache":
        found: LedgerOnChain = request.getfixturevalue("ledger_on_ganache")
        return found
    found = request.getfixturevalue("ledger_on_anvil")
    found.issue(found.open_pool(), 2)
    return found


@pytest.fixture
def contract(ledger: LedgerOnChain) -> Contract:
    return Contract(ledger.rpc, ledger.deployment.address)


RECEIPT = receipt_id(pool_id(WAREHOUSE_A.party, 1), 1)


def _pledge(ledger: LedgerOnChain) -> bytes:
    return ledger.sign(ledger.pledge_act(RECEIPT), TRADER_A, WAREHOUSE_A, BANK_A)


def test_good_pledge_is_not_refused(ledger: LedgerOnChain, contract: Contract) -> None:
    assert contract.simulate(_pledge(ledger)) is None


def test_refusal_names_rule_and_arguments(ledger: LedgerOnChain, contract: Contract) -> None:
    act = ledger.pledge_act(RECEIPT)
    refusal = contract.simulate(ledger.sign(act, TRADER_A, WAREHOUSE_A))
    assert refusal is not None
    assert refusal.code is RefusalCode.MISSING_CONSENT
    assert refusal.details == {"party": BANK_A.party, "role": BANK_A.role}


def test_asking_changes_nothing(ledger: LedgerOnChain, contract: Contract) -> None:
    before = ledger.receipt(RECEIPT)
    assert contract.simulate(_pledge(ledger)) is None
    assert contract.simulate(_pledge(ledger)) is None
    assert ledger.receipt(RECEIPT) == before


def test_asker_gives_no_consent(ledger: LedgerOnChain, contract: Contract) -> None:
    unsigned = ledger.sign(Release(RECEIPT, ledger.receipt(RECEIPT).version, TERMS, FOREVER))
    refusal = contract.simulate(unsigned)
    assert refusal is not None
    assert refusal.code is RefusalCode.NOT_ENCUMBERED


def test_each_act_is_judged_on_its_own(ledger: LedgerOnChain, contract: Contract) -> None:
    good = _pledge(ledger)
    stranger = ledger.sign(ledger.pledge_act(RECEIPT), STRANGER)
    verdicts = contract.simulate_each([(good, ENOUGH), (stranger, ENOUGH), (good, ENOUGH)])
    assert [verdict.code if isinstance(verdict, Refused) else verdict for verdict in verdicts] == [
        None,
        RefusalCode.UNKNOWN_KEY,
        None,
    ]


@pytest.mark.parametrize("gas_given", [0, 1_000, 10_000, 20_000, 25_000])
def test_act_that_is_given_too_little_gas_is_no_rules_fault(
    ledger: LedgerOnChain, contract: Contract, gas_given: int
) -> None:
    (verdict,) = contract.simulate_each([(_pledge(ledger), gas_given)])
    assert isinstance(verdict, Refused)
    assert verdict.code is RefusalCode.ACT_TOO_LARGE
    assert verdict.details == {"gas_given": gas_given}


def test_bytes_that_are_no_act_are_malformed(contract: Contract) -> None:
    for stream in (b"", b"\1", bytes(64), b"\xff" * 128):
        refusal = contract.simulate(stream)
        assert refusal is not None
        assert refusal.code is RefusalCode.MALFORMED_ACT


def test_digest_is_what_the_parties_sign(ledger: LedgerOnChain, contract: Contract) -> None:
    act = ledger.pledge_act(RECEIPT)
    assert contract.digest_of(ledger.sign(act)) == ledger.digester.digest(act)


def test_node_that_is_away_gives_no_verdict(ledger: LedgerOnChain) -> None:
    away = Contract(Rpc("http://127.0.0.1:1"), ledger.deployment.address)
    with pytest.raises(Retryable):
        away.simulate(_pledge(ledger))


def test_relayed_act_costs_less_than_its_bound(
    ledger_on_anvil: LedgerOnChain,
) -> None:
    ledger = ledger_on_anvil
    receipts = ledger.issue(ledger.open_pool(index=2), 40)
    wires = [
        ledger.sign(
            ledger.pledge_act(receipt, documents=[Hash32(keys.keccak(receipt.to_bytes(8)))]),
            TRADER_A,
            WAREHOUSE_A,
            BANK_A,
        )
        for receipt in receipts
    ]
    tx_receipt = ledger.relay(*wires)
    limit = gas.batch_gas(sum(map(gas.act_gas, wires)))
    assert int(tx_receipt["gasUsed"], 16) < limit
