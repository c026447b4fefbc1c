"""Every word of an audit has its Chinese one on the sheet."""

import tomllib
from pathlib import Path
from typing import get_args

from receipts_ledger.domain.act import Act
from receipts_ledger.domain.party import Role
from receipts_ledger.services.audit import FindingKind
from receipts_ledger.services.audit.checks import CheckCode
from receipts_ledger.services.audit.document import EXIT_CODES
from receipts_ledger.sheets.audit_words import ACTS, CHECKS, QUESTIONS, ROLES, VERDICTS

ACTS_TABLE = Path(__file__).resolve().parents[2] / "docs" / "acts.toml"


def test_every_act_check_finding_role_and_verdict_has_its_words() -> None:
    assert {act.__name__ for act in get_args(Act)} | {"MalformedAct"} == ACTS.keys()
    assert {code.value for code in CheckCode} == CHECKS.keys()
    assert {kind.value for kind in FindingKind} == QUESTIONS.keys()
    assert {str(role.name).lower() for role in Role} == ROLES.keys()
    assert EXIT_CODES.keys() <= VERDICTS.keys()


def test_acts_are_called_as_they_are_on_the_page_of_acts() -> None:
    table = tomllib.loads(ACTS_TABLE.read_text("utf-8"))["acts"]
    named = {name: act["chinese"] for name, act in table.items() if name in ACTS}
    assert named == {name: word for name, word in ACTS.items() if name != "MalformedAct"}
