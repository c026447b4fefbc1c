"""A whole chain that somebody has forged from one block on, so well that it hangs together."""

from typing import Any

from tests.audit import lies
from tests.audit.lies import Json
from tests.support.auditing import Scene
from tests.support.lying_node import LyingNode


class Fork:
    """Blocks from `first` on with another extra data: hashed, linked, with all that they hold."""

    def __init__(self, scene: Scene, first: int) -> None:
        self._by_number: dict[int, Json] = {}
        self._true_hash: dict[str, str] = {}
        parent_hash = scene.block(first)["parentHash"]
        for number in range(first, scene.head + 1):
            block = scene.block(number)
            changed = {"parentHash": parent_hash, "extraData": "0xf0"}
            forged = lies.rehashed(block | changed)
            self._by_number[number] = forged
            parent_hash = forged["hash"]
            self._true_hash[parent_hash] = block["hash"]
        self._forged_hash = {true: forged for forged, true in self._true_hash.items()}

    def told_by(self, node: LyingNode) -> None:
        """Let a node tell of this chain and of no other."""
        node.turn, node.bend = self._turn, self._bend

    def _turn(self, method: str, params: list[Any]) -> list[Any]:
        return [
            self._true_hash.get(each, each) if isinstance(each, str) else each for each in params
        ]

    def _bend(self, method: str, params: list[Any], result: Any) -> Any:
        if method in ("eth_getBlockByNumber", "eth_getBlockByHash") and result is not None:
            forged = self._by_number.get(int(result["number"], 16))
            if forged is None:
                return result
            if method == "eth_getBlockByHash" and params[0] != forged["hash"]:
                return None
            return result | {name: forged[name] for name in ("hash", "parentHash", "extraData")}
        if method == "eth_getBlockReceipts":
            return [self._renamed(tx_receipt) for tx_receipt in result]
        return result

    def _renamed(self, tx_receipt: Json) -> Json:
        block_hash = self._forged_hash.get(tx_receipt["blockHash"], tx_receipt["blockHash"])
        logs = [log | {"blockHash": block_hash} for log in tx_receipt["logs"]]
        return tx_receipt | {"blockHash": block_hash, "logs": logs}
