"""A node that lies about the state, or proves nothing."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from receipts_ledger.chain.proofs import Proofs
from tests.audit import lies
from tests.audit.lies import Complaint, Json, flipped
from tests.support.auditing import DIFFERENT, EQUAL, Scene
from tests.support.lying_node import LyingNode


def test_account_that_the_state_root_does_not_cover_is_noticed(
    scene: Scene, complaint: Complaint
) -> None:
    def alter(proof: Json) -> Json:
        *nodes, leaf = proof["accountProof"]
        return proof | {"accountProof": [*nodes, flipped(leaf)]}

    told = complaint(lies.of_answers("eth_getProof", alter))
    assert f"block {scene.head}: the proof of the contract's account is false" in told


def test_account_proof_that_ends_too_early_is_noticed(scene: Scene, complaint: Complaint) -> None:
    def cut(proof: Json) -> Json:
        return proof | {"accountProof": proof["accountProof"][:-1]}

    told = complaint(lies.of_answers("eth_getProof", cut))
    assert f"block {scene.head}: the proof of the contract's account is false" in told


def test_word_that_the_storage_root_does_not_cover_is_noticed(
    scene: Scene, complaint: Complaint
) -> None:
    def alter(proof: Json) -> Json:
        for entry in proof["storageProof"]:
            *nodes, leaf = entry["proof"]
            entry["proof"] = [*nodes, flipped(leaf)]
        return proof

    told = complaint(lies.of_answers("eth_getProof", alter))
    assert f"block {scene.head}: the proof of the contract's storage is false" in told


def test_words_beside_a_proof_are_not_believed(scene: Scene, lying: tuple[LyingNode, str]) -> None:
    def alter(proof: Json) -> Json:
        for entry in proof["storageProof"]:
            entry["value"] = "0x1"
        return proof | {"storageHash": "0x" + "55" * 32, "codeHash": "0x" + "55" * 32}

    node, url = lying
    node.bend = lies.of_answers("eth_getProof", alter)
    assert scene.audit(rpc=url).exit_code == EQUAL


def test_node_without_proofs_is_said_to_prove_nothing(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    node.bend = lies.refusing("eth_getProof")
    outcome = scene.audit(rpc=url)
    assert outcome.exit_code == EQUAL
    assert outcome.report["proved"]["storage"] is False
    assert "as the node says; NOT PROVED, the node gives no proofs" in outcome.text
    (verdict,) = (each["verdict"] for each in outcome.report["checks"] if each["code"] == "storage")
    assert verdict == "NOT PROVED"


def test_node_that_takes_its_proofs_back_is_noticed(scene: Scene, complaint: Complaint) -> None:
    def bend(method: str, params: list[Any], result: Any) -> Any:
        return None if method == "eth_getProof" and params[1] else result

    told = complaint(bend)
    assert f"block {scene.head}: the proof of the contract's storage was refused" in told


def test_storage_word_that_was_altered_differs_though_nothing_is_proved(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    node.bend = lies.both(
        lies.refusing("eth_getProof"), lies.of_answers("eth_getStorageAt", flipped)
    )
    outcome = scene.audit(rpc=url)
    assert outcome.exit_code == DIFFERENT
    kinds = {kind for kind, _, _ in outcome.differences}
    assert kinds == {"storage"}
    assert len(outcome.differences) == outcome.report["counts"]["storage_words"]


def test_node_without_receipts_of_blocks_is_asked_for_each(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    node.bend = lies.refusing("eth_getBlockReceipts")
    outcome = scene.audit(rpc=url)
    assert (outcome.exit_code, outcome.report["proved"]["receipts"]) == (EQUAL, True)


def test_node_that_bends_the_block_on_which_proofs_are_tried_is_found_out(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    first = scene.ledger.deployment.block_number
    node.bend = lies.of_whole_block(first, lambda block: block | {"gasUsed": "0x1"})
    line = scene.audit(rpc=url).undecided_line
    assert "the deployment block no longer proves its headers" in line


def test_engine_that_hashes_by_rules_of_its_own_is_reported_as_not_proved(
    scene: Scene, lying: tuple[LyingNode, str], tmp_path: Path
) -> None:
    node, url = lying
    first = scene.ledger.deployment.block_number
    node.bend = lies.of_whole_block(first, lambda block: block | {"gasUsed": "0x1"})
    unprovable = Proofs(headers=False, receipts=True, transactions=True)
    replace(scene.ledger.deployment, provable=unprovable).write(tmp_path / "other.json")
    outcome = scene.audit(rpc=url, deployment=tmp_path / "other.json")
    assert outcome.report["proved"]["headers"] is False
    verdict_on = {check["check"]: check["verdict"] for check in outcome.report["checks"]}
    (told,) = (check for check in verdict_on if "block headers" in check)
    assert verdict_on[told] == "NOT PROVED"
    assert "NOT PROVED" in outcome.printed
