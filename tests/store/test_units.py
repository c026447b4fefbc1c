"""Units of work: readers cannot write, writers do not trip over one another."""

import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from receipts_ledger.errors import Fatal, Retryable
from receipts_ledger.store.tables import cursor, feed, leases, receipts, undo
from receipts_ledger.store.units import Database
from tests.support.postgres import PostgresCluster

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
HASH = bytes(range(32))


def lease(name: str, epoch: int = 1) -> dict[str, Any]:
    return {"name": name, "holder": "me", "epoch": epoch, "expires_at": AT}


def receipt(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "receipt_id": number,
        "pool_id": number >> 32,
        "serial": number & 0xFFFF_FFFF,
        "status": "open",
        "encumbered": False,
        "in_default": False,
        "frozen": False,
        "paper": False,
        "claimed": False,
        "holder_id": 70_001,
        "pledgee_id": None,
        "version": 1,
        "quantity": 2**40 - 1,
        "storage_day": 3_000,
        "maturity_day": None,
        "word": 2**128 - 1,
        "content": HASH,
        "terms": None,
        "pledged_at_block": None,
        "origin_id": None,
        "block_number": 9,
        "log_index": 0,
        "tx_hash": HASH,
    } | changes


def test_reader_has_no_way_to_write(database: Database) -> None:
    with database.reading() as reader:
        # The type checker says the same: these ignores would be errors if it did not.
        with pytest.raises(AttributeError):
            reader.insert(leases, **lease("a"))  # type: ignore[attr-defined]
        with pytest.raises(AttributeError):
            reader.run(update(leases))  # type: ignore[attr-defined]
        assert not hasattr(reader, "insert_many")


def test_database_refuses_what_a_reader_smuggles_in(database: Database) -> None:
    smuggled = insert(leases).values(**lease("a")).returning(leases.c.name)
    with pytest.raises((DBAPIError, Retryable)), database.reading() as reader:
        reader.rows(smuggled)  # type: ignore[arg-type]
    with database.reading() as reader:
        assert reader.rows(select(leases)) == []


def test_writer_after_a_reader_may_write(database: Database) -> None:
    # SQLite's read-only switch belongs to the connection, and connections are used again.
    for number in range(30):
        with database.reading() as reader:
            assert reader.scalar(select(func.count()).select_from(leases)) == number
        with database.writing() as writer:
            writer.insert(leases, **lease(f"lease {number}"))


def test_unit_that_raises_leaves_nothing_behind(database: Database) -> None:
    def fail_half_way() -> None:
        with database.writing() as writer:
            writer.insert(leases, **lease("a"))
            writer.insert_many(undo, [(1, "pools", {"pool_id": 1}, None)])
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    with database.reading() as reader:
        assert reader.rows(select(leases)) == []
        assert reader.rows(select(undo)) == []


def test_reader_sees_one_moment(database: Database) -> None:
    with database.reading() as reader:
        assert reader.rows(select(leases)) == []
        with database.writing() as writer:
            writer.insert(leases, **lease("a"))
        assert reader.rows(select(leases)) == []
    with database.reading() as reader:
        assert len(reader.rows(select(leases))) == 1


def test_writers_wait_for_one_another(database: Database) -> None:
    with database.writing() as writer:
        writer.insert(leases, **lease("counter", epoch=0))
    failures: list[Exception] = []

    def count() -> None:
        try:
            for _ in range(25):
                with database.writing() as writer:
                    row = writer.first(select(leases).with_for_update())
                    assert row is not None
                    writer.run(update(leases).values(epoch=row.epoch + 1))
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=count) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as reader:
        assert reader.scalar(select(leases.c.epoch)) == 200


