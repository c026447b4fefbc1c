"""A certificate from a gateway as it is run: built from settings, before a node of its own."""

import json
from pathlib import Path
from typing import Any

from receipts_ledger.demo.stage import Stage
from tests.support.certifying import VERIFIED, run


def test_a_gateway_as_it_is_run_certifies_what_its_node_proves(
    stage: Stage, office: Any, tmp_path: Path
) -> None:
    desk = office(stage.cast.banks[0])
    certificate = desk.does("certificate", "make", "11-1-000001")
    assert certificate["receipt"]["exists"] is False

    file = tmp_path / "certificate.json"
    file.write_text(json.dumps(certificate))
    head = desk.does("show", "ledger")["finalized_hash"]
    assert head == certificate["block"]["hash"]
    named = ("--deployment", str(stage.deployment_file), "--receipt", "11-1-000001")
    assert run(str(file), "--head", head, *named).exit_code == VERIFIED
