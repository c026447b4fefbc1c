"""A node that lies about one thing: the audit does not decide, and says which block and what.

It ends with 2 and not with 1: what the node says contradicts itself, so that nothing can be
said of the ledger.
"""

from collections.abc import Callable
from typing import Any

import pytest

from receipts_ledger.chain.keys import keccak
from tests.audit import lies
from tests.audit.lies import Json, flipped
from tests.support.auditing import DIFFERENT, EQUAL, Scene
from tests.support.lying_node import Bend, LyingNode

REFUSED = "0x" + keccak(b"ActRefused(bytes32,uint64,bytes)").hex()


@pytest.fixture(scope="module")
def number(scene: Scene) -> int:
    """A block in the middle: the one with the refused second pledge and another pledge."""
    wanted = {"address": scene.ledger.deployment.contract, "fromBlock": "0x0"}
    logs = scene.rpc.call("eth_getLogs", [wanted | {"topics": [REFUSED]}])
    return int(logs[0]["blockNumber"], 16)


@pytest.fixture
def complaint(scene: Scene, lying: tuple[LyingNode, str]) -> Callable[[Bend], str]:
    """What the audit says of a node that lies like this."""
    node, url = lying

    def about(bend: Bend) -> str:
        node.bend = bend
        return scene.audit(rpc=url).undecided_line

    return about


Complaint = Callable[[Bend], str]


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
    assert f"the node's head was {scene.block()['hash']}" in told


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


def test_blocks_that_a_node_says_it_has_not_are_named(number: int, complaint: Complaint) -> None:
    def forget(method: str, params: list[Any], result: Any) -> Any:
        return None if method == "eth_getBlockByNumber" and params[0] == hex(number) else result

    assert f"the node does not know block {number}, though it gave" in complaint(forget)


def _without_a_log(receipts: list[Json]) -> Any:
    receipts[0]["logs"].pop()
    return receipts


def _without_any_log(receipts: list[Json]) -> Any:
    receipts[0]["logs"].clear()
    return receipts


def _with_another_word(receipts: list[Json]) -> Any:
    receipts[0]["logs"][-1]["data"] = flipped(receipts[0]["logs"][-1]["data"])
    return receipts


def _with_another_number(receipts: list[Json]) -> Any:
    receipts[0]["logs"][-1]["topics"][1] = flipped(receipts[0]["logs"][-1]["topics"][1])
    return receipts


def _of_another_contract(receipts: list[Json]) -> Any:
    receipts[0]["logs"][-1]["address"] = flipped(receipts[0]["logs"][-1]["address"])
    return receipts


def _with_an_invented_log(receipts: list[Json]) -> Any:
    receipts[0]["logs"].append(receipts[0]["logs"][-1])
    return receipts


def _in_another_order(receipts: list[Json]) -> Any:
    receipts[0]["logs"].reverse()
    return receipts


def _that_failed(receipts: list[Json]) -> Any:
    receipts[0]["status"] = "0x0"
    return receipts


@pytest.mark.parametrize(
    "change",
    [
        *(_without_a_log, _without_any_log, _with_another_word, _with_another_number),
        *(_of_another_contract, _with_an_invented_log, _in_another_order, _that_failed),
    ],
)
def test_receipts_that_were_bent_do_not_add_up(
    number: int, complaint: Complaint, change: Callable[[list[Json]], Any]
) -> None:
    told = complaint(lies.of_receipts(number, change))
    assert f"block {number}: its receipts do not add up to its receipts root 0x" in told
    assert "a log is missing, changed or moved" in told


def test_receipts_of_another_block_are_noticed(
    scene: Scene, number: int, complaint: Complaint
) -> None:
    other = scene.rpc.call("eth_getBlockReceipts", [hex(number - 1)])
    told = complaint(lies.of_receipts(number, lambda _: other))
    assert f"block {number}: receipt of {other[0]['transactionHash']} in the place of 0x" in told


