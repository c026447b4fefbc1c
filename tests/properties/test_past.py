"""Random histories looked back on: index, chain, and what the index said when it was the present.

After every block the projections are kept. Then, for any of these blocks, what the stored events
say of it and what a replay of the chain that stops there says of it have to be the same, row for
row; and books and stocks have to come out of both as one.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.chain.records import LedgerRecords
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.block import BlockRef
from receipts_ledger.domain.books import Book, Books, Capacity, uneven
from receipts_ledger.domain.ids import PoolId
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.party import Admit
from receipts_ledger.domain.stock import Step
from receipts_ledger.services.audit.trust import ON_ONE_WORD
from receipts_ledger.services.past.replaying import Past, replayed
from receipts_ledger.services.past.stock import StockBook
from receipts_ledger.services.past.traced import Traced
from receipts_ledger.store.reads import past_books, past_states, past_stock
from receipts_ledger.store.reads.past_events import end_of
from receipts_ledger.store.tables import parties, party_keys, pools, receipts
from receipts_ledger.store.units import Database, Reader
from tests.properties.random_acts import (
    COMMITMENT,
    IDEAS,
    Idea,
    propose,
)
from tests.support.cast import (
    BANK_A,
    BANK_B,
    GUARDIAN,
    REGISTRAR,
    TRADER_B,
    WAREHOUSE_A,
    WAREHOUSE_B,
)
from tests.support.indexing import events_on_chain, folded, indexer, rows_of
from tests.support.ledger_on_chain import FOREVER, LedgerOnChain

EXAMPLES = 12
RELAYS_MAX = 14
ACTS_A_RELAY_MAX = 3
REPLAYS = 3

Rows = Mapping[str, list[tuple[Any, ...]]]


class Hindsight:
    """A ledger on a chain, its index, and what the index said after each block."""

    def __init__(self, chain: LedgerOnChain, database: Database) -> None:
        self.chain = chain
        self.database = database
        self.said: dict[int, Rows] = {}
        self._indexer = indexer(chain, database)
        self._reader = ChainReader(chain.rpc, chain.deployment)

    def remember(self) -> None:
        """Index what is new, and keep what the projections say now."""
        self._indexer.catch_up()
        number = int(self.chain.rpc.call("eth_blockNumber", []), 16)
        self.said[number] = rows_of(self.database, receipts, pools, parties, party_keys)

    def replay(self, number: int, onlooker: Any) -> Past[Any]:
        """Replay the chain up to a block."""
        at = self._reader.ref(number)
        assert at is not None
        past = replayed(
            LedgerRecords(self.chain.rpc, self.chain.deployment, self._reader),
            first_block=self.chain.deployment.block_number,
            at=BlockRef(at.number, at.hash),
            trust=ON_ONE_WORD,
            onlooker=onlooker,
        )
        assert past.report.findings == []
        return past

    def compare_index(self, number: int) -> None:
        """Hold the stored events of a block against what the projections said."""
        said = self.said[number]
        with self.database.reading() as reader:
            for table, past in ((receipts, past_states.receipt), (pools, past_states.pool)):
                for row in said[table.name]:
                    assert _values(table, past(reader, row[0], number)) == row
            for row in said[parties.name]:
                found = past_states.party(reader, row[0], number)
                assert found is not None
                assert _values(parties, found[0]) == row
                keys = [key for key, owner, *_ in said[party_keys.name] if owner == row[0]]
                assert found[1] == sorted(keys)
            self._compare_books(reader, number)

    def _compare_books(self, reader: Reader, number: int) -> None:
        word_at = list(receipts.c.keys()).index("word")
        words = {row[0]: row[word_at] for row in self.said[number][receipts.name]}
        for capacity in Capacity:
            for member in (BANK_A, BANK_B, TRADER_B, WAREHOUSE_A, WAREHOUSE_B):
                expected = Book.of(member.party, capacity, words.items())
                assert past_books.book(reader, member.party, capacity, number) == expected

    def compare_chain(self, number: int) -> None:
        """Hold a replay that stops at a block against what the projections said."""
        said = self.said[number]
        past = self.replay(number, Traced)
        for table, traced in (
            (receipts, past.onlooker.receipt),
            (pools, past.onlooker.pool),
            (parties, past.onlooker.party),
        ):
            key, *columns = table.c.keys()
            for row in said[table.name]:
                assert traced(row[0]) == dict(zip(columns, row[1:], strict=True)), key
        assert len(past.ledger.receipts) == len(said[receipts.name])
        assert len(past.ledger.pools) == len(said[pools.name])
        assert len(past.ledger.parties) == len(said[parties.name])
        assert {key: owner for key, owner, *_ in said[party_keys.name]} == past.ledger.keys
        books = Books.of(past.ledger.receipts)
        assert list(uneven(books, past.ledger.pools, past.ledger.receipts)) == []

    def compare_stock(self, number: int) -> None:
        """Hold the steps of each pool's stock, by pages of the index, against the chain's."""
        for pool in [row[0] for row in self.said[number][pools.name]]:
            past = self.replay(number, lambda ledger, pool=pool: StockBook(ledger, pool))
            of_chain = [(each.log_index, each.event, each.step) for each in past.onlooker.steps]
            with self.database.reading() as reader:
                for limit in (3, 1_000):
                    assert list(_steps(reader, pool, number, limit)) == of_chain
            assert all(step.breaches == () for _, _, step in of_chain)


def _values(table: Any, row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in table.columns.keys())  # noqa: SIM118


def _steps(
    reader: Reader, pool: PoolId, number: int, limit: int
) -> Iterator[tuple[int, str, Step]]:
    after: past_stock.StockAt | None = past_stock.StockAt()
    while after is not None:
        page = past_stock.page(reader, pool, after, end_of(number), limit=limit)
        for logged, step in page.steps:
            yield logged.log_index, type(logged.event).__name__, step
        after = page.then


@pytest.fixture(scope="module")
def start(
    tmp_path_factory: pytest.TempPathFactory, migrated_sqlite: bytes
) -> Iterator[tuple[LedgerOnChain, Path]]:
    """A ledger with the cast and receipts in two pools, and its index as it then stands."""
    folder = tmp_path_factory.mktemp("past")
    with anvil() as node:
        chain = LedgerOnChain(Rpc(node.url))
        chain.admit_cast()
        guardian = Admit(GUARDIAN.party, GUARDIAN.role, GUARDIAN.address, COMMITMENT, FOREVER)
        chain.do(guardian, REGISTRAR, GUARDIAN)
        plain = chain.open_pool(WAREHOUSE_A, 0, capacity=10**6, attested=500_000)
        other = chain.open_pool(WAREHOUSE_B, 0, capacity=10**6, attested=500_000)
        first, second, third = chain.issue(plain, 3)
        chain.issue(other, 2, holder=TRADER_B, warehouse=WAREHOUSE_B)
        chain.pledge(first, BANK_A)
        chain.pledge(second, BANK_B, due_in_days=0)
        chain.pledge(third, BANK_A)
        chain.let_days_pass(1)
        (folder / "start.db").write_bytes(migrated_sqlite)
        database = Database.open(f"sqlite:///{folder / 'start.db'}")
        indexer(chain, database).catch_up()
        database.close()
        yield chain, folder


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    print_blob=True,
)
@given(
    history=st.lists(
        st.tuples(
            st.lists(IDEAS, min_size=1, max_size=ACTS_A_RELAY_MAX),
            st.sampled_from([0] * 9 + [1, 25]),
        ),
        min_size=6,
        max_size=RELAYS_MAX,
    ),
    places=st.lists(st.integers(0, RELAYS_MAX), min_size=REPLAYS, max_size=REPLAYS),
)
def test_past_is_what_it_was_when_it_was_the_present(
    start: tuple[LedgerOnChain, Path],
    history: list[tuple[list[Idea], int]],
    places: list[int],
) -> None:
    chain, folder = start
    (folder / "ledger.db").write_bytes((folder / "start.db").read_bytes())
    database = Database.open(f"sqlite:///{folder / 'ledger.db'}")
    snapshot = chain.rpc.call("evm_snapshot")
    try:
        hindsight = Hindsight(chain, database)
        hindsight.remember()
        twin = folded(events_on_chain(chain))
        for ideas, days_later in history:
            if days_later:
                chain.let_days_pass(days_later)
            _relay(chain, ideas, twin)
            twin = folded(events_on_chain(chain))
            hindsight.remember()
        blocks = sorted(hindsight.said)
        for number in blocks:
            hindsight.compare_index(number)
        for number in {blocks[place % len(blocks)] for place in places}:
            hindsight.compare_chain(number)
        hindsight.compare_stock(blocks[places[0] % len(blocks)])
    finally:
        chain.rpc.call("evm_revert", [snapshot])
        database.close()
        for left in folder.glob("ledger.db*"):
            left.unlink()


def _relay(chain: LedgerOnChain, ideas: list[Idea], twin: Ledger) -> None:
    proposals = [propose(idea, twin, chain.today) for idea in ideas]
    signed = [chain.sign(one.act, *one.signers) for one in proposals]
    assert chain.relay(*signed)["status"] == "0x1"
