"""A gateway of a test's own: the real app on a real database before a real node."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any

import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from prometheus_client import CollectorRegistry
from sqlalchemy import func, select

from receipts_ledger.api import create_app
from receipts_ledger.api.services import (
    BODY_BYTES_MAX,
    LAG_BLOCKS_MAX,
    QUEUE_ACTS_MAX,
    STREAMS_MAX,
    STREAMS_PER_PARTY_MAX,
)
from receipts_ledger.chain import keys
from receipts_ledger.chain.contract import Contract
from receipts_ledger.chain.keystore import Vault
from receipts_ledger.chain.local_node import free_port
from receipts_ledger.chain.receipt_proofs import ReceiptProofs
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.sent_acts import SentActs
from receipts_ledger.chain.statements import Statements
from receipts_ledger.chain.wallets import Wallets
from receipts_ledger.domain.caller import Scope
from receipts_ledger.domain.certificate import LedgerName
from receipts_ledger.domain.ids import (
    Address,
    Day,
    Hash32,
    PartyId,
    PoolId,
    ReceiptId,
    Version,
    date_of,
    pool_id,
)
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.sealed import seal
from receipts_ledger.errors import Refused, Retryable
from receipts_ledger.services.access import Access
from receipts_ledger.services.certify import Certifier
from receipts_ledger.services.commodities import Profiles
from receipts_ledger.services.deliver.targets import Targets
from receipts_ledger.services.intake import Intake
from receipts_ledger.services.kept_keys import KeptKeys
from receipts_ledger.services.logins import Logins, Place
from receipts_ledger.services.rates import Rates
from receipts_ledger.services.read_log import ReadLog
from receipts_ledger.services.webhook_secrets import WebhookSecrets
from receipts_ledger.services.webhooks import Webhooks
from receipts_ledger.store import api_tokens, contents
from receipts_ledger.store.content_reads import StoredReads
from receipts_ledger.store.keystores import StoredKeystores
from receipts_ledger.store.logins import StoredLogins
from receipts_ledger.store.tables import keystores, metadata
from receipts_ledger.store.units import Database
from tests.support.cast import INSPECTOR, REGISTRAR, TRADER_A, WAREHOUSE_A, Member
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LedgerOnChain
from tests.support.relaying import Bench

DOCUMENT_KEY = b"the operator's document key of the tests"
OPERATOR = "operator"
PUBLIC_URL = "https://ledger.example"


class MemberKeys:
    """Keys that members have left with the gateway."""

    def __init__(self) -> None:
        self._keys: dict[Address, tuple[PartyId, bytes]] = {}

    def leave(self, member: Member) -> None:
        """Take a member's key in."""
        self._keys[member.address] = (member.party, member.private_key)

    def addresses_of(self, party_id: int) -> Sequence[Address]:
        """Return the keys of a party."""
        return [address for address, (party, _) in self._keys.items() if party == party_id]

    def sign(self, address: Address, digest: Hash32) -> bytes:
        """Sign a digest."""
        return keys.sign(self._keys[address][1], digest)


