"""Builds the rooms from Settings and joins them. The only file that knows every room.

Nothing starts before node, contract, schema, database and keys are what they should be.
"""

import hmac
import os
import secrets
import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import cached_property

import structlog
from prometheus_client import CollectorRegistry, Counter

from receipts_ledger.chain import refusals
from receipts_ledger.chain.contract import Contract
from receipts_ledger.chain.deployment import Deployment, is_still_reading, verify
from receipts_ledger.chain.fees import FeeMarket, LegacyPrice, NoFee
from receipts_ledger.chain.keystore import Vault
from receipts_ledger.chain.nodes import INCONSISTENT, Nodes
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.receipt_proofs import ReceiptProofs
from receipts_ledger.chain.relaying import LaneKey, RelayNode
from receipts_ledger.chain.rpc import NodeAway, Rpc
from receipts_ledger.chain.sent_acts import SentActs
from receipts_ledger.chain.statements import Statements
from receipts_ledger.chain.transactions import TransactionType
from receipts_ledger.chain.wallets import Wallets
from receipts_ledger.config import PREFIX, Settings, origin_of
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.caller import Scope
from receipts_ledger.domain.certificate import Change, LedgerName, Proof
from receipts_ledger.domain.cursor import Cursor
from receipts_ledger.domain.finality import Finality
from receipts_ledger.domain.ids import Address, Hash32, PartyId, ReceiptId
from receipts_ledger.domain.lane import Lane, LaneFunds
from receipts_ledger.domain.record import ActOnRecord
from receipts_ledger.errors import Fatal, LedgerError, NotFound, Refused, Retryable
from receipts_ledger.services.access import Access
from receipts_ledger.services.certify import Certifier
from receipts_ledger.services.commodities import Profiles
from receipts_ledger.services.deliver import Deliver
from receipts_ledger.services.deliver.post import HttpPost
from receipts_ledger.services.deliver.targets import Targets
from receipts_ledger.services.funds import Funds
from receipts_ledger.services.index import Indexer, Outcome
from receipts_ledger.services.intake import Intake
from receipts_ledger.services.kept_keys import KeptKeys
from receipts_ledger.services.logins import Logins, Place
from receipts_ledger.services.rates import Rates
from receipts_ledger.services.read_log import ReadLog
from receipts_ledger.services.relay.decide import Pace
from receipts_ledger.services.relay.ports import FeePolicy
from receipts_ledger.services.relay.relayer import Relayer
from receipts_ledger.services.webhook_secrets import WebhookSecrets
from receipts_ledger.services.webhooks import Webhooks
from receipts_ledger.services.worker import Loop, Troubles, Worker
from receipts_ledger.store import api_tokens, idempotency, migrate
from receipts_ledger.store.api_tokens import ApiToken
from receipts_ledger.store.content_reads import StoredReads
from receipts_ledger.store.document_key import is_key_of_ledger
from receipts_ledger.store.index import StoredIndex
from receipts_ledger.store.keystores import StoredKeystores
from receipts_ledger.store.lanes import StoredLanes
from receipts_ledger.store.leases import StoredLeases
from receipts_ledger.store.logins import StoredLogins
from receipts_ledger.store.outbox import StoredOutbox, Told
from receipts_ledger.store.queue import StoredQueue
from receipts_ledger.store.transactions import StoredTransactions
from receipts_ledger.store.units import Database, Found
from receipts_ledger.store.worker_lock import sole_worker

_FORGET_POLL_SECONDS = 600.0
_FUNDS_POLL_SECONDS = 15.0
_DELIVER_POLL_SECONDS = 0.5
_DELIVERIES_AT_ONCE = 4
# What decides whether a gateway fits its chain: told at every start.
_OF_CHAIN = ("engine", "finality", "fee_mode", "lane_in_flight_max", "rpc_batch_calls_max")

_log = structlog.get_logger(__name__)


class Schema(Enum):
    """What to do about a database that has not the schema of this release."""

    MIGRATE = auto()
    EXPECT = auto()
    """A SQLite file is brought up all the same: it is embedded and has no other operator."""


