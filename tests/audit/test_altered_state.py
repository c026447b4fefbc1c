"""The audit trusts nobody: chain and database agree, but the contract's state was altered."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from receipts_ledger.chain.artifact import ledger_artifact
from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.local_node import LocalNode
from receipts_ledger.chain.rpc import Rpc
from receipts_ledger.chain.slots import Slots, SlotWord
from receipts_ledger.domain.act import Act
from receipts_ledger.domain.ids import PartyId, Version, pool_id, receipt_id
from receipts_ledger.domain.party import Suspend
from receipts_ledger.domain.pool import Attest, OpenPool
from receipts_ledger.domain.receipt import Transfer
from tests.audit import lies
from tests.audit.conftest import index_into
from tests.audit.lies import Json
from tests.support.auditing import DIFFERENT, EQUAL, Scene, run
from tests.support.cast import REGISTRAR, TRADER_A, WAREHOUSE_A
from tests.support.forging import emitting
from tests.support.indexing import events_on_chain, folded, mine
from tests.support.ledger_on_chain import (
    EVIDENCE,
    FOREVER,
    TERMS,
    LedgerOnChain,
    ledger_with_receipts,
)
from tests.support.lying_node import LyingNode

LABELS = {
    "_parties": "party ",
    "_keys": "key 0x",
    "_keysOf": "party 70001 (list of keys)",
    "_pools": "pool ",
    "_receiptOfItem": "item 0x",
    "_itemCount": "receipt 2-11-000003 (count of items)",
    "_itemsOnPage": "page 0x",
    "_itemsOfReceipt": "receipt 2-13-00000",
    "_ledgerWord": "the ledger (pools in use)",
    "_subjectOfDocument": "document 0x",
    "_pairs": "receipt ",
}
"""What the contract keeps, and how an audit names it."""


def words_of(ledger: LedgerOnChain) -> Iterator[SlotWord]:
    """Yield the contract's words, of the lists of keys only trader A's."""
    keys_of = {TRADER_A.party: [TRADER_A.address]}
    return Slots(ledger_artifact()).words(folded(events_on_chain(ledger)), keys_of)


def store(ledger: LedgerOnChain, slot: bytes, word: int) -> None:
    """Put a word into the contract's storage, past the contract."""
    place = [ledger.deployment.contract, "0x" + slot.hex(), f"0x{word:064x}"]
    ledger.rpc.call("anvil_setStorageAt", place)
    # The next block's state root covers it.
    mine(ledger.rpc)


@pytest.mark.usefixtures("undone")
@pytest.mark.parametrize(("label", "subject"), LABELS.items())
def test_word_that_was_altered_is_named_with_both_values(
    scene: Scene, label: str, subject: str
) -> None:
    place = next(place for place in words_of(scene.ledger) if place.label == label)
    store(scene.ledger, place.slot, place.word ^ 1)
    outcome = scene.audit()
    assert outcome.exit_code == DIFFERENT
    ((kind, named, detail),) = outcome.differences
    assert kind == "storage"
    assert named.startswith(subject)
    told = f"the contract stores {place.word ^ 1:#x}, its events say {place.word:#x}"
    assert detail == told
    assert f"{named}: contract storage differs: {told}" in outcome.text


@pytest.mark.usefixtures("undone")
def test_word_that_was_wiped_out_is_named(scene: Scene) -> None:
    place = next(place for place in words_of(scene.ledger) if place.label == "_subjectOfDocument")
    store(scene.ledger, place.slot, 0)
    ((kind, _, detail),) = scene.audit().differences
    assert kind == "storage"
    assert detail.startswith("the contract stores 0x0, its events say 0x")


@pytest.mark.usefixtures("undone")
def test_database_that_agrees_with_the_events_does_not_hide_it(
    scene: Scene, tmp_path: Path, migrated_sqlite: bytes
) -> None:
    place = next(place for place in words_of(scene.ledger) if place.label == "_pairs")
    store(scene.ledger, place.slot, place.word ^ 1)
    (tmp_path / "ledger.db").write_bytes(migrated_sqlite)
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    index_into(url, scene)
    outcome = scene.audit(database=url)
    assert outcome.exit_code == DIFFERENT
    assert [kind for kind, _, _ in outcome.differences] == ["storage"]
    verdicts = {
        check["check"].partition(":")[0]: check["verdict"] for check in outcome.report["checks"]
    }
    assert verdicts["contract storage"] == "DIFFERENT"
    assert verdicts["invariants I1 to I12"] == "DIFFERENT"
    assert verdicts["database, row by row"] == "agrees"


