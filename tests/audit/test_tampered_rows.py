"""Rows that somebody has changed past the gateway: the audit names table, key, column, values."""

import pytest
from sqlalchemy import Column, Table

from receipts_ledger.domain.ids import receipt_number
from receipts_ledger.store.projections import TABLES
from receipts_ledger.store.tables import blocks, events
from tests.audit.tampering import change_one, delete_one, drop_checks, invent_one, spoil, tamper
from tests.support.auditing import DIFFERENT, Outcome, Scene
from tests.support.cast import BANK_A, BANK_C, TRADER_A, TRADER_B
from tests.support.story import ITEMS

READ_BY_AUDITORS = (*TABLES, blocks, events)
COLUMNS = [column for table in READ_BY_AUDITORS for column in table.c if not column.primary_key]
NOT_THERE = "has a row for what is not on the chain"


def only(outcome: Outcome) -> tuple[str, str]:
    """Return subject and detail of the one difference, which is of a row."""
    assert outcome.exit_code == DIFFERENT, outcome.complaint
    assert len(outcome.differences) == 1, outcome.differences
    kind, subject, detail = outcome.differences[0]
    assert kind == "sql"
    assert f"{subject}: database differs: {detail}" in outcome.printed
    return subject, detail


@pytest.mark.fault(42)
@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_any_column_that_was_changed_is_named(
    scene: Scene, indexed_sqlite_url: str, column: Column[object]
) -> None:
    key = change_one(indexed_sqlite_url, column)
    outcome = scene.audit(database=indexed_sqlite_url)
    # What stands in an event's body is read by its kind.
    if column is not events.c.kind:
        only(outcome)
    kind, subject, detail = outcome.differences[0]
    assert (outcome.exit_code, kind) == (DIFFERENT, "sql")
    assert detail.startswith(f"{column} is ")
    assert ", should be " in detail
    if isinstance(key[0], bytes):
        # Of a receipt's items on a page, the page comes first.
        assert key[0][:32].hex() in subject


def test_every_table_that_is_read_has_a_row_to_tamper_with(
    scene: Scene, indexed_sqlite_url: str
) -> None:
    rows = scene.audit(database=indexed_sqlite_url).report["counts"]["rows"]
    assert set(rows) == {table.name for table in READ_BY_AUDITORS}
    assert all(rows.values())


def test_status_that_was_changed_is_told_with_both_values(scene: Scene, indexed_url: str) -> None:
    receipt = scene.story.delivered
    tamper(indexed_url, "UPDATE receipts SET status = 'open' WHERE receipt_id = ?", (receipt,))
    subject, detail = only(scene.audit(database=indexed_url))
    assert subject == f"receipt {receipt_number(receipt)}"
    assert detail == "receipts.status is open, should be delivered"


def test_holder_that_was_changed_is_told_with_both_values(scene: Scene, indexed_url: str) -> None:
    receipt = scene.story.transferred
    sql = "UPDATE receipts SET holder_id = ? WHERE receipt_id = ?"
    tamper(indexed_url, sql, (TRADER_A.party, receipt))
    subject, detail = only(scene.audit(database=indexed_url))
    assert subject == f"receipt {receipt_number(receipt)}"
    told = f"receipts.holder_id is {TRADER_A.party}, should be {TRADER_B.party}"
    assert detail == told


def test_quantity_that_was_changed_is_told_with_both_values(scene: Scene, indexed_url: str) -> None:
    receipt = scene.story.delivered_in_part
    tamper(indexed_url, "UPDATE receipts SET quantity = 9000 WHERE receipt_id = ?", (receipt,))
    _, detail = only(scene.audit(database=indexed_url))
    assert detail == "receipts.quantity is 9000, should be 1"


def test_word_that_was_changed_is_told_with_both_values(scene: Scene, indexed_url: str) -> None:
    receipt = scene.story.transferred
    tamper(indexed_url, "UPDATE receipts SET word = ? WHERE receipt_id = ?", (bytes(16), receipt))
    _, detail = only(scene.audit(database=indexed_url))
    word = scene.ledger.word("receiptWord(uint64)", receipt)
    assert detail == f"receipts.word is 0, should be {word}"


def test_pledge_that_was_wiped_out_is_told_column_by_column(scene: Scene, indexed_url: str) -> None:
    receipt = scene.story.pledged
    sql = (
        "UPDATE receipts SET encumbered = false, pledgee_id = NULL, maturity_day = NULL,"
        " terms = NULL, pledged_at_block = NULL WHERE receipt_id = ?"
    )
    tamper(indexed_url, sql, (receipt,))
    outcome = scene.audit(database=indexed_url)
    assert outcome.exit_code == DIFFERENT
    details = [detail for _, _, detail in outcome.differences]
    assert "receipts.encumbered is False, should be True" in details
    assert f"receipts.pledgee_id is None, should be {BANK_C.party}" in details
    assert len(details) == 5