class InterruptibleJudge:
    """The real contract, and whatever a test puts before it: a pause, a fault, a death."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        self.before: Callable[[bytes], None] | None = None

    def simulate(self, wire: bytes) -> Refused | None:
        """Ask the contract."""
        if self.before is not None:
            before, self.before = self.before, None
            before(wire)
        return self._contract.simulate(wire)

    def simulate_all(self, wires: Sequence[bytes]) -> Sequence[Refused | Retryable | None]:
        """Ask the contract about several."""
        if self.before is not None:
            before, self.before = self.before, None
            before(wires[0])
        return self._contract.simulate_all(wires)


@dataclass(frozen=True)
class TestServices:
    """What the app is made from."""

    __test__ = False

    database: Database
    intake: Intake
    statements: Statements
    clock: Any
    node_head: Any
    acts_sent: Any
    certifier: Certifier
    public_url: str | None = PUBLIC_URL
    profiles: Profiles = field(default_factory=Profiles.shipped)
    document_key: bytes = DOCUMENT_KEY
    cursor_key: bytes = b"the cursor key of the tests"
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    body_bytes_max: int = BODY_BYTES_MAX
    lag_blocks_max: int = LAG_BLOCKS_MAX
    queue_acts_max: int = QUEUE_ACTS_MAX
    streams_max: int = STREAMS_MAX
    streams_per_party_max: int = STREAMS_PER_PARTY_MAX
    access: Access = field(kw_only=True)
    webhooks: Webhooks = field(kw_only=True)


class StillReadLog(ReadLog):
    """Writes when it is told to, so that no row appears while a test counts them."""

    def _start(self) -> None:
        pass


class Door:
    """The API as one caller sees it."""

    def __init__(self, client: TestClient, secret: str, member: Member | None) -> None:
        self.client = client
        self.member = member
        self.headers = {"Authorization": f"Bearer {secret}"}
        self._keys = itertools.count(1)

    def get(self, path: str, **headers: str) -> Response:
        return self.client.get(path, headers=self.headers | headers)

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> Response:
        sent = {**self.headers, "Idempotency-Key": key or f"{id(self)}-{next(self._keys)}"}
        return self.client.post(path, json=body, headers=sent | headers)


class Gateway:
    """One ledger, one database, one app, and a door for each of the cast."""

    def __init__(self, ledger: LedgerOnChain, database: Database) -> None:
        self.ledger = ledger
        self.database = database
        self.bench = Bench(ledger, database)
        self.kept_keys = MemberKeys()
        self.judge = InterruptibleJudge(self.bench.judge())
        self.statements = Statements(ledger.deployment.signing_domain())
        self.services = TestServices(
            database=database,
            intake=Intake(self.statements, self.judge, self.kept_keys, clock=self.bench.clock),
            statements=self.statements,
            clock=self.bench.clock,
            node_head=lambda: int(ledger.rpc.call("eth_blockNumber"), 16),
            acts_sent=SentActs(ledger.rpc, ledger.deployment).of,
            certifier=self.certifier(ledger.rpc),
            access=self._guards(),
            webhooks=self._webhooks(),
        )
        self.app: FastAPI = create_app(self.services)
        self.client = TestClient(self.app, raise_server_exceptions=False)
        self._doors: dict[str, Door] = {}
        self.index()

    def certifier(self, rpc: Rpc) -> Certifier:
        """Return what certifies receipts of this ledger by a node."""
        origin = self.ledger.deployment.origin()
        name = LedgerName(origin.chain_id, origin.contract, origin.code_hash)
        return Certifier(name, ReceiptProofs(rpc, self.ledger.deployment).prove)

    @contextmanager
    def proving_by(self, rpc: Rpc) -> Iterator[None]:
        """Let another node prove what is certified."""
        self.app.state.services = replace(self.services, certifier=self.certifier(rpc))
        yield
        self.app.state.services = self.services

    def _webhooks(self) -> Webhooks:
        kept = StoredKeystores(self.database, clock=self.bench.clock)
        secrets = WebhookSecrets(KeptKeys(kept, Vault("the secret of the tests", work_factor=2)))
        return Webhooks(secrets, Targets([ip_network("127.0.0.0/8")]))

    def _guards(self) -> Access:
        # What is read is written down when a test asks for it, and not meanwhile.
        return Access(
            logins=self.logins(),
            rates=Rates.unlimited(),
            read_log=StillReadLog(StoredReads(self.database), clock=self.bench.clock),
        )

    def logins(self) -> Logins:
        """Return what a replica of this gateway logs in with."""
        return Logins(
            StoredLogins(self.database),
            Wallets(),
            Place(PUBLIC_URL, self.ledger.deployment.chain_id),
            seal_key=b"the seal of the tests",
            session_seconds=1_800,
            clock=self.bench.clock,
        )

    def door(self, member: Member | str) -> Door:
        """Return the API as seen by a member, or by the operator."""
        name = member if isinstance(member, str) else member.name
        if name not in self._doors:
            party = None if isinstance(member, str) else member.party
            secret = self.secret_for(party, name)
            self._doors[name] = Door(
                self.client, secret, None if isinstance(member, str) else member
            )
        return self._doors[name]

    def secret_for(self, party: PartyId | None, label: str, **options: Any) -> str:
        """Make an api token and return its secret."""
        with self.database.writing() as writer:
            return api_tokens.create(
                writer, party_id=party, label=label, now=self.bench.clock(), **options
            ).secret

    def index(self) -> None:
        """Bring the index level with the chain."""
        self.bench.indexer.catch_up()

    def relay(self) -> None:
        """Relay what is queued, and index it."""
        relayer = self.bench.relayer()
        for _ in range(20):
            if not relayer.step().has_advanced:
                break
            self.index()
        self.index()

    def leave_key(self, member: Member) -> None:
        """Let the gateway keep a member's key."""
        self.kept_keys.leave(member)
        with self.database.writing() as writer:
            writer.insert_absent(
                keystores,
                address=member.address,
                party_id=member.party,
                keystore={},
                created_at=self.bench.clock(),
            )

    def open_pool(
        self,
        warehouse: Member = WAREHOUSE_A,
        index: int = 1,
        *,
        commodity: str = "copper-cathode",
        capacity: int = 10**9,
        attested: int = 10**8,
        is_paged: bool | None = None,
    ) -> PoolId:
        """Open a pool on the chain, whose description the gateway holds."""
        number = pool_id(warehouse.party, index)
        profile = self.services.profiles[commodity]
        sealed = seal("description", {"commodity": commodity, "place": "shed", "base_unit": "KGM"})
        with self.database.writing() as writer:
            contents.keep(writer, [sealed], self.bench.clock())
        opening = OpenPool(
            number,
            capacity,
            30,
            is_serialised=profile.is_serialised,
            is_paged=profile.is_paged if is_paged is None else is_paged,
            is_bonded=False,
            is_non_negotiable=False,
            description=sealed.commitment,
            deadline=FOREVER,
        )
        self.ledger.do(opening, REGISTRAR, warehouse)
        self.ledger.do(Attest(number, Version(1), attested, EVIDENCE, FOREVER), INSPECTOR)
        self.index()
        return number

    def issue(self, pool: PoolId, count: int = 1, **options: Any) -> list[ReceiptId]:
        """Issue receipts on the chain and index them."""
        receipts = self.ledger.issue(pool, count, **options)
        self.index()
        return receipts

    def signature(self, act: Mapping[str, Any], member: Member) -> str:
        """Return a member's signature of an act as the API shows it."""
        statement = self.statements.read(bytes.fromhex(act["statement"][2:]))
        return "0x" + keys.sign(member.private_key, self.statements.digest(statement)).hex()

    def sign(self, act: Mapping[str, Any], *members: Member) -> Response:
        """Hand in signatures in this order, and return the last answer."""
        for member in members:
            answer = self.door(member).post(
                f"/v1/acts/{act['act_id']}/signatures", {"signature": self.signature(act, member)}
            )
        return answer

    def row_counts(self) -> dict[str, int]:
        """Count the rows of every table but the answers to requests."""
        with self.database.reading() as reader:
            return {
                name: reader.scalar(select(func.count()).select_from(table))
                for name, table in metadata.tables.items()
                if name not in ("idempotency_keys", "refusals", "api_tokens")
            }

    def rows(self, table: Any) -> Sequence[Any]:
        """Return all rows of a table."""
        with self.database.reading() as reader:
            return reader.rows(select(table))

    def day(self, days: int) -> str:
        """Return the date so many days from the chain's today."""
        return date_of(Day(self.ledger.today + days)).isoformat()

    def admit(self, members: Sequence[Member]) -> None:
        """Admit members on the chain, and give each an api token."""
        self.ledger.admit(*members)
        self.index()
        for member in members:
            self.door(member)

    @contextmanager
    def judged_by(self, before: Callable[[bytes], None]) -> Iterator[None]:
        """Put something in the way of the next question to the contract."""
        self.judge.before = before
        yield
        self.judge.before = None

    def reader_of(self, member: Member) -> Door:
        """Return a door whose api token is good for reading alone."""
        scopes = frozenset({Scope.READ})
        secret = self.secret_for(member.party, "reader", scopes=scopes)
        return Door(self.client, secret, member)

    def dead_doors(self, member: Member) -> tuple[Door, Door]:
        """Return a door with an expired api token, and one with a revoked."""
        now = self.bench.clock()
        expired = self.secret_for(member.party, "expired", expires_at=now - timedelta(seconds=1))
        with self.database.writing() as writer:
            revoked = api_tokens.create(writer, party_id=member.party, label="revoked", now=now)
            assert api_tokens.revoke(writer, revoked.api_token_id, now)
        return Door(self.client, expired, member), Door(self.client, revoked.secret, member)

    @contextmanager
    def node_head_as(self, head: Callable[[], int]) -> Iterator[None]:
        """Let another answer stand for the node's."""
        self.app.state.services = replace(self.services, node_head=head)
        yield
        self.app.state.services = self.services

    @contextmanager
    def acts_sent_as(self, acts_sent: Callable[..., Any]) -> Iterator[None]:
        """Let another answer stand for what the node has of transactions."""
        self.app.state.services = replace(self.services, acts_sent=acts_sent)
        yield
        self.app.state.services = self.services

    @contextmanager
    def served(self) -> Iterator[str]:
        """Serve the app on a port, as it is served in earnest."""
        port = free_port()
        server = uvicorn.Server(
            uvicorn.Config(self.app, host="127.0.0.1", port=port, log_level="warning")
        )
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join()