class House:
    """A gateway: all rooms, joined. It is what the API is made from, and what works."""

    def __init__(
        self,
        settings: Settings,
        deployment: Deployment,
        nodes: Nodes,
        database: Database,
        metrics: CollectorRegistry,
    ) -> None:
        self.settings = settings
        self.deployment = deployment
        self.nodes = nodes
        self.database = database
        self.clock: Callable[[], datetime] = utc_now
        self.document_key = settings.document_key.get_secret_value().encode()
        # Sealing cursors needs a key that all replicas share, and no setting of its own.
        self.cursor_key = hmac.digest(self.document_key, b"receipts-ledger page cursors", "sha256")
        self.public_url = settings.public_url or None
        self.body_bytes_max = settings.body_bytes_max
        self.lag_blocks_max = settings.lag_blocks_max
        self.queue_acts_max = settings.queue_acts_max
        self.streams_max = settings.streams_max
        self.streams_per_party_max = settings.streams_per_party_max
        self.profiles = Profiles.shipped()
        self.statements = Statements(deployment.signing_domain())
        self._rooms = [_Rooms(nodes.rpc_at(place), deployment) for place in range(len(nodes))]
        self.lanes = StoredLanes(database)
        self.keystores = StoredKeystores(database, clock=self.clock)
        self.kept_keys = KeptKeys(
            self.keystores,
            Vault(
                settings.keystore_secret.get_secret_value(),
                work_factor=settings.keystore_work_factor,
            ),
        )
        self.webhooks = Webhooks(
            WebhookSecrets(self.kept_keys), Targets(settings.webhook_networks_allowed)
        )
        self.intake = Intake(self.statements, self, self.kept_keys, clock=self.clock)
        origin = deployment.origin()
        self.certifier = Certifier(
            LedgerName(origin.chain_id, origin.contract, origin.code_hash), self.prove
        )
        self.metrics = metrics
        self._taken_back = Counter(
            "ledger_index_blocks_taken_back",
            "Blocks that this process took back, because the chain has others.",
            registry=metrics,
        )
        self.access = self._guards()

    def node_head(self) -> int:
        """Return the number of the node's latest block, within seconds. Raises Retryable."""
        return self.nodes.head()

    def simulate(self, wire: bytes) -> Refused | None:
        """Ask the contract about an act, on the first node that answers. Raises Retryable."""
        return self.nodes.ask(lambda place: self._rooms[place].judge.simulate(wire))

    def simulate_all(self, wires: Sequence[bytes]) -> Sequence[Refused | Retryable | None]:
        """Ask the contract about several acts, on the first node that answers."""
        return self.nodes.ask(lambda place: self._rooms[place].judge.simulate_all(wires))

    def acts_sent(self, tx_hashes: Sequence[Hash32]) -> Mapping[Hash32, Sequence[ActOnRecord]]:
        """Return the acts in transactions, as the first node that answers has them."""
        return self.nodes.ask(lambda place: self._rooms[place].sent.of(tx_hashes))

    def prove(self, receipt_id: ReceiptId, at: BlockRef, changes: Sequence[Change]) -> Proof:
        """Have a receipt proved by the first node that answers. Raises Refused, Retryable."""
        return self.nodes.ask(
            lambda place: self._rooms[place].proofs.prove(receipt_id, at, changes)
        )

    @property
    def rpc(self) -> Rpc:
        """The node that is asked now."""
        return self.nodes.rpc

    @property
    def indexer(self) -> Indexer:
        """What reads the chain into the database, from the node that is asked now."""
        return self._indexers[self.nodes.place]

    def relayer(self, place: int | None = None) -> Relayer:
        """Return what carries acts to the ledger, by one node: else the one asked now."""
        rooms = self._rooms[self.nodes.place if place is None else place]
        return Relayer(
            node=rooms.node,
            judge=rooms.judge,
            queue=StoredQueue(self.database, clock=self.clock),
            lanes=self.lanes,
            transactions=StoredTransactions(self.database, clock=self.clock),
            payers=self._payers,
            fees=fee_policy(self.settings),
            clock=self.clock,
            pace=Pace(
                resend_seconds=self.settings.relay_resend_seconds,
                replace_seconds=self.settings.relay_replace_seconds,
            ),
        )

    def resume_index(self) -> Cursor:
        """Lift the halt of the index, once its reason is gone."""
        cursor = self.indexer.start()
        return cursor if cursor.halted_reason is None else self._index.resume(cursor)

    def resume_lane(self, address: Address) -> Lane:
        """Put a paused lane to work again, once its reason is gone. Raises NotFound."""
        self.lanes.lane(address)
        if self.keystores.find(address) is None:
            raise NotFound("kept key of lane", "0x" + address.hex())
        return self.relayer().resume(address)

    @contextmanager
    def working(self, told: Told | None = None) -> Iterator[Worker]:
        """Index and relay in threads of this process until the block ends.

        With what is told of an entry of the feed, deliver webhooks too.

        Raises Fatal when another process works on the same SQLite file.
        """
        _log.info(
            "settings of the chain",
            **{
                name: f"{getattr(self.settings, name)} ({origin_of(self.settings, name)})"
                for name in _OF_CHAIN
            },
        )
        with sole_worker(self.settings.database_url) as is_alone:
            if is_alone:
                self._leases.clear()
            self._make_lanes()
            deliveries = [] if told is None else self._deliveries(told)
            with Worker([*self._loops(), *deliveries], self._leases, holder=_holder()) as worker:
                yield worker

    def keep_lane(self, private_key: bytes) -> Address:
        """Take a paying key in, and return its address."""
        address = self.kept_keys.keep(None, private_key)
        self._open_lane(address)
        return address

    def retire_lane(self, address: Address) -> int:
        """End a lane: it takes nothing new, and once nothing is under way its key is forgotten.

        Returns how many of its transactions are still under way; the key is kept for them.
        Raises NotFound.
        """
        self.lanes.retire(address)
        under_way = self.lanes.under_way(address)
        if not under_way:
            self.kept_keys.forget_lane(address)
        return under_way

    def rotate_keystore_secret(self, new_secret: str) -> int:
        """Lock all kept keys with another secret, all or none, and return how many they are."""
        new = Vault(new_secret, work_factor=self.settings.keystore_work_factor)
        return self.kept_keys.rotate(new)

    def keep_key(self, party_id: PartyId, private_key: bytes | None) -> Address:
        """Keep a party's key, a new one where none is given, and return its address."""
        if private_key is None:
            return self.kept_keys.keep_new(party_id)
        return self.kept_keys.keep(party_id, private_key)

    def make_api_token(
        self,
        party_id: PartyId | None,
        label: str,
        *,
        expires_at: datetime | None,
        scopes: frozenset[Scope] = frozenset(Scope),
    ) -> ApiToken:
        """Make an api token for a party, or for the operator where there is none."""
        with self.database.writing() as writer:
            return api_tokens.create(
                writer,
                party_id=party_id,
                label=label,
                now=self.clock(),
                expires_at=expires_at,
                scopes=scopes,
            )

    def api_tokens(self) -> Sequence[Found]:
        """Return the api tokens and sessions that are alive."""
        with self.database.reading() as reader:
            return api_tokens.every(reader, now=self.clock())

    def revoke_api_token(self, api_token_id: str) -> None:
        """End an api token. Raises NotFound when there is none that is alive."""
        with self.database.writing() as writer:
            if not api_tokens.revoke(writer, api_token_id, self.clock()):
                raise NotFound("living api token", api_token_id)

    def lane_funds(self) -> list[LaneFunds]:
        """Ask the node what each lane can pay now."""
        return self.nodes.ask(lambda place: self._funds.look(self._rooms[place].node))

    def forget(self) -> bool:
        """Delete some answers that are older than is promised. True when there may be more."""
        kept = timedelta(hours=self.settings.idempotency_keep_hours)
        with self.database.writing() as writer:
            count = idempotency.forget_before(writer, self.clock() - kept)
        return count == idempotency.FORGOTTEN_AT_ONCE

    def close(self) -> None:
        """Write down what was read, and close the connections to the database."""
        try:
            self.access.read_log.close()
        except LedgerError as error:
            _log.error("reads not written down", reason=str(error))
        self.database.close()

    def _guards(self) -> Access:
        settings = self.settings
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        place = Place(
            settings.public_url or f"http://{host}:{settings.port}", self.deployment.chain_id
        )
        return Access(
            logins=Logins(
                StoredLogins(self.database),
                Wallets(),
                place,
                seal_key=hmac.digest(self.document_key, b"receipts-ledger log-ins", "sha256"),
                session_seconds=settings.session_seconds,
                clock=self.clock,
            ),
            rates=Rates.of(
                reads_per_second=settings.rate_reads_per_second,
                writes_per_second=settings.rate_writes_per_second,
                subjects_per_second=settings.rate_writes_per_subject_per_second,
                logins_per_minute=settings.rate_logins_per_minute,
            ),
            read_log=ReadLog(StoredReads(self.database), clock=self.clock),
            hsts_seconds=settings.hsts_seconds,
        )

    @cached_property
    def _index(self) -> StoredIndex:
        return StoredIndex(self.database, read_reason=refusals.decode, clock=self.clock)

    @property
    def _node(self) -> RelayNode:
        return self._rooms[self.nodes.place].node

    @cached_property
    def _indexers(self) -> list[Indexer]:
        # One for each node, so that no step can take one block from here and one from there.
        return [
            Indexer(
                ChainReader(rooms.rpc, self.deployment),
                self._index,
                origin=self.deployment.origin(),
                finality=Finality.parse(self.settings.finality),
            )
            for rooms in self._rooms
        ]

    @cached_property
    def _funds(self) -> Funds:
        return Funds(
            self.lanes,
            fee_policy(self.settings),
            least_wei=self.settings.lane_funds_min_wei,
            transactions_min=self.settings.lane_funds_transactions_min,
            clock=self.clock,
        )

    @cached_property
    def _leases(self) -> StoredLeases:
        return StoredLeases(self.database, clock=self.clock)

    def _loops(self) -> list[Loop]:
        relayers = [self.relayer(place) for place in range(len(self.nodes))]
        halts = Troubles(lambda reason: _log.error("index halted", reason=reason))
        relay_troubles = Troubles(lambda reason: _log.warning("relay troubled", reason=reason))

        taken_back = self._taken_back

        def index() -> bool:
            self.nodes.look_around()
            with self.nodes.step() as place:
                progress = self._indexers[place].step()
            block = progress.cursor.block.number
            if progress.outcome is Outcome.ROLLED_BACK:
                taken_back.inc()
                _log.warning("block taken back", block=block + 1)
            elif progress.outcome is Outcome.ADVANCED:
                _log.debug("blocks indexed", block=block)
            is_halted = progress.outcome is Outcome.HALTED
            halts.of_step([str(progress.cursor.halted_reason)] if is_halted else [])
            return progress.outcome in (Outcome.ADVANCED, Outcome.ROLLED_BACK)

        def relay() -> bool:
            with self.nodes.step() as place:
                done = relayers[place].step()
            relay_troubles.of_step(done.troubles)
            # Few large blocks cost node and index less than many small ones.
            return done.is_pressing

        low_funds = Troubles(lambda reason: _log.warning("low funds", reason=reason))

        def funds() -> bool:
            with self.nodes.step() as place:
                low_funds.of_step(self._funds.step(self._rooms[place].node))
            return False

        return [
            Loop("funds", funds, _FUNDS_POLL_SECONDS),
            Loop("index", index, self.settings.index_poll_seconds),
            Loop("relay", relay, self.settings.relay_poll_seconds),
            Loop("forget", self.forget, _FORGET_POLL_SECONDS),
        ]

    def deliver(self, told: Told) -> Deliver:
        """Return what delivers webhooks."""
        timeout_seconds = self.settings.webhook_timeout_seconds
        return Deliver(
            StoredOutbox(self.database, told, clock=self.clock),
            self.webhooks.secrets,
            HttpPost(self.webhooks.targets, timeout_seconds=timeout_seconds),
            clock=self.clock,
            disable_after=timedelta(hours=self.settings.webhook_disable_hours),
            # To resolve, connect and hear an answer.
            claim_seconds=3 * timeout_seconds + 5,
        )

    def _deliveries(self, told: Told) -> list[Loop]:
        # Several beside one another: a slow receiver must not keep others waiting.
        return [
            Loop(f"deliver {number}", self.deliver(told).step, _DELIVER_POLL_SECONDS)
            for number in range(_DELIVERIES_AT_ONCE)
        ]

    def _payers(self) -> Sequence[LaneKey]:
        has_base_fee = self.settings.fee_mode == "eip1559"
        kind = TransactionType.FEE_MARKET if has_base_fee else TransactionType.LEGACY
        return [
            LaneKey(private_key, self.deployment.chain_id, self.deployment.address, kind)
            for private_key in self.kept_keys.lane_keys().values()
        ]

    def _make_lanes(self) -> None:
        kept = self.kept_keys.lane_keys()
        for address in kept:
            self._open_lane(address)
        retired = [lane for lane in self.lanes.every() if lane.is_retired]
        for _ in range(len(kept) - len(retired), self.settings.lanes_min):
            address = self.kept_keys.keep_new(None)
            self._open_lane(address)
            _log.info("new lane", address="0x" + address.hex(), hint="give it funds, if gas costs")

    def _open_lane(self, address: Address) -> None:
        self.lanes.add(
            address,
            next_nonce=self._node.nonce_of(address),
            in_flight_max=self.settings.lane_in_flight_max,
        )


