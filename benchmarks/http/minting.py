"""Minting: issues drafted and signed over HTTP until final in SQL, beside the node alone.

An issue of one receipt is what a small firm sends; the node alone takes the same acts as they
are sent without a gateway, each in a transaction of its own. An issue of many is what a
warehouse sends that opens its books; the node alone takes the very transactions that the
gateway has sent.
"""

import json
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from http.client import HTTPConnection
from itertools import count
from threading import local
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import func, select

from benchmarks.http.node_alone import NodeAlone, Sent, node_alone
from benchmarks.http.stage import KEYSTORE_SECRET, Stage
from receipts_ledger.chain import keys, wire
from receipts_ledger.chain.keystore import Vault
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Hash32, PoolId, Version, pool_id
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.sealed import seal
from receipts_ledger.services.kept_keys import KeptKeys
from receipts_ledger.store import contents
from receipts_ledger.store.keystores import StoredKeystores
from receipts_ledger.store.tables import acts
from tests.support.cast import INSPECTOR, REGISTRAR, WAREHOUSE_A, Member
from tests.support.gateway import issue_body
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, GAS, execute_calldata
from tests.support.relaying import LANE_KEY

CLIENTS = 64
"""As many as the other routes are measured with at their fullest."""
CROWDS = (1, 8, CLIENTS)
"""So many clients the node alone is measured with."""
_SIGNERS = (WAREHOUSE_A, INSPECTOR)
_FINAL_SECONDS_MAX = 300
_POLL_SECONDS = "0.1"
_POLLS = {"index_poll_seconds": _POLL_SECONDS, "relay_poll_seconds": _POLL_SECONDS}
_WORK_FACTOR = 2
_FIRST_INDEX = 100
_POOLS_AT_ONCE = 25
_serials = count(1)
_connections = local()


class Together(IntEnum):
    """How many receipts an issue makes, and so how it is measured."""

    ONE = 1
    HUNDRED = 100

    @property
    def acts(self) -> int:
        """So many issues are measured in a round."""
        return 512 if self is Together.ONE else 24

    @property
    def acts_before(self) -> int:
        """So many go before, of which none counts: a process that has just begun is slow."""
        return CLIENTS if self is Together.ONE else 2


@dataclass(frozen=True, slots=True)
class Minted:
    """One round: so many receipts, through the gateway and by the node alone.

    Of the node alone it is the best of one client, some, and as many as the gateway has.
    """

    receipts: int
    transactions: int
    gateway_seconds: float
    node_transactions: int
    node_clients: int
    node_seconds: float

    @property
    def ratio(self) -> float:
        """The gateway's rate as a share of the node's."""
        return self.node_seconds / self.gateway_seconds


def prepare(stage: Stage) -> None:
    """Let the gateway keep a paying key that has funds."""
    vault = Vault(KEYSTORE_SECRET, work_factor=_WORK_FACTOR)
    keystores = StoredKeystores(stage.gateway.database, clock=stage.gateway.bench.clock)
    KeptKeys(keystores, vault).keep(None, LANE_KEY)


def mint(stage: Stage, together: Together, first_pool: int) -> Minted:
    """Mint once through the gateway, then by the node alone. Each issue has a pool of its own."""
    indexes = range(first_pool, first_pool + together.acts_before + together.acts)
    pools = _open_pools(stage, [_FIRST_INDEX + index for index in indexes])
    bodies = [issue_body(stage.gateway, pool) for pool in pools]
    for body in bodies:
        body["receipts"] *= together
    before, measured = bodies[: together.acts_before], bodies[together.acts_before :]
    with _working(stage) as url:
        _issue_all(stage, url, before)
        state, height = stage.rpc.call("anvil_dumpState"), _height(stage)
        begun = time.perf_counter()
        signed = _issue_all(stage, url, measured)
        gateway_seconds = time.perf_counter() - begun
    relayed = _transactions_after(stage, height)
    sent = relayed if together is Together.HUNDRED else _executed(stage, signed)
    with node_alone(state, accounts=CLIENTS) as node:
        node_seconds, clients = _best(node, sent, together)
    return Minted(
        len(measured) * together,
        len(relayed),
        gateway_seconds,
        len(sent),
        clients,
        node_seconds,
    )


def _best(node: NodeAlone, sent: Sequence[Sent], together: Together) -> tuple[float, int]:
    # What one key has sent comes in one order: a crowd has nothing to send at once.
    crowds = CROWDS if together is Together.ONE else (1,)
    return min((node.seconds(sent, clients=clients), clients) for clients in crowds)


