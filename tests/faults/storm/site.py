"""What a storm rages on: a real Anvil, a real PostgreSQL, a ledger with pools, and replicas."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from receipts_ledger.chain.local_node import DEVELOPER_KEYS, LocalNode, anvil
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.config import PREFIX, Settings
from receipts_ledger.domain.ids import PartyId, PoolId
from receipts_ledger.store import api_tokens, migrate
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import open_house, utc_now
from tests.faults.storm.fleet import Fleet
from tests.faults.storm.liar import Liar
from tests.faults.storm.plan import FINALITY_BLOCKS, Plan
from tests.faults.storm.wire import Reach, Wire
from tests.support.cast import (
    CAST,
    REGISTRAR,
    TRADER_A,
    TRADER_B,
    TRADER_C,
    WAREHOUSE_A,
    WAREHOUSE_B,
    Member,
)
from tests.support.gateway import Gateway
from tests.support.ledger_on_chain import LedgerOnChain
from tests.support.postgres import PostgresCluster

if TYPE_CHECKING:
    from pydantic import SecretStr

_SECRET = "the operator's secret of the storm"
_LANE_KEYS = DEVELOPER_KEYS[2:4]
_GWEI = 10**9
_POOLS_EACH = 4
_RECEIPTS_EACH = 3
_HOLDERS = (TRADER_A, TRADER_B, TRADER_C)
OPERATOR = "operator"


@dataclass(frozen=True)
class Site:
    """Everything that is there before the first fault."""

    plan: Plan
    node: LocalNode
    rpc: Rpc
    cluster: PostgresCluster
    database_url: str
    node_wire: Wire
    """Between the replicas and the node; who judges asks the node itself."""
    database_wire: Wire
    liar: Liar
    liar_port: int
    ledger: LedgerOnChain
    deployment_file: Path
    pools: tuple[PoolId, ...]
    tokens: Mapping[str, str]
    fleet: Fleet
    first_block: int
    """The block in which the first transaction of the replicas may stand."""


@contextmanager
def built(plan: Plan, folder: Path) -> Iterator[Site]:
    """Build a site in a folder, its replicas running, and tear it down."""
    with PostgresCluster(keeps_promises=True) as cluster, anvil() as node:
        rpc = Rpc(node.url)
        database = cluster.create()
        database_url = cluster.url(database)
        migrate.upgrade(database_url)
        ledger = LedgerOnChain(rpc)
        ledger.admit_cast()
        pools = _open_pools(ledger, database_url)
        deployment_file = folder / "deployment.json"
        ledger.deployment.write(deployment_file)
        settings = _settings(node.url, deployment_file, database_url)
        tokens = _prepare(settings)
        # From here on blocks come only when the storm wants them.
        rpc.call("evm_setAutomine", [False])
        first_block = int(rpc.call("eth_blockNumber"), 16) + 1
        liar = Liar(rpc, plan.dice("liar"))
        node_wire = Wire(loopback(port_of(node.url)), dice=plan.dice("node wire"))
        database_wire = Wire(_database(cluster), dice=plan.dice("database wire"))
        environment = _environment(settings) | {
            f"{PREFIX}RPC": f"http://127.0.0.1:{node_wire.port}",
            f"{PREFIX}DATABASE_URL": cluster.url_by_tcp(database, database_wire.port),
        }
        with (
            liar.serve() as liar_port,
            node_wire,
            database_wire,
            Fleet(
                environment, folder, replicas=plan.size.replicas, dice=plan.dice("fleet")
            ) as fleet,
        ):
            yield Site(
                plan,
                node,
                rpc,
                cluster,
                database_url,
                node_wire,
                database_wire,
                liar,
                liar_port,
                ledger,
                deployment_file,
                pools,
                tokens,
                fleet,
                first_block,
            )


def loopback(port: int) -> Reach:
    """Return the way to a port of this machine."""
    return lambda: asyncio.open_connection("127.0.0.1", port)


def port_of(url: str) -> int:
    """Return the port in a loopback address."""
    return int(url.rpartition(":")[2])


def _database(cluster: PostgresCluster) -> Reach:
    return lambda: asyncio.open_unix_connection(cluster.socket)


def _open_pools(ledger: LedgerOnChain, database_url: str) -> tuple[PoolId, ...]:
    """Open pools whose descriptions the database has, before any replica runs."""
    database = Database.open(database_url)
    gateway = Gateway(ledger, database)
    pools = tuple(
        gateway.open_pool(warehouse, index, attested=10**9)
        for warehouse in (WAREHOUSE_A, WAREHOUSE_B)
        for index in range(1, _POOLS_EACH + 1)
    )
    for pool in pools:
        for holder in _HOLDERS:
            gateway.issue(pool, _RECEIPTS_EACH, holder=holder, warehouse=member_of(pool >> 16))
    database.close()
    return pools


def _settings(rpc_url: str, deployment_file: Path, database_url: str) -> Settings:
    return Settings.read(
        rpc=rpc_url,
        rpc_timeout_seconds=3.0,
        deployment=deployment_file,
        database_url=database_url,
        finality=f"depth:{FINALITY_BLOCKS}",
        fee_cap_wei=2_000 * _GWEI,
        relay_poll_seconds=0.1,
        relay_resend_seconds=1.5,
        relay_replace_seconds=4.0,
        index_poll_seconds=0.1,
        document_key=_SECRET,
        keystore_secret=_SECRET,
        keystore_work_factor=2,
        # A client that repeats after every fault is what the storm is about.
        rate_writes_per_second=0,
        rate_writes_per_subject_per_second=0,
        log_format="json",
    )


def _prepare(settings: Settings) -> dict[str, str]:
    """Give the gateway its lanes, and everybody an api token by name."""
    house = open_house(settings)
    for key in _LANE_KEYS:
        house.keep_lane(key)
    house.close()
    database = Database.open(settings.database_url)
    everybody: list[tuple[str, PartyId | None]] = [(OPERATOR, None)]
    everybody += [(member.name, member.party) for member in (REGISTRAR, *CAST)]
    with database.writing() as writer:
        tokens = {
            name: api_tokens.create(writer, party_id=party, label=name, now=utc_now()).secret
            for name, party in everybody
        }
    database.close()
    return tokens


def _environment(settings: Settings) -> dict[str, str]:
    values = {name: getattr(settings, name) for name in Settings.model_fields}
    return {f"{PREFIX}{name.upper()}": _shown(value) for name, value in values.items()}


def _shown(value: "SecretStr | object") -> str:
    reveal = getattr(value, "get_secret_value", None)
    return str(value if reveal is None else reveal())


def member_of(party: int) -> Member:
    """Return the member of the cast with a number."""
    return next(member for member in (REGISTRAR, *CAST) if member.party == party)