def test_word_that_no_event_explains_is_found(own_anvil: LocalNode, tmp_path: Path) -> None:
    ledger, _ = ledger_with_receipts(Rpc(own_anvil.url))
    file = tmp_path / "deployment.json"
    ledger.deployment.write(file)
    arguments = ["--rpc", own_anvil.url, "--deployment", str(file)]
    clean = run(arguments, tmp_path / "report.json")
    assert (clean.exit_code, clean.report["proved"]["nothing_else_stored"]) == (EQUAL, True)
    store(ledger, keccak(b"somewhere"), 1)
    outcome = run(arguments, tmp_path / "report.json")
    assert outcome.exit_code == DIFFERENT
    assert outcome.differences == [
        ("storage", "storage", "the contract stores words that no event explains")
    ]


NOWHERE = pool_id(WAREHOUSE_A.party, 99)
REFUSED = {
    "pool without room": OpenPool(NOWHERE, 0, 30, False, False, False, False, EVIDENCE, FOREVER),
    "unknown pool": Attest(NOWHERE, Version(1), 1, EVIDENCE, FOREVER),
    "unknown receipt": Transfer(receipt_id(NOWHERE, 1), Version(1), TRADER_A.party, TERMS, FOREVER),
    "unknown party": Suspend(PartyId(4_000), Version(1), EVIDENCE, FOREVER),
}


@pytest.mark.parametrize("act", REFUSED.values(), ids=REFUSED)
def test_zero_that_a_refused_act_was_told_is_no_word_that_nobody_explains(
    own_anvil: LocalNode, tmp_path: Path, act: Act
) -> None:
    ledger, _ = ledger_with_receipts(Rpc(own_anvil.url))
    file = tmp_path / "deployment.json"
    ledger.deployment.write(file)
    ledger.relay(ledger.sign(act, REGISTRAR, WAREHOUSE_A))
    outcome = run(["--rpc", own_anvil.url, "--deployment", str(file)], tmp_path / "report.json")
    assert outcome.differences == []
    assert sum(outcome.report["counts"]["refused"].values()) == 1
    assert outcome.exit_code == EQUAL


@pytest.mark.usefixtures("undone")
def test_other_code_in_the_contracts_place_is_another_ledger(scene: Scene) -> None:
    put_other_code(scene)
    line = scene.audit().undecided_line
    assert "is not the ledger of the deployment file: code hash is 0x" in line


@pytest.mark.usefixtures("undone")
def test_other_code_is_found_though_the_node_denies_it(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    contract = scene.ledger.deployment.contract
    right = scene.rpc.call("eth_getCode", [contract, "latest"])
    other = "0x" + put_other_code(scene).hex()
    node, url = lying
    node.bend = lies.of_answers("eth_getCode", lambda code: right if code == other else code)
    line = scene.audit(rpc=url).undecided_line
    assert f"block {scene.head}: the proof of the contract's account is for other code" in line


@pytest.mark.usefixtures("undone")
def test_other_code_is_no_ledger_of_this_release_whatever_the_deployment_file_says(
    scene: Scene, tmp_path: Path
) -> None:
    code = put_other_code(scene)
    fields: Json = json.loads(scene.deployment_file.read_bytes())
    file = tmp_path / "deployment.json"
    file.write_text(json.dumps(fields | {"code_hash": "0x" + keccak(code).hex()}))
    line = scene.audit(deployment=file).undecided_line
    assert "is not the ReceiptsLedger of this release" in line


def put_other_code(scene: Scene) -> bytes:
    """Put code that does nothing into the contract's place."""
    code = emitting((), {0: 0})
    scene.rpc.call("anvil_setCode", [scene.ledger.deployment.contract, "0x" + code.hex()])
    mine(scene.rpc)
    return code
