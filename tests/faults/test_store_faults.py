"""What becomes of a database while others go on: another takes its place, or a file is locked."""

import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.pending import ActStatus
from receipts_ledger.errors import Retryable
from receipts_ledger.services.index import Outcome
from receipts_ledger.store import engine
from receipts_ledger.store.units import Database
from tests.support.indexing import events_by_feed, events_on_chain, everything, folded, ledger_in
from tests.support.indexing import indexer as reader_of
from tests.support.ledger_on_chain import LedgerOnChain, ledger_with_receipts
from tests.support.postgres import PostgresCluster
from tests.support.relaying import LANE_KEY, Bench

_LOCKED_SECONDS = 1.0


@pytest.mark.fault(17)
def test_standby_that_had_not_heard_all_goes_on_from_the_chain(
    own_anvil: LocalNode, postgres: PostgresCluster, migrated_postgres: str
) -> None:
    """The last commits are lost. What they did is on the chain; what they promised is not."""
    ledger, receipts = ledger_with_receipts(Rpc(own_anvil.url), 5)
    name = postgres.create(migrated_postgres)
    lost = Database.open(postgres.url(name))
    before = Bench(ledger, lost)
    before.indexer.catch_up()
    before.add_lane()
    before.stop_mining()
    finished = before.enqueue_pledge(receipts[0])
    before.work_off(before.relayer())
    waiting = before.enqueue_pledge(receipts[1])
    lost.close()
    standby = postgres.create(name)
    lost = Database.open(postgres.url(name))
    before = Bench(ledger, lost)
    forgotten = before.enqueue_pledge(receipts[2])
    before.work_off(before.relayer())
    assert before.statuses([waiting, forgotten]) == {ActStatus.FINAL: 2}
    nonces = before.transactions_mined()
    lost.close()

    after = Bench(ledger, Database.open(postgres.url(standby)))
    after.indexer.catch_up()
    later = after.enqueue_pledge(receipts[3])
    after.relayer().step()
    reason = after.lanes.lane(after.lane_key().address).paused_reason
    assert reason is not None
    assert "the database is older than the chain" in reason
    assert after.status(finished) is ActStatus.FINAL
    assert after.transactions_mined() == nonces

    after.relayer().resume(after.lane_key().address)
    after.work_off(after.relayer())
    # Nobody here knows any more in whose transaction it was carried out; the state has it.
    assert after.status(waiting) is ActStatus.REFUSED
    assert after.status(later) is ActStatus.FINAL
    assert (after.pledges(), after.refused_on_chain()) == (4, 0)
    assert after.transactions_mined(LANE_KEY) == nonces + 1
    history = events_on_chain(ledger)
    assert events_by_feed(after.database) == history
    assert ledger_in(after.database) == folded(history)
    after.database.close()


@pytest.mark.fault(18)
def test_sqlite_that_a_backup_has_locked_is_waited_for(
    ledger_on_anvil: LedgerOnChain, sqlite_url: str
) -> None:
    database = Database.open(sqlite_url)
    reading = reader_of(ledger_on_anvil, database)
    reading.catch_up()
    ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 10)
    with _locked(sqlite_url, _LOCKED_SECONDS):
        began = time.monotonic()
        assert reading.catch_up().outcome is Outcome.UP_TO_DATE
        assert time.monotonic() - began > _LOCKED_SECONDS / 2
    history = events_on_chain(ledger_on_anvil)
    assert events_by_feed(database) == history
    assert ledger_in(database) == folded(history)
    database.close()


@pytest.mark.fault(18)
def test_sqlite_that_stays_locked_holds_up_and_spoils_nothing(
    ledger_on_anvil: LedgerOnChain, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "_BUSY_TIMEOUT_SECONDS", 0)
    database = Database.open(sqlite_url)
    reading = reader_of(ledger_on_anvil, database)
    reading.catch_up()
    ledger_on_anvil.issue(ledger_on_anvil.open_pool(), 10)
    before = everything(database)
    with _locked(sqlite_url, _LOCKED_SECONDS), pytest.raises(Retryable, match="locked"):
        reading.catch_up()
    assert everything(database) == before
    assert reading.catch_up().outcome is Outcome.UP_TO_DATE
    assert events_by_feed(database) == events_on_chain(ledger_on_anvil)
    database.close()


class _locked:  # noqa: N801  (reads as what happens in the block)
    """A SQLite file that another has locked, as tools do that copy it; for so long."""

    def __init__(self, url: str, seconds: float) -> None:
        self._path = Path(url.removeprefix("sqlite:///"))
        self._seconds = seconds
        self._is_locked = threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)

    def __enter__(self) -> None:
        self._thread.start()
        assert self._is_locked.wait(5)

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _hold(self) -> None:
        with closing(sqlite3.connect(self._path, isolation_level=None)) as other:
            other.execute("BEGIN EXCLUSIVE")
            self._is_locked.set()
            time.sleep(self._seconds)
            other.execute("ROLLBACK")
