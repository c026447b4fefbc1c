"""One chain on which everything has happened, and its index in both kinds of database."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.local_node import LocalNode, anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.ids import ReceiptId, Version
from receipts_ledger.domain.pledge import Pledge
from receipts_ledger.store.units import Database
from tests.conftest import ENGINES
from tests.support.auditing import Scene
from tests.support.cast import BANK_C
from tests.support.forging import Forger
from tests.support.indexing import indexer
from tests.support.later_life import live_on
from tests.support.ledger_on_chain import FOREVER, TERMS, LedgerOnChain
from tests.support.lying_node import Bend, LyingNode
from tests.support.postgres import PostgresCluster
from tests.support.story import tell

REFUSED = "0x" + keccak(b"ActRefused(bytes32,uint64,bytes)").hex()


def scene_on(node: LocalNode, folder: Path) -> Scene:
    """Let everything happen on a node."""
    ledger = LedgerOnChain(Rpc(node.url))
    ledger.admit_cast()
    life = live_on(ledger)
    story = tell(ledger)
    deployment_file = folder / "deployment.json"
    ledger.deployment.write(deployment_file)
    return Scene(node.url, ledger, story, life, deployment_file)


@pytest.fixture(scope="session")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A ledger with a past, alone on its chain. A test that adds to it asks for `undone`."""
    with anvil() as node:
        yield scene_on(node, tmp_path_factory.mktemp("audit"))


@pytest.fixture
def lying(scene: Scene) -> Iterator[tuple[LyingNode, str]]:
    """A node between the auditor and the chain, and its URL."""
    node = LyingNode(scene.rpc)
    with node.serve() as url:
        yield node, url


def index_into(url: str, scene: Scene) -> None:
    """Index the whole chain."""
    database = Database.open(url)
    indexer(scene.ledger, database).catch_up()
    database.close()


@pytest.fixture(scope="session")
def _indexed_sqlite(
    scene: Scene, migrated_sqlite: bytes, tmp_path_factory: pytest.TempPathFactory
) -> bytes:
    path = tmp_path_factory.mktemp("indexed") / "ledger.db"
    path.write_bytes(migrated_sqlite)
    index_into(f"sqlite:///{path}", scene)
    return path.read_bytes()


@pytest.fixture
def indexed_sqlite_url(_indexed_sqlite: bytes, tmp_path: Path) -> str:
    """The URL of a SQLite file with the whole ledger in it."""
    path = tmp_path / "ledger.db"
    path.write_bytes(_indexed_sqlite)
    return f"sqlite:///{path}"


@pytest.fixture(scope="session")
def _indexed_postgresql(scene: Scene, postgres: PostgresCluster, migrated_postgres: str) -> str:
    name = postgres.create(migrated_postgres)
    index_into(postgres.url(name), scene)
    return name


@pytest.fixture
def indexed_postgresql_url(_indexed_postgresql: str, postgres: PostgresCluster) -> Iterator[str]:
    """The URL of a PostgreSQL database with the whole ledger in it."""
    name = postgres.create(_indexed_postgresql)
    yield postgres.url(name)
    postgres.drop(name)


@pytest.fixture(params=ENGINES)
def indexed_url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with the whole ledger in it, once on each engine."""
    return str(request.getfixturevalue(f"indexed_{request.param}_url"))


@pytest.fixture
def undone(scene: Scene, _indexed_sqlite: bytes, _indexed_postgresql: str) -> Iterator[None]:
    """Turn the chain back to where it was when the test is over. It has been indexed before."""
    snapshot = scene.rpc.call("evm_snapshot")
    yield
    assert scene.rpc.call("evm_revert", [snapshot]) is True


@pytest.fixture(scope="session")
def number(scene: Scene) -> int:
    """A block in the middle: the one with the refused second pledge and another pledge."""
    wanted = {"address": scene.ledger.deployment.contract, "fromBlock": "0x0"}
    refused = scene.rpc.call("eth_getLogs", [wanted | {"topics": [REFUSED]}])
    logs_in = Counter(log["blockNumber"] for log in scene.rpc.call("eth_getLogs", [wanted]))
    (number,) = [log["blockNumber"] for log in refused if logs_in[log["blockNumber"]] > 1]
    return int(number, 16)


@pytest.fixture
def complaint(scene: Scene, lying: tuple[LyingNode, str]) -> Callable[[Bend], str]:
    """What the audit says of a node that lies like this."""
    node, url = lying

    def about(bend: Bend) -> str:
        node.bend = bend
        return scene.audit(rpc=url).undecided_line

    return about


@pytest.fixture
def forger(scene: Scene) -> Forger:
    """Somebody who can change the state of the chain."""
    return Forger(scene.ledger)


@pytest.fixture
def free(scene: Scene) -> ReceiptId:
    """A receipt of trader A, free and at version 1."""
    (receipt,) = scene.ledger.issue(scene.ledger.open_pool(index=7))
    return receipt


@pytest.fixture
def pledge(scene: Scene, free: ReceiptId) -> Pledge:
    """A pledge of the free receipt to bank C: all that is missing is consent."""
    maturity = scene.ledger.pledge_act(free).maturity_day
    return Pledge(free, Version(1), BANK_C.party, maturity, TERMS, (), FOREVER)
