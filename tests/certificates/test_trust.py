"""How far a block's hash reaches: over headers that link, and no further without another hash.

And how far back a certificate goes.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from receipts_ledger.chain.local_node import anvil
from receipts_ledger.chain.receipt_proofs import LINK_BLOCKS_MAX
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.domain.certificate import CHANGES_MAX
from receipts_ledger.domain.ids import ReceiptId, Version
from receipts_ledger.domain.receipt import Invalidate
from receipts_ledger.store.tables import events
from receipts_ledger.store.units import Database
from tests.support.cast import BANK_A, TRADER_A
from tests.support.certifying import FALSE, UNDECIDED, VERIFIED, Certifying
from tests.support.gateway import OPERATOR, Gateway
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LedgerOnChain


@pytest.fixture
def at(migrated_sqlite: bytes, tmp_path: Path) -> Iterator[Certifying]:
    """A gateway whose blocks a test may let pass."""
    path = tmp_path / "ledger.db"
    path.write_bytes(migrated_sqlite)
    with anvil() as node:
        ledger = LedgerOnChain(Rpc(node.url))
        ledger.admit_cast()
        database = Database.open(f"sqlite:///{path}")
        yield Certifying(Gateway(ledger, database), tmp_path)
        database.close()


def _pledged_after(at: Certifying, blocks: int) -> ReceiptId:
    """Issue a receipt, let blocks pass, pledge it, let as many pass again."""
    receipt = at.gateway.issue(at.gateway.open_pool())[0]
    at.gateway.ledger.rpc.call("anvil_mine", [hex(blocks)])
    at.gateway.ledger.pledge(receipt, BANK_A)
    at.gateway.ledger.rpc.call("anvil_mine", [hex(blocks)])
    at.settle()
    return receipt


def test_headers_lead_from_the_block_to_a_pledge_that_is_near(at: Certifying) -> None:
    receipt = _pledged_after(at, 40)
    certificate = at.certificate(receipt)
    assert len(certificate["proof"]["headers"]) > 80
    assert at.verify(certificate).exit_code == VERIFIED
    # One link less, and it is said which block has to be trusted.
    del certificate["proof"]["headers"][20]
    verdict = at.verify(certificate)
    assert verdict.exit_code == UNDECIDED
    assert f"--trust {certificate['changes'][1]['block']['hash']}" in verdict.complaint


def test_changes_far_away_are_not_called_proved_without_their_blocks(at: Certifying) -> None:
    receipt = _pledged_after(at, LINK_BLOCKS_MAX + 10)
    certificate = at.certificate(receipt)
    assert len(certificate["proof"]["headers"]) == 3
    issue, pledge = (change["block"]["hash"] for change in certificate["changes"])

    verdict = at.verify(certificate)
    assert verdict.exit_code == UNDECIDED
    assert f"--trust {issue}" in verdict.complaint
    assert f"--trust {pledge}" in verdict.complaint
    assert "NOT PROVED YET of how it came about" in verdict.printed
    assert "ENCUMBERED" in verdict.printed
    assert "VERIFIED" not in verdict.printed

    named = at.ledger_named()
    assert at.verify(certificate, *named, "--trust", pledge).exit_code == UNDECIDED
    trusted = at.verify(certificate, *named, "--trust", pledge, "--trust", issue)
    assert trusted.exit_code == VERIFIED
    assert pledge in trusted.printed.partition("final on your chain")[2]
    other = at.verify(certificate, *named, "--trust", "0x" + "11" * 32)
    assert other.exit_code == UNDECIDED


def test_the_state_alone_needs_no_other_block(at: Certifying) -> None:
    receipt = _pledged_after(at, LINK_BLOCKS_MAX + 10)
    certificate = at.certificate(receipt, "?state_only=true")
    assert at.verify(certificate).exit_code == VERIFIED


def test_a_trusted_block_leads_on_to_older_ones_that_are_near_it(at: Certifying) -> None:
    pool = at.gateway.open_pool()
    receipt = at.gateway.issue(pool)[0]
    at.gateway.ledger.rpc.call("anvil_mine", ["0x5"])
    at.gateway.ledger.pledge(receipt, BANK_A)
    at.gateway.ledger.rpc.call("anvil_mine", [hex(LINK_BLOCKS_MAX + 10)])
    at.settle()
    certificate = at.certificate(receipt)
    pledge = certificate["changes"][1]["block"]["hash"]
    assert at.verify(certificate).exit_code == UNDECIDED
    assert at.verify(certificate, *at.ledger_named(), "--trust", pledge).exit_code == VERIFIED


def test_trusting_another_block_does_not_stand_for_the_one_that_is_certified(
    at: Certifying,
) -> None:
    certificate = at.certificate(_pledged_after(at, 2))
    head = certificate["block"]["hash"]
    named = at.ledger_named()
    verdict = at.verify(certificate, *named, "--trust", head, head="0x" + "22" * 32)
    assert verdict.exit_code == FALSE


def test_the_same_log_of_another_contract_proves_nothing(
    at: Certifying, migrated_sqlite: bytes, tmp_path: Path
) -> None:
    """Anybody can deploy a contract that says the same of a receipt of the same number."""
    other_file = tmp_path / "other.db"
    other_file.write_bytes(migrated_sqlite)
    other = LedgerOnChain(at.gateway.ledger.rpc)
    other.admit_cast()
    receipt = at.gateway.issue(at.gateway.open_pool())[0]
    assert other.issue(other.open_pool())[0] == receipt
    database = Database.open(f"sqlite:///{other_file}")
    elsewhere = Certifying(Gateway(other, database), tmp_path)
    for each in (at, elsewhere):
        each.settle()
    at.gateway.index()
    mine, theirs = at.certificate(receipt), elsewhere.certificate(receipt)
    database.close()
    assert mine["receipt"] == theirs["receipt"]

    mine["changes"], mine["proof"]["changes"] = theirs["changes"], theirs["proof"]["changes"]
    mine["proof"]["headers"] += theirs["proof"]["headers"]
    at.gateway.ledger.deployment.write(at.deployment_file)
    verdict = at.verify(mine)
    assert verdict.exit_code == FALSE
    assert "the log is not the ledger's" in verdict.complaint


def _invalidate(at: Certifying, receipt: ReceiptId, times: int) -> None:
    version = at.gateway.ledger.receipt(receipt).version
    acts = [
        at.gateway.ledger.sign(
            Invalidate(receipt, Version(version + step), EVIDENCE, FOREVER), TRADER_A
        )
        for step in range(times)
    ]
    for first in range(0, times, 50):
        at.gateway.ledger.relay(*acts[first : first + 50])
    assert at.gateway.ledger.receipt(receipt).version == version + times
    at.settle()


def test_a_receipt_that_has_changed_very_often_is_certified_by_its_state_alone(
    at: Certifying,
) -> None:
    receipt = at.gateway.issue(at.gateway.open_pool())[0]
    _invalidate(at, receipt, CHANGES_MAX - 1)
    whole = at.certificate(receipt)
    assert len(whole["changes"]) == CHANGES_MAX
    assert at.verify(whole).exit_code == VERIFIED

    _invalidate(at, receipt, 1)
    answer = at.gateway.door(OPERATOR).get(f"/v1/receipts/{receipt}/certificate")
    assert (answer.status_code, answer.json()["field"]) == (422, "state_only")
    state = at.certificate(receipt, "?state_only=true")
    assert at.verify(state).exit_code == VERIFIED


def test_what_the_index_says_and_the_contract_does_not_hold_is_not_certified(
    at: Certifying,
) -> None:
    receipt = at.gateway.issue(at.gateway.open_pool())[0]
    at.gateway.ledger.pledge(receipt, BANK_A)
    at.settle()
    with at.gateway.database.writing() as writer:
        writer.run(delete(events).where(events.c.subject == receipt, events.c.kind == "Pledged"))
    for query in ("", "?state_only=true"):
        answer = at.gateway.door(OPERATOR).get(f"/v1/receipts/{receipt}/certificate{query}")
        assert (answer.status_code, answer.json()["code"]) == (503, "Unavailable")


def test_a_change_that_was_altered_in_the_index_is_not_certified(at: Certifying) -> None:
    receipt = at.gateway.issue(at.gateway.open_pool())[0]
    at.gateway.ledger.pledge(receipt, BANK_A)
    at.settle()
    altered = {"receipt_id": receipt, "content": "0x" + "11" * 32}
    with at.gateway.database.writing() as writer:
        issued = (events.c.subject == receipt, events.c.kind == "Issued")
        body = writer.first(select(events.c.body).where(*issued))
        assert body is not None
        writer.run(update(events).where(*issued).values(body={**body[0], **altered}))
    answer = at.gateway.door(OPERATOR).get(f"/v1/receipts/{receipt}/certificate")
    assert (answer.status_code, answer.json()["code"]) == (503, "Unavailable")
