"""A ledger on which everything has happened, and certificates of it."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.store.units import Database
from tests.support.cast import BANK_A, INSPECTOR, TRADER_A, WAREHOUSE_A
from tests.support.certifying import Certifying, Json
from tests.support.gateway import Gateway, done, issue_body, pledge_body
from tests.support.later_life import LaterLife, live_on
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.story import Story, tell

TERMS = {"amount": {"minor": 120_000_777, "currency": "CNY"}, "rate_basis_points": 4_397}


@dataclass(frozen=True, slots=True)
class Gallery:
    """Receipts by what has become of them. Contents of the first two are the gateway's."""

    at: Certifying
    free: ReceiptId
    pledged: ReceiptId
    life: LaterLife
    story: Story


@pytest.fixture(scope="session")
def gallery(tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: bytes) -> Iterator[Gallery]:
    """A chain of its own, all of it final."""
    folder = tmp_path_factory.mktemp("certificates")
    path = folder / "ledger.db"
    path.write_bytes(migrated_sqlite)
    with anvil() as node:
        ledger = LedgerOnChain(Rpc(node.url))
        ledger.admit_cast()
        database = Database.open(f"sqlite:///{path}")
        gateway = Gateway(ledger, database)
        gateway.bench.add_lane()
        free, pledged = _with_contents(gateway)
        life = live_on(ledger)
        story = tell(ledger)
        at = Certifying(gateway, folder)
        at.settle()
        yield Gallery(at, free, pledged, life, story)
        database.close()


def _with_contents(gateway: Gateway) -> tuple[ReceiptId, ReceiptId]:
    pool = gateway.open_pool(index=60)
    for _ in range(2):
        body = issue_body(gateway, pool)
        done(gateway, WAREHOUSE_A, "/v1/receipts", body, WAREHOUSE_A, INSPECTOR)
    free, pledged = ReceiptId(pool << 32 | 1), ReceiptId(pool << 32 | 2)
    pledge = pledge_body(gateway, BANK_A, terms=TERMS)
    path = f"/v1/receipts/{pledged}/pledges"
    done(gateway, TRADER_A, path, pledge, TRADER_A, WAREHOUSE_A, BANK_A)
    return free, pledged


@pytest.fixture(scope="session")
def pledged(gallery: Gallery) -> Json:
    """The whole certificate of a pledged receipt. A test that alters it copies it first."""
    return gallery.at.certificate(gallery.pledged)
