"""Prepared statements give the rows and the faults that SQLAlchemy gives, in the same unit."""

from collections.abc import Callable
from datetime import UTC, datetime
from logging import ERROR
from os import dup
from socket import SHUT_RDWR, socket
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from receipts_ledger.errors import Retryable
from receipts_ledger.store.engine import is_cut
from receipts_ledger.store.prepared import Prepared, absent, asked
from receipts_ledger.store.tables import contents, refusals
from receipts_ledger.store.units import Database, Writer

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
ROW = {
    "refusal_id": "one",
    "at": AT,
    "source": "api",
    "party_id": None,
    "verb": "Pledge",
    "subject": 2**64 - 1,
    "code": "Frozen",
    "detail": {"收据": [1, None]},
    "digest": b"\x00\xff" * 16,
    "act_id": None,
    "evidence": None,
}
_ADD = absent(refusals, *ROW)
_OF = refusals.c.refusal_id == asked("of", refusals.c.refusal_id)
_FIND = Prepared(select(refusals).where(_OF, refusals.c.source.in_(("api", "chain"))))
_RENAME = Prepared(update(refusals).where(_OF).values(code=asked("code", refusals.c.code)))
_INSERT = Prepared(
    insert(contents).values({column.name: asked(column.name, column) for column in contents.c})
)


def test_rows_come_back_as_sqlalchemy_gives_them(database: Database) -> None:
    with database.writing() as writer:
        assert writer.ask_first(_ADD, **ROW) is not None

    with database.reading() as reader:
        found = reader.ask_first(_FIND, of="one")
        (same,) = reader.ask(_FIND, of="one")
        expected = reader.first(select(refusals))

    assert found is not None
    assert expected is not None
    assert tuple(found) == tuple(same) == tuple(expected)
    assert found._asdict() == ROW


def test_what_is_there_is_left_alone(database: Database) -> None:
    with database.writing() as writer:
        writer.ask_first(_ADD, **ROW)
        assert writer.ask_first(_ADD, **(ROW | {"code": "Other"})) is None
        assert writer.carry_out(_RENAME, of="one", code="NotOpen") == 1
        assert writer.carry_out(_RENAME, of="two", code="NotOpen") == 0
        found = writer.ask_first(_FIND, of="one")

    assert found is not None
    assert found.code == "NotOpen"


def test_a_unit_that_raises_leaves_nothing_behind(database: Database) -> None:
    def add(writer: Writer) -> None:
        writer.ask_first(_ADD, **ROW)
        raise ValueError("enough")

    with pytest.raises(ValueError, match="enough"), database.writing() as writer:
        add(writer)

    with database.reading() as reader:
        assert reader.ask_first(_FIND, of="one") is None


def test_a_part_that_raises_takes_nothing_else_back(database: Database) -> None:
    def rename(part: Writer) -> None:
        part.carry_out(_RENAME, of="one", code="NotOpen")
        raise ValueError("enough")

    with database.writing() as writer:
        with writer.part() as part:
            part.ask_first(_ADD, **ROW)
        with pytest.raises(ValueError, match="enough"), writer.part() as part:
            rename(part)

    with database.reading() as reader:
        found = reader.ask_first(_FIND, of="one")

    assert found is not None
    assert found.code == "Frozen"


def test_a_fault_of_the_driver_is_that_of_sqlalchemy(database: Database) -> None:
    row = {"commitment": b"c" * 32, "kind": "terms", "body": {}, "salts": {}, "created_at": AT}

    def twice(writer: Writer) -> None:
        writer.carry_out(_INSERT, **row)
        writer.carry_out(_INSERT, **row)

    with pytest.raises(IntegrityError), database.writing() as writer:
        twice(writer)

    with database.writing() as writer:
        writer.carry_out(_INSERT, **row)


def test_a_value_that_does_not_fit_its_column_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="31 bytes"), database.writing() as writer:
        writer.ask_first(_ADD, **(ROW | {"digest": bytes(31)}))


def _shut(driver: Any) -> None:
    with socket(fileno=dup(driver.fileno())) as way:
        way.shutdown(SHUT_RDWR)


def _leave_in_the_middle(driver: Any) -> None:
    # As a driver leaves it that has given up waiting, and takes it for a good one all the same.
    driver.pgconn.send_query(b"SELECT pg_sleep(60)")


@pytest.mark.parametrize("cut", [_shut, _leave_in_the_middle])
def test_way_that_is_cut_within_a_unit_is_left_and_the_next_unit_has_another(
    postgresql_url: str, caplog: pytest.LogCaptureFixture, cut: Callable[[Any], None]
) -> None:
    database = Database.open(postgresql_url)

    def cut_within() -> None:
        with database.writing() as writer:
            assert writer.ask_first(_FIND, of="one") is None
            cut(writer._connection.connection.driver_connection)
            writer.ask_first(_FIND, of="one")

    with pytest.raises(Retryable):
        cut_within()

    assert [record for record in caplog.records if record.levelno >= ERROR] == []
    with database.reading() as reader:
        assert reader.ask_first(_FIND, of="one") is None
    database.close()


def test_what_the_server_says_does_not_cut_the_way_and_silence_does() -> None:
    assert is_cut(psycopg.OperationalError("connection socket closed"))
    assert not is_cut(psycopg.errors.QueryCanceled("canceling statement due to timeout"))
    assert not is_cut(psycopg.errors.UniqueViolation("duplicate key"))
    assert not is_cut(None)
