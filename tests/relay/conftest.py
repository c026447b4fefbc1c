"""A bench for each test: its own Anvil without automatic blocks, and a database of each kind."""

import pytest

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.store.units import Database
from tests.support.ledger_on_chain import ledger_with_receipts
from tests.support.relaying import Bench


@pytest.fixture
def bench_and_receipts(own_anvil: LocalNode, database: Database) -> tuple[Bench, list[ReceiptId]]:
    """A bench with one lane, indexed, and four receipts of trader A."""
    ledger, receipts = ledger_with_receipts(Rpc(own_anvil.url), 4)
    bench = Bench(ledger, database)
    bench.indexer.catch_up()
    bench.add_lane()
    bench.stop_mining()
    return bench, receipts


@pytest.fixture
def bench(bench_and_receipts: tuple[Bench, list[ReceiptId]]) -> Bench:
    return bench_and_receipts[0]


@pytest.fixture
def receipts(bench_and_receipts: tuple[Bench, list[ReceiptId]]) -> list[ReceiptId]:
    return bench_and_receipts[1]