class _Rooms:
    """What is there once for each node."""

    def __init__(self, rpc: Rpc, deployment: Deployment) -> None:
        self.rpc = rpc
        self.node = RelayNode(rpc)
        self.judge = Contract(rpc, deployment.address)
        self.sent = SentActs(rpc, deployment)
        self.proofs = ReceiptProofs(rpc, deployment)


def open_house(settings: Settings, schema: Schema = Schema.EXPECT) -> House:
    """Return the gateway of these settings, all checked.

    Raises Fatal that says what is not as it should be, Retryable when node or database are
    away.
    """
    deployment = Deployment.read(settings.deployment)
    metrics = CollectorRegistry()
    nodes = _nodes(settings, deployment, metrics)
    nodes.start()
    database = Database.open(settings.database_url)
    try:
        _bring_up(database, settings.database_url, schema)
        house = House(settings, deployment, nodes, database, metrics)
        house.kept_keys.check()
        house.indexer.start()
        _expect_document_key(house)
    except BaseException:
        database.close()
        raise
    return house


def set_up_logs(settings: Settings) -> None:
    """Log to standard error, as the settings say. Standard output is for answers."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=False)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def utc_now() -> datetime:
    """Return the time of day."""
    return datetime.now(UTC)


def _nodes(settings: Settings, deployment: Deployment, metrics: CollectorRegistry) -> Nodes:
    errors = Counter(
        "ledger_rpc_errors", "Errors of nodes, by class.", ["node", "kind"], registry=metrics
    )
    faults = Counter(
        "ledger_rpc_node_faults",
        "Times that a node contradicted itself (inconsistent), or was left for another.",
        ["node", "reason"],
        registry=metrics,
    )

    def told(node: str, reason: str, words: str) -> None:
        faults.labels(node, reason).inc()
        if words and len(settings.rpc_urls) > 1:
            _log.warning("node left", node=node, reason=reason, words=words)

    def rpc(url: str) -> Rpc:
        made = Rpc(
            url,
            timeout_seconds=settings.rpc_timeout_seconds,
            batch_calls_max=settings.rpc_batch_calls_max,
            told=lambda kind: errors.labels(made.name, kind).inc(),
        )
        return made

    def check(node: Rpc) -> None:
        if len(settings.rpc_urls) > 1 and is_still_reading(node, deployment):
            raise NodeAway(
                f"the node at {node.name} has not read as far as the ledger's first block"
            )
        verify(node, deployment)

    nodes = [rpc(url) for url in settings.rpc_urls]
    for node in nodes:
        # Monitoring sees a count rise only from one that it saw before: the first lie too.
        faults.labels(node.name, INCONSISTENT)
    return Nodes(nodes, check=check, told=told)


def _expect_document_key(house: House) -> None:
    if not is_key_of_ledger(house.database, house.document_key):
        about = Settings.model_fields["document_key"].description
        raise Fatal(f"{PREFIX}DOCUMENT_KEY: the ledger of this database has another one ({about})")


def _bring_up(database: Database, url: str, schema: Schema) -> None:
    if migrate.at_head(database.engine):
        return
    migrate.expect_no_later(database.engine)
    if schema is Schema.EXPECT and database.engine.dialect.name != "sqlite":
        raise Fatal(
            "the database has not the schema of this release: run receipts-ledger migrate, once, "
            "while no other release works on it"
        )
    migrate.upgrade(url)


def fee_policy(settings: Settings) -> FeePolicy:
    """Return what lanes offer for gas."""
    match settings.fee_mode:
        case "eip1559":
            return FeeMarket(
                tip_wei=settings.fee_tip_wei,
                cap_wei=settings.fee_cap_wei,
                bump_per_mille=settings.fee_bump_per_mille,
            )
        case "legacy":
            return LegacyPrice(
                price_wei=settings.fee_price_wei,
                cap_wei=settings.fee_cap_wei,
                bump_per_mille=settings.fee_bump_per_mille,
            )
        case "zero":
            return NoFee()


def _holder() -> str:
    return f"{socket.gethostname()[:32]}/{os.getpid()}/{secrets.token_hex(4)}"
