"""Events as PostgreSQL is given them, in columns and in binary, are those of their rows."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import Text, cast, delete, select

from receipts_ledger.domain.block import LedgerBlock, LoggedEvent
from receipts_ledger.domain.event import Event
from receipts_ledger.domain.ids import Hash32, ReceiptId
from receipts_ledger.domain.pledge import Pledged, Released
from receipts_ledger.store import event_rows
from receipts_ledger.store.blocks import event_row
from receipts_ledger.store.tables import events
from receipts_ledger.store.units import Database
from tests.store.test_bodies import EVENTS, HASH

# Every byte stands in one of them, those too that a form would take for a place of its own.
HASHES = [Hash32(bytes(range(start, start + 32))) for start in range(0, 256, 32)]


@pytest.fixture
def on_postgresql(postgresql_url: str) -> Iterator[Database]:
    database = Database.open(postgresql_url)
    yield database
    database.close()


def blocks_of(found: Sequence[Event], *, a_transaction: int) -> list[LedgerBlock]:
    """Two blocks, with an empty one between them, of some events a transaction."""
    half = len(found) // 2
    return [
        LedgerBlock(
            number=number,
            hash=HASH,
            parent_hash=HASH,
            timestamp_seconds=1_700_000_000,
            receipts_root=HASH,
            events=tuple(
                LoggedEvent(event, number, place, HASHES[tx % 8], tx)
                for place, event in enumerate(part)
                for tx in [place // a_transaction]
            ),
        )
        for number, part in ((0x25, found[:half]), (0x2525, []), (2**40, found[half:]))
    ]


def assert_written_as_rows(database: Database, blocks: Sequence[LedgerBlock]) -> None:
    """Write blocks both ways and compare what the table then has, bodies as texts."""
    of_table = [column for column in events.c if column is not events.c.body]
    rows = select(*of_table, cast(events.c.body, Text)).order_by(*events.primary_key)
    done: list[int] = []
    with database.writing() as writer:
        event_rows.write(writer, blocks, along=lambda block: done.append(block.number))
        ours = [tuple(row) for row in writer.rows(rows)]
        writer.run(delete(events))
        writer.insert_many(events, [event_row(one) for block in blocks for one in block.events])
        theirs = [tuple(row) for row in writer.rows(rows)]
        writer.run(delete(events))
    assert done == [block.number for block in blocks]
    assert ours == theirs
    assert len(ours) == sum(len(block.events) for block in blocks)


@pytest.mark.parametrize("a_transaction", [1, 3, 1_000])
def test_events_of_all_kinds_are_written_as_their_rows(
    on_postgresql: Database, a_transaction: int
) -> None:
    by_kind = [[event, event] for event in EVENTS]
    found = [event for pair in by_kind for event in pair]
    assert_written_as_rows(on_postgresql, blocks_of(found, a_transaction=a_transaction))


def test_portfolios_of_receipts_of_any_number_are_written_as_their_rows(
    on_postgresql: Database,
) -> None:
    numbers = [0, 9, 10, 99, 37, 2**31, 2**63 - 1, 2**63, 2**64 - 1]
    together = [number for number in numbers for _ in range(3)]
    found: list[Event] = []
    for kind in (Pledged, Released):
        for place, number in enumerate((*numbers, *together)):
            word = (0, 37, 2**127, 2**128 - 1)[place % 4]
            found.append(kind(ReceiptId(number), word, HASHES[place % 8]))

    for a_transaction in (2, 3, 100):
        assert_written_as_rows(on_postgresql, blocks_of(found, a_transaction=a_transaction))


def test_page_without_events_writes_none(on_postgresql: Database) -> None:
    (block, *_) = blocks_of((), a_transaction=1)
    assert_written_as_rows(on_postgresql, [block, replace(block, number=38)])
