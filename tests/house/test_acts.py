"""docs/acts.md is what docs/acts.toml gives, and names every rule and the suite that tests it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from receipts_ledger.errors import RefusalCode
from tests.matrix.table import Row, rows

ROOT = Path(__file__).resolve().parents[2]
ROWS = list(rows())
OF_EVERY_ACT = {
    "MalformedAct",
    "DeadlinePassed",
    "BadSignature",
    "UnknownKey",
    "MissingConsent",
    "SurplusSignature",
    "StaleVersion",
}


def test_page_is_written_from_the_table() -> None:
    checked = subprocess.run(
        [sys.executable, "scripts/write_acts.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_table_names_every_rule_of_the_contract() -> None:
    errors = (ROOT / "contracts/interfaces/ILedgerErrors.sol").read_text("utf-8")
    named = {rule.partition(" ")[0] for row in ROWS for rule, _ in row.refused}
    named |= {rule for row in ROWS for rule in row.refused_also} | OF_EVERY_ACT
    assert named == set(re.findall(r"^    error (\w+)\(", errors, re.MULTILINE))
    assert named <= {code.value for code in RefusalCode}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_suites_test_what_the_act_itself_says(row: Row) -> None:
    suites = [(ROOT / "tests/contracts" / suite).read_text("utf-8") for suite in row.suites]
    missing = [
        rule
        for rule in row.refused_also
        if not any(f"{rule}.selector" in suite for suite in suites)
    ]
    assert not missing


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_prover_holds_every_act_to_the_laws_and_finds_that_it_can_happen(row: Row) -> None:
    proofs = (ROOT / "tests/contracts/proofs/ReceiptProofs.sol").read_text("utf-8")
    assert f"function check_{row.kind}()" in proofs
    if row.subject == "receipt":
        assert f"function refute_{row.kind}()" in proofs
