"""A gateway for each module of tests, once on SQLite and once on PostgreSQL.

It stays for the whole module: tests do not disturb one another, because each takes receipts
of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import structlog

from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.ids import PoolId, ReceiptId, pool_id
from receipts_ledger.store.units import Database
from tests.conftest import ENGINES
from tests.support.cast import WAREHOUSE_A
from tests.support.gateway import Gateway
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.postgres import PostgresCluster


@pytest.fixture(autouse=True)
def _plain_logs() -> None:
    # The default draws each traceback with its variables, which takes seconds; and what a test of
    # the command line has set up writes to a stream that is closed.
    structlog.reset_defaults()
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])


@contextmanager
def _fresh(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Database]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("api") / "ledger.db"
        path.write_bytes(request.getfixturevalue("migrated_sqlite"))
        database = Database.open(f"sqlite:///{path}")
        yield database
        database.close()
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    name = cluster.create(request.getfixturevalue("migrated_postgres"))
    database = Database.open(cluster.url(name))
    yield database
    database.close()
    cluster.drop(name)


@pytest.fixture(scope="module", params=ENGINES)
def gateway(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """A gateway before its own Anvil, with the cast admitted and one pool of copper."""
    with anvil() as node, _fresh(request, tmp_path_factory) as database:
        ledger = LedgerOnChain(Rpc(node.url))
        ledger.admit_cast()
        opened = Gateway(ledger, database)
        opened.bench.add_lane()
        opened.open_pool()
        yield opened


@pytest.fixture
def pool() -> PoolId:
    """The pool of copper at warehouse A."""
    return pool_id(WAREHOUSE_A.party, 1)


@pytest.fixture
def receipt(gateway: Gateway, pool: PoolId) -> ReceiptId:
    """A fresh receipt of trader A."""
    return gateway.issue(pool)[0]


@pytest.fixture(scope="module")
def untouched(gateway: Gateway) -> ReceiptId:
    """A receipt that no request of this module reaches."""
    return gateway.issue(WAREHOUSE_A.party << 16 | 1)[0]  # type: ignore[arg-type]
