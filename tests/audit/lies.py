"""Lies that a node can tell of one block, each as a bend of its answers."""

from collections.abc import Callable
from typing import Any, TypeAlias

import rlp

from receipts_ledger.chain.keys import keccak
from receipts_ledger.chain.roots import EMPTY_ROOT
from receipts_ledger.chain.rpc import RpcError
from tests.support.lying_node import Bend

Json: TypeAlias = dict[str, Any]
Complaint: TypeAlias = Callable[[Bend], str]
"""Takes a lie; returns what the audit says of a node that tells it."""

_HASHED = (
    *("parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot"),
    *("logsBloom", "difficulty", "number", "gasLimit", "gasUsed", "timestamp", "extraData"),
    *("mixHash", "nonce", "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas"),
    *("parentBeaconBlockRoot", "requestsHash"),
)
_NUMBERS = {
    *("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas"),
    *("blobGasUsed", "excessBlobGas"),
}


def flipped(text: str) -> str:
    """Return a hex text whose last digit is another one."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def rehashed(block: Json) -> Json:
    """Return a block whose hash is its own again, as a forger would see to."""
    fields = [
        rlp.sedes.big_endian_int.serialize(int(block[name], 16))
        if name in _NUMBERS
        else bytes.fromhex(block[name][2:])
        for name in _HASHED
        if block.get(name) is not None
    ]
    return block | {"hash": "0x" + keccak(rlp.encode(fields)).hex()}


def emptied(block: Json, parent_hash: str) -> Json:
    """Return a block in which nothing has happened, on another parent."""
    empty = "0x" + EMPTY_ROOT.hex()
    nothing = {"transactions": [], "transactionsRoot": empty, "receiptsRoot": empty}
    bloom = {"logsBloom": "0x" + "00" * 256}
    return rehashed(block | nothing | bloom | {"parentHash": parent_hash})


def of_block(number: int, change: Callable[[Json], Any]) -> Bend:
    """Lie about a block wherever it is asked for."""

    def bend(method: str, params: list[Any], result: Any) -> Any:
        is_block = method in ("eth_getBlockByNumber", "eth_getBlockByHash")
        return change(result) if is_block and int(result["number"], 16) == number else result

    return bend


def of_whole_block(number: int, change: Callable[[Json], Any]) -> Bend:
    """Lie about a block only where its transactions are asked for too."""

    def bend(method: str, params: list[Any], result: Any) -> Any:
        is_whole = method == "eth_getBlockByHash" and params[1]
        return change(result) if is_whole and int(result["number"], 16) == number else result

    return bend


def of_receipts(number: int, change: Callable[[list[Json]], Any]) -> Bend:
    """Lie about the receipts of a block's transactions."""

    def bend(method: str, params: list[Any], result: Any) -> Any:
        if method != "eth_getBlockReceipts" or int(result[0]["blockNumber"], 16) != number:
            return result
        return change(result)

    return bend


def of_answers(method: str, change: Callable[[Any], Any]) -> Bend:
    """Lie in all answers to one method."""

    def bend(asked: str, params: list[Any], result: Any) -> Any:
        return change(result) if asked == method else result

    return bend


def refusing(method: str) -> Bend:
    """Say that a method is not there."""

    def bend(asked: str, params: list[Any], result: Any) -> Any:
        if asked == method:
            raise RpcError(-32601, "the method does not exist")
        return result

    return bend


def both(first: Bend, second: Bend) -> Bend:
    """Tell two lies."""

    def bend(method: str, params: list[Any], result: Any) -> Any:
        return second(method, params, first(method, params, result))

    return bend