_serial = itertools.count(1)


def pledge_body(gateway: Gateway, pledgee: Member, **changes: Any) -> dict[str, Any]:
    """Return a pledge that would pass, with an invoice that was never used."""
    body: dict[str, Any] = {
        "pledgee_id": pledgee.party,
        "maturity": gateway.day(90),
        "terms": {"amount": {"minor": 120_000_000, "currency": "CNY"}, "rate_basis_points": 435},
        "documents": [{"kind": "invoice", "identifier": f"INV-{next(_serial)}"}],
    }
    return body | changes


def issue_body(gateway: Gateway, pool: PoolId, **changes: Any) -> dict[str, Any]:
    """Return an issue of one receipt that would pass."""
    body: dict[str, Any] = {
        "pool_id": pool,
        "receipts": [
            {
                "holder_id": TRADER_A.party,
                "quantity": 25_000,
                "storage_until": gateway.day(200),
                "content": {"brand": "GUIYE", "grade": "Cu-CATH-1", "bundles": 10},
            }
        ],
        "documents": [{"kind": "inbound_note", "identifier": f"RK-{next(_serial)}"}],
        "evidence": {"weighbridge_ticket": "WB-1"},
    }
    return body | changes


def refused(
    gateway: Gateway, path: str, body: object, *, by: Member | str = OPERATOR
) -> dict[str, Any]:
    """Post, and return the problem: typed, and with nothing half-written."""
    before = gateway.row_counts()
    answer = gateway.door(by).post(path, body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert gateway.row_counts() == before
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == answer.status_code
    assert problem["title"]
    assert problem["title_zh"]
    assert problem["rule"]
    return problem


def done(gateway: Gateway, by: Member, path: str, body: dict[str, Any], *signers: Member) -> Any:
    """Have an act drafted, signed, relayed and indexed, and return it as it then stands."""
    drafted = gateway.door(by).post(path, body | {"deadline": _deadline()})
    assert drafted.status_code == 202, drafted.text
    last = gateway.sign(drafted.json(), *signers)
    assert last.json()["status"] == "signed", last.text
    gateway.relay()
    ended = gateway.door(OPERATOR).get(f"/v1/acts/{drafted.json()['act_id']}").json()
    assert ended["status"] in ("mined", "final"), ended
    return ended


def code_of_refusal(
    gateway: Gateway, by: Member, path: str, body: dict[str, Any], *signers: Member
) -> str:
    """Have an act drafted and signed until it is refused, and return the code."""
    drafted = gateway.door(by).post(path, body | {"deadline": _deadline()})
    if drafted.status_code != 202:
        return str(drafted.json()["code"])
    answer = gateway.sign(drafted.json(), *signers)
    assert answer.status_code in (409, 422), answer.text
    return str(answer.json()["code"])


def _deadline() -> str:
    # Later than all the days that tests let pass on the chain.
    return (datetime.now(UTC) + timedelta(days=300)).replace(microsecond=0).isoformat()
