"""Every released schema goes up to today's with its rows in it, and down again where promised."""

import hashlib
import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, select

from receipts_ledger.chain.keystore import Vault
from receipts_ledger.domain.block import BlockRef, LoggedEvent
from receipts_ledger.domain.caller import Scope
from receipts_ledger.domain.cursor import Origin
from receipts_ledger.domain.ids import NO_HASH, Address, Hash32
from receipts_ledger.domain.ledger import Ledger
from receipts_ledger.domain.record import BlockRecord, Call, Entry
from receipts_ledger.services.audit.report import Report
from receipts_ledger.services.audit.sql import SqlComparison
from receipts_ledger.services.audit.trust import Trust, TrustBasis
from receipts_ledger.services.kept_keys import KeptKeys
from receipts_ledger.store import api_tokens, migrate
from receipts_ledger.store.audit_rows import audit_rows
from receipts_ledger.store.blocks import events_after
from receipts_ledger.store.engine import open_engine
from receipts_ledger.store.keystores import StoredKeystores
from receipts_ledger.store.projections import TABLES
from receipts_ledger.store.rebuild import rebuild
from receipts_ledger.store.tables import blocks, chain
from receipts_ledger.store.units import Database, Reader
from receipts_ledger.wiring import utc_now
from tests.store.released import FOLDER, RELEASED, fill, rows_of, written
from tests.support.cast import TRADER_A

# Databases out there were made with these: a released revision never changes again.
DIGESTS = {"0001": "1c9cedcbc6e4008298fd3a937475c109902f0a3d912674a8db32a16da0381390"}
SECRET_OF_KEYSTORES = "the secret of the fixture, which opens nothing"


@pytest.fixture(params=RELEASED)
def revision(request: pytest.FixtureRequest) -> str:
    """A revision that has been released."""
    return str(request.param)


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    opened = open_engine(empty_database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def filled(empty_database_url: str, engine: Engine, revision: str) -> str:
    """The URL of a database as that release left it."""
    migrate.upgrade(empty_database_url, revision)
    with engine.begin() as connection:
        counts = fill(connection, revision)
    # A table without a row would show nothing of what becomes of its rows.
    assert {name for name, count in counts.items() if count} == _tables(engine)
    return empty_database_url


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"alembic_version"}


def _snapshot(engine: Engine, revision: str) -> dict[str, list[dict[str, Any]]]:
    with engine.connect() as connection:
        return rows_of(connection, revision)


def test_released_revisions_are_as_they_were() -> None:
    assert tuple(DIGESTS) == RELEASED
    scripts = ScriptDirectory.from_config(migrate.configuration())
    for revision, digest in DIGESTS.items():
        content = Path(scripts.get_revision(revision).path).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest


def test_the_rows_of_a_release_are_written_as_they_are_read(tmp_path: Path, revision: str) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    migrate.upgrade(url, revision)
    engine = open_engine(url)
    with engine.begin() as connection:
        fill(connection, revision)
        again = json.loads(written(connection))
    engine.dispose()
    stored = json.loads((FOLDER / f"{revision}.json").read_text("utf-8"))
    assert _in_order(again) == _in_order(stored)


@pytest.mark.fault(45)
def test_every_row_of_a_release_is_there_after_the_upgrade(
    filled: str, engine: Engine, revision: str
) -> None:
    before = _snapshot(engine, revision)
    migrate.upgrade(filled)
    assert migrate.at_head(engine)
    assert _snapshot(engine, revision) == _as_today(before)


@pytest.mark.fault(45)
def test_what_is_promised_goes_down_again_with_every_row(
    filled: str, engine: Engine, revision: str
) -> None:
    before = _snapshot(engine, revision)
    migrate.upgrade(filled)
    migrate.downgrade(filled, revision)
    assert _snapshot(engine, revision) == before
    assert set(before) == _tables(engine)
    migrate.upgrade(filled)
    assert _snapshot(engine, revision) == _as_today(before)


