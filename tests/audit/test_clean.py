"""A ledger that is what it says: every door of the audit says so, and tells what it looked at."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from receipts_ledger.chain.local_node import LocalNode, ganache
from receipts_ledger.cli.audit_run import run_audit
from receipts_ledger.cli.door import run
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import Version
from receipts_ledger.domain.party import BindKey, RevokeKey, Role
from receipts_ledger.domain.pool import Seal
from receipts_ledger.domain.receipt import Deliver
from tests.audit.conftest import index_into, scene_on
from tests.audit.tampering import tamper
from tests.support.auditing import DIFFERENT, EQUAL, UNDECIDED, Scene
from tests.support.cast import (
    AUTHORITY,
    BANK_B,
    BANK_C,
    REGISTRAR,
    TRADER_A,
    WAREHOUSE_A,
    Member,
)
from tests.support.indexing import events_on_chain, mine, reorganise
from tests.support.later_life import seal_all
from tests.support.ledger_on_chain import EVIDENCE, FOREVER, LOT

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "audit_replay.py"
REFUSED = {
    "AlreadyEncumbered": 1,
    "CustomsNotCleared": 1,
    "ItemAlreadyReceipted": 2,
    "NoticeRunning": 1,
}
INVARIANTS = {"code": "invariants", "verdict": "agrees", "check": "invariants I1 to I12"}


def test_clean_ledger_audits_clean_from_its_chain_alone(scene: Scene) -> None:
    outcome = scene.audit()
    report = outcome.report
    assert outcome.exit_code == EQUAL
    assert outcome.complaint == ""
    assert "EQUAL: everything that was looked at agrees." in outcome.printed
    assert report["verdict"] == "equal"
    assert (report["difference_count"], report["differences"]) == (0, [])
    assert report["ledger"]["contract"] == scene.ledger.deployment.contract
    assert report["first_block"] == scene.ledger.deployment.block_number
    assert report["head"] == {"number": scene.head, "hash": scene.block()["hash"]}
    assert INVARIANTS in report["checks"]
    on_trust, *others = report["checks"]
    assert on_trust["verdict"] == "ON TRUST"
    assert "the head is what this one node says" in on_trust["check"]
    assert {check["verdict"] for check in others} == {"proved", "agrees"}
    assert report["counts"]["rows"] is None


def test_report_counts_everything_that_has_happened(scene: Scene) -> None:
    counts = scene.audit().report["counts"]
    history = events_on_chain(scene.ledger)
    assert counts["events"] == len(history)
    assert counts["blocks"] == scene.head - scene.ledger.deployment.block_number + 1
    assert counts["acts"]["Pledge"] == 7
    assert counts["acts"]["PledgePortfolio"] == counts["acts"]["ReleasePortfolio"] == 1
    assert counts["acts"]["Deliver"] == 4
    assert (counts["acts"]["AssignPledge"], counts["acts"]["Default"]) == (2, 3)
    assert (counts["acts"]["Cure"], counts["acts"]["Enforce"]) == (1, 1)
    assert set(counts["acts"]) == {act.__name__ for act in get_args(Act)} - {"Seal"}
    assert counts["refused"] == REFUSED
    assert (counts["receipts_open"], counts["receipts_closed"]) == (19, 8)
    assert counts["receipts_encumbered"] == 8
    assert counts["pools"] == 9
    assert counts["parties"] == 13


def test_refusals_on_record_are_told_with_block_receipt_and_rule(scene: Scene) -> None:
    outcome = scene.audit()
    (second_pledge,) = (one for one in outcome.report["refusals"] if one["act"] == "Pledge")
    assert second_pledge["subject"] == "receipt 2-1-000001"
    assert second_pledge["reason"] == "AlreadyEncumbered(receipt 2-1-000001, pledgee 5)"
    told = f"block {second_pledge['block']}: Pledge of receipt 2-1-000001: AlreadyEncumbered("
    assert told in outcome.printed


def test_clean_database_audits_clean(scene: Scene, indexed_url: str) -> None:
    outcome = scene.audit(database=indexed_url)
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])
    rows = outcome.report["counts"]["rows"]
    assert rows["events"] == outcome.report["counts"]["events"]
    assert rows["blocks"] == outcome.report["counts"]["blocks"]
    assert (rows["parties"], rows["pools"], rows["receipts"]) == (13, 9, 27)
    assert (rows["party_keys"], rows["items"], rows["documents"]) == (13, 5, 4)
    assert (rows["pages"], rows["page_items"]) == (2, 3)


@pytest.mark.usefixtures("undone")
def test_database_that_is_behind_is_compared_where_it_stands(
    scene: Scene, indexed_url: str
) -> None:
    stands_at = scene.head
    mine(scene.rpc, 3)
    scene.ledger.issue(scene.ledger.open_pool(index=9), 2)
    outcome = scene.audit(database=indexed_url)
    assert (outcome.exit_code, outcome.report["head"]["number"]) == (EQUAL, stands_at)


@pytest.mark.usefixtures("undone")
def test_ledger_whose_pledges_have_ended_audits_clean(scene: Scene, database_url: str) -> None:
    ledger, story = scene.ledger, scene.story
    ledger.release(story.pledged, BANK_C)
    pledged = Deliver(story.also_pledged, Version(6), LOT, (), (), EVIDENCE, FOREVER)
    ledger.do(pledged, TRADER_A, WAREHOUSE_A, BANK_C)
    ledger.release(story.in_default, BANK_C)
    index_into(database_url, scene)
    outcome = scene.audit(database=database_url)
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])
    assert outcome.report["counts"]["receipts_encumbered"] == 5


@pytest.mark.usefixtures("undone")
def test_ledger_that_is_being_sealed_audits_clean(scene: Scene) -> None:
    ledger = scene.ledger
    first, *_ = ledger.pools()
    sealing = Seal(first, ledger.pool(first).version, EVIDENCE, FOREVER)
    ledger.do(sealing, REGISTRAR, AUTHORITY)
    outcome = scene.audit()
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


@pytest.mark.usefixtures("undone")
def test_ledger_that_is_wholly_sealed_audits_clean(scene: Scene, database_url: str) -> None:
    seal_all(scene.ledger)
    index_into(database_url, scene)
    outcome = scene.audit(database=database_url)
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


@pytest.mark.usefixtures("undone")
def test_party_that_changes_its_keys_often_audits_clean(scene: Scene, database_url: str) -> None:
    bank, version = BANK_B, 3
    keys = [Member(f"key {number} of bank b", bank.party, Role(0)).address for number in range(4)]
    for place, key in enumerate(keys):
        binding = BindKey(bank.party, Version(version + place), key, FOREVER)
        scene.ledger.do(binding, REGISTRAR, bank)
    for place, key in enumerate((bank.address, keys[3], keys[1])):
        revocation = RevokeKey(bank.party, Version(version + 4 + place), key, FOREVER)
        scene.ledger.do(revocation, REGISTRAR)
    index_into(database_url, scene)
    outcome = scene.audit(database=database_url)
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])
    assert outcome.report["counts"]["rows"]["party_keys"] == 14


def test_database_can_be_compared_at_its_own_block_only(
    scene: Scene, indexed_sqlite_url: str
) -> None:
    at_head = scene.audit("--to", str(scene.head), database=indexed_sqlite_url)
    assert at_head.exit_code == EQUAL
    before = scene.audit("--to", str(scene.head - 1), database=indexed_sqlite_url)
    assert f"the database stands at block {scene.head}" in before.undecided_line


def test_database_of_another_branch_cannot_be_compared(
    own_anvil: LocalNode, database_url: str, tmp_path: Path
) -> None:
    scene = scene_on(own_anvil, tmp_path)
    index_into(database_url, scene)
    reorganise(scene.rpc, 1)
    complaint = scene.audit(database=database_url).undecided_line
    assert f"block {scene.head} is 0x" in complaint
    assert "change of branch" in complaint


def test_every_past_of_the_ledger_audits_clean(scene: Scene) -> None:
    for block in range(scene.ledger.deployment.block_number, scene.head):
        outcome = scene.audit("--to", str(block))
        assert (outcome.exit_code, outcome.differences) == (EQUAL, []), block
        assert outcome.report["head"]["number"] == block


def test_ganache_which_gives_receipts_one_by_one_audits_clean(
    migrated_sqlite: bytes, tmp_path: Path
) -> None:
    with ganache() as node:
        scene = scene_on(node, tmp_path)
        scene.rpc.call("evm_mine")
        (tmp_path / "ledger.db").write_bytes(migrated_sqlite)
        url = f"sqlite:///{tmp_path / 'ledger.db'}"
        index_into(url, scene)
        outcome = scene.audit(database=url)
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])
    assert set(outcome.report["proved"].values()) == {True}
    assert outcome.report["counts"]["refused"] == REFUSED


def test_script_runs_by_itself(scene: Scene, indexed_url: str, tmp_path: Path) -> None:
    ended = subprocess.run(
        [
            *(sys.executable, str(SCRIPT), "--rpc", scene.node_url, "--db", indexed_url),
            *("--deployment", str(scene.deployment_file), "--json", str(tmp_path / "report.json")),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert (ended.returncode, ended.stderr) == (EQUAL, "")
    assert "EQUAL" in ended.stdout
    assert json.loads((tmp_path / "report.json").read_bytes())["verdict"] == "equal"


def test_progress_is_shown_on_a_terminal_and_nowhere_else(scene: Scene) -> None:
    for is_terminal in (True, False):
        shown = io.StringIO()
        console = Console(file=shown, force_terminal=is_terminal, width=100)
        run_audit(rpc_url=scene.node_url, deployment_file=scene.deployment_file, console=console)
        assert ("auditing" in shown.getvalue()) is is_terminal


def test_command_ends_as_the_script_does(
    scene: Scene, indexed_sqlite_url: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    ledger = [f"--rpc={scene.node_url}", f"--deployment={scene.deployment_file}"]
    assert run(["audit", *ledger, f"--db={indexed_sqlite_url}", "--json"]) == EQUAL
    assert json.loads(capsysbinary.readouterr().out)["verdict"] == "equal"
    assert run(["audit", *ledger]) == EQUAL
    assert b"EQUAL" in capsysbinary.readouterr().out
    assert run(["audit", *ledger, "--to=999999"]) == UNDECIDED
    assert capsysbinary.readouterr().err.count(b"\n") == 1
    tamper(indexed_sqlite_url, "UPDATE parties SET is_active = 0 WHERE party_id = 6")
    assert run(["audit", *ledger, f"--db={indexed_sqlite_url}"]) == DIFFERENT
    assert b"parties.is_active is False, should be True" in capsysbinary.readouterr().out
