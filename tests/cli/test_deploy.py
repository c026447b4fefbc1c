"""Deploying from the command line, to a real node."""

import json
from pathlib import Path

import pytest

from receipts_ledger.chain.deployment import Deployment, verify
from receipts_ledger.chain.keyfile import write_key
from receipts_ledger.chain.local_node import DEVELOPER_KEYS, LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.cli.door import run

REGISTRAR = "0x70997970c51812dc3a010c7d01b50e0d17dc79c8"


@pytest.fixture
def options(tmp_path: Path) -> list[str]:
    password = tmp_path / "password"
    password.write_text("a long password")
    write_key(tmp_path / "payer.json", DEVELOPER_KEYS[0], "a long password")
    return [
        f"--key={tmp_path / 'payer.json'}",
        f"--password={password}",
        f"--registrar={REGISTRAR}",
        f"--out={tmp_path / 'deployment.json'}",
        "--json",
    ]


def test_a_deployed_ledger_is_the_one_of_its_file(
    anvil_node: LocalNode,
    tmp_path: Path,
    options: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(["deploy", f"--rpc={anvil_node.url}", *options]) == 0
    deployment = Deployment.read(tmp_path / "deployment.json")
    assert json.loads(capsys.readouterr().out)["contract"] == deployment.contract
    assert deployment.registrar_key == REGISTRAR
    verify(Rpc(anvil_node.url), deployment)


def test_a_deployment_file_is_not_overwritten(
    anvil_node: LocalNode,
    tmp_path: Path,
    options: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "deployment.json").write_text("kept")
    assert run(["deploy", f"--rpc={anvil_node.url}", *options]) == 2
    assert "exists" in capsys.readouterr().err
    assert (tmp_path / "deployment.json").read_text() == "kept"


def test_a_node_that_is_away_leaves_it_undecided(
    options: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["deploy", "--rpc=http://127.0.0.1:9", *options]) == 2
    assert "does not answer" in capsys.readouterr().err
