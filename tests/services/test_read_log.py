"""Who has read what: no read is lost that a process lived to write down, none is counted twice."""

import time
from collections.abc import Mapping
from datetime import datetime

import pytest
from sqlalchemy import select

from receipts_ledger.domain.caller import Caller, Scope
from receipts_ledger.domain.ids import PartyId, ReceiptId
from receipts_ledger.errors import Retryable
from receipts_ledger.services import read_log
from receipts_ledger.services.read_log import ReadLog, Subject, Times
from receipts_ledger.store import api_tokens
from receipts_ledger.store.content_reads import StoredReads
from receipts_ledger.store.tables import content_reads
from receipts_ledger.store.units import Database
from receipts_ledger.wiring import utc_now

RECEIPT, OTHER = ReceiptId(2**33 + 1), ReceiptId(2**63 + 5)


def caller(name: str = "token", party: int | None = 5) -> Caller:
    party_id = None if party is None else PartyId(party)
    return Caller(name, party_id, None, frozenset(Scope))


def rows(database: Database) -> list[tuple[object, ...]]:
    row = content_reads.c
    query = select(row.token_id, row.party_id, row.receipt_id, row.act_id, row.times)
    with database.reading() as reader:
        return [tuple(found) for found in reader.rows(query.order_by(row.id))]


def test_reads_are_written_with_who_what_when_and_how_often(database: Database) -> None:
    log = ReadLog(StoredReads(database), clock=utc_now)
    before = utc_now()
    for _ in range(3):
        log.note_receipt(caller(), RECEIPT)
    log.note_receipt(caller("other"), RECEIPT)
    log.note_receipt(caller(), OTHER)
    log.note_act(caller("operator", None), "an act")
    log.close()

    assert rows(database) == [
        ("token", 5, RECEIPT, None, 3),
        ("other", 5, RECEIPT, None, 1),
        ("token", 5, OTHER, None, 1),
        ("operator", None, None, "an act", 1),
    ]
    with database.reading() as reader:
        first = reader.rows(select(content_reads))[0]
    assert before <= first.first_at <= first.last_at <= utc_now()


def test_what_was_noted_is_written_in_the_background(database: Database) -> None:
    log = ReadLog(StoredReads(database), clock=utc_now)
    log.note_receipt(caller(), RECEIPT)
    deadline = time.monotonic() + 30
    while not rows(database):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    log.close()
    assert len(rows(database)) == 1


def test_uses_of_api_tokens_are_kept_to_the_minute(database: Database) -> None:
    with database.writing() as writer:
        made = api_tokens.create(writer, party_id=PartyId(5), label="office", now=utc_now())
    log = ReadLog(StoredReads(database), clock=utc_now)
    for _ in range(5):
        log.note_use(made.api_token_id)
    log.close()
    with database.reading() as reader:
        (row,) = api_tokens.every(reader)
    assert abs((utc_now() - row.last_used_at).total_seconds()) < 30


class Away:
    """A database that is away, until it is back."""

    def __init__(self, records: StoredReads) -> None:
        self.records = records
        self.is_away = True

    def write(self, reads: Mapping[Subject, Times], token_uses: Mapping[str, datetime]) -> None:
        if self.is_away:
            raise Retryable("the database does not answer")
        self.records.write(reads, token_uses)


def still(log: ReadLog, monkeypatch: pytest.MonkeyPatch) -> ReadLog:
    monkeypatch.setattr(log, "_start", lambda: None)
    return log


def test_what_cannot_be_written_waits_and_is_counted_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = Away(StoredReads(database))
    log = still(ReadLog(records, clock=utc_now), monkeypatch)
    log.note_receipt(caller(), RECEIPT)
    with pytest.raises(Retryable):
        log.flush()
    log.note_receipt(caller(), RECEIPT)
    log.note_receipt(caller(), OTHER)
    with pytest.raises(Retryable):
        log.flush()

    records.is_away = False
    log.close()
    assert sorted(rows(database), key=str) == [
        ("token", 5, RECEIPT, None, 2),
        ("token", 5, OTHER, None, 1),
    ]


def test_nothing_confidential_is_shown_that_could_not_be_written_down(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_log, "NOTES_MAX", 2)
    log = still(ReadLog(StoredReads(database), clock=utc_now), monkeypatch)
    log.note_receipt(caller(), RECEIPT)
    log.note_receipt(caller(), OTHER)
    log.note_receipt(caller(), RECEIPT)
    with pytest.raises(Retryable):
        log.note_act(caller(), "one too many")
    log.flush()
    log.note_act(caller(), "room again")
    log.close()
    assert len(rows(database)) == 3
