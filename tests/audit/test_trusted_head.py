"""Whose word the head is: a hash that the auditor has, nodes that agree, or one node alone."""

from pathlib import Path

import pytest

from receipts_ledger.chain.local_node import anvil
from receipts_ledger.cli.audit_heads import LAG_BLOCKS_MAX
from receipts_ledger.cli.door import run
from tests.audit import lies
from tests.audit.forked import Fork
from tests.support.auditing import EQUAL, UNDECIDED, Scene
from tests.support.lying_node import LyingNode


def hash_of(scene: Scene, number: int) -> str:
    return str(scene.block(number)["hash"])


def test_audit_ends_exactly_at_the_head_that_the_auditor_names(scene: Scene) -> None:
    number = scene.head - 2
    outcome = scene.audit("--head", hash_of(scene, number))
    assert outcome.exit_code == EQUAL
    assert outcome.report["head"] == {"number": number, "hash": hash_of(scene, number)}
    assert outcome.report["trust"]["basis"] == "named"
    assert outcome.report["checks"][0] == {
        "code": "head",
        "verdict": "trusted",
        "check": "the head is the block that the auditor named",
    }


def test_head_that_the_node_does_not_know_decides_nothing(scene: Scene) -> None:
    line = scene.audit("--head", "0x" + "12" * 32).undecided_line
    assert f"the node does not know the trusted head 0x{'12' * 32}" in line


def test_head_before_the_deployment_is_none(scene: Scene) -> None:
    line = scene.audit("--head", scene.ledger.deployment.genesis_hash).undecided_line
    assert "--head: block 0 is before the deployment at 1" in line


@pytest.mark.parametrize("text", ["latest", "0x12", "12" * 32, "0x" + "zz" * 32, ""])
def test_head_that_is_no_hash_is_named(scene: Scene, text: str) -> None:
    assert "--head" in scene.audit("--head", text).undecided_line
    ledger = [f"--rpc={scene.node_url}", f"--deployment={scene.deployment_file}"]
    assert run(["audit", *ledger, f"--head={text}"]) == UNDECIDED


def test_head_and_last_block_have_to_be_the_same(scene: Scene) -> None:
    head = hash_of(scene, scene.head)
    assert scene.audit("--head", head, "--to", str(scene.head)).exit_code == EQUAL
    line = scene.audit("--head", head, "--to", str(scene.head - 1)).undecided_line
    assert f"--to: the trusted head is block {scene.head}, not {scene.head - 1}" in line


def test_database_and_trusted_head_have_to_be_at_the_same_block(
    scene: Scene, indexed_sqlite_url: str
) -> None:
    at_head = scene.audit("--head", hash_of(scene, scene.head), database=indexed_sqlite_url)
    assert at_head.exit_code == EQUAL
    before = scene.audit("--head", hash_of(scene, scene.head - 1), database=indexed_sqlite_url)
    assert f"the database stands at block {scene.head}" in before.undecided_line


def test_trusted_head_proves_nothing_where_headers_do_not(
    scene: Scene, lying: tuple[LyingNode, str], tmp_path: Path
) -> None:
    other = tmp_path / "other.json"
    content = scene.deployment_file.read_text().replace('"headers": true', '"headers": false')
    other.write_text(content)
    node, url = lying
    first = scene.ledger.deployment.block_number
    node.bend = lies.of_whole_block(first, lambda block: block | {"gasUsed": "0x1"})
    outcome = scene.audit("--head", hash_of(scene, scene.head), rpc=url, deployment=other)
    assert "a trusted head proves nothing here" in outcome.undecided_line


