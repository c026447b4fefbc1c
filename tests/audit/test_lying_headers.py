"""A node that lies about its blocks: the audit does not decide, and says which block and what.

It ends with 2 and not with 1: what the node says contradicts itself, so that nothing can be
said of the ledger.
"""

from typing import Any

import pytest

from tests.audit import lies
from tests.audit.lies import Complaint, Json, flipped
from tests.support.auditing import EQUAL, Scene
from tests.support.lying_node import Bend, LyingNode


def test_node_between_that_does_not_lie_changes_nothing(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    assert scene.audit(rpc=lying[1]).exit_code == EQUAL


@pytest.mark.parametrize(
    "field",
    [
        *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot"),
        *("logsBloom", "difficulty", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash"),
        *("nonce", "baseFeePerGas", "hash"),
    ],
)
def test_header_with_an_altered_field_does_not_hash_to_its_hash(
    number: int, complaint: Complaint, field: str
) -> None:
    def alter(block: Json) -> Json:
        return block | {field: "0x01" if block[field] == "0x" else flipped(block[field])}

    told = complaint(lies.of_block(number, alter))
    assert f"block {number}: its hash 0x" in told
    assert "does not follow from its header" in told


def test_block_on_another_parent_does_not_link(number: int, complaint: Complaint) -> None:
    def orphan(block: Json) -> Json:
        return lies.rehashed(block | {"parentHash": "0x" + "11" * 32})

    told = complaint(lies.of_block(number, orphan))
    assert f"block {number}: its parent is 0x{'11' * 32}" in told


def test_block_that_was_forged_is_no_parent_of_the_next(number: int, complaint: Complaint) -> None:
    told = complaint(lies.of_block(number, lambda block: lies.emptied(block, block["parentHash"])))
    assert f"block {number + 1}: its parent is 0x" in told
    assert f"but block {number} is 0x" in told


def test_block_in_the_place_of_another_is_noticed(
    scene: Scene, number: int, complaint: Complaint
) -> None:
    other = scene.rpc.call("eth_getBlockByNumber", [hex(number - 1), False])
    told = complaint(lies.of_block(number, lambda _: other))
    assert f"asked for block {number}, the node gave {number - 1}" in told


def test_blocks_of_another_branch_than_the_head_are_noticed(
    scene: Scene, number: int, complaint: Complaint
) -> None:
    told = complaint(_branch_of_nothing(scene, number))
    assert f"block {scene.head} is 0x" in told
    assert f"the head to end at is {scene.block()['hash']}" in told


def test_chain_that_does_not_begin_with_the_deployment_is_noticed(
    scene: Scene, complaint: Complaint
) -> None:
    first = scene.ledger.deployment.block_number
    told = complaint(_branch_of_nothing(scene, first))
    assert f"block {first} is 0x" in told
    assert f"the ledger was deployed in {scene.ledger.deployment.block_hash}" in told


def _branch_of_nothing(scene: Scene, first: int) -> Bend:
    """Answer with empty blocks from `first` on, linked and hashed, when many are asked for."""
    forged: dict[int, Json] = {}
    parent_hash = scene.block(first)["parentHash"]
    for height in range(first, scene.head + 1):
        forged[height] = lies.emptied(scene.block(height), parent_hash)
        parent_hash = forged[height]["hash"]
    asked: set[int] = set()

    def bend(method: str, params: list[Any], result: Any) -> Any:
        height = None if method != "eth_getBlockByNumber" else params[0]
        if height is None or not height.startswith("0x") or int(height, 16) not in forged:
            return result
        # The first time it is asked for, the deployment block has to be the right one.
        is_first = int(height, 16) not in asked and int(height, 16) == first
        asked.add(int(height, 16))
        of_deployment = first == scene.ledger.deployment.block_number
        return result if is_first and of_deployment else forged[int(height, 16)]

    return bend


def test_block_whose_transactions_are_kept_secret_is_noticed(
    number: int, complaint: Complaint
) -> None:
    told = complaint(lies.of_block(number, lambda block: block | {"transactions": []}))
    assert f"block {number}: the node gives no transactions" in told


def test_head_that_is_another_when_it_is_asked_for_by_its_hash_is_noticed(
    scene: Scene, number: int, complaint: Complaint
) -> None:
    head = scene.block()["hash"]
    other = scene.rpc.call("eth_getBlockByNumber", [hex(number), False])

    def bend(method: str, params: list[Any], result: Any) -> Any:
        return other if method == "eth_getBlockByHash" and params == [head, False] else result

    assert f"asked for block {scene.head}, the node gave {number}" in complaint(bend)
    told = complaint(lambda method, params, result: None if params == [head, False] else result)
    assert f"the node no longer knows block {scene.head}" in told


def test_blocks_that_a_node_says_it_has_not_are_named(number: int, complaint: Complaint) -> None:
    def forget(method: str, params: list[Any], result: Any) -> Any:
        return None if method == "eth_getBlockByNumber" and params[0] == hex(number) else result

    assert f"the node does not know block {number}, though it gave" in complaint(forget)
