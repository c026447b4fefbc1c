"""What an index keeps in mind from one append to the next, and when it must not trust it."""

from dataclasses import replace

import pytest
from sqlalchemy import update

from receipts_ledger.chain.reader import ChainReader
from receipts_ledger.domain.block import LedgerBlock
from receipts_ledger.domain.cursor import Cursor, CursorMoved
from receipts_ledger.domain.ids import ReceiptId
from receipts_ledger.domain.ledger import Contradiction
from receipts_ledger.services import pages
from receipts_ledger.services.index import Outcome
from receipts_ledger.store import kept
from receipts_ledger.store.index import StoredIndex
from receipts_ledger.store.tables import receipts
from receipts_ledger.store.units import Database
from tests.index.test_indexing import tell_a_story
from tests.support.indexing import (
    derived,
    events_on_chain,
    folded,
    indexer,
    ledger_in,
    stored_index,
)
from tests.support.ledger_on_chain import LedgerOnChain


class Written:
    """Blocks that are written one by one into an index, and what it says of how far it is."""

    def __init__(self, ledger: LedgerOnChain, index: StoredIndex) -> None:
        self.index = index
        self._reader = ChainReader(ledger.rpc, ledger.deployment)
        first = ledger.deployment.block_number
        before = self._reader.ref(first - 1)
        assert before is not None
        self.cursor: Cursor = index.begin(ledger.deployment.origin(), before)

    def new(self) -> list[LedgerBlock]:
        """Return the blocks behind the cursor."""
        return list(self._reader.blocks(self.cursor.block.number + 1, self._reader.head().number))

    def write(self) -> None:
        """Write the blocks behind the cursor, none of them final."""
        for block in self.new():
            self.cursor = self.index.append(self.cursor, [block], None)


@pytest.fixture
def receipt(ledger_on_anvil: LedgerOnChain) -> ReceiptId:
    return ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 1)[0]


@pytest.fixture
def written(ledger_on_anvil: LedgerOnChain, database: Database, receipt: ReceiptId) -> Written:
    """Everything up to the receipt's issue is in the index."""
    begun = Written(ledger_on_anvil, stored_index(database))
    begun.write()
    return begun


def _put_content(database: Database, content: bytes) -> None:
    """Change what no event checks, past the index and its epoch."""
    with database.writing() as writer:
        writer.run(update(receipts).values(content=content))


def _content(database: Database) -> bytes:
    place = list(receipts.c.keys()).index("content")
    (row,) = derived(database)["receipts"]
    return bytes(row[place])


def test_rows_are_not_read_again_while_nobody_else_moves_the_cursor(
    ledger_on_anvil: LedgerOnChain, database: Database, receipt: ReceiptId, written: Written
) -> None:
    content = _content(database)
    _put_content(database, bytes(32))
    ledger_on_anvil.pledge(receipt)
    written.write()
    assert _content(database) == content


def test_rows_are_read_again_after_a_rival_has_moved_the_cursor(
    ledger_on_anvil: LedgerOnChain, database: Database, receipt: ReceiptId, written: Written
) -> None:
    behind = written.cursor
    _put_content(database, bytes(32))
    ledger_on_anvil.pledge(receipt)
    (block,) = written.new()
    rival = stored_index(database)
    after = rival.append(behind, [block], None)
    with pytest.raises(CursorMoved):
        written.index.append(behind, [block], None)
    written.cursor = after
    ledger_on_anvil.release(receipt)
    written.write()
    assert _content(database) == bytes(32)


def test_rows_are_read_again_after_a_block_was_taken_back(
    ledger_on_anvil: LedgerOnChain, database: Database, receipt: ReceiptId, written: Written
) -> None:
    before = derived(database)
    ledger_on_anvil.pledge(receipt)
    (block,) = written.new()
    written.cursor = written.index.append(written.cursor, [block], None)
    after = derived(database)
    written.cursor = written.index.roll_back(written.cursor)
    assert derived(database)["receipts"] == before["receipts"]
    written.cursor = written.index.append(written.cursor, [block], None)
    assert derived(database)["receipts"] == after["receipts"]


def test_rows_are_read_again_where_a_rival_has_come_back_to_the_same_block(
    ledger_on_anvil: LedgerOnChain, database: Database, receipt: ReceiptId, written: Written
) -> None:
    ledger_on_anvil.pledge(receipt)
    (block,) = written.new()
    written.cursor = written.index.append(written.cursor, [block], None)
    rival = stored_index(database)
    written.cursor = rival.append(rival.roll_back(written.cursor), [block], None)
    _put_content(database, bytes(32))
    ledger_on_anvil.release(receipt)
    written.write()
    assert _content(database) == bytes(32)


def test_nothing_is_kept_of_an_append_that_failed(
    ledger_on_anvil: LedgerOnChain, database: Database, receipt: ReceiptId, written: Written
) -> None:
    before = derived(database)
    ledger_on_anvil.pledge(receipt)
    (block,) = written.new()
    # The pledge itself fits; told twice, it contradicts what it has just done.
    again = [one._replace(log_index=one.log_index + 100) for one in block.events]
    twice = replace(block, events=(*block.events, *again))
    with pytest.raises(Contradiction):
        written.index.append(written.cursor, [twice], None)
    assert derived(database) == before
    written.write()
    assert ledger_in(database) == folded(events_on_chain(ledger_on_anvil))


@pytest.mark.parametrize("rows_max", [0, 3])
def test_more_rows_than_may_be_kept_are_read_again(
    ledger_on_anvil: LedgerOnChain,
    sqlite_url: str,
    postgresql_url: str,
    monkeypatch: pytest.MonkeyPatch,
    rows_max: int,
) -> None:
    monkeypatch.setattr(kept, "ROWS_MAX", rows_max)
    monkeypatch.setattr(pages, "PAGE_EVENTS_MAX", 1)
    tell_a_story(ledger_on_anvil)
    for url in (sqlite_url, postgresql_url):
        database = Database.open(url)
        indexer(ledger_on_anvil, database).catch_up()
        assert ledger_in(database) == folded(events_on_chain(ledger_on_anvil))
        database.close()


def test_final_blocks_are_written_together_and_others_page_by_page(
    ledger_on_anvil: LedgerOnChain, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_EVENTS_MAX", 1)
    pool = ledger_on_anvil.open_pool()
    for _ in range(9):
        ledger_on_anvil.issue(pool, 1)
    final = int(ledger_on_anvil.rpc.call("eth_blockNumber"), 16) - 5
    reading = indexer(ledger_on_anvil, database, "depth:5")
    steps = 0
    first = None
    while (progress := reading.step()).outcome is Outcome.ADVANCED:
        first = first or progress.cursor.block.number
        steps += 1
    assert progress.outcome is Outcome.UP_TO_DATE
    assert first == final
    assert steps == 1 + 5
