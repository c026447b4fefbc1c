"""What two parties, or the chain, can do between a question and its answer."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.store.units import Database
from tests.support.cast import BANK_A, BANK_B, TRADER_A, WAREHOUSE_A
from tests.support.gateway import Gateway, done, pledge_body
from tests.support.indexing import indexer, mine, reorganise
from tests.support.ledger_on_chain import LedgerOnChain


@pytest.fixture
def gateway(own_anvil: LocalNode, database: Database) -> Gateway:
    """A gateway on a chain of its own, with one pool."""
    ledger = LedgerOnChain(Rpc(own_anvil.url))
    ledger.admit_cast()
    opened = Gateway(ledger, database)
    opened.bench.add_lane()
    opened.open_pool()
    return opened


def _draft(gateway: Gateway, receipt: ReceiptId, who: Any, verb: str, body: Any) -> dict[str, Any]:
    answer = gateway.door(who).post(f"/v1/receipts/{receipt}/{verb}", body)
    assert answer.status_code == 202, answer.text
    act: dict[str, Any] = answer.json()
    return act


@pytest.mark.fault(35)
def test_pledge_that_races_a_release_waits_for_it_or_is_refused(gateway: Gateway) -> None:
    pool = WAREHOUSE_A.party << 16 | 1
    for receipt in gateway.issue(pool, 4):  # type: ignore[arg-type]
        early = _draft(gateway, receipt, TRADER_A, "pledges", pledge_body(gateway, BANK_B))
        assert gateway.sign(early, TRADER_A, WAREHOUSE_A).status_code == 202
        path = f"/v1/receipts/{receipt}/pledges"
        signers = (TRADER_A, WAREHOUSE_A, BANK_A)
        done(gateway, TRADER_A, path, pledge_body(gateway, BANK_A), *signers)
        release = _draft(gateway, receipt, BANK_A, "releases", {})
        together = Barrier(2)

        def last(act: dict[str, Any], who: Any, together: Barrier = together) -> int:
            together.wait()
            return int(gateway.sign(act, who).status_code)

        with ThreadPoolExecutor(2) as threads:
            freed = threads.submit(last, release, BANK_A)
            pledged = threads.submit(last, early, BANK_B)
        # It was made for the receipt as it stood before; whichever comes first, it is too late.
        assert (freed.result(), pledged.result()) == (202, 409)
        gateway.relay()
        assert gateway.ledger.receipt(receipt).pledgee is None

        later = _draft(gateway, receipt, TRADER_A, "pledges", pledge_body(gateway, BANK_B))
        assert gateway.sign(later, TRADER_A, WAREHOUSE_A, BANK_B).status_code == 202
        gateway.relay()
        assert gateway.ledger.receipt(receipt).pledgee == BANK_B.party
    assert gateway.bench.refused_on_chain() == 0


@pytest.mark.fault(36)
def test_pledge_in_a_block_that_goes_hinders_nobody_afterwards(gateway: Gateway) -> None:
    gateway.bench.indexer = indexer(gateway.ledger, gateway.database, "depth:8")
    (receipt,) = gateway.issue(WAREHOUSE_A.party << 16 | 1)  # type: ignore[arg-type]
    mine(gateway.ledger.rpc, 2)
    gateway.ledger.pledge(receipt, BANK_A)
    gateway.index()

    refused = gateway.door(TRADER_A).post(
        f"/v1/receipts/{receipt}/pledges", pledge_body(gateway, BANK_B)
    )
    assert (refused.status_code, refused.json()["code"]) == (409, "AlreadyEncumbered")
    assert refused.json()["evidence"]["final"] is False

    reorganise(gateway.ledger.rpc, 1)
    mine(gateway.ledger.rpc)
    gateway.index()
    assert gateway.ledger.receipt(receipt).pledgee is None
    act = _draft(gateway, receipt, TRADER_A, "pledges", pledge_body(gateway, BANK_B))
    assert gateway.sign(act, TRADER_A, WAREHOUSE_A, BANK_B).status_code == 202
    gateway.relay()
    assert gateway.ledger.receipt(receipt).pledgee == BANK_B.party
    assert gateway.bench.refused_on_chain() == 0
