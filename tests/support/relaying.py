"""A relayer, an index and a node of a test's own, and acts put into the queue by hand."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import func, select, update

from receipts_ledger.chain import keys, refusals
from receipts_ledger.chain.contract import Contract
from receipts_ledger.chain.deployment import Deployment
from receipts_ledger.chain.fees import FeeMarket
from receipts_ledger.chain.local_node import DEVELOPER_KEYS
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.relaying import LaneKey, RelayNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.transactions import TransactionType
from receipts_ledger.chain.wire import encode
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.consent import needed
from receipts_ledger.domain.finality import Finality
from receipts_ledger.domain.ids import Address, ReceiptId
from receipts_ledger.domain.lane import ActId, Transaction
from receipts_ledger.domain.pending import ActStatus, PendingAct, consents_of, receipts_of
from receipts_ledger.services.index import Indexer
from receipts_ledger.services.relay.decide import Pace
from receipts_ledger.services.relay.ports import FeePolicy, Judge, Node
from receipts_ledger.services.relay.relayer import Relayed, Relayer
from receipts_ledger.store.acts import StoredActs
from receipts_ledger.store.index import StoredIndex
from receipts_ledger.store.lanes import StoredLanes
from receipts_ledger.store.queue import StoredQueue
from receipts_ledger.store.tables import (
    acts,
    pledge_slots,
    relay_attempts,
    relay_transactions,
)
from receipts_ledger.store.tables import refusals as refusals_table
from receipts_ledger.store.transactions import StoredTransactions
from receipts_ledger.store.units import Database
from tests.support.cast import BANK_A, TRADER_A, WAREHOUSE_A, Member
from tests.support.ledger_on_chain import LedgerOnChain

GWEI = 10**9
LANE_KEY = DEVELOPER_KEYS[2]
OTHER_LANE_KEY = DEVELOPER_KEYS[3]
AT_ONCE = Pace(resend_seconds=0, replace_seconds=0, foreign_seconds=0)
PATIENT = Pace(resend_seconds=0, replace_seconds=10**6, foreign_seconds=0)
FEES = FeeMarket(tip_wei=GWEI, cap_wei=10_000 * GWEI)
_NAMES = UUID("6b9e4a43-7a0a-4d0e-8a0c-7d3b6f0f7b11")


class TestClock:
    """The time of day, which a test may put forward. It never stands still."""

    __test__ = False

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, seconds: float) -> None:
        self._ahead += timedelta(seconds=seconds)


@dataclass
class Bench:
    """One ledger, one database, and what relays between them. Blocks come when asked for."""

    ledger: LedgerOnChain
    database: Database
    clock: TestClock = field(default_factory=TestClock)

    def __post_init__(self) -> None:
        self.rpc = self.ledger.rpc
        self.lanes = StoredLanes(self.database)
        self.queue = StoredQueue(self.database, clock=self.clock)
        self.transactions = StoredTransactions(self.database, clock=self.clock)
        self.index = StoredIndex(self.database, read_reason=refusals.decode, clock=self.clock)
        self.indexer = index_of(self.rpc, self.ledger.deployment, self.database)

    def lane_key(self, private_key: bytes = LANE_KEY) -> LaneKey:
        deployment = self.ledger.deployment
        kind = TransactionType.FEE_MARKET
        return LaneKey(private_key, deployment.chain_id, deployment.address, kind)

    def add_lane(self, private_key: bytes = LANE_KEY, *, in_flight_max: int = 16) -> Address:
        address = keys.address_of_private_key(private_key)
        nonce = RelayNode(self.rpc).nonce_of(address)
        self.lanes.add(address, next_nonce=nonce, in_flight_max=in_flight_max)
        return address

    def judge(self) -> Contract:
        return Contract(self.rpc, self.ledger.deployment.address)

    def relayer(
        self,
        *private_keys: bytes,
        pace: Pace = PATIENT,
        node: Node | None = None,
        judge: Judge | None = None,
        fees: FeePolicy = FEES,
    ) -> Relayer:
        return Relayer(
            node=node or RelayNode(self.rpc),
            judge=judge or self.judge(),
            queue=self.queue,
            lanes=self.lanes,
            transactions=self.transactions,
            payers=lambda: [self.lane_key(key) for key in private_keys or (LANE_KEY,)],
            fees=fees,
            clock=self.clock,
            pace=pace,
        )

    def enqueue(self, act: Act, *signers: Member) -> ActId:
        """Put an act into the queue as if intake had let it pass, signed by these alone."""
        digest = self.ledger.digester.digest(act)
        words = {
            receipt: self.ledger.word("receiptWord(uint64)", receipt)
            for receipt in receipts_of(act)
        }
        now = self.clock()
        pending = PendingAct(
            act_id=str(uuid5(_NAMES, digest.hex())),
            act=act,
            digest=digest,
            statement=encode(act, ()),
            status=ActStatus.DRAFT,
            consents=consents_of(needed(act, words)),
            created_by=None,
            created_at=now,
            updated_at=now,
        )
        for position, signer in enumerate(signers):
            signature = keys.sign(signer.private_key, digest)
            pending = pending.signed([position], signer.address, signature, now)
        with self.database.writing() as writer:
            stored = StoredActs(writer, read_statement=lambda _: act)
            stored.add(pending, ())
            stored.put_signatures(pending)
            stored.settle(pending.act_id, ActStatus.SIGNED, None, now)
        return ActId(pending.act_id)

    def enqueue_pledge(self, receipt: ReceiptId, bank: Member = BANK_A) -> ActId:
        act = self.ledger.pledge_act(receipt, bank)
        return self.enqueue(act, TRADER_A, WAREHOUSE_A, bank)

    def enqueue_pledge_until(self, receipt: ReceiptId, *, seconds: int) -> ActId:
        """Enqueue a pledge whose deadline is so many seconds after the latest block."""
        head = self.rpc.call("eth_getBlockByNumber", ["latest", False])
        deadline = int(head["timestamp"], 16) + seconds
        act = replace(self.ledger.pledge_act(receipt), deadline=deadline)
        return self.enqueue(act, TRADER_A, WAREHOUSE_A, BANK_A)

    def take_slot(self, receipt: ReceiptId, act_id: ActId) -> None:
        with self.database.writing() as writer:
            writer.insert(pledge_slots, receipt_id=receipt, act_id=act_id, taken_at=self.clock())

    def slots(self) -> list[int]:
        with self.database.reading() as reader:
            return list(reader.scalars(select(pledge_slots.c.receipt_id)))

    def refusal_of(self, act_id: ActId) -> dict[str, Any]:
        """Return what the act says of its refusal."""
        with self.database.reading() as reader:
            refusal: dict[str, Any] = reader.scalar(
                select(acts.c.refusal).where(acts.c.act_id == act_id)
            )
        return refusal

    def halt_index(self, reason: str) -> None:
        cursor = self.lanes.cursor()
        assert cursor is not None
        self.index.halt(cursor, reason)

    def stop_mining(self) -> None:
        self.rpc.call("evm_setAutomine", [False])

    def mine(self, count: int = 1) -> None:
        for _ in range(count):
            self.rpc.call("evm_mine")

    def work_off(self, relayer: Relayer, steps_max: int = 200) -> None:
        """Let everybody work until the relayer finds nothing more to do."""
        for _ in range(steps_max):
            self.indexer.catch_up()
            has_advanced = relayer.step().has_advanced
            if not has_advanced and all(stage == "final" for _, _, stage in self.stages()):
                return
            self.mine()
        raise AssertionError(f"not done after {steps_max} steps: {self.stages()}")

    def turn(self, relayer: Relayer, count: int = 1) -> list[Relayed]:
        """Let everybody work once: index, relay, mine, index, relay."""
        done = []
        for _ in range(count):
            self.indexer.catch_up()
            done.append(relayer.step())
            self.mine()
            self.indexer.catch_up()
            done.append(relayer.step())
        return done

    def status(self, act_id: ActId) -> ActStatus:
        with self.database.reading() as reader:
            return ActStatus(reader.scalar(select(acts.c.status).where(acts.c.act_id == act_id)))

    def statuses(self, act_ids: Sequence[ActId]) -> dict[str, int]:
        """Count the acts by status."""
        with self.database.reading() as reader:
            counted = reader.rows(
                select(acts.c.status, func.count())
                .where(acts.c.act_id.in_(act_ids))
                .group_by(acts.c.status)
            )
        return {row[0]: row[1] for row in counted}

    def set_status(self, act_id: ActId, status: ActStatus) -> None:
        with self.database.writing() as writer:
            writer.run(update(acts).where(acts.c.act_id == act_id).values(status=status))

    def refusals(self) -> list[Any]:
        with self.database.reading() as reader:
            return list(reader.rows(select(refusals_table).order_by(refusals_table.c.at)))

    def attempts(self) -> list[Any]:
        with self.database.reading() as reader:
            return list(reader.rows(select(relay_attempts).order_by(relay_attempts.c.created_at)))

    def stages(self) -> list[tuple[int, str, str]]:
        """Return nonce, purpose and stage of all transactions."""
        with self.database.reading() as reader:
            rows = reader.rows(select(relay_transactions).order_by(relay_transactions.c.nonce))
        return [(row.nonce, row.purpose, row.status) for row in rows]

    def open_transactions(self) -> Sequence[Transaction]:
        return self.transactions.unsettled(keys.address_of_private_key(LANE_KEY))

    def events(self, name: str) -> list[dict[str, Any]]:
        """Return the logs of one event from the node."""
        logs: list[dict[str, Any]] = self.rpc.call(
            "eth_getLogs",
            [
                {
                    "address": self.ledger.deployment.contract,
                    "fromBlock": "0x0",
                    "toBlock": "latest",
                    "topics": ["0x" + keys.keccak(name.encode()).hex()],
                }
            ],
        )
        return logs

    def pledges(self) -> int:
        return len(self.events("Pledged(uint64,uint128,bytes32)"))

    def refused_on_chain(self) -> int:
        return len(self.events("ActRefused(bytes32,uint64,bytes)"))

    def transactions_mined(self, private_key: bytes = LANE_KEY) -> int:
        return RelayNode(self.rpc).nonce_of(keys.address_of_private_key(private_key))


def index_of(rpc: Rpc, deployment: Deployment, database: Database) -> Indexer:
    """Return an indexer to which a block is final when the next one is there."""
    return Indexer(
        ChainReader(rpc, deployment),
        StoredIndex(database, read_reason=refusals.decode, clock=TestClock()),
        origin=deployment.origin(),
        finality=Finality.parse("depth:1"),
    )


def away() -> Rpc:
    """Return a node that never answers."""
    return Rpc("http://127.0.0.1:1")