@contextmanager
def _working(stage: Stage) -> Iterator[str]:
    """Run the gateway as it is run on each engine, and yield its URL."""
    settings = {"keystore_work_factor": str(_WORK_FACTOR), **_POLLS}
    with ExitStack() as processes:
        if stage.is_postgresql:
            processes.enter_context(stage.served("work", **settings))
            yield processes.enter_context(stage.served("serve", **settings))
        else:
            yield processes.enter_context(stage.served("up", **settings))


def _open_pools(stage: Stage, indexes: Sequence[int]) -> list[PoolId]:
    """Open a pool for each issue, many in a transaction: none of it is measured."""
    gateway = stage.gateway
    sealed = seal("description", {"commodity": "copper-cathode"})
    with gateway.database.writing() as writer:
        contents.keep(writer, [sealed], gateway.bench.clock())
    pools = [pool_id(WAREHOUSE_A.party, index) for index in indexes]
    for start in range(0, len(pools), _POOLS_AT_ONCE):
        wires = [
            gateway.ledger.sign(act, *signers)
            for pool in pools[start : start + _POOLS_AT_ONCE]
            for act, signers in _opening(pool, sealed.commitment)
        ]
        mined = gateway.ledger.relay(*wires)
        assert len(gateway.ledger.events(mined)) == len(wires)
    gateway.index()
    return pools


def _opening(pool: PoolId, description: Hash32) -> Iterable[tuple[Act, tuple[Member, ...]]]:
    opening = OpenPool(pool, 10**9, 30, False, False, False, False, description, FOREVER)
    yield opening, (REGISTRAR, WAREHOUSE_A)
    yield Attest(pool, Version(1), 10**8, EVIDENCE, FOREVER), (INSPECTOR,)


def _issue_all(stage: Stage, url: str, bodies: Sequence[dict[str, Any]]) -> list[bytes]:
    """Have all issued, wait until they are final, and return them as signed."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        signed = list(clients.map(lambda body: _issue(stage, url, body), bodies))
    _wait_until_final(stage)
    return signed


def _issue(stage: Stage, url: str, body: dict[str, Any]) -> bytes:
    drafted = _post(stage, url, "/v1/receipts", body, WAREHOUSE_A)
    act = stage.gateway.statements.read(bytes.fromhex(drafted["statement"][2:]))
    digest = stage.gateway.statements.digest(act)
    signatures = [keys.sign(member.private_key, digest) for member in _SIGNERS]
    for member, signature in zip(_SIGNERS, signatures, strict=True):
        path = f"/v1/acts/{drafted['act_id']}/signatures"
        _post(stage, url, path, {"signature": "0x" + signature.hex()}, member)
    return wire.encode(act, signatures)


def _post(stage: Stage, url: str, path: str, body: dict[str, Any], member: Member) -> Any:
    key = {"Idempotency-Key": f"mint-{stage.number}-{next(_serials)}"}
    headers = stage.gateway.door(member).headers | key | {"Content-Type": "application/json"}
    connection = _connection(url)
    connection.request("POST", path, json.dumps(body), headers)
    answer = connection.getresponse()
    said = answer.read()
    assert answer.status == 202, said
    return json.loads(said)


def _connection(url: str) -> HTTPConnection:
    """Return the one connection of a client, which is a thread of its own."""
    if getattr(_connections, "url", None) != url:
        _connections.url, _connections.open = url, HTTPConnection(urlsplit(url).netloc)
    connection: HTTPConnection = _connections.open
    return connection


def _wait_until_final(stage: Stage) -> None:
    deadline = time.monotonic() + _FINAL_SECONDS_MAX
    unfinished = select(func.count()).where(
        acts.c.status != ActStatus.FINAL, acts.c.kind == "Issue"
    )
    while time.monotonic() < deadline:
        with stage.gateway.database.reading() as reader:
            if not reader.scalar(unfinished):
                return
        time.sleep(0.01)
    raise AssertionError("the gateway has not minted in time")


def _height(stage: Stage) -> int:
    return int(stage.rpc.call("eth_blockNumber"), 16)


def _transactions_after(stage: Stage, before: int) -> list[Sent]:
    """Return what the gateway has sent, as the node alone is to take it."""
    found = []
    for number in range(before + 1, _height(stage) + 1):
        block = stage.rpc.call("eth_getBlockByNumber", [hex(number), True])
        found += [
            {"from": one["from"], "to": one["to"], "data": one["input"], "gas": one["gas"]}
            for one in block["transactions"]
        ]
    return found


def _executed(stage: Stage, signed: Sequence[bytes]) -> list[Sent]:
    """Return each act in a transaction of its own, whose sender the node alone decides."""
    contract = stage.gateway.ledger.deployment.contract
    return [
        {"to": contract, "data": "0x" + execute_calldata(one).hex(), "gas": hex(GAS)}
        for one in signed
    ]
