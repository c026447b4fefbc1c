"""The feed is written by runs and shown by entries: nobody who reads it can tell."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update

from receipts_ledger.domain.block import LedgerBlock, LoggedEvent
from receipts_ledger.domain.finality import MinFinality
from receipts_ledger.domain.ids import Hash32, ReceiptId
from receipts_ledger.domain.receipt import ClaimNoted
from receipts_ledger.store import blocks, event_rows, feed, migrate
from receipts_ledger.store.reads.feed import Entry, last_seq, page
from receipts_ledger.store.tables import cursor
from receipts_ledger.store.tables import feed as feed_table
from receipts_ledger.store.units import Database

AT = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
EVENTS_MANY = 10_000
# Where the logs of other contracts stand between ours, and where they do not.
SCATTERED = (0, 1, 2, 5, 7, 8)


def block(number: int, log_indexes: Sequence[int], branch: int = 0) -> LedgerBlock:
    """Return a block of claims, each of which tells its place."""
    return LedgerBlock(
        number,
        block_hash(number, branch),
        block_hash(number - 1),
        0,
        Hash32(bytes(32)),
        tuple(
            LoggedEvent(
                ClaimNoted(ReceiptId(1_000 * number + index), branch, Hash32(bytes(32))),
                number,
                index,
                Hash32(index.to_bytes(32)),
                index,
            )
            for index in log_indexes
        ),
    )


def block_hash(number: int, branch: int = 0) -> Hash32:
    return Hash32(bytes([branch]) + number.to_bytes(31))


def append(database: Database, *read: LedgerBlock, now: datetime = AT) -> None:
    with database.writing() as writer:
        blocks.write(writer, read)
        event_rows.write(writer, read, along=_nothing)
        feed.publish(writer, [run for each in read for run in feed.applied(each)], now)


def _nothing(block: LedgerBlock) -> None:
    pass


def take_back(database: Database, gone: LedgerBlock) -> None:
    with database.writing() as writer:
        rows = blocks.event_rows(writer, gone.number)
        feed.keep_payloads(writer, gone.ref(), rows)
        feed.publish(writer, feed.reverted(gone.ref(), rows), AT + timedelta(hours=1))
        blocks.remove(writer, gone.number)


def finalize(database: Database, before: int, last: LedgerBlock) -> None:
    with database.writing() as writer:
        feed.publish(writer, feed.finalized(writer, before, last.ref()), AT)
        final = {"finalized_number": last.number, "finalized_hash": last.hash}
        writer.run(update(cursor).values(**final))


@pytest.fixture(autouse=True)
def _stands_somewhere(database: Database) -> None:
    with database.writing() as writer:
        writer.insert(
            cursor,
            id=1,
            number=100,
            hash=block_hash(100),
            epoch=1,
            finalized_number=0,
            finalized_hash=block_hash(0),
            updated_at=AT,
        )


@pytest.fixture
def eventful(database: Database) -> Database:
    """A feed in which everything has happened: entries 1 to 29."""
    first, scattered, gone, again = (
        block(1, range(4)),
        block(2, SCATTERED),
        block(3, SCATTERED[:5]),
        block(3, (0, 1, 4), branch=1),
    )
    append(database, first, scattered)
    finalize(database, 0, scattered)
    append(database, gone)
    take_back(database, gone)
    append(database, again, block(4, ()), block(5, range(5, 9)))
    finalize(database, 2, again)
    return database


def entries(
    database: Database,
    after: int = 0,
    limit: int = 1_000,
    finality: MinFinality = MinFinality.MINED,
) -> list[Entry]:
    with database.reading() as reader:
        return page(reader, after=after, limit=limit, finality=finality)


def row_count(database: Database) -> int:
    with database.reading() as reader:
        return int(reader.scalar(select(func.count()).select_from(feed_table)))


def test_everything_is_told_in_order_with_its_own_payload(eventful: Database) -> None:
    told = entries(eventful)
    assert [entry.seq for entry in told] == list(range(1, 30))
    gone = [("applied", 3, index) for index in SCATTERED[:5]]
    assert [(entry.kind, entry.block_number, entry.log_index) for entry in told] == [
        *(("applied", 1, index) for index in range(4)),
        *(("applied", 2, index) for index in SCATTERED),
        ("finalized", 2, None),
        *gone,
        *(("reverted", *place) for _, *place in reversed(gone)),
        *(("applied", 3, index) for index in (0, 1, 4)),
        *(("applied", 5, index) for index in range(5, 9)),
        ("finalized", 3, None),
    ]
    for entry in told:
        if entry.log_index is None:
            assert (entry.event, entry.payload) == (None, None)
            continue
        branch = int(entry.seq in range(22, 25))
        assert entry.block_hash == block_hash(entry.block_number, branch)
        assert entry.event == "ClaimNoted"
        assert entry.payload == {
            "receipt_id": 1_000 * entry.block_number + entry.log_index,
            "word": f"0x{branch:032x}",
            "claim": "0x" + bytes(32).hex(),
            "tx_hash": f"0x{entry.log_index:064x}",
        }


@pytest.mark.parametrize("finality", MinFinality)
def test_every_page_is_a_part_of_the_whole(eventful: Database, finality: MinFinality) -> None:
    whole = entries(eventful, finality=finality)
    for after in range(31):
        for limit in (1, 2, 3, 7, 100):
            behind = [entry for entry in whole if entry.seq > after]
            assert entries(eventful, after, limit, finality) == behind[:limit]


def test_when_final_it_tells_what_stands_and_nothing_else(eventful: Database) -> None:
    told = entries(eventful, finality=MinFinality.FINAL)
    assert [entry.seq for entry in told] == [*range(1, 11), 22, 23, 24]
    with eventful.reading() as reader:
        assert last_seq(reader, MinFinality.FINAL) == 24
        assert last_seq(reader, MinFinality.MINED) == 29


def test_what_is_taken_back_keeps_its_number_its_moment_and_what_it_said(
    database: Database,
) -> None:
    gone = block(1, SCATTERED)
    append(database, gone)
    before = entries(database)
    take_back(database, gone)
    after = entries(database)
    assert after[: len(before)] == before
    taken_back = after[len(before) :]
    assert [entry.kind for entry in taken_back] == ["reverted"] * len(before)
    assert [entry.payload for entry in taken_back] == [entry.payload for entry in before[::-1]]


def test_logs_that_follow_one_another_share_a_row(database: Database) -> None:
    append(database, block(1, range(EVENTS_MANY)), block(2, SCATTERED), block(3, ()))
    assert row_count(database) == 1 + 3


def test_a_large_block_is_told_page_by_page(database: Database) -> None:
    append(database, block(1, range(EVENTS_MANY)), block(2, (0,)))
    told: list[Entry] = []
    while following := entries(database, after=len(told), limit=700):
        told += following
    assert told == entries(database, limit=EVENTS_MANY + 2)
    assert [entry.seq for entry in told] == list(range(1, EVENTS_MANY + 2))
    assert [entry.log_index for entry in told] == [*range(EVENTS_MANY), 0]


def test_rows_of_the_release_before_are_runs_of_one(eventful: Database, database_url: str) -> None:
    told = entries(eventful)
    migrate.downgrade(database_url, "0005")
    with eventful.engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM feed ORDER BY seq")).mappings().all()
    # Each entry as that release wrote it.
    assert [
        (row["seq"], row["kind"], row["log_index"], row["event"], row["block_number"])
        for row in rows
    ] == [
        (entry.seq, entry.kind, entry.log_index, entry.event, entry.block_number) for entry in told
    ]
    with_payload = {entry.seq for entry in told[11:21]}
    assert {row["seq"] for row in rows if row["payload"] is not None} == with_payload
    migrate.upgrade(database_url)
    assert row_count(eventful) == len(told)
    assert entries(eventful) == told
    take_back(eventful, block(5, range(5, 9)))
    assert entries(eventful)[: len(told)] == told