def test_receipt_and_log_said_to_be_of_another_block_are_noticed(
    number: int, complaint: Complaint
) -> None:
    def move(receipts: list[Json]) -> Any:
        return [receipts[0] | {"blockHash": "0x" + "22" * 32}, *receipts[1:]]

    def move_log(receipts: list[Json]) -> Any:
        receipts[0]["logs"][0]["blockHash"] = "0x" + "22" * 32
        return receipts

    assert f"is of block 0x{'22' * 32}" in complaint(lies.of_receipts(number, move))
    told = complaint(lies.of_receipts(number, move_log))
    assert f"block {number}: a log of 0x" in told


def test_receipts_that_are_fewer_than_the_transactions_are_noticed(
    number: int, complaint: Complaint
) -> None:
    told = complaint(lies.of_receipts(number, lambda receipts: receipts[1:]))
    assert f"block {number}: 0 receipts for 1 transactions" in told
    told = complaint(lies.of_receipts(number, lambda _: None))
    assert "the node has the headers, but not all receipts" in told


def _transaction(block: Json, **changed: str) -> Json:
    first, *others = block["transactions"]
    return block | {"transactions": [first | changed, *others]}


@pytest.mark.parametrize(
    "field", ["input", "nonce", "gas", "gasPrice", "to", "value", "r", "s", "chainId"]
)
def test_transaction_with_an_altered_field_is_not_what_it_hashes_to(
    number: int, complaint: Complaint, field: str
) -> None:
    def alter(block: Json) -> Json:
        sent = block["transactions"][0]
        name = "maxFeePerGas" if field == "gasPrice" and "maxFeePerGas" in sent else field
        return _transaction(block, **{name: flipped(sent[name])})

    told = complaint(lies.of_whole_block(number, alter))
    assert f"block {number}: transaction 0x" in told
    assert "is not what it hashes to" in told


def test_transaction_under_another_hash_is_noticed(number: int, complaint: Complaint) -> None:
    def rename(block: Json) -> Json:
        return _transaction(block, hash="0x" + "33" * 32)

    told = complaint(lies.of_whole_block(number, rename))
    assert f"block {number}: the node gives two lists of its transactions" in told


def test_transaction_from_another_block_does_not_add_up(
    scene: Scene, number: int, complaint: Complaint
) -> None:
    other = scene.block(number - 1)["transactions"][0]

    def exchange(block: Json) -> Json:
        is_whole = isinstance(block["transactions"][0], dict)
        return block | {"transactions": [other if is_whole else other["hash"]]}

    def rename(receipts: list[Json]) -> Any:
        return [receipts[0] | {"transactionHash": other["hash"]}]

    told = complaint(lies.both(lies.of_block(number, exchange), lies.of_receipts(number, rename)))
    assert f"block {number}: its transactions do not add up to its transactions root" in told


def test_whole_block_that_is_kept_back_is_noticed(number: int, complaint: Complaint) -> None:
    told = complaint(lies.of_whole_block(number, lambda _: None))
    assert f"block {number}: the node has its header, but not the block" in told


def test_sender_is_recovered_and_not_believed(
    scene: Scene, number: int, lying: tuple[LyingNode, str]
) -> None:
    node, url = lying
    node.bend = lies.of_whole_block(
        number, lambda block: _transaction(block, **{"from": "0x" + "44" * 20})
    )
    assert scene.audit(rpc=url).exit_code == EQUAL


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


def test_node_under_which_nothing_can_be_proved_is_reported_as_such(
    scene: Scene, lying: tuple[LyingNode, str]
) -> None:
    """Some engines hash by rules of their own; that is not to be told apart from a lie."""
    node, url = lying
    first = scene.ledger.deployment.block_number
    node.bend = lies.of_whole_block(first, lambda block: block | {"gasUsed": "0x1"})
    outcome = scene.audit(rpc=url)
    assert outcome.report["proved"]["headers"] is False
    verdicts = [check["verdict"] for check in outcome.report["checks"]]
    assert verdicts[0] == "NOT PROVED"
    assert "NOT PROVED" in outcome.printed