def test_node_that_answers_another_block_for_the_trusted_hash_is_noticed(
    scene: Scene, number: int, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    head = hash_of(scene, scene.head)
    other = scene.rpc.call("eth_getBlockByNumber", [hex(number), False])
    node.bend = lambda method, params, result: other if params == [head, False] else result
    line = scene.audit("--head", head, rpc=url).undecided_line
    assert f"asked for block {head}, the node gave {other['hash']}" in line


def test_nodes_that_agree_are_named_in_the_report(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    outcome = scene.audit("--rpc", lying[1])
    assert outcome.exit_code == EQUAL
    assert outcome.report["trust"]["basis"] == "nodes"
    assert len(outcome.report["trust"]["sources"]) == 2
    check = outcome.report["checks"][0]
    assert check["verdict"] == "trusted"
    assert check["check"].startswith("the head is the same on 2 nodes: 127.0.0.1:")


def test_nodes_may_be_named_as_a_gateways_setting_names_them(
    scene: Scene, lying: tuple[LyingNode, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    both = f"{scene.node_url},{lying[1]}"
    assert len(scene.audit(rpc=both).report["trust"]["sources"]) == 2
    monkeypatch.setenv("RECEIPTS_LEDGER_RPC", both)
    assert run(["audit", f"--deployment={scene.deployment_file}"]) == EQUAL
    assert run(["past", "holder", f"--deployment={scene.deployment_file}"]) == EQUAL


def test_of_several_nodes_the_one_that_lags_sets_the_head(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    behind = scene.rpc.call("eth_getBlockByNumber", [hex(scene.head - 3), False])
    node.bend = lambda method, params, result: behind if params == ["latest", False] else result
    outcome = scene.audit("--rpc", url)
    assert outcome.exit_code == EQUAL
    assert outcome.report["head"]["number"] == scene.head - 3


@pytest.mark.parametrize("is_first", [True, False])
def test_node_that_keeps_many_blocks_back_does_not_set_the_head(
    scene: Scene, lying: tuple[LyingNode, str], *, is_first: bool
) -> None:
    node, url = lying
    number = scene.head - LAG_BLOCKS_MAX - 1
    behind = scene.rpc.call("eth_getBlockByNumber", [hex(number), False])
    node.bend = lambda method, params, result: behind if params == ["latest", False] else result
    first, other = (url, scene.node_url) if is_first else (scene.node_url, url)
    outcome = scene.audit("--rpc", other, rpc=first)
    assert f"ends at block {number}" in outcome.undecided_line
    assert outcome.report["block"] == number + 1
    asked_for = scene.audit("--rpc", other, "--to", str(number), rpc=first)
    assert asked_for.exit_code == EQUAL


@pytest.mark.parametrize("again", ["http://{}", "http://{}/", "http://{}#again", "http://me@{}"])
def test_one_node_named_twice_agrees_with_nobody(scene: Scene, again: str) -> None:
    line = scene.audit("--rpc", again.format(scene.rpc.name)).undecided_line
    assert "one node was named twice" in line


def test_second_node_of_another_chain_is_named(scene: Scene) -> None:
    with anvil("--chain-id", "4711") as other:
        line = scene.audit("--rpc", other.url).undecided_line
    assert "chain id is 4711, should be 31337" in line


def test_chain_that_is_forged_to_its_head_deceives_whoever_trusts_one_node(
    scene: Scene, number: int, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    Fork(scene, number).told_by(node)
    outcome = scene.audit(rpc=url)
    assert outcome.exit_code == EQUAL
    assert outcome.report["checks"][0]["verdict"] == "ON TRUST"


def test_chain_that_is_forged_to_its_head_does_not_reach_the_trusted_one(
    scene: Scene, number: int, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    Fork(scene, number).told_by(node)
    head = hash_of(scene, scene.head)
    line = scene.audit("--head", head, rpc=url).undecided_line
    assert f"the node does not know the trusted head {head}" in line


def test_forged_chain_beside_the_true_head_is_noticed_at_the_head(
    scene: Scene, number: int, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    Fork(scene, number).told_by(node)
    bend, true = node.bend, scene.block()
    assert bend is not None

    def shows_it(method: str, params: list[object], result: object) -> object:
        return true if params[:1] == [true["hash"]] else bend(method, params, result)

    node.bend = shows_it
    outcome = scene.audit("--head", true["hash"], rpc=url)
    assert f"the head to end at is {true['hash']}" in outcome.undecided_line
    assert outcome.report["block"] == scene.head


@pytest.mark.parametrize("liar_comes_first", [True, False])
def test_two_nodes_of_which_one_forges_do_not_agree_and_the_first_forged_block_is_named(
    scene: Scene, number: int, lying: tuple[LyingNode, str], *, liar_comes_first: bool
) -> None:
    node, url = lying
    Fork(scene, number).told_by(node)
    first, second = (url, scene.node_url) if liar_comes_first else (scene.node_url, url)
    outcome = scene.audit("--rpc", second, rpc=first)
    assert "from there on they tell of different chains" in outcome.undecided_line
    assert f"block {number}: it is 0x" in outcome.complaint
    assert outcome.report["block"] == number


def test_genesis_that_does_not_hash_to_its_hash_is_noticed(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    node.bend = lies.of_block(0, lambda block: block | {"extraData": "0xf0"})
    outcome = scene.audit(rpc=url)
    assert "block 0: the genesis block does not hash to 0x" in outcome.undecided_line
    assert outcome.report["block"] == 0