def test_changes_in_several_tables_are_all_told(scene: Scene, indexed_url: str) -> None:
    drop_checks(indexed_url, "pools", "ck_pools_quantities")
    tamper(indexed_url, "UPDATE pools SET quantity_attested = 0 WHERE pool_id = (2 << 16) + 1")
    tamper(indexed_url, "UPDATE parties SET roles = 32 WHERE party_id = ?", (BANK_A.party,))
    ours, theirs = scene.story.pledged, scene.story.coils
    tamper(indexed_url, "UPDATE items SET receipt_id = ? WHERE receipt_id = ?", (ours, theirs))
    outcome = scene.audit(database=indexed_url)
    assert outcome.exit_code == DIFFERENT
    told = {(subject, detail) for _, subject, detail in outcome.differences}
    assert ("pool 2-1", "pools.quantity_attested is 0, should be 99950001") in told
    assert (f"party {BANK_A.party}", "parties.roles is 32, should be 8") in told
    wrong = f"items.receipt_id is {scene.story.pledged}, should be {scene.story.coils}"
    moved = {f"item 0x{ITEMS[0].hex()}", f"item 0x{ITEMS[2].hex()}"}
    assert {subject for subject, detail in told if detail == wrong} == moved
    assert len(told) == 4


@pytest.mark.fault(43)
@pytest.mark.parametrize("table", READ_BY_AUDITORS, ids=str)
def test_row_that_was_deleted_is_missed(scene: Scene, indexed_url: str, table: Table) -> None:
    delete_one(indexed_url, table)
    _, detail = only(scene.audit(database=indexed_url))
    assert detail == f"the row is missing from {table}"


@pytest.mark.parametrize("table", READ_BY_AUDITORS, ids=str)
def test_row_that_was_invented_is_found(scene: Scene, indexed_url: str, table: Table) -> None:
    invent_one(indexed_url, table)
    _, detail = only(scene.audit(database=indexed_url))
    assert detail == f"{table} {NOT_THERE}"


def test_event_of_a_block_that_is_not_there_is_found(scene: Scene, indexed_url: str) -> None:
    """No foreign key holds events to their blocks: the audit does."""
    last = "SELECT max(number) FROM blocks WHERE event_count = 1"
    sql = f"UPDATE events SET block_number = block_number + ? WHERE block_number = ({last})"  # noqa: S608
    tamper(indexed_url, sql, (1_000,))
    outcome = scene.audit(database=indexed_url)
    assert outcome.exit_code == DIFFERENT, outcome.complaint
    assert {detail for _, _, detail in outcome.differences} == {
        "the row is missing from events",
        f"events {NOT_THERE}",
    }


@pytest.mark.parametrize(
    ("statement", "subject"),
    [
        ("UPDATE receipts SET receipt_id = 'mine' WHERE receipt_id = ?", "receipt mine"),
        ("UPDATE receipts SET receipt_id = -5 WHERE receipt_id = ?", "receipt 65535-65535-"),
        ("UPDATE receipts SET receipt_id = 0.5 WHERE receipt_id = ?", "receipt 0.5"),
        ("UPDATE receipts SET receipt_id = x'00' WHERE receipt_id = ?", "receipt 0x00"),
    ],
)
def test_receipt_under_a_key_that_no_receipt_has_is_named(
    scene: Scene, indexed_sqlite_url: str, statement: str, subject: str
) -> None:
    tamper(indexed_sqlite_url, statement, (scene.story.coils,))
    outcome = scene.audit(database=indexed_sqlite_url)
    assert outcome.exit_code == DIFFERENT
    invented, missing = outcome.differences
    assert invented[1].startswith(subject)
    assert invented[2] == f"receipts {NOT_THERE}"
    assert missing[1] == f"receipt {receipt_number(scene.story.coils)}"


JUNK = ("'junk'", "0.5", "x'ff'", "CAST(x'ff41' AS TEXT)", "-1", "9223372036854775807", "''")
"""What SQLite takes into any column, whatever its type."""


@pytest.mark.parametrize("junk", JUNK)
def test_junk_in_any_column_hides_no_row(scene: Scene, indexed_sqlite_url: str, junk: str) -> None:
    for table in READ_BY_AUDITORS:
        for column in table.c:
            spoil(indexed_sqlite_url, column, junk, row=0 if column.primary_key else 1)
    outcome = scene.audit(database=indexed_sqlite_url)
    assert outcome.exit_code == DIFFERENT, outcome.complaint
    details = [detail for _, _, detail in outcome.differences]
    for table in READ_BY_AUDITORS:
        assert f"{table} {NOT_THERE}" in details
        assert f"the row is missing from {table}" in details
    for column in COLUMNS:
        assert any(detail.startswith(f"{column} is ") for detail in details), column


def test_many_tampered_rows_are_counted_and_the_first_are_listed(
    scene: Scene, indexed_sqlite_url: str
) -> None:
    tamper(indexed_sqlite_url, "UPDATE events SET tx_index = tx_index + 1, subject = subject + 1")
    outcome = scene.audit(database=indexed_sqlite_url)
    count = 2 * outcome.report["counts"]["events"]
    assert outcome.report["difference_count"] == len(outcome.differences) == count
    assert f"and {count - 50} more; the report written by --out lists more" in outcome.printed
    assert f"DIFFERENT: {count} differences." in outcome.printed
