"""The drivers beneath SQLAlchemy: values go in and come out, and faults leave nothing behind."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

import psycopg
import pytest

from receipts_ledger.errors import Retryable
from receipts_ledger.store.hot.connections import Access
from receipts_ledger.store.hot.pace import Pace
from receipts_ledger.store.hot.postgresql import PostgresqlConnections
from receipts_ledger.store.hot.sqlite import SqliteConnections
from receipts_ledger.store.turn import WritersTurn
from receipts_ledger.store.units import Database

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
_KILL_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@pytest.fixture
def connections(postgresql_url: str) -> Iterator[PostgresqlConnections]:
    database = Database.open(postgresql_url)
    found = database.beneath(Access.WRITE)
    assert isinstance(found, PostgresqlConnections)
    yield found
    database.close()


def test_every_kind_of_value_comes_back_as_it_went_in(connections: PostgresqlConnections) -> None:
    sql = (
        "SELECT $1, $2::bigint, $3::text, $4::boolean, $5::timestamptz, $6::bytea[], "
        "$7::bigint[], $8::json, $9::text"
    )
    values = [
        *(b"\x00\xff'\\", -(2**63), "收据 '\\\"", False, AT),
        *([b"\x00\\", b""], [1, None, -2], '{"a": [1]}', None),
    ]

    (row,) = asyncio.run(connections.raw_rows(sql, values))

    assert list(row) == [*values[:7], {"a": [1]}, None]


def test_a_value_that_no_column_has_is_not_guessed_at(connections: PostgresqlConnections) -> None:
    with pytest.raises(TypeError, match="float"):
        asyncio.run(connections.raw_rows("SELECT $1", [0.5]))


def test_more_than_a_socket_takes_at_once_arrives_whole(
    connections: PostgresqlConnections,
) -> None:
    text = "收" * 3_000_000
    rows = asyncio.run(connections.raw_rows("SELECT md5($1::text), $1::text", [text]))
    assert rows[0][1] == text


def test_a_statement_that_fails_is_told_and_the_next_one_works(
    connections: PostgresqlConnections,
) -> None:
    async def ask() -> list[tuple[object, ...]]:
        with pytest.raises(Retryable, match="division by zero"):
            await connections.raw_rows("SELECT 1 / $1::int", [0])
        return await connections.raw_rows("SELECT 1 / $1::int", [1])

    assert asyncio.run(ask()) == [(1,)]


def test_a_server_that_goes_away_is_told_and_the_next_question_finds_another_way(
    connections: PostgresqlConnections, postgresql_url: str
) -> None:
    def kill() -> None:
        with psycopg.connect(postgresql_url, autocommit=True) as other:
            other.execute(_KILL_OTHERS)

    async def ask() -> list[tuple[object, ...]]:
        await connections.raw_rows("SELECT 1", [])
        # While nobody asks.
        await asyncio.to_thread(kill)
        await asyncio.sleep(0.05)
        assert await connections.raw_rows("SELECT 1", []) == [(1,)]
        # While somebody waits.
        waiting = asyncio.create_task(connections.raw_rows("SELECT pg_sleep(3)", []))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(kill)
        with pytest.raises(Retryable, match="does not answer"):
            await waiting
        return await connections.raw_rows("SELECT 2", [])

    assert asyncio.run(ask()) == [(2,)]


def test_who_stops_waiting_leaves_no_answer_for_the_next(
    connections: PostgresqlConnections,
) -> None:
    async def ask() -> list[tuple[object, ...]]:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connections.raw_rows("SELECT 1, pg_sleep(0.3)", []), 0.1)
        return await connections.raw_rows("SELECT 2", [])

    assert asyncio.run(ask()) == [(2,)]


def test_what_is_done_meanwhile_is_done_once_and_before_the_answer_is_there(
    connections: PostgresqlConnections,
) -> None:
    done: list[str] = []

    async def ask() -> None:
        for _ in range(2):
            rows = await connections.raw_rows(
                "SELECT $1::int", [1], meanwhile=lambda: done.append("meanwhile")
            )
            done.append(f"answered {rows[0][0]}")

    asyncio.run(ask())
    assert done == ["meanwhile", "answered 1"] * 2


def test_what_fails_meanwhile_leaves_no_answer_for_the_next(
    connections: PostgresqlConnections,
) -> None:
    def fail() -> None:
        raise LookupError("of the test")

    async def ask() -> list[tuple[object, ...]]:
        with pytest.raises(LookupError):
            await connections.raw_rows("SELECT 1", [], meanwhile=fail)
        return await connections.raw_rows("SELECT 2", [])

    assert asyncio.run(ask()) == [(2,)]


def test_many_questions_at_once_are_each_answered_their_own(
    connections: PostgresqlConnections,
) -> None:
    async def ask() -> list[list[tuple[object, ...]]]:
        asked = (connections.raw_rows("SELECT $1::int", [number]) for number in range(50))
        return await asyncio.gather(*asked)

    assert asyncio.run(ask()) == [[(number,)] for number in range(50)]


def _sqlite(path: Path) -> tuple[Database, SqliteConnections]:
    database = Database.open(f"sqlite:///{path}")
    found = database.beneath(Access.WRITE)
    assert isinstance(found, SqliteConnections)
    return database, found


def _count_one(driver: SqliteConnection) -> int:
    driver.execute("CREATE TABLE IF NOT EXISTS counted (number INTEGER)")
    driver.execute("INSERT INTO counted VALUES (1)")
    return int(driver.execute("SELECT count(*) FROM counted").fetchone()[0])


def test_what_fails_in_the_writing_thread_fails_where_it_was_asked_for(tmp_path: Path) -> None:
    database, connections = _sqlite(tmp_path / "ledger.db")

    def fail(driver: SqliteConnection) -> int:
        _count_one(driver)
        raise LookupError("of the test")

    async def ask() -> int:
        assert await connections.done(_count_one) == 1
        with pytest.raises(LookupError):
            await connections.done(fail)
        return await connections.done(_count_one)

    assert asyncio.run(ask()) == 2
    # Another loop, after it was closed in between.
    connections.close()
    assert asyncio.run(connections.done(_count_one)) == 3
    database.close()


def _nobody_else() -> bool:
    return True


def _names_of_threads(driver: SqliteConnection) -> str:
    _count_one(driver)
    return threading.current_thread().name


def test_who_is_alone_writes_in_the_loop_and_leaves_checkpoints_to_a_thread(
    tmp_path: Path,
) -> None:
    database, connections = _sqlite(tmp_path / "ledger.db")

    async def write() -> list[str]:
        return [
            await connections.done_soon(_names_of_threads, is_alone=_nobody_else)
            for _ in range(150)
        ]

    names = asyncio.run(write())
    assert asyncio.run(connections.done(_count_one)) == 151
    assert names[0] == threading.current_thread().name
    assert {"hot writes", names[0]} == set(names)
    assert names.count("hot writes") >= 2
    database.close()


def test_who_is_not_alone_any_more_holds_nobody_up(tmp_path: Path) -> None:
    database, connections = _sqlite(tmp_path / "ledger.db")
    others: list[str] = []

    async def come() -> None:
        others.append("one who came in the same turn of the loop")

    async def ask() -> str:
        coming = asyncio.create_task(come())
        found = await connections.done_soon(_names_of_threads, is_alone=lambda: not others)
        await coming
        return found

    assert asyncio.run(ask()) == "hot writes"
    database.close()


def test_what_fails_in_the_loop_leaves_nothing_behind(tmp_path: Path) -> None:
    database, connections = _sqlite(tmp_path / "ledger.db")

    def fail(driver: SqliteConnection) -> int:
        _count_one(driver)
        raise LookupError("of the test")

    async def ask() -> int:
        assert await connections.done_soon(_count_one, is_alone=_nobody_else) == 1
        with pytest.raises(LookupError):
            await connections.done_soon(fail, is_alone=_nobody_else)
        return await connections.done_soon(_count_one, is_alone=_nobody_else)

    assert asyncio.run(ask()) == 2
    database.close()


def test_the_loop_waits_for_no_other_writer(tmp_path: Path) -> None:
    """Neither for one of this process nor for one of another: a thread does."""
    database, connections = _sqlite(tmp_path / "ledger.db")
    asyncio.run(connections.done_soon(_count_one, is_alone=_nobody_else))
    other = sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)

    async def ask_while(end: Callable[[], object]) -> str:
        asked = asyncio.create_task(connections.done_soon(_names_of_threads, is_alone=_nobody_else))
        # The loop turns meanwhile.
        await asyncio.sleep(0.05)
        assert not asked.done()
        end()
        return await asked

    other.execute("BEGIN IMMEDIATE")
    assert asyncio.run(ask_while(other.rollback)) == "hot writes"
    with ExitStack() as unit:
        unit.enter_context(database.writing())
        assert asyncio.run(ask_while(unit.close)) == "hot writes"
    other.close()
    database.close()


def _is_quick_after(*seconds: float) -> bool:
    pace = Pace(0.005)
    for each in seconds:
        pace.note(each)
    return pace.is_quick


def test_a_pace_follows_what_things_take_and_forgets_one_that_took_long() -> None:
    assert _is_quick_after()
    assert _is_quick_after(60)
    assert not _is_quick_after(*[0.02] * 20)
    assert _is_quick_after(*[0.02] * 20, *[0.001] * 20)


def test_writers_of_one_process_wait_for_their_turn_and_not_for_ever() -> None:
    turn = WritersTurn(is_needed=True, wait_seconds_max=0.05)
    written: list[str] = []

    def write() -> None:
        with turn.taken():
            written.append("second")

    with turn.taken():
        with pytest.raises(Retryable), turn.taken():
            raise AssertionError("two have the turn")
        later = threading.Thread(target=write)
        later.start()
        written.append("first")
    later.join()
    assert written == ["first", "second"]


def test_where_many_may_write_nobody_waits() -> None:
    turn = WritersTurn(is_needed=False)
    with turn.taken(), turn.taken():
        assert turn.take_if_free()
        turn.give_back()


def test_the_turn_is_taken_without_waiting_only_while_it_is_free() -> None:
    turn = WritersTurn(is_needed=True)
    with turn.taken():
        assert not turn.take_if_free()
    assert [turn.take_if_free() for _ in range(2)] == [True, False]
    turn.give_back()
    with turn.taken():
        pass
