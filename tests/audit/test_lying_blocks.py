"""A node that lies about what is in a block: nothing is decided, block and lie are named."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.audit import lies
from tests.audit.lies import Complaint, Json, flipped
from tests.support.auditing import EQUAL, Scene
from tests.support.lying_node import LyingNode


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
    assert "the node has the header, but not all receipts" in told


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


def test_type_that_nobody_knows_does_not_keep_calldata_from_being_proved(
    number: int, complaint: Complaint
) -> None:
    def alter(block: Json) -> Json:
        return _transaction(block, type="0x7e", input=flipped(block["transactions"][0]["input"]))

    told = complaint(lies.of_whole_block(number, alter))
    assert f"block {number}: transaction 0x" in told
    assert "is said to be of type 126, but its receipt is of type 2" in told


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
