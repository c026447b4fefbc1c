"""A deployment file of another ledger, or of none: the audit names what differs.

One line that says whose doing it is, exit code 2, no traceback.
"""

import json
from pathlib import Path

import pytest

from receipts_ledger.chain.local_node import anvil
from tests.support.auditing import EQUAL, UNDECIDED, Outcome, Scene

OTHER_HASH = "0x" + "11" * 32
OTHER_ADDRESS = "0x" + "11" * 20


def audit_with(scene: Scene, folder: Path, **changed: object) -> Outcome:
    """Audit with another deployment file; a field that is `...` is left out."""
    fields = json.loads(scene.deployment_file.read_bytes()) | changed
    other = folder / "other.json"
    other.write_text(json.dumps({key: value for key, value in fields.items() if value != ...}))
    return scene.audit(deployment=other)


@pytest.mark.parametrize(
    ("field", "wrong", "told"),
    [
        ("chain_id", 1, "chain id is 31337, should be 1"),
        ("genesis_hash", OTHER_HASH, f"should be {OTHER_HASH}"),
        ("block_hash", OTHER_HASH, f"should be {OTHER_HASH}"),
        ("code_hash", OTHER_HASH, f"should be {OTHER_HASH}"),
        ("contract", OTHER_ADDRESS, "code hash is 0x"),
        ("transaction_hash", OTHER_HASH, f"transaction {OTHER_HASH} is not in the deployment"),
        ("block_number", 2, "deployment block hash is 0x"),
        ("block_number", 10**9, "deployment block hash is None"),
    ],
)
def test_deployment_file_of_another_ledger_is_named(
    scene: Scene, tmp_path: Path, field: str, wrong: object, told: str
) -> None:
    line = audit_with(scene, tmp_path, **{field: wrong}).undecided_line
    assert "is not the ledger of the deployment file" in line
    assert told in line


WRONG: dict[str, tuple[object, ...]] = {
    "chain_id": ("31337", None, True, -1, 1.5, 2**53, [1]),
    "block_number": ("1", None, False, -1, 2**70),
    "contract": (5, None, "0x1234", "zz", OTHER_HASH, "11" * 20),
    "genesis_hash": (0, "0x", "0x11", OTHER_HASH + "\n"),
    "block_hash": (None, OTHER_ADDRESS),
    "transaction_hash": (1, "latest"),
    "code_hash": ({}, "0x" + "gg" * 32),
    "registrar_key": (None,),
    "provable": (None, [], {}, {"headers": True}, {"headers": 1, "receipts": 1, "transactions": 1}),
}


@pytest.mark.parametrize(
    ("field", "wrong"), [(field, wrong) for field, every in WRONG.items() for wrong in every]
)
def test_field_that_is_no_such_thing_is_named(
    scene: Scene, tmp_path: Path, field: str, wrong: object
) -> None:
    line = audit_with(scene, tmp_path, **{field: wrong}).undecided_line
    assert f"other.json is no deployment: {field} is " in line


@pytest.mark.parametrize(
    "field", ["chain_id", "genesis_hash", "contract", "block_number", "code_hash", "block_hash"]
)
def test_field_that_is_missing_is_named(scene: Scene, tmp_path: Path, field: str) -> None:
    line = audit_with(scene, tmp_path, **{field: ...}).undecided_line
    assert f"other.json is no deployment: no {field}" in line


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"5", b'"x"', b"\xff\xfe"])
def test_deployment_file_that_is_none_is_named(
    scene: Scene, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "other.json").write_bytes(content)
    line = scene.audit(deployment=tmp_path / "other.json").undecided_line
    assert "other.json is no deployment" in line


def test_deployment_file_that_is_missing_is_named(scene: Scene, tmp_path: Path) -> None:
    line = scene.audit(deployment=tmp_path / "nowhere.json").undecided_line
    assert "nowhere.json: No such file or directory" in line
    assert "Is a directory" in scene.audit(deployment=tmp_path).undecided_line


def test_capitals_in_a_deployment_file_make_no_difference(scene: Scene, tmp_path: Path) -> None:
    written = json.loads(scene.deployment_file.read_bytes())
    shouted = {
        key: "0x" + value[2:].upper() for key, value in written.items() if isinstance(value, str)
    }
    outcome = audit_with(scene, tmp_path, **shouted)
    assert (outcome.exit_code, outcome.differences) == (EQUAL, [])


def test_deployment_file_on_another_chain_is_named(scene: Scene) -> None:
    with anvil("--chain-id", "4711") as other:
        line = scene.audit(rpc=other.url).undecided_line
    assert "chain id is 4711, should be 31337" in line


def test_report_that_is_handed_on_holds_no_secret_of_the_nodes_address(
    scene: Scene, tmp_path: Path
) -> None:
    secretive = scene.node_url.replace("//", "//me:hidden@") + "/?key=hidden"
    equal = scene.audit(rpc=secretive)
    (tmp_path / "other.json").write_text(
        json.dumps(json.loads(scene.deployment_file.read_bytes()) | {"chain_id": 1})
    )
    undecided = scene.audit(rpc=secretive, deployment=tmp_path / "other.json")
    assert (equal.exit_code, undecided.exit_code) == (EQUAL, UNDECIDED)
    for outcome in (equal, undecided):
        told = (outcome.printed, outcome.complaint, json.dumps(outcome.report))
        assert not [text for text in told if "hidden" in text]
