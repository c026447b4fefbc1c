"""Nobody waits for ever: neither we for a database's host that is gone, nor it for one of ours."""

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from random import Random

import pytest
from sqlalchemy import func, select, update

from receipts_ledger.errors import Retryable
from receipts_ledger.store.hot.connections import Access
from receipts_ledger.store.hot.postgresql import PostgresqlConnections
from receipts_ledger.store.tables import leases
from receipts_ledger.store.units import Database, Reader
from tests.faults.storm.wire import Wire
from tests.support.postgres import PostgresCluster

_GONE_SECONDS_MAX = 30


@pytest.fixture
def by_tcp(postgres: PostgresCluster, migrated_postgres: str) -> Iterator[str]:
    """The URL of a database that is reached by TCP."""
    name = postgres.create(migrated_postgres)
    wire = Wire(lambda: asyncio.open_unix_connection(postgres.socket), dice=Random(1))
    with wire:
        yield postgres.url_by_tcp(name, wire.port)
    postgres.drop(name)


def _seconds_until_given_up(descriptor: int) -> tuple[int, int]:
    """Return after how long the kernel gives up: waiting for an answer, and to be heard."""
    with socket.socket(fileno=os.dup(descriptor)) as connection:
        assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        idle, interval, count = (
            connection.getsockopt(socket.IPPROTO_TCP, option)
            for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT)
        )
        unheard_ms = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
    return idle + interval * count, unheard_ms // 1000


def test_database_host_that_is_gone_is_noticed_in_half_a_minute(by_tcp: str) -> None:
    database = Database.open(by_tcp)
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        silent, unheard = _seconds_until_given_up(driver.fileno())
    assert 0 < silent <= _GONE_SECONDS_MAX
    assert 0 < unheard <= _GONE_SECONDS_MAX
    database.close()


def test_hot_routes_wait_no_longer(by_tcp: str) -> None:
    database = Database.open(by_tcp)

    async def ask() -> tuple[int, int]:
        connections = PostgresqlConnections(database.engine, Access.READ)
        connection = await connections._open()
        waits = _seconds_until_given_up(connection.fileno())
        connection.give_up()
        return waits

    assert all(0 < seconds <= _GONE_SECONDS_MAX for seconds in asyncio.run(ask()))
    database.close()


def test_what_the_operator_says_of_waiting_comes_first(postgresql_url: str) -> None:
    stretched = "options=-c%20idle_in_transaction_session_timeout%3D7min&connect_timeout=3"
    database = Database.open(f"{postgresql_url}&{stretched}")
    assert database.engine.url.query["connect_timeout"] == "3"
    with database.reading() as reader:
        assert _pause_allowed(reader) == "7min"
    database.close()


def test_process_that_hangs_in_a_unit_of_work_loses_its_locks(postgresql_url: str) -> None:
    """As a machine does that is paused while it holds the cursor; here after a second."""
    soon = "options=-c%20idle_in_transaction_session_timeout%3D1s"
    hanging = Database.open(f"{postgresql_url}&{soon}")
    others = Database.open(postgresql_url)
    waited = 0.0

    def hang() -> None:
        nonlocal waited
        with hanging.writing() as writer:
            writer.lock_out_writers(leases)
            with others.writing() as other:
                began = time.monotonic()
                other.run(update(leases).values(holder="another"))
                waited = time.monotonic() - began
            writer.rows(select(leases))

    with pytest.raises(Retryable):
        hang()
    assert 0.5 < waited < _GONE_SECONDS_MAX
    hanging.close()
    others.close()


def test_long_reading_may_pause(postgresql_url: str) -> None:
    database = Database.open(postgresql_url)
    with database.reading() as reader:
        assert _pause_allowed(reader) == "5min"
        reader.allow_pauses()
        assert _pause_allowed(reader) == "0"
    database.close()


def _pause_allowed(reader: Reader) -> str:
    setting = func.current_setting("idle_in_transaction_session_timeout")
    return str(reader.scalar(select(setting)))