def test_the_state_is_folded_from_the_events_of_a_release(filled: str, engine: Engine) -> None:
    migrate.upgrade(filled)
    database = Database.open(filled)
    tables = [select(table).order_by(*table.primary_key.columns) for table in TABLES]
    with database.reading() as reader:
        before = [reader.rows(query) for query in tables]
    assert rebuild(database) > 100
    with database.reading() as reader:
        assert [reader.rows(query) for query in tables] == before
    database.close()


def test_an_audit_reads_and_compares_the_database_of_a_release(filled: str) -> None:
    migrate.upgrade(filled)
    database = Database.open(filled)
    with database.reading() as reader:
        origin, records = _origin(reader), _records(reader)
    database.close()
    with audit_rows(filled, origin) as rows:
        report = Report(records[0].number, rows.position(), Trust(TrustBasis.NODE))
        comparison, ledger = SqlComparison(rows, report), Ledger()
        for record in records:
            comparison.see_block(record)
            for logged in record.calls[0].events:
                ledger.apply(logged.event)
                comparison.see(logged)
        comparison.finish(ledger)
    assert report.findings == []
    assert report.rows is not None
    assert min(report.rows[table.name] for table in TABLES) > 0


def test_api_tokens_of_a_release_open_what_they_opened(filled: str) -> None:
    migrate.upgrade(filled)
    database = Database.open(filled)
    with database.reading() as reader:
        scopes = [frozenset(row.scopes) for row in api_tokens.every(reader)]
    database.close()
    # Whoever could write could have the gateway sign: that has become a scope of its own.
    assert set(scopes) == {frozenset(Scope), frozenset({Scope.READ})}


def test_kept_keys_of_a_release_open(filled: str) -> None:
    migrate.upgrade(filled)
    database = Database.open(filled)
    kept = KeptKeys(
        StoredKeystores(database, clock=utc_now), Vault(SECRET_OF_KEYSTORES, work_factor=2)
    )
    assert kept.addresses_of(TRADER_A.party) == [TRADER_A.address]
    assert len(kept.lane_keys()) == 1
    assert kept.rotate(Vault(SECRET_OF_KEYSTORES[::-1], work_factor=2)) == 2
    database.close()


def _in_order(content: dict[str, Any]) -> dict[str, list[str]]:
    """Return the rows of each table, whatever the order of rows, columns and JSON's members."""
    return {
        table: sorted(
            repr(sorted(zip(rows["columns"], (_read(value) for value in row), strict=True)))
            for row in rows["rows"]
        )
        for table, rows in content.items()
    }


def _read(value: Any) -> str:
    try:
        return json.dumps(json.loads(value), sort_keys=True)
    except (TypeError, ValueError):
        return repr(value)


def _as_today(before: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Return the rows with what migrations change in them on purpose."""
    tokens = [
        row | {"scopes": sorted({*row["scopes"], "sign"})} if "write" in row["scopes"] else row
        for row in before["api_tokens"]
    ]
    return before | {"api_tokens": sorted(tokens, key=repr)}


def _origin(reader: Reader) -> Origin:
    row = reader.first(select(chain))
    assert row is not None
    nowhere = BlockRef(row.deployment_block, Hash32(bytes(32)))
    return Origin(
        row.chain_id,
        Hash32(row.genesis_hash),
        Address(row.contract),
        Hash32(row.code_hash),
        nowhere,
    )


def _records(reader: Reader) -> list[BlockRecord]:
    """Return the blocks as an audit reads them from a chain, whose part the stored rows play."""
    logged = events_after(reader, -1, -1)
    events: dict[int, tuple[LoggedEvent, ...]] = {
        number: tuple(group) for number, group in groupby(logged, lambda each: each.block_number)
    }
    nobody = Address(bytes(20))
    return [
        BlockRecord(
            row.number,
            row.hash,
            row.parent_hash,
            row.timestamp,
            row.receipts_root,
            are_transactions_proved=True,
            calls=(Call(Entry.RELAY, NO_HASH, lambda: nobody, (), events.get(row.number, ())),),
        )
        for row in reader.rows(select(blocks).order_by(blocks.c.number))
    ]