def test_new_file_is_opened_by_many_at_once(tmp_path: Path) -> None:
    failures: list[Retryable] = []
    together = threading.Barrier(6)

    def opens(url: str) -> None:
        one = Database.open(url)
        together.wait()
        try:
            with one.writing() as writer:
                writer.scalar(select(1))
        except Retryable as error:
            failures.append(error)
        finally:
            one.close()

    # Each file is new once only, and seldom do all come within the same moment.
    for number in range(60):
        url = f"sqlite:///{tmp_path / f'{number}.db'}"
        threads = [threading.Thread(target=opens, args=(url,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []


def test_taken_key_is_told_apart_from_a_fault(database: Database) -> None:
    with database.writing() as writer:
        assert writer.insert_absent(leases, **lease("a"))
        assert not writer.insert_absent(leases, **lease("a"))
    with pytest.raises(IntegrityError), database.writing() as writer:
        writer.insert(leases, **lease("a"))


def test_state_that_is_none_is_refused_by_the_database(database: Database) -> None:
    with pytest.raises(IntegrityError), database.writing() as writer:
        writer.insert(receipts, **receipt(1 << 32 | 1, status="lost"))


@pytest.mark.parametrize("missing", ["pledgee_id", "maturity_day", "terms", "pledged_at_block"])
def test_row_with_half_a_pledge_is_refused_by_the_database(
    database: Database, missing: str
) -> None:
    pledge = {"pledgee_id": 5, "maturity_day": 2_500, "terms": HASH, "pledged_at_block": 9}
    whole = receipt(1 << 32 | 1, encumbered=True, **pledge)
    with pytest.raises(IntegrityError), database.writing() as writer:
        writer.insert(receipts, **whole | {missing: None})
    with database.writing() as writer:
        writer.insert(receipts, **whole)


@pytest.mark.parametrize("number", [1, 2**63 - 1, 2**63, 2**64 - 1])
def test_widest_numbers_come_back_as_they_went_in(database: Database, number: int) -> None:
    rows = [tuple(receipt(number).values())]
    with database.writing() as writer:
        writer.insert_many(receipts, rows)
        assert [tuple(row) for row in writer.rows(select(receipts))] == rows
        writer.run(receipts.delete())
        writer.insert(receipts, **receipt(number))
        assert [tuple(row) for row in writer.rows(select(receipts))] == rows


@pytest.mark.parametrize("number", [-1, 2**64])
def test_number_that_does_not_fit_is_an_error(database: Database, number: int) -> None:
    with (
        pytest.raises(StatementError, match="no unsigned 64-bit number"),
        database.writing() as writer,
    ):
        writer.insert(receipts, **receipt(1) | {"receipt_id": number})


def test_both_ways_to_insert_write_the_same(database: Database) -> None:
    entry = (1, "applied", 7, HASH, 0, "Issued", {"word": "0x01", "text": 'ü "\\ \n\t'}, 1, AT)
    names = [column.name for column in feed.columns]
    with database.writing() as writer:
        writer.insert_many(feed, [entry])
        writer.insert(feed, **dict(zip(names, (2, *entry[1:]), strict=True)))
        bulk, single = writer.rows(select(feed).order_by(feed.c.seq))
    assert tuple(bulk) == entry
    assert tuple(bulk)[1:] == tuple(single)[1:]


def test_moment_comes_back_in_utc(database: Database) -> None:
    shanghai = timezone(timedelta(hours=8))
    with database.writing() as writer:
        writer.insert(leases, **lease("a") | {"expires_at": AT.astimezone(shanghai)})
        found = writer.scalar(select(leases.c.expires_at))
    assert found == AT
    assert found.utcoffset() == timedelta(0)


def test_moment_without_a_zone_is_an_error(database: Database) -> None:
    with pytest.raises(Exception, match="no time zone"), database.writing() as writer:
        writer.insert(leases, **lease("a") | {"expires_at": AT.replace(tzinfo=None)})


def test_hash_of_another_length_is_an_error(database: Database) -> None:
    with pytest.raises(Exception, match="31 bytes where 32 belong"), database.writing() as writer:
        writer.insert(receipts, **receipt(1) | {"content": HASH[:31]})


def test_second_cursor_is_refused_by_the_database(database: Database) -> None:
    row = {
        "number": 1,
        "hash": HASH,
        "epoch": 0,
        "finalized_number": 1,
        "finalized_hash": HASH,
        "updated_at": AT,
    }
    with database.writing() as writer:
        writer.insert(cursor, id=1, **row)
    with pytest.raises(IntegrityError), database.writing() as writer:
        writer.insert(cursor, id=2, **row)


def test_database_that_is_away_is_the_worlds_fault(postgres: PostgresCluster) -> None:
    away = Database.open(postgres.url("nobody_made_this"))
    with pytest.raises(Retryable, match="does not exist"), away.reading():
        pass
    away.close()


def test_connections_that_the_server_has_ended_are_replaced(
    postgresql_url: str, postgres: PostgresCluster
) -> None:
    database = Database.open(postgresql_url)
    with database.reading() as reader:
        reader.rows(select(leases))
    with database.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    with database.reading() as reader:
        assert reader.rows(select(leases)) == []
    database.close()


def test_sqlite_file_that_is_none_is_fatal(tmp_path: Any) -> None:
    folder = tmp_path / "ledger.db"
    folder.mkdir()
    database = Database.open(f"sqlite:///{folder}")
    with pytest.raises(Fatal, match="cannot be opened"), database.reading():
        pass
