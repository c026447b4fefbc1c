"""What every test may ask for: real databases of both kinds, a real node, a ledger on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from receipts_ledger.chain.local_node import LocalNode, anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.store import migrate
from receipts_ledger.store.units import Database
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.postgres import PostgresCluster

ENGINES = ("sqlite", "postgresql")

# Asked for by --hypothesis-profile=long, where there is time: a hundred times the default.
settings.register_profile("long", max_examples=10_000)


@pytest.fixture(autouse=True)
def _logs_where_pytest_shows_them() -> None:
    """What a gateway inside the test's own process logs is not what its command prints."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=False),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """A PostgreSQL cluster of this test session."""
    with PostgresCluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def migrated_postgres(postgres: PostgresCluster) -> str:
    """The name of a migrated database that fresh ones are copied from."""
    template = postgres.create()
    migrate.upgrade(postgres.url(template))
    return template


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The content of a migrated SQLite file."""
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    migrate.upgrade(f"sqlite:///{path}")
    return path.read_bytes()


@pytest.fixture
def postgresql_url(postgres: PostgresCluster, migrated_postgres: str) -> Iterator[str]:
    """The URL of a fresh, migrated PostgreSQL database."""
    name = postgres.create(migrated_postgres)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: bytes) -> str:
    """The URL of a fresh, migrated SQLite file."""
    path = tmp_path / "ledger.db"
    path.write_bytes(migrated_sqlite)
    return f"sqlite:///{path}"


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database, once on each engine."""
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=ENGINES)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without tables, once on each engine."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.db'}"
        return
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    name = cluster.create()
    yield cluster.url(name)
    cluster.drop(name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh, migrated database, once on each engine."""
    opened = Database.open(database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def anvil_node() -> Iterator[LocalNode]:
    """One Anvil for the session, mining at once. Other ledgers live on it too."""
    with anvil() as node:
        yield node


@pytest.fixture(scope="session")
def anvil_rpc(anvil_node: LocalNode) -> Rpc:
    """The session's Anvil, asked."""
    return Rpc(anvil_node.url)


@pytest.fixture
def own_anvil() -> Iterator[LocalNode]:
    """An Anvil of this test alone, for those that turn its history back."""
    with anvil() as node:
        yield node


@pytest.fixture(scope="session")
def _ledger_of_session(anvil_rpc: Rpc) -> LedgerOnChain:
    ledger = LedgerOnChain(anvil_rpc)
    ledger.admit_cast()
    return ledger


@pytest.fixture
def ledger_on_anvil(_ledger_of_session: LedgerOnChain) -> Iterator[LedgerOnChain]:
    """A ledger with the cast admitted; what a test does to it is undone at its end."""
    rpc = _ledger_of_session.rpc
    snapshot = rpc.call("evm_snapshot")
    yield _ledger_of_session
    assert rpc.call("evm_revert", [snapshot]) is True
